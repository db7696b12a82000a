"""The titles of a list's columns: quiet, with a mark for the order, clicked to change it."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QMouseEvent, QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from blogadmin.core.queries.spec import Sort
from blogadmin.gui.theme import (
    CELL_PADDING,
    ICON_SMALL,
    MARGIN,
    color,
    control_height,
    draw_elided,
    draw_icon,
    font,
    leading_rect,
    metrics,
)

_TRAILING = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
_GAP = 4


class ListHeader(QHeaderView):
    """Column titles.

    Signals:
        order_wanted: the column keys in the order that a click asks for, a tuple of ``Sort``.
    """

    order_wanted = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.order: tuple[Sort, ...] = ()
        self._adding = False
        self.setObjectName("columnTitles")
        self.setAccessibleName("Column titles")
        self.setSectionsMovable(True)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(48)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.sectionClicked.connect(self._clicked)

    def show_order(self, order: tuple[Sort, ...]) -> None:
        """Mark the columns by which the list is sorted now."""
        if order != self.order:
            self.order = order
            self.viewport().update()

    def _clicked(self, section: int) -> None:
        name = self._name(section)
        if not name or not self.model().columns[section].sortable:  # pyright: ignore[reportAttributeAccessIssue]
            return
        known = next((key for key in self.order if key.column == name), None)
        key = Sort(name, descending=known is not None and not known.descending)
        if not self._adding:
            self.order_wanted.emit((key,))
        elif known is not None:
            self.order_wanted.emit(tuple(key if old.column == name else old for old in self.order))
        else:
            self.order_wanted.emit((*self.order, key))

    def _name(self, section: int) -> str:
        return str(
            self.model().headerData(section, Qt.Orientation.Horizontal, Qt.ItemDataRole.UserRole) or ""
        )

    def _is_first(self, section: int) -> bool:
        return all(
            self.isSectionHidden(self.logicalIndex(place)) for place in range(self.visualIndex(section))
        )

    def _draw_mark(
        self, painter: QPainter, inside: QRectF, section: int, text_width: float, trailing: bool
    ) -> None:
        place = next((i for i, key in enumerate(self.order) if key.column == self._name(section)), None)
        if place is None:
            return
        name = "arrow-down" if self.order[place].descending else "arrow-up"
        at = inside.width() - text_width - ICON_SMALL - _GAP if trailing else text_width + _GAP
        mark = leading_rect(painter, inside, max(at, 0), ICON_SMALL)
        draw_icon(painter, name, mark, color("accent"))

    # Qt's overrides

    def mouseReleaseEvent(self, e: QMouseEvent) -> None:
        self._adding = bool(e.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        super().mouseReleaseEvent(e)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), control_height())

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        painter.save()
        painter.setLayoutDirection(self.layoutDirection())
        painter.fillRect(rect, color("sunken"))
        painter.fillRect(rect.left(), rect.top(), rect.width(), 1, color("line"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, color("line"))
        sorted_by = any(key.column == self._name(logicalIndex) for key in self.order)
        column = self.model().columns[logicalIndex]  # pyright: ignore[reportAttributeAccessIssue]
        weight = QFont.Weight.DemiBold if sorted_by or column.required else QFont.Weight.Medium
        lead = MARGIN if self._is_first(logicalIndex) else CELL_PADDING
        inside = QRectF(rect.adjusted(lead, 0, -CELL_PADDING, 0))
        if painter.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            inside = QRectF(rect.adjusted(CELL_PADDING, 0, -lead, 0))
        painter.setFont(font("caption", weight=weight))
        painter.setPen(color("text" if sorted_by else "text2"))
        alignment = self.model().headerData(
            logicalIndex, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole
        )
        trailing = bool(int(alignment or 0) & int(Qt.AlignmentFlag.AlignRight))
        if trailing:
            painter.drawText(inside, _TRAILING, column.title)
        else:
            draw_elided(painter, inside, column.title)
        text_width = metrics("caption", weight=weight).horizontalAdvance(column.title)
        self._draw_mark(painter, inside, logicalIndex, text_width, trailing)
        painter.restore()
