"""Where a person is in a list, kept while another list takes its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QItemSelectionModel
from PySide6.QtWidgets import QTableView

from blogadmin.gui.tables.list_model import ListModel
from blogadmin.gui.tables.row_ranges import RowRanges

_NO_UPDATE = QItemSelectionModel.SelectionFlag.NoUpdate


@dataclass(frozen=True, slots=True)
class _Point:
    """A row by its id, and how many pixels below the upper edge it stands."""

    id: int
    y: int


class Place:
    """The row under the keyboard cursor, and what is at the top of the screen.

    The same list once more stays where it is, row for row. In another order or search the cursor goes with
    its row; the screen goes with it only where the row was chosen and in view, else it shows the beginning.
    Once the person moves on, nothing is moved under them.
    """

    def __init__(self, view: QTableView, model: ListModel) -> None:
        self._view = view
        self._model = model
        self._spec = model.spec
        self._cursor: _Point | None = None
        self._column = 0
        self._top: _Point | None = None
        self._follow = False
        self._moved = True

    def note(self, selected: RowRanges) -> frozenset[int]:
        """Remember the place, and give the ids that must be found again."""
        current = self._view.currentIndex()
        cursor, top = self._point(current.row()), self._point(self._view.rowAt(0))
        self._column = max(current.column(), 0)
        if cursor is not None or self._cursor is None or self._model.row_count_exact:
            self._cursor = cursor
            inside = cursor is not None and 0 <= cursor.y < self._view.viewport().height()
            self._follow = inside and current.row() in selected
        self._top = top
        self._spec = self._model.spec
        self._moved = False
        return frozenset(point.id for point in (self._cursor, top) if point is not None)

    def moved(self) -> None:
        """The person has gone somewhere else: leave the screen alone."""
        self._moved = True

    def take_up(self, marks: Mapping[int, int]) -> None:
        """Another list has begun; ``marks`` are rows of remembered ids."""
        if self._moved:
            return
        if self._model.spec == self._spec:
            if self._top is not None and self._top.id in marks:
                self._bring(marks[self._top.id], self._top.y)
        else:
            self._view.scrollToTop()
        self.find(marks)

    def find(self, marks: Mapping[int, int]) -> None:
        """More of the list is known."""
        cursor = self._cursor
        if cursor is None or cursor.id not in marks:
            return
        row = marks[cursor.id]
        if not self._view.currentIndex().isValid() and row < self._model.rowCount():
            automatic = self._view.hasAutoScroll()
            self._view.setAutoScroll(False)
            index = self._model.index(row, self._column)
            self._view.selectionModel().setCurrentIndex(index, _NO_UPDATE)
            self._view.setAutoScroll(automatic)
        if self._follow and not self._moved and self._model.spec != self._spec:
            self._bring(row, cursor.y)

    def _bring(self, row: int, y: int) -> None:
        """Let the row stand ``y`` pixels below the upper edge."""
        height = self._view.verticalHeader().defaultSectionSize()
        self._view.verticalScrollBar().setValue(row * height - y)

    def _point(self, row: int) -> _Point | None:
        row_id = self._model.id_at(row)
        return None if row_id is None else _Point(row_id, self._view.rowViewportPosition(row))
