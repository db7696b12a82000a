"""Paints each cell of a list in one go: ground, marks of the row, content; and takes clicks on ticks."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from blogadmin.gui.tables.cell_painter import CellPainter, Part
from blogadmin.gui.tables.columns import CellKind
from blogadmin.gui.tables.known_rows import Index
from blogadmin.gui.tables.list_model import ListModel
from blogadmin.gui.tables.row_table import RowTable
from blogadmin.gui.theme import CELL_PADDING, MARGIN, color, draw_focus_ring, row_height

BAR = 3
_SELECTED = QStyle.StateFlag.State_Selected
_SMOOTH = QPainter.RenderHint.Antialiasing
_CHECK = int(Qt.ItemDataRole.CheckStateRole)


class RowDelegate(QStyledItemDelegate):
    """One delegate for every column. It only paints: words come formatted from the model."""

    def __init__(self, view: RowTable, model: ListModel) -> None:
        super().__init__(view)
        self._view = view
        self._model = model
        self._cells = CellPainter()
        self._is_check = [column.kind is CellKind.CHECK for column in model.columns]

    def forget(self) -> None:
        """The theme or the font has changed."""
        self._cells.forget()

    def paint_skeleton(self, painter: QPainter, rect: QRect, row: int, section: int) -> None:
        """Paint a cell of a row that has not come yet."""
        self._ground(painter, rect, row, section, selected=False)
        inside = self._inside(rect, section)
        self._cells.skeleton(painter, inside, self._model.columns[section], row, rtl=self._view.rtl)

    def _ground(self, painter: QPainter, rect: QRect, row: int, section: int, *, selected: bool) -> None:
        x, y, width, height = rect.x(), rect.y(), rect.width(), rect.height()
        if selected:
            painter.fillRect(rect, color("accent_soft"))
        elif row == self._view.hovered:
            painter.fillRect(rect, color("hover"))
        painter.fillRect(x, y + height - 1, width, 1, color("line"))
        if selected and section == self._view.first_column:
            edge = x + width - BAR if self._view.rtl else x
            painter.fillRect(edge, y, BAR, height - 1, color("accent"))

    def _inside(self, rect: QRect, section: int) -> QRectF:
        """The cell without its padding; the first column shares its edge with the title of the page."""
        x, y, width, height = rect.x(), rect.y(), rect.width(), rect.height()
        lead = MARGIN if section == self._view.first_column and not self._is_check[section] else CELL_PADDING
        left = CELL_PADDING if self._view.rtl else lead
        return QRectF(x + left, y, width - lead - CELL_PADDING, height - 1)

    # Qt's overrides

    def paint(self, painter: QPainter, option: Any, index: Index) -> None:
        # Called for each cell of each frame while a person scrolls. Nothing of the painter's state is put
        # back: whatever paints here sets what it needs.
        rect: QRect = option.rect
        row, section, rtl = index.row(), index.column(), self._view.rtl
        painter.setRenderHint(_SMOOTH)
        if rtl:
            painter.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self._ground(painter, rect, row, section, selected=bool(option.state & _SELECTED))
        inside = self._inside(rect, section)
        entry = self._model.entry(row)
        column = self._model.columns[section]
        if entry is None:
            self._cells.skeleton(painter, inside, column, row, rtl=rtl)
        else:
            self._cells.paint(painter, inside, Part(entry, column, section, self._model.stale, rtl))
        if row == self._view.cursor_at:
            first, last = section == self._view.first_column, section == self._view.last_column
            # The hairline belongs to the row below as much: the ring stands above it.
            draw_focus_ring(painter, rect.adjusted(0, 0, 0, -1), first=first, last=last)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """The size that shows all of the cell's words; asked for only when a column fits itself."""
        entry = self._model.entry(index.row())
        if entry is None:
            return QSize(0, row_height())
        part = Part(entry, self._model.columns[index.column()], index.column(), False, self._view.rtl)
        return QSize(self._cells.width(part) + MARGIN + CELL_PADDING + 2, row_height())

    def editorEvent(
        self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """One click anywhere in a check cell asks for the other state."""
        if not isinstance(event, QMouseEvent) or event.type() != QEvent.Type.MouseButtonRelease:
            return False
        if event.button() != Qt.MouseButton.LeftButton or event.modifiers():
            return False
        ticked = self._model.data(index, _CHECK)
        if ticked is None:
            return False
        other = Qt.CheckState.Unchecked if ticked is Qt.CheckState.Checked else Qt.CheckState.Checked
        return self._model.setData(index, other, _CHECK)
