"""Paints each cell of a list in one go: ground, row marks, and the content by kind of column."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont, QMouseEvent, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from blogadmin.gui.tables.cells import Condition, Entry
from blogadmin.gui.tables.columns import CellKind, Column
from blogadmin.gui.theme import (
    CELL_PADDING,
    GLYPH_SIZE,
    ICON_GAP,
    ICON_SIZE,
    MARGIN,
    ROLE,
    STATUS,
    color,
    draw_avatar,
    draw_check,
    draw_elided,
    draw_focus_ring,
    draw_icon,
    draw_status_glyph,
    font,
    leading_rect,
    metrics,
)

if TYPE_CHECKING:
    from blogadmin.gui.tables.list_view import ListView

Index = QModelIndex | QPersistentModelIndex
Painting = Callable[["RowDelegate", QPainter, QRectF, Entry, Column, int], None]

_AVATAR = 20
_BAR = 3
_SELECTED = QStyle.StateFlag.State_Selected
_TITLE_WEIGHT = QFont.Weight.Medium
_TRAILING = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
_ISOLATE, _END = "\u2066", "\u2069"


class RowDelegate(QStyledItemDelegate):
    """One delegate for every column. It only paints: words come formatted from the model."""

    def __init__(self, view: ListView) -> None:
        super().__init__(view)
        self._view = view

    # Painting

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view, row, place = self._view, index.row(), index.column()
        rect = cast("QRect", option.rect)
        state = option.state
        selected = bool(state & _SELECTED) or view.everything
        first, last = view.is_first(place), view.is_last(place)
        painter.save()
        painter.setLayoutDirection(option.direction)
        painter.setClipRect(rect)
        self._ground(painter, rect, row, selected=selected, first=first)
        entry = view.list_model().entry(row)
        inside = self._inside(rect, first)
        column = view.list_model().columns[place]
        if entry is None:
            self._skeleton(painter, inside)
        else:
            self._content(painter, inside, entry, column, place)
        if row == view.currentIndex().row() and view.shows_cursor():
            draw_focus_ring(painter, rect, first=first, last=last)
        painter.restore()

    def _ground(self, painter: QPainter, rect: QRect, row: int, *, selected: bool, first: bool) -> None:
        if selected:
            painter.fillRect(rect, color("accent_soft"))
        elif row == self._view.hovered:
            painter.fillRect(rect, color("hover"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, color("line"))
        if selected and first:
            bar = QRect(rect.left(), rect.top(), _BAR, rect.height())
            painter.fillRect(QStyle.visualRect(painter.layoutDirection(), rect, bar), color("accent"))

    @staticmethod
    def _inside(rect: QRect, first: bool) -> QRectF:
        """The part of the cell for its content; the first column shares its edge with the page's title."""
        lead, trail = (MARGIN if first else CELL_PADDING), CELL_PADDING
        inside = QRect(rect.left() + lead, rect.top(), rect.width() - lead - trail, rect.height())
        return QRectF(inside)

    @staticmethod
    def _skeleton(painter: QPainter, inside: QRectF) -> None:
        bar = QRectF(0, 0, max(inside.width() * 0.6, 0), 6)
        bar.moveCenter(inside.center())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("press"))
        painter.drawRoundedRect(
            leading_rect(painter, inside, 0, bar.width()).intersected(
                QRectF(inside.left(), bar.top(), inside.width(), bar.height())
            ),
            3,
            3,
        )

    def _content(self, painter: QPainter, inside: QRectF, entry: Entry, column: Column, place: int) -> None:
        painter.setPen(color("text" if entry.condition is Condition.LIVE else "disabled"))
        if entry.row is None or entry.condition is not Condition.LIVE:
            self._unusable(painter, inside, entry, place)
            return
        _PAINTINGS[column.kind](self, painter, inside, entry, column, place)

    @staticmethod
    def _unusable(painter: QPainter, inside: QRectF, entry: Entry, place: int) -> None:
        struck = QFont(font("body"))
        struck.setStrikeOut(entry.condition is Condition.DELETED and entry.row is not None)
        painter.setFont(struck)
        draw_elided(painter, inside, entry.cells[place])

    # The kinds

    def _text(self, painter: QPainter, inside: QRectF, entry: Entry, column: Column, place: int) -> None:
        painter.setFont(font("body"))
        painter.setPen(color("text2"))
        draw_elided(painter, inside, entry.cells[place])

    def _title(self, painter: QPainter, inside: QRectF, entry: Entry, column: Column, place: int) -> None:
        strong = font("body", weight=_TITLE_WEIGHT)
        painter.setFont(strong)
        title, detail = entry.cells[place], entry.details[place]
        draw_elided(painter, inside, title)
        used = metrics("body", weight=_TITLE_WEIGHT).horizontalAdvance(title) + CELL_PADDING
        if detail and inside.width() - used > 4 * ICON_SIZE:
            painter.setFont(font("caption"))
            painter.setPen(color("text3"))
            # A slug is read from left to right even between words that run the other way.
            draw_elided(
                painter,
                leading_rect(painter, inside, used, inside.width() - used),
                f"{_ISOLATE}{detail}{_END}",
            )

    def _person(self, painter: QPainter, inside: QRectF, entry: Entry, column: Column, place: int) -> None:
        name, detail = entry.cells[place], entry.details[place]
        inactive = entry.values[place] is False
        draw_avatar(painter, leading_rect(painter, inside, 0, _AVATAR), name, inactive=inactive)
        at = _AVATAR + ICON_GAP
        painter.setFont(font("body", weight=_TITLE_WEIGHT) if column.required else font("body"))
        painter.setPen(color("text2" if inactive else "text"))
        words = leading_rect(painter, inside, at, inside.width() - at)
        draw_elided(painter, words, name)
        if detail:
            used = painter.fontMetrics().horizontalAdvance(name) + CELL_PADDING
            painter.setFont(font("caption"))
            painter.setPen(color("text3"))
            draw_elided(painter, leading_rect(painter, words, used, max(words.width() - used, 0)), detail)

    def _status(self, painter: QPainter, inside: QRectF, entry: Entry, column: Column, place: int) -> None:
        look = STATUS.get(str(entry.values[place]))
        at = 0
        if look is not None:
            glyph = leading_rect(painter, inside, 0, GLYPH_SIZE)
            draw_status_glyph(painter, look.shape, glyph, color(look.ink_token), color("surface"))
            at = GLYPH_SIZE + ICON_GAP
        painter.setFont(font("body"))
        painter.setPen(color("text"))
        draw_elided(painter, leading_rect(painter, inside, at, inside.width() - at), entry.cells[place])

    def _role(self, painter: QPainter, inside: QRectF, entry: Entry, column: Column, place: int) -> None:
        word = str(entry.values[place])
        look = ROLE.get(word)
        admin = word == "admin"
        at = 0
        if look is not None:
            mark = leading_rect(painter, inside, 0, ICON_SIZE)
            draw_icon(painter, look.icon, mark, color("accent_ink" if admin else "text2"))
            at = ICON_SIZE + ICON_GAP
        painter.setFont(font("body", weight=QFont.Weight.DemiBold) if admin else font("body"))
        draw_elided(painter, leading_rect(painter, inside, at, inside.width() - at), entry.cells[place])

    def _number(self, painter: QPainter, inside: QRectF, entry: Entry, column: Column, place: int) -> None:
        painter.setFont(font("body", tabular=True))
        painter.drawText(inside, _TRAILING, entry.cells[place])

    def _time(self, painter: QPainter, inside: QRectF, entry: Entry, column: Column, place: int) -> None:
        painter.setFont(font("body", tabular=True))
        painter.setPen(color("text2"))
        draw_elided(painter, inside, entry.cells[place])

    def _check(self, painter: QPainter, inside: QRectF, entry: Entry, column: Column, place: int) -> None:
        draw_check(painter, inside, bool(entry.values[place]))

    # Qt's overrides

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """The size that shows all of the cell's words; asked for only when a column fits itself."""
        text = str(index.data() or "")
        return QSize(metrics().horizontalAdvance(text) + 2 * CELL_PADDING + _AVATAR + ICON_GAP, 0)

    def editorEvent(
        self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """One click anywhere in a check cell asks for the other state."""
        if event.type() != QEvent.Type.MouseButtonRelease or not isinstance(event, QMouseEvent):
            return False
        checkable = model.flags(index) & Qt.ItemFlag.ItemIsUserCheckable
        if not checkable or event.button() != Qt.MouseButton.LeftButton or event.modifiers():
            return False
        ticked = index.data(Qt.ItemDataRole.CheckStateRole)
        if ticked is None:
            return False
        other = (
            Qt.CheckState.Unchecked
            if Qt.CheckState(ticked) is Qt.CheckState.Checked
            else Qt.CheckState.Checked
        )
        return model.setData(index, other, int(Qt.ItemDataRole.CheckStateRole))


_PAINTINGS: dict[CellKind, Painting] = {
    CellKind.TEXT: RowDelegate._text,  # noqa: SLF001
    CellKind.TITLE: RowDelegate._title,  # noqa: SLF001
    CellKind.STATUS: RowDelegate._status,  # noqa: SLF001
    CellKind.ROLE: RowDelegate._role,  # noqa: SLF001
    CellKind.PERSON: RowDelegate._person,  # noqa: SLF001
    CellKind.NUMBER: RowDelegate._number,  # noqa: SLF001
    CellKind.TIME: RowDelegate._time,  # noqa: SLF001
    CellKind.CHECK: RowDelegate._check,  # noqa: SLF001
}
