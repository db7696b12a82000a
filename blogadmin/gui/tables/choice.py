"""Which rows of a list are selected, by id where the list changes, by rule where there are too many."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QObject, QTimer, Signal
from PySide6.QtWidgets import QAbstractItemView

from blogadmin.core.queries.spec import ListSpec
from blogadmin.gui.tables.kept import KEPT_MOST, Found, Kept
from blogadmin.gui.tables.list_model import ListModel
from blogadmin.gui.tables.row_ranges import RowRanges

MOST_BY_INDEX = 2_000
"""Up to so many rows "select all" selects them one by one; above it is a rule, for Qt asks each of them."""
_ROWS = QItemSelectionModel.SelectionFlag.Rows
_SELECT = QItemSelectionModel.SelectionFlag.Select
_NO_UPDATE = QItemSelectionModel.SelectionFlag.NoUpdate


class Choice(QObject):
    """The selection of a view, carried from one list to the next.

    Signals:
        changed(): other rows are selected, or the same ones in another list.
    """

    changed = Signal()

    def __init__(self, view: QAbstractItemView, model: ListModel) -> None:
        super().__init__(view)
        self._view = view
        self._model = model
        self._selection = view.selectionModel()
        self._carrying = False
        self.everything = False
        self._news = QTimer(self, singleShot=True, interval=0)
        self._news.timeout.connect(self.changed)
        model.carry = self._carry
        model.swapping.connect(self._let_go)
        model.began.connect(self._take_up)
        model.went_on.connect(lambda _offset, found: self._take_more(found))
        model.gone.connect(self._drop)
        model.rows_known.connect(lambda _count: self._tell())
        self._selection.selectionChanged.connect(self._selected)

    def ranges(self) -> RowRanges:
        """The selected rows."""
        if self.everything:
            return RowRanges([(0, self._model.rowCount())])
        selection = self._selection.selection()
        parts = [selection.at(place) for place in range(selection.count())]
        return RowRanges((part.top(), part.bottom() + 1) for part in parts)

    def count(self) -> int:
        """How many rows are selected."""
        return self.ranges().count(self._model.rowCount())

    def ids(self) -> tuple[int, ...]:
        """The ids of the selected rows, in the list's order."""
        return self._model.ids_in(self.ranges())

    def select_all(self) -> None:
        """Select every row, however many there are, without looking at any."""
        self._carrying = True
        self._selection.clearSelection()
        rows = self._model.rowCount()
        self.everything = rows > MOST_BY_INDEX
        if rows and not self.everything:
            self._select(((0, rows),))
        self._carrying = False
        self._tell()

    def clear(self) -> None:
        """Select nothing."""
        self.everything = False
        self._selection.clearSelection()
        self._tell()

    # From list to list

    def _carry(self, _spec: ListSpec) -> Kept:
        current = self._model.id_at(self._view.currentIndex().row())
        marks = frozenset(() if current is None else (current,))
        if self.everything:
            newest = max(self._model.cache.ids, default=0)
            return Kept(inverted=True, newest=newest, marks=marks)
        ids = self.ids()
        return Kept(ids=frozenset(ids if len(ids) <= KEPT_MOST else ()), marks=marks)

    def _let_go(self) -> None:
        self._carrying = True
        self._selection.clearSelection()

    def _take_up(self, found: Found) -> None:
        was_everything, self.everything = self.everything, False
        whole = ((0, self._model.total),)
        if was_everything and found.ranges in (whole, ()):
            self.everything = bool(self._model.total)
        else:
            self._select(found.ranges)
        self._carrying = False
        self._tell()

    def _take_more(self, found: Found) -> None:
        if not self.everything:
            self._carrying = True
            self._select(found.ranges)
            self._carrying = False
        self._tell()

    def _select(self, ranges: tuple[tuple[int, int], ...]) -> None:
        model, last = self._model, self._model.columnCount() - 1
        chosen = QItemSelection()
        for start, stop in ranges:
            end = min(stop, model.rowCount())
            if start < end:
                chosen.select(model.index(start, 0), model.index(end - 1, last))
        self._selection.select(chosen, _SELECT | _ROWS)

    def _drop(self, rows: RowRanges) -> None:
        lost = QItemSelection()
        last = self._model.columnCount() - 1
        for start, stop in rows:
            lost.select(self._model.index(start, 0), self._model.index(stop - 1, last))
        self._selection.select(lost, QItemSelectionModel.SelectionFlag.Deselect | _ROWS)

    def _selected(self, _chosen: QItemSelection, _left: QItemSelection) -> None:
        if not self._carrying:
            if self.everything:
                self.everything = False
                self._view.viewport().update()
            self._tell()

    def _tell(self) -> None:
        self._view.viewport().update()
        # Several changes in one turn of the event loop are one piece of news.
        self._news.start()
