"""Fetches a list: its first rows, so that there is something to see, and where all others are."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from blogadmin.core.queries.spec import ListSpec, Sort
from blogadmin.gui.tables.cells import by_id, gone
from blogadmin.gui.tables.columns import Column
from blogadmin.gui.tables.kept import Kept
from blogadmin.gui.tables.row_ahead import Ahead
from blogadmin.gui.tables.row_cache import RowCache
from blogadmin.gui.tables.row_order import Ids
from blogadmin.gui.tables.source import PATIENCE, Asked, Expected, First, Reads, Source, Waits, Whole

FIRST_ALONE = 0.3
"""Seconds for which the first rows have the server and the interpreter for themselves, if they take so long.
Looking for the places of all others beside them would keep a person waiting, and on two processors the
window, too."""
PAINTED = 10
"""Milliseconds after which first rows that have come are on the screen."""


class ListLoader(QObject):
    """One list at a time. What an older request still answers is ignored.

    Signals:
        began(RowCache): these first rows are the list for now.
        expected(int): it has about so many rows.
        followed(dict of Entry by id): the first rows, after the rest.
        first_shown(bool): the first rows are there; whether they are all.
        completed(Order, Found): where all rows are.
        failed(Exception): nothing more comes.
    """

    began = Signal(object)
    expected = Signal(int)
    followed = Signal(object)
    first_shown = Signal(bool)
    completed = Signal(object, object)
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
        self._expected = 0
        self._survey: Callable[..., Iterator[Expected | Whole]]
        self._surveying: Waits | None = None
        self._painted = QTimer(self, singleShot=True, interval=PAINTED)
        self._painted.timeout.connect(self._hasten)
        self._whole: Whole | None = None
        self._finished = False
        self.first_due = False
        """Whether the first rows are still on their way."""
        self.order: tuple[Sort, ...] = ()
        """The order of the list that is shown, once its first rows have come."""

    def ask(self, spec: ListSpec, *, screen: int, quiet: bool) -> None:
        """Fetch the list of ``spec``, beginning with ``screen`` rows; ``survey`` must follow.

        ``quiet`` is for the same list once more: the one shown stays until its successor is whole.
        """
        self._generation += 1
        self._whole, self._finished = None, False
        self.first_due = not quiet
        asked = Asked(self._listing, self._columns, self._generation)
        first, _ids = self._slots
        self._survey = partial(asked.survey, spec=spec)
        if quiet:
            self._tasks.cancel(first)
        else:
            work = partial(asked.first, spec=spec, most=screen)
            self._tasks.read(first, work, self._take_first, self._fail, limit=PATIENCE)

    def survey(self, kept: Kept, expected: int | None) -> None:
        """Find out where all rows of the list are, and where in it what was ``kept``.

        ``expected`` is how many rows it should have, where that is known.
        """
        self._expected = expected or 0
        _first, ids = self._slots
        work = partial(self._survey, kept=kept, guess=self.first_due and expected is None)
        after = FIRST_ALONE if self.first_due else 0
        self._surveying = self._tasks.stream(
            ids, work, self._take_part, self._finish, self._fail, limit=PATIENCE, after=after
        )

    def _take_first(self, answer: First) -> None:
        if answer.generation != self._generation:
            return
        self.order, self.first_due = answer.order, False
        entries = by_id(answer.entries)
        if self._finished:
            self.followed.emit(entries)
        else:
            ids = array("q", entries)
            cache = RowCache(Ids(ids) if answer.whole else Ahead(ids, self._expected))
            cache.put_first(entries, partial(gone, self._columns))
            self.began.emit(cache)
        self.first_shown.emit(answer.whole)
        self._painted.start()

    def _hasten(self) -> None:
        if self._surveying is not None and not self.first_due:
            self._surveying.hasten()

    def _take_part(self, part: Expected | Whole) -> None:
        if part.generation != self._generation:
            return
        if isinstance(part, Whole):
            self._whole = part
        elif part.total is not None:
            self._expected = part.total
            self.expected.emit(part.total)

    def _finish(self) -> None:
        self._finished = True
        whole, self._whole = self._whole, None
        if whole is not None:
            self.completed.emit(whole.order, whole.found)

    def _fail(self, error: Exception) -> None:
        self._generation += 1
        for slot in self._slots:
            self._tasks.cancel(slot)
        self.failed.emit(error)
