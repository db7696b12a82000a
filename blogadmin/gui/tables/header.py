"""The titles of a list's columns: quiet, with a mark for the order, clicked to change it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QMouseEvent, QPainter
from PySide6.QtWidgets import QHeaderView, QStyle, QWidget

from blogadmin.core.queries.spec import Sort
from blogadmin.gui.tables.columns import CellKind, Column
from blogadmin.gui.theme import (
    CELL_PADDING,
    ICON_SMALL,
    MARGIN,
    color,
    control_height,
    draw_icon,
    font,
    leading_rect,
    metrics,
)

LEAST_WIDTH = 40
_GAP = 4
_LINE = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


class ListHeader(QHeaderView):
    """Column titles.

    Signals:
        order_wanted: the keys of the order that a click asks for, a tuple of ``Sort``. With Shift a key is
            added to those that are there, or turned round.
    """

    order_wanted = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.order: tuple[Sort, ...] = ()
        self._columns: tuple[Column, ...] = ()
        self._adding = False
        self._hovered = -1
        self.setObjectName("columnTitles")
        self.setAccessibleName("Column titles")
        self.setSectionsMovable(True)
        self.setSectionsClickable(True)
        # Qt would ask for the flags of every row to find out whether a whole column is selected.
        self.setHighlightSections(False)
        self.setMinimumSectionSize(LEAST_WIDTH)
        self.setMouseTracking(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.sectionClicked.connect(self._clicked)

    def set_columns(self, columns: tuple[Column, ...]) -> None:
        """Say what the sections are."""
        self._columns = columns

    def show_order(self, order: tuple[Sort, ...]) -> None:
        """Mark the columns by which the list is sorted now."""
        if order != self.order:
            self.order = order
            self.viewport().update()

    def first_visible(self) -> int:
        """The section at the leading edge; -1 when there is none."""
        return self._visible_from(range(self.count()))

    def last_visible(self) -> int:
        """The section at the trailing edge; -1 when there is none."""
        return self._visible_from(range(self.count() - 1, -1, -1))

    def _visible_from(self, places: range) -> int:
        sections = (self.logicalIndex(place) for place in places)
        return next((section for section in sections if not self.isSectionHidden(section)), -1)

    def _clicked(self, section: int) -> None:
        column = self._columns[section]
        if not column.sortable:
            return
        known = next((key for key in self.order if key.column == column.name), None)
        key = Sort(column.name, descending=known is not None and not known.descending)
        if not self._adding:
            self.order_wanted.emit((key,))
        elif known is not None:
            self.order_wanted.emit(tuple(key if old is known else old for old in self.order))
        else:
            self.order_wanted.emit((*self.order, key))

    def _draw_title(self, painter: QPainter, rect: QRect, section: int) -> None:
        column = self._columns[section]
        rank = next((i for i, key in enumerate(self.order) if key.column == column.name), None)
        weight = QFont.Weight.DemiBold if rank is not None or column.required else QFont.Weight.Medium
        measured = metrics("caption", weight=weight)
        mark = 0 if rank is None else ICON_SMALL + _GAP + self._number_width()
        inside = self._inside(rect, section)
        title = measured.elidedText(column.title, Qt.TextElideMode.ElideRight, int(inside.width()) - mark)
        width = measured.horizontalAdvance(title)
        offset = self._offset(column, inside.width(), width, mark)
        painter.setFont(font("caption", weight=weight))
        painter.setPen(color("text2" if rank is None else "text"))
        painter.drawText(leading_rect(painter, inside, offset, width + 1), int(_LINE), title)
        if rank is not None:
            self._draw_mark(painter, inside, offset + width + _GAP, rank)

    def _inside(self, rect: QRect, section: int) -> QRectF:
        first = section == self.first_visible() and self._columns[section].kind is not CellKind.CHECK
        lead = MARGIN if first else CELL_PADDING
        inside = rect.adjusted(lead, 0, -CELL_PADDING, 0)
        return QRectF(QStyle.visualRect(self.layoutDirection(), rect, inside))

    @staticmethod
    def _offset(column: Column, room: float, width: int, mark: int) -> float:
        """Where the title begins: over numbers it ends where they end."""
        if column.kind is CellKind.NUMBER:
            return max(0.0, room - width - mark)
        if column.kind is CellKind.CHECK and not mark:
            return max(0.0, (room - width) / 2)
        return 0.0

    def _draw_mark(self, painter: QPainter, inside: QRectF, offset: float, rank: int) -> None:
        name = "arrow-down" if self.order[rank].descending else "arrow-up"
        # Later keys of the order are quieter than the one that counts first.
        ink = color("accent_ink" if rank == 0 else "text3")
        draw_icon(painter, name, leading_rect(painter, inside, offset, ICON_SMALL), ink)
        if len(self.order) > 1:
            painter.setPen(ink)
            painter.drawText(
                leading_rect(painter, inside, offset + ICON_SMALL, self._number_width()),
                int(_LINE),
                str(rank + 1),
            )

    def _number_width(self) -> int:
        """Room for the place of a key in an order of several; a single key needs no number."""
        weight = QFont.Weight.DemiBold
        return metrics("caption", weight=weight).horizontalAdvance("0") + 1 if len(self.order) > 1 else 0

    def _hover(self, section: int) -> None:
        if section != self._hovered:
            self._hovered = section
            self.viewport().update()

    # Qt's overrides

    def mouseReleaseEvent(self, e: QMouseEvent) -> None:
        self._adding = bool(e.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        super().mouseReleaseEvent(e)

    def mouseMoveEvent(self, e: QMouseEvent) -> None:
        self._hover(self.logicalIndexAt(e.position().toPoint()))
        super().mouseMoveEvent(e)

    def viewportEvent(self, e: QEvent) -> bool:
        if e.type() in (QEvent.Type.Leave, QEvent.Type.HoverLeave):
            self._hover(-1)
        return super().viewportEvent(e)

    def sizeHint(self) -> QSize:
        # Only the height counts in a table; Qt's own would ask about each title.
        return QSize(self.length(), control_height())

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        if not rect.isValid() or logicalIndex >= len(self._columns):
            return
        painter.save()
        painter.setLayoutDirection(self.layoutDirection())
        hovered = logicalIndex == self._hovered and self._columns[logicalIndex].sortable
        painter.fillRect(rect, color("press" if hovered else "sunken"))
        painter.fillRect(rect.left(), rect.top(), rect.width(), 1, color("line"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, color("line"))
        self._draw_title(painter, rect, logicalIndex)
        painter.restore()
