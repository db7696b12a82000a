"""The model of every list: all its rows by id, those read that are looked at."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from PySide6.QtCore import QObject, Qt, Signal

from blogadmin.core.database.changes import Changes
from blogadmin.core.queries.spec import ListSpec, Sort
from blogadmin.gui.tables.block_reader import BlockReader
from blogadmin.gui.tables.cells import Entry, gone
from blogadmin.gui.tables.columns import Column
from blogadmin.gui.tables.kept import Found, Kept
from blogadmin.gui.tables.known_rows import KnownRows
from blogadmin.gui.tables.list_loader import ListLoader
from blogadmin.gui.tables.row_cache import SHIFT, RowCache
from blogadmin.gui.tables.source import Answer, Reads, Source
from blogadmin.gui.tables.time_teller import TimeTeller


class State(StrEnum):
    """How far a list has come. A FAILED one keeps the rows that it had."""

    LOADING = "loading"
    FIRST = "first"
    READY = "ready"
    FAILED = "failed"


class ListModel(KnownRows):
    """A list of one noun, read through ``tasks``.

    ``load`` shows the first rows at once, then learns the ids of all rows; a row is read when something
    looks at it. The list shown before stays until there is something to put in its place. Until all ids
    are known (``row_count_exact``) the number of rows is that of the list before.

    A failed fetch is a state of its own: nothing of what was shown goes, and an empty list is one that is
    ``state`` READY with no rows.

    Signals:
        state_changed(): ``state`` has another value.
        first_rows(): the beginning of the list that was asked for is there.
        rows_known(int): the number of rows, now that it is exact.
        failed(Exception): a fetch failed; ``retry`` repeats it.
        new_rows(int): how many rows others have made since the list was loaded.
        began(Found): another list is shown; where in it the chosen rows are.
        went_on(int, Found): more ids are known, from that row on.
    """

    state_changed = Signal()
    first_rows = Signal()
    rows_known = Signal(int)
    failed = Signal(object)
    new_rows = Signal(int)
    began = Signal(object)
    went_on = Signal(int, object)

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
        self.spec = ListSpec()
        self.state = State.LOADING
        self.error: Exception | None = None
        self.row_count_exact = False
        self.keeps_search = False
        """Whether the list that was asked for last has the search words of the one that is shown."""
        self.carry: Callable[[], Kept] = Kept
        """What the view wants to find again in the next list; called before each load."""
        self._searched: str | None = None
        self._kept = Kept()
        self._load_failed = False
        self._late_changes = Changes()
        self._created: set[int] = set()
        self._loader = ListLoader(tasks, listing, self.columns, noun, self)
        self._reader = BlockReader(tasks, listing, self.columns, noun, self._ids_of_block, self)
        self._times = TimeTeller(self.columns, self._put_rows, self)
        self._connect()

    def _connect(self) -> None:
        self._loader.began.connect(self._begin)
        self._loader.followed.connect(self._take_late_first)
        self._loader.went_on.connect(self._go_on)
        self._loader.first_shown.connect(self._take_first)
        self._loader.completed.connect(self._complete)
        self._loader.failed.connect(self._fail_load)
        self._reader.arrived.connect(self._take_blocks)
        self._reader.failed.connect(self._fail_rows)

    # What a page asks

    @property
    def order(self) -> tuple[Sort, ...]:
        """The order of the list: that of ``spec``, or the noun's own once its first rows have come."""
        return self.spec.sort or self._loader.order

    @property
    def stale(self) -> bool:
        """Whether what is shown may be out of date because a fetch failed."""
        return self.state is State.FAILED

    @property
    def total(self) -> int:
        """How many rows are known; more than ``rowCount()`` where a view cannot hold them all."""
        return len(self.cache.ids)

    def load(self, spec: ListSpec) -> None:
        """Show the list of ``spec``; the same one again keeps what is shown until it can be replaced."""
        again = spec == self.spec and self.row_count_exact
        self.keeps_search = spec.search == self._searched
        kept = self.carry()
        pointed_at = {self.id_at(index.row()) for index in self.persistentIndexList()}
        self._kept = replace(kept, marks=kept.marks | {row_id for row_id in pointed_at if row_id is not None})
        self.spec = spec
        self.row_count_exact = again
        self._load_failed = False
        self._late_changes = Changes()
        self._created.clear()
        self._set_state(State.LOADING)
        self._loader.start(spec, self._kept, quiet=again)

    def reload(self) -> None:
        """Show the same list as it is now."""
        self.load(self.spec)

    def retry(self) -> None:
        """Fetch again what could not be fetched."""
        if self._load_failed or not self.row_count_exact:
            self.reload()
        elif self.state is State.FAILED:
            self._set_state(State.READY)
            self._tell_changed(0, self._count - 1)

    def look_at(self, first: int, last: int) -> None:
        """Say which rows are on the screen: they come first, and rows far from them are not read."""
        self._reader.look_at(first, last)
        self._times.look_at(self._reader.looked_at())
        self.cache.touch(self._reader.looked_at())

    def refresh(self, changes: Changes) -> None:
        """Take in what a commit changed, here or elsewhere, without moving any row.

        Rows on the screen are read again where they stand, deleted ones show as deleted, new ones are
        only counted. A change to another noun can show here too, as an author's name or a count.
        """
        own = changes.touched(self.noun)
        deleted = changes.deleted.get(self.noun, frozenset())
        others = {*changes.created, *changes.updated, *changes.deleted} - {self.noun}
        self._former = {row_id: entry for row_id, entry in self._former.items() if row_id not in own}
        self._put_rows(
            {row: gone(self.columns, e.id, e) for row, e in self.cache.entries() if e.id in deleted}
        )
        self._read_again({row >> SHIFT for row, e in self.cache.entries() if others or e.id in own - deleted})
        # What is on its way may have been read before the commit.
        self._reader.want_again(
            block for block in self._reader.reading if others or not own.isdisjoint(self._ids_of_block(block))
        )
        if self._loader.first_due:
            self._late_changes |= changes
        created = changes.created.get(self.noun, frozenset()) - self._created
        if created:
            self._created |= created
            self.new_rows.emit(len(self._created))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Load the list in the order of one column; nothing happens for one that cannot order it."""
        if 0 <= column < len(self.columns) and self.columns[column].sortable:
            by = Sort(self.columns[column].name, order == Qt.SortOrder.DescendingOrder)
            self.load(replace(self.spec, sort=(by,)))

    # What comes back

    def _begin(self, cache: RowCache, found: Found | None) -> None:
        found = self._kept.find(cache.ids) if found is None else found
        self._reader.forget()
        self._times.begin(cache)
        self._swap(cache, found.marks)
        self._searched = self.spec.search
        self.began.emit(found)
        self._take_up_late_changes()

    def _take_late_first(self, entries: Mapping[int, Entry]) -> None:
        """The ids were faster: the first rows still save a query, if they are those of the list."""
        if 0 not in self.cache.blocks and self._ids_of_block(0) == array("q", entries):
            self._put_block(0, entries, self._missing)
            self._times.has_told(0)
            self._take_up_late_changes()

    def _take_up_late_changes(self) -> None:
        """Rows that came with the list may have been read before a commit of which we know already."""
        changes, self._late_changes = self._late_changes, Changes()
        if changes:
            self.refresh(changes)

    def _go_on(self, ids: array[int], found: Found) -> None:
        offset = self.total
        self.cache.append(ids)
        before = self._count
        self._set_count(max(self._count, self.total))
        self.went_on.emit(offset, found)
        window = self._reader.window
        if window is not None:
            self._tell_changed(max(offset, window[0]), min(before - 1, window[1], self.total - 1))

    def _take_first(self, whole: bool) -> None:
        if self.state is State.LOADING:
            self._set_state(State.FIRST)
        if whole and not self.row_count_exact:
            self._know_count()
        self.first_rows.emit()

    def _complete(self) -> None:
        self._know_count()
        self._set_state(State.READY)

    def _know_count(self) -> None:
        self._set_count(self.total)
        self.row_count_exact = True
        self.rows_known.emit(self.total)

    def _take_blocks(self, answer: Answer, blocks: list[int]) -> None:
        for block in blocks:
            ids = self._ids_of_block(block)
            if answer.asked.issuperset(ids):
                self._put_block(block, answer.entries, self._missing)
                self._times.has_told(block)
                for row_id in ids:
                    self._former.pop(row_id, None)
            else:
                # The list has gone on since: the block has more rows than were asked for.
                self._reader.want(block)

    def _missing(self, row_id: int, known: Entry | None) -> Entry:
        return gone(self.columns, row_id, known or self._former.get(row_id))

    def _fail_load(self, error: Exception) -> None:
        self._load_failed = True
        self._fail_rows(error)

    def _fail_rows(self, error: Exception) -> None:
        self._set_state(State.FAILED, error)
        self.failed.emit(error)

    def _set_state(self, state: State, error: Exception | None = None) -> None:
        changed = state is not self.state or error is not self.error
        self.state, self.error = state, error
        if changed:
            self.state_changed.emit()

    # Reading

    def _ask_for(self, row: int, *, firmly: bool) -> int:
        row_id = self.cache.id_at(row)
        # After a failure the server is left alone until somebody says "retry".
        if row_id is not None and self.state is not State.FAILED:
            self._reader.want(row >> SHIFT, passing=not firmly)
        return row_id or 0

    def _ids_of_block(self, block: int) -> array[int]:
        return self.cache.block_ids(block)

    def _read_again(self, blocks: set[int]) -> None:
        """Read those that are on the screen; the others when they come into view."""
        looked_at = self._reader.looked_at()
        visible = {block for block in blocks if block in looked_at} if looked_at else blocks
        self.cache.drop(blocks - visible)
        self._reader.want_again(visible)
