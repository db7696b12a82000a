"""Rows that are read when something looks at them, in a list whose places are known or found out."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import partial
from itertools import chain, count

from PySide6.QtCore import QObject, Signal

from blogadmin.core.queries.places import STRIDE
from blogadmin.core.queries.spec import ListSpec
from blogadmin.gui.tables.block_reader import BlockReader
from blogadmin.gui.tables.cells import Entry, gone, nothing
from blogadmin.gui.tables.columns import Column
from blogadmin.gui.tables.kept import Found, Kept
from blogadmin.gui.tables.known_rows import KnownRows
from blogadmin.gui.tables.row_ahead import Ahead
from blogadmin.gui.tables.row_cache import BLOCK, SHIFT, RowCache
from blogadmin.gui.tables.row_order import LOST, Way
from blogadmin.gui.tables.row_ranges import RowRanges
from blogadmin.gui.tables.source import Answer, Asked, Reads, Source, Wish
from blogadmin.gui.tables.time_teller import TimeTeller

AHEAD = 16
"""Rows beyond the edge of the screen that are read before scrolling comes there."""


class State(StrEnum):
    """How far a list has come. A FAILED one keeps the rows that it had."""

    LOADING = "loading"
    FIRST = "first"
    READY = "ready"
    FAILED = "failed"


class FetchedRows(KnownRows):
    """Fetches the rows of the list that is shown, and finds rows in it by id and ids by row.

    Signals:
        state_changed(): ``state`` has another value.
        failed(Exception): a fetch failed.
    """

    state_changed = Signal()
    failed = Signal(object)

    def __init__(
        self,
        tasks: Reads,
        columns: Sequence[Column],
        listing: Callable[[], Source],
        noun: str,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(columns, parent)
        self.tasks = tasks
        self.listing = listing
        self.noun = noun
        self.listed = ListSpec()
        """What the list that is shown was asked for by; the next one may be on its way already."""
        self.state = State.LOADING
        self.error: Exception | None = None
        self._asked = Asked(listing, self.columns, 0)
        self._reader = BlockReader(tasks, listing, self.columns, noun, self._wish, self)
        self._resting = False
        self._owed: set[int] = set()
        self._times = TimeTeller(self.columns, self._put_rows, self)
        self._reader.arrived.connect(self._take_blocks)
        self._reader.failed.connect(self._fail_rows)

    @property
    def stale(self) -> bool:
        """Whether what is shown may be out of date because a fetch failed."""
        return self.state is State.FAILED

    @property
    def total(self) -> int:
        """How many rows the list has, once that is exact; more than ``rowCount()`` where a view cannot
        hold them all."""
        return self.cache.order.total

    def look_at(self, first: int, last: int) -> None:
        """Say which rows are on the screen: they come first, and rows far from them are not read."""
        before = self._reader.window
        self._reader.look_at(first, last)
        if before is not None:
            self._read_ahead(first - before[0], first, last)
        self._times.look_at(self._reader.looked_at())
        self.cache.touch(self._reader.looked_at())

    def rest(self, resting: bool) -> None:
        """Say whether nobody sees the list: rows that have changed are then read again when somebody does.

        Rows that are asked for are read as ever.
        """
        self._resting = resting
        if not resting and self._owed:
            owed, self._owed = self._owed, set()
            self._read_again(owed)

    def find(self, kept: Kept, done: Callable[[Found], object]) -> None:
        """Look for what was kept in the list that is shown. ``done`` gets what its first rows have at once;
        and where all others have their places, it is called again with what they have."""
        done(found_at_once(self.cache, kept))
        if not self.cache.order.whole:
            return
        work = partial(self._asked.find, spec=self.listed, order=self.cache.order, kept=kept)
        self.tasks.read(f"{self.noun}.find", work, partial(self._take_found, done), self._fail_rows)

    def fetch_ids(self, ranges: RowRanges, done: Callable[[array[int]], object]) -> None:
        """Hand the ids of the rows in ``ranges`` to ``done``, in the list's order: at once where they are
        known, else when they have been read. Rows that are gone have none."""
        known = self.ids_in(ranges)
        if known is not None:
            done(known)
            return
        found: array[int] = array("q")
        work = partial(self._asked.ids, spec=self.listed, order=self.cache.order, ranges=tuple(ranges))
        self.tasks.stream(f"{self.noun}.ids_of", work, found.extend, lambda: done(found), self._fail_rows)

    # What comes back

    def _learn(self, cache: RowCache, learnt: Mapping[int, array[int]]) -> None:
        for segment, ids in learnt.items():
            cache.order.learn(segment, ids)

    def _take_found(self, done: Callable[[Found], object], found: Found) -> None:
        self._learn(self.cache, found.learnt)
        done(found)

    def _take_blocks(self, answer: Answer, blocks: list[int]) -> None:
        self._learn(self.cache, answer.learnt)
        order = self.cache.order
        if answer.marks is not None and isinstance(order, Ahead):
            order.mark(answer.marks)
        come: dict[int, array[int]] = {}
        for block in blocks:
            ids = self.cache.block_ids(block)
            if ids is not None and answer.asked.issuperset(row_id for row_id in ids if row_id != LOST):
                come[block] = ids
            else:
                # What is known of the list has changed since.
                self._reader.want(block)
        self._take_in(come, answer.entries)
        for row_id in chain.from_iterable(come.values()):
            self._former.pop(row_id, None)
        self._learn_beside(come)

    def _take_in(self, blocks: Collection[int], entries: Mapping[int, Entry]) -> None:
        self._put_blocks(blocks, entries, self._missing)
        for block in blocks:
            self._times.has_told(block)

    def _missing(self, row_id: int, known: Entry | None) -> Entry:
        if row_id == LOST:
            return nothing(self.columns, LOST, "No longer here" if self.cache.order.whole else "")
        return gone(self.columns, row_id, known or self._former.get(row_id))

    def _fail_rows(self, error: Exception) -> None:
        self._set_state(State.FAILED, error)
        self.failed.emit(error)

    def _set_state(self, state: State, error: Exception | None = None) -> None:
        changed = state is not self.state or error is not self.error
        self.state, self.error = state, error
        if changed:
            self.state_changed.emit()

    # Reading

    def _read_ahead(self, moved: int, first: int, last: int) -> None:
        """Read what comes into view next, while a person scrolls row by row."""
        if not 0 < abs(moved) <= last - first:
            return
        edge, way = (last, 1) if moved > 0 else (first, -1)
        # The end of the list may be nearer than that.
        if self._lacks(min(max(edge + way * AHEAD, 0), self._count - 1)):
            # Several blocks at once: a query for each would come too late for a quick hand.
            for row in range(edge + way, edge + way * 3 * AHEAD, way * BLOCK):
                if self._lacks(row):
                    self._ask_for(row, firmly=False)

    def _lacks(self, row: int) -> bool:
        return 0 <= row < self._count and self.cache.entry(row) is None

    def _ask_for(self, row: int, *, firmly: bool) -> int:
        # After a failure the server is left alone until somebody says "retry".
        if row < self.total and self.state is not State.FAILED:
            self._reader.want(row >> SHIFT, passing=not firmly)
        return self.cache.id_at(row) or 0

    def _wish(self, blocks: Sequence[int]) -> Wish:
        order = self.cache.order
        if isinstance(order, Ahead) and any(order.wants_marks(block << SHIFT) for block in blocks):
            return Wish(self.listed, (), marks=True)
        ids: list[int] = []
        ways: dict[int, Way] = {}
        places: list[tuple[int, slice]] = []
        for block in blocks:
            segment, place = divmod(block << SHIFT, STRIDE)
            known = self.cache.block_ids(block)
            if known is not None:
                ids += known
                continue
            # Not those beside it: whoever looks at these rows does not wait for what lies beyond them.
            ways |= {way.segment: way for way in order.ways(block << SHIFT) if way.segment == segment}
            if segment in ways:
                places.append((segment, slice(place, place + BLOCK)))
        return Wish(self.listed, tuple(ids), tuple(ways.values()), tuple(places))

    def _learn_beside(self, blocks: Iterable[int]) -> None:
        """Find out which rows lie beyond those that have come: a person may walk on there."""
        order = self.cache.order
        ways = {way.segment: way for block in blocks for way in order.ways(block << SHIFT)}
        if ways:
            wish = Wish(self.listed, (), tuple(ways.values()))
            done = partial(self._take_beside, self.cache)
            # It was only a courtesy; what is wrong shows where rows are read.
            self.tasks.read(
                f"{self.noun}.beside", partial(self._asked.rows, wish=wish), done, lambda _error: None
            )

    def _take_beside(self, cache: RowCache, answer: Answer) -> None:
        if cache is self.cache:
            self._learn(cache, answer.learnt)

    def _read_again(self, blocks: set[int]) -> None:
        """Read those that are on the screen; the others when they come into view."""
        looked_at = self._reader.looked_at()
        visible = {block for block in blocks if block in looked_at} if looked_at else blocks
        self.cache.drop(blocks - visible)
        if self._resting:
            # Kept as they are: whoever comes back sees rows at once, and in a moment what they are now.
            self._owed |= visible
        else:
            self._reader.want_again(visible)


def found_at_once(cache: RowCache, kept: Kept) -> Found:
    """What of the first rows was kept."""
    blocks = next(block for block in count() if block not in cache.blocks)
    ids = cache.order.known(0, max(blocks, 1) << SHIFT)
    return Found() if ids is None else kept.find(ids)
