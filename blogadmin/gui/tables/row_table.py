"""The look and the ways of a table of whole rows: what is hovered, where the cursor and the edges are."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

from PySide6.QtCore import QEvent, QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QAccessible, QFocusEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from blogadmin.gui.tables.header import ListHeader
from blogadmin.gui.tables.known_rows import Index

_EDITING = QAbstractItemView.State.EditingState
_NO_UPDATE = QItemSelectionModel.SelectionFlag.NoUpdate
_ONLY_ROW = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows


class RowTable(QTableView):
    """A table in which rows are chosen, never cells. Who paints it asks which row wears which mark.

    Signals:
        moved_by_hand(): the person has used the mouse, the wheel or a key: where they are is their choice.
    """

    moved_by_hand = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Read for every cell that is painted: plain values, asked for once a paint.
        self.hovered = self.cursor_at = -1
        self.first_column = self.last_column = -1
        self.rtl = False
        self._filled = 0
        self.outdated_rows: Callable[[int, int], Iterable[int]] = lambda first, last: range(first, last + 1)
        """Tells which rows from one to another look otherwise now than they were painted."""
        self.row_drawings: Callable[[], Iterable[tuple[Hashable, bytes]]] = tuple
        """Tells the small drawings of the rows by what they show, as files."""
        self._header = ListHeader(self)
        self._set_up()
        self._header.sectionMoved.connect(self._find_edges)
        self._header.sectionResized.connect(self._find_edges)

    def cursor_row(self) -> int:
        """The row that wears the ring of the keyboard cursor; -1 while the keyboard is elsewhere."""
        return self.currentIndex().row() if self.hasFocus() else -1

    def drawings(self) -> Iterator[tuple[Hashable, bytes]]:
        """The small drawings of titles and rows by what they show, as files."""
        yield from self._header.titles.stamps.pictures()
        yield from self.row_drawings()

    def room_for_rows(self) -> int:
        """How many rows there is room for, the last one perhaps in part."""
        return 1 + self.viewport().height() // self.verticalHeader().defaultSectionSize()

    def rows_on_screen(self) -> range:
        """The rows whose places are on the screen."""
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        if first < 0:
            return range(0)
        return range(first, last + 1 if last >= 0 else self.model().rowCount())

    def lay_out_anew(self) -> None:
        """Other rows have taken the place of those on the screen."""
        # What Qt has put off it would do in the middle of the next paint, and ask for another.
        self.executeDelayedItemsLayout()
        self.updateGeometries()
        self.viewport().update()

    def _set_up(self) -> None:
        self.setHorizontalHeader(self._header)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        # Whoever paints the rows paints the ground, too. Otherwise Qt could not move what is on the screen
        # when it scrolls, and would have all of it painted for each step.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        # A column that fits itself measures what is on the screen, not a thousand rows.
        self._header.setResizeContentsPrecision(0)
        rows = self.verticalHeader()
        rows.hide()
        rows.setMinimumSectionSize(1)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def _find_edges(self) -> None:
        edges = self._header.first_visible(), self._header.last_visible()
        if edges != (self.first_column, self.last_column):
            self.first_column, self.last_column = edges
            self.viewport().update()

    def _hover(self, where: QPoint | None) -> None:
        row = -1 if where is None else self.rowAt(where.y())
        if row != self.hovered:
            old, self.hovered = self.hovered, row
            self._update_row(old)
            self._update_row(row)

    def _update_outdated(self, first: int, last: int) -> None:
        height = self.verticalHeader().defaultSectionSize()
        # Reckoned, not asked: Qt would do what it has put off, for a list that may be about to change.
        offset = self.verticalHeader().offset()
        top, bottom = offset // height, (offset + self.viewport().height()) // height
        for row in self.outdated_rows(max(top, first), min(bottom, last)):
            self.viewport().update(0, row * height - offset, self.viewport().width(), height)

    def _filled_height(self) -> int:
        """How much of the screen has rows."""
        rows = self.model().rowCount() if self.model() is not None else 0
        end = rows * self.verticalHeader().defaultSectionSize() - self.verticalHeader().offset()
        return min(end, self.viewport().height())

    def _update_row(self, row: int) -> None:
        if row >= 0:
            y, width = self.rowViewportPosition(row), self.viewport().width()
            self.viewport().update(0, y, width, self.rowHeight(row))

    def _has_rows(self) -> bool:
        return self.model() is not None and self.model().rowCount() > 0

    def _note_marks(self) -> None:
        """Before a paint: where the cursor is, and which way text runs."""
        self.cursor_at = self.cursor_row()
        self.rtl = self.isRightToLeft()

    # Qt's overrides

    def dataChanged(self, topLeft: Index, bottomRight: Index, roles: Sequence[int] = ()) -> None:
        """Paint the rows anew that look otherwise now; Qt would paint all of the screen."""
        if self.state() is _EDITING or QAccessible.isActive():
            super().dataChanged(topLeft, bottomRight, roles)
            return
        self._update_outdated(topLeft.row(), bottomRight.row())

    def doItemsLayout(self) -> None:
        """Paint what looks otherwise now: rows that come or go below the screen change nothing on it, and Qt
        would paint all of it."""
        self.updateGeometries()
        # Qt keeps it from painting while rows go.
        self.verticalHeader().setUpdatesEnabled(True)
        before, self._filled = self._filled, self._filled_height()
        if self._filled and self._filled == before:
            self._update_outdated(0, self.model().rowCount() - 1)
        else:
            self.viewport().update()

    def keyboardSearch(self, search: str) -> None:
        """Nothing: Qt would read row after row, all of them; the search field asks the server."""

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        # The ring goes round the row; Qt thinks of the cell.
        self._update_row(previous.row())
        self._update_row(current.row())

    def selectRow(self, row: int) -> None:
        """Select one row and take the keyboard cursor there."""
        # Qt looks for the column at the leading edge and finds none where text runs to the left.
        index = self.model().index(row, max(self.first_column, 0))
        self.selectionModel().setCurrentIndex(index, _NO_UPDATE)
        self.selectionModel().select(index, _ONLY_ROW)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.moved_by_hand.emit()
        super().mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.moved_by_hand.emit()
        super().wheelEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(event.position().toPoint())
        super().mouseMoveEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Leave, QEvent.Type.HoverLeave):
            self._hover(None)
        return super().viewportEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._has_rows() and not self.currentIndex().isValid():
            first = self.model().index(0, max(self.first_column, 0))
            self.selectionModel().setCurrentIndex(first, _NO_UPDATE)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()
