"""Fetches a list: its first rows, so that there is something to see, and all its ids behind them."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from blogadmin.core.queries.spec import ListSpec, Sort
from blogadmin.gui.tables.cells import by_id, gone
from blogadmin.gui.tables.columns import Column
from blogadmin.gui.tables.kept import Found, Kept
from blogadmin.gui.tables.row_cache import BLOCK, RowCache
from blogadmin.gui.tables.source import Asked, Chunk, First, Reads, Source


class ListLoader(QObject):
    """One list at a time. What an older request still answers is ignored.

    Signals:
        began(RowCache, Found): this is the list now; more of it may follow.
        went_on(array of ids, Found): these rows come after those that are known.
        followed(dict of Entry by id): the first rows, after their ids.
        first_shown(bool): the first rows are there; whether they are all.
        completed(): every id is known.
        failed(Exception): nothing more comes.
    """

    began = Signal(object, object)
    went_on = Signal(object, object)
    followed = Signal(object)
    first_shown = Signal(bool)
    completed = Signal()
    failed = Signal(object)

    def __init__(
        self,
        tasks: Reads,
        listing: Callable[[], Source],
        columns: Sequence[Column],
        noun: str,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._listing = listing
        self._columns = columns
        self._slots = (f"{noun}.first", f"{noun}.ids")
        self._generation = 0
        self._quiet = self._shown = False
        self._first: array[int] | None = None
        self.first_due = False
        """Whether the first rows are still on their way."""
        self._ids: array[int] = array("q")
        self._found: list[Found] = []
        self.order: tuple[Sort, ...] = ()
        """The order of the list that is shown, once its first rows have come."""

    def start(self, spec: ListSpec, kept: Kept, *, quiet: bool) -> None:
        """Fetch the list of ``spec`` and find in it what was ``kept``.

        ``quiet`` is for the same list once more: the one shown stays until its successor is whole.
        """
        self._generation += 1
        self._quiet, self._shown, self._first = quiet, False, None
        self.first_due = not quiet
        self._ids, self._found = array("q"), []
        asked = Asked(self._listing, self._columns, self._generation)
        first, ids = self._slots
        if quiet:
            self._tasks.cancel(first)
        else:
            self._tasks.read(first, partial(asked.first, spec=spec), self._take_first, self._fail)
        work = partial(asked.ids, spec=spec, kept=kept)
        self._tasks.stream(ids, work, self._take_chunk, self._finish, self._fail)

    def _take_first(self, answer: First) -> None:
        if answer.generation != self._generation:
            return
        self.order, self.first_due = answer.order, False
        entries = by_id(answer.entries)
        if self._shown:
            self.followed.emit(entries)
        else:
            self._first = array("q", entries)
            self._show(RowCache(self._first), answer)
        # A screen that is not full is the whole list.
        self.first_shown.emit(len(answer.entries) < BLOCK)

    def _show(self, cache: RowCache, first: First | None = None, found: Found | None = None) -> None:
        if first is not None:
            cache.put(0, by_id(first.entries), partial(gone, self._columns))
        self._shown = True
        self.began.emit(cache, found)

    def _take_chunk(self, chunk: Chunk) -> None:
        if chunk.generation != self._generation:
            return
        if self._quiet:
            self._ids.extend(chunk.ids)
            self._found.append(chunk.found)
        elif self._first is not None and self._first == chunk.ids[: len(self._first)]:
            self.went_on.emit(chunk.ids[len(self._first) :], chunk.found)
        elif self._shown and self._first is None:
            self.went_on.emit(chunk.ids, chunk.found)
        else:
            # The ids came before the first rows, or the list moved between the two queries.
            self._show(RowCache(chunk.ids), found=chunk.found)
        self._first = None

    def _finish(self) -> None:
        if self._quiet:
            ranges = tuple(pair for found in self._found for pair in found.ranges)
            marks = {row_id: row for found in self._found for row_id, row in found.marks.items()}
            self._show(RowCache(self._ids), found=Found(ranges, marks))
        elif not self._shown or self._first:
            # Not one id came: nothing is listed, whatever the first query still saw.
            self._show(RowCache())
        self._ids, self._found = array("q"), []
        self.completed.emit()

    def _fail(self, error: Exception) -> None:
        self._generation += 1
        for slot in self._slots:
            self._tasks.cancel(slot)
        self.failed.emit(error)
