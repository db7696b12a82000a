"""Paints the title of a column: quiet, with a mark where the list is sorted by it."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFont, QPainter

from blogadmin.core.queries.spec import Sort
from blogadmin.gui.tables.columns import CellKind, Column
from blogadmin.gui.theme import (
    CELL_PADDING,
    ICON_SMALL,
    MARGIN,
    color,
    draw_icon,
    font,
    leading_rect,
    metrics,
)

_GAP = 4
_LINE = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


def draw_ground(painter: QPainter, rect: QRect, *, hovered: bool = False) -> None:
    """Fill the place of a title, with hairlines above and below."""
    painter.fillRect(rect, color("press" if hovered else "sunken"))
    painter.fillRect(rect.left(), rect.top(), rect.width(), 1, color("line"))
    painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, color("line"))


def draw_title(
    painter: QPainter, rect: QRect, column: Column, order: tuple[Sort, ...], *, first: bool
) -> None:
    """Write the title of ``column`` in its place, in the direction of ``painter``.

    The ``first`` column shares its edge with the title of the page.
    """
    rank = next((i for i, key in enumerate(order) if key.column == column.name), None)
    weight = QFont.Weight.DemiBold if rank is not None or column.required else QFont.Weight.Medium
    measured = metrics("caption", weight=weight)
    mark = 0 if rank is None else ICON_SMALL + _GAP + _number_width(order)
    lead = MARGIN if first and column.kind is not CellKind.CHECK else CELL_PADDING
    inside = leading_rect(painter, QRectF(rect), lead, rect.width() - lead - CELL_PADDING)
    title = measured.elidedText(column.title, Qt.TextElideMode.ElideRight, int(inside.width()) - mark)
    width = measured.horizontalAdvance(title)
    offset = _offset(column, inside.width(), width, mark)
    painter.setFont(font("caption", weight=weight))
    painter.setPen(color("text2" if rank is None else "text"))
    painter.drawText(leading_rect(painter, inside, offset, width + 1), int(_LINE), title)
    if rank is not None:
        _draw_mark(painter, inside, offset + width + _GAP, order, rank)


def _offset(column: Column, room: float, width: int, mark: int) -> float:
    """Where the title begins: over numbers it ends where they end."""
    if column.kind is CellKind.NUMBER:
        return max(0.0, room - width - mark)
    if column.kind is CellKind.CHECK and not mark:
        return max(0.0, (room - width) / 2)
    return 0.0


def _draw_mark(painter: QPainter, inside: QRectF, offset: float, order: tuple[Sort, ...], rank: int) -> None:
    name = "arrow-down" if order[rank].descending else "arrow-up"
    # Later keys of the order are quieter than the one that counts first.
    ink = color("accent_ink" if rank == 0 else "text3")
    draw_icon(painter, name, leading_rect(painter, inside, offset, ICON_SMALL), ink)
    if len(order) > 1:
        painter.setPen(ink)
        room = leading_rect(painter, inside, offset + ICON_SMALL, _number_width(order))
        painter.drawText(room, int(_LINE), str(rank + 1))


def _number_width(order: tuple[Sort, ...]) -> int:
    """Room for the place of a key in an order of several; a single key needs no number."""
    weight = QFont.Weight.DemiBold
    return metrics("caption", weight=weight).horizontalAdvance("0") + 1 if len(order) > 1 else 0
