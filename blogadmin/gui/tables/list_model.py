"""The model of every list: all its rows have their places, those are read that are looked at."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from blogadmin.core.database.changes import Changes
from blogadmin.core.queries.spec import ListSpec, Sort
from blogadmin.gui.tables.cells import Entry, by_id, format_rows, gone
from blogadmin.gui.tables.columns import Column
from blogadmin.gui.tables.fetched_rows import State, found_at_once
from blogadmin.gui.tables.followed_rows import FollowedRows
from blogadmin.gui.tables.kept import Found, Kept
from blogadmin.gui.tables.list_loader import ListLoader
from blogadmin.gui.tables.row_ahead import Ahead
from blogadmin.gui.tables.row_cache import BLOCK, SHIFT, RowCache
from blogadmin.gui.tables.row_order import Ids, Order
from blogadmin.gui.tables.source import Reads, Source

__all__ = ["ListModel", "State"]

MOST_FIRST = 32
"""Blocks that are read first at most, however high the window."""


class ListModel(FollowedRows):
    """A list of one noun, read through ``tasks``.

    ``load`` shows the first rows at once, then learns where all others are; a row is read when something
    looks at it. The list shown before stays until there is something to put in its place. Until all places
    are known (``row_count_exact``) the number of rows is a guess, and rows are found by their number.

    A failed fetch is a state of its own: nothing of what was shown goes, and an empty list is one that is
    ``state`` READY with no rows.

    Signals:
        first_rows(): the beginning of the list that was asked for is there.
        rows_known(int): the number of rows, now that it is exact.
        began(Found): another list is shown; where in it the chosen rows are.
        went_on(int, Found): the list that is shown is known whole; it was known up to that row.
    """

    first_rows = Signal()
    rows_known = Signal(int)
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
        super().__init__(tasks, columns, listing, noun, parent)
        self.spec = ListSpec()
        self.row_count_exact = False
        self.keeps_search = False
        """Whether the list that was asked for last has the search words of the one that is shown."""
        self.keeps_order = False
        """Whether the list that is to come is the one that is shown, its rows in their true places."""
        self.carry: Callable[[], Kept] = Kept
        """What the view wants to find again in the next list; called before each load."""
        self.screen: Callable[[], int] = int
        """How many rows the view has room for; called before each load."""
        self._narrowed: tuple[object, ...] | None = None
        self._begun = False
        self._kept = Kept()
        self._load_failed = False
        self._late_changes = Changes()
        self._late_loss = False
        self._loader = ListLoader(tasks, listing, self.columns, noun, self)
        self._connect()

    def _connect(self) -> None:
        self._loader.began.connect(self._begin)
        self._loader.expected.connect(self._expect)
        self._loader.followed.connect(self._take_late_first)
        self._loader.first_shown.connect(self._take_first)
        self._loader.completed.connect(self._complete)
        self._loader.failed.connect(self._fail_load)

    # What a page asks

    @property
    def screenful(self) -> int:
        """How many rows are read first: the blocks that the view has room for."""
        return BLOCK * min(max(1, -(-self.screen() // BLOCK)), MOST_FIRST)

    @property
    def order(self) -> tuple[Sort, ...]:
        """The order of the list: that of ``spec``, or the noun's own once its first rows have come."""
        return self.spec.sort or self._loader.order

    def load(self, spec: ListSpec) -> None:
        """Show the list of ``spec``; the same one again keeps what is shown until it can be replaced."""
        again = spec == self.spec and self.row_count_exact
        # Before all else: to note what is kept, and to tell everybody, takes as long as the server does.
        self._loader.ask(spec, screen=self.screenful, quiet=again)
        self.keeps_search = _narrowing(spec) == self._narrowed
        expected = self.total if self.keeps_search and self.row_count_exact else None
        self.keeps_order = False
        self._kept = self._carried()
        self.tasks.cancel(f"{self.noun}.find")
        self.spec = spec
        self._begun = False
        self.row_count_exact = again
        self._load_failed = False
        self._late_changes = Changes()
        self._late_loss = False
        self._forget_news()
        self._loader.survey(self._kept, expected)
        self._set_state(State.LOADING)

    def show_early(self, rows: Sequence[Any]) -> None:
        """Show rows that were read before there was a database, until the list itself is loaded."""
        entries = by_id(format_rows(self.columns, rows))
        cache = RowCache(Ids(array("q", entries)))
        cache.put_first(entries, partial(gone, self.columns))
        self._begin(cache)

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

    def refresh(self, changes: Changes, *, own: bool = False) -> None:
        super().refresh(changes, own=own)
        if self._loader.first_due:
            self._late_changes |= changes

    def lose_track(self, noun: str | None = None) -> None:
        if self._loader.first_due:
            self._late_loss = True
        else:
            super().lose_track(noun)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Load the list in the order of one column; nothing happens for one that cannot order it."""
        if 0 <= column < len(self.columns) and self.columns[column].sortable:
            by = Sort(self.columns[column].name, order == Qt.SortOrder.DescendingOrder)
            self.load(self.spec._replace(sort=(by,)))

    # What comes back

    def _begin(self, cache: RowCache, found: Found | None = None) -> None:
        found = found_at_once(cache, self._kept) if found is None else found
        self._learn(cache, found.learnt)
        self._reader.forget()
        self._owed.clear()
        self._times.begin(cache)
        self._swap(cache, found.marks)
        self.listed = self.spec
        self._narrowed = _narrowing(self.spec)
        self._begun = True
        self.began.emit(found)
        self._take_up_late_changes()

    def _expect(self, total: int) -> None:
        order = self.cache.order
        if self._begun and isinstance(order, Ahead):
            order.expect(total)
            self._reader.start_over()
            self._set_count(max(self._count, order.total))

    def _take_late_first(self, entries: Mapping[int, Entry]) -> None:
        """The rest was faster: the first rows still save a query, if they are those of the list."""
        if 0 not in self.cache.blocks and self.cache.order.known(0, len(entries)) == array("q", entries):
            self._take_in(self.cache.first_blocks(len(entries)), entries)
            self._take_up_late_changes()

    def _take_up_late_changes(self) -> None:
        """Rows that came with the list may have been read before a commit of which we know already."""
        changes, self._late_changes = self._late_changes, Changes()
        if changes:
            # What there was to tell of them has been told.
            self.refresh(changes, own=True)
        loss, self._late_loss = self._late_loss, False
        if loss:
            self.lose_track()

    def _complete(self, order: Order, found: Found) -> None:
        """The places of all rows have come. What is on the screen stays where that is right."""
        now = self.cache.order
        if not self._begun:
            self._begin(RowCache(order), found)
        elif now.agrees(order):
            self._go_on(order, found)
        elif isinstance(now, Ahead) and now.learnt:
            self._move_to(order)
            return
        else:
            self._begin(RowCache(order), found)
        self._finish()

    def _go_on(self, order: Order, found: Found) -> None:
        known = self.total
        self.cache.order = order
        self._learn(self.cache, found.learnt)
        if order.total != known:
            # The block that was the last has other rows now.
            self.cache.drop([known >> SHIFT])
        self._reader.start_over()
        self._set_count(max(self._count, order.total))
        self.went_on.emit(known, found)
        if self._reader.window is not None:
            self._tell_changed(*self._reader.window)

    def _move_to(self, order: Order) -> None:
        """Rows that were found by their number are elsewhere: the screen and what is chosen follow by id."""
        self.keeps_search = self.keeps_order = True
        self._kept = self._carried()
        self._look_for_kept(order)

    def _look_for_kept(self, order: Order) -> None:
        work = partial(self._asked.find, spec=self.spec, order=order, kept=self._kept)
        self.tasks.read(f"{self.noun}.ids", work, partial(self._arrive, order), self._fail_load)

    def _arrive(self, order: Order, found: Found) -> None:
        sought, self._kept = self._kept, self._carried()
        if self._kept != sought:
            # The person went on meanwhile: what they see now must not jump away.
            self._look_for_kept(order)
            return
        self._begin(RowCache(order), found)
        self._finish()

    def _finish(self) -> None:
        self._give_back_spent()
        self._know_count()
        self._set_state(State.READY)

    def _carried(self) -> Kept:
        kept = self.carry()
        pointed_at = {self.id_at(index.row()) for index in self.persistentIndexList()}
        return replace(kept, marks=kept.marks | {row_id for row_id in pointed_at if row_id is not None})

    def _take_first(self, whole: bool) -> None:
        if self.state is State.LOADING:
            self._set_state(State.FIRST)
        if whole and not self.row_count_exact:
            self._know_count()
        self.first_rows.emit()

    def _know_count(self) -> None:
        self._set_count(self.total)
        self.row_count_exact = True
        self.rows_known.emit(self.total)

    def _fail_load(self, error: Exception) -> None:
        self._load_failed = True
        self._fail_rows(error)


def _narrowing(spec: ListSpec) -> tuple[object, ...]:
    """All of a list but its order."""
    return spec.search, spec.where, spec.bodies
