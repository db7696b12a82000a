"""What the palette offers, in groups, and how a line of it is painted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QIcon, QPainter, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from blogadmin.gui.dialogs.palette_rank import Span
from blogadmin.gui.theme import (
    CELL_PADDING,
    ICON_SIZE,
    RADIUS,
    SPACE_L,
    color,
    draw_elided,
    draw_key_caps,
    font,
    key_caps_size,
    leading_rect,
    metrics,
    row_height,
)

Index = QModelIndex | QPersistentModelIndex
_TEXT_AT = CELL_PADDING + ICON_SIZE + 10


@dataclass(frozen=True, slots=True)
class Entry:
    """Somewhere to go or something to do. ``group`` is the heading it stands under, ``keys`` its shortcut."""

    group: str
    title: str
    icon: QIcon
    run: Callable[[], object]
    hint: str = ""
    keys: tuple[str, ...] = ()

    @property
    def identity(self) -> tuple[str, str, str]:
        """By what a person tells it from others."""
        return self.group, self.title, self.hint


@dataclass(frozen=True, slots=True)
class Line:
    """An entry with the parts of its title that were typed; without an entry, a heading."""

    title: str
    entry: Entry | None = None
    spans: tuple[Span, ...] = ()


class Offered(QAbstractListModel):
    """The lines of the list. Headings can be read but not chosen."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.lines: Sequence[Line] = ()

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Hold ``lines`` in place of those before."""
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def entry(self, row: int) -> Entry | None:
        """What stands in that row; ``None`` for a heading and beyond the ends."""
        return self.lines[row].entry if 0 <= row < len(self.lines) else None

    def next_entry(self, row: int, step: int) -> int:
        """The row of the next entry from ``row`` on, in steps of +1 or -1; round at the ends. -1 for none."""
        count = len(self.lines)
        rows = [(row + step * n) % count for n in range(1, count + 1)] if count else []
        return next((at for at in rows if self.lines[at].entry is not None), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line = self.lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return line.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(line)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.entry(index.row()) is None:
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


def spoken(line: Line) -> str:
    """A line as it is read aloud."""
    entry = line.entry
    if entry is None:
        return line.title
    return ", ".join(part for part in (entry.title, entry.hint, entry.group, "+".join(entry.keys)) if part)


class Lines(QListView):
    """The list below the field. It takes no focus: typing goes on while one moves in it."""

    def __init__(self, model: Offered, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("paletteList")
        self.setAccessibleName("Found")
        self.setModel(model)
        self.setItemDelegate(_Delegate(self, model))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setProperty("kind", "sheet")


class _Delegate(QStyledItemDelegate):
    """Icon, title with what was typed in it, a quieter hint, and the keys at the trailing end."""

    def __init__(self, view: QListView, model: Offered) -> None:
        super().__init__(view)
        self._view, self._model = view, model

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(1, row_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line = self._model.lines[index.row()]
        area = QRectF(option.rect)
        painter.save()
        painter.setLayoutDirection(self._view.layoutDirection())
        if line.entry is None:
            painter.setFont(font("caption", weight=QFont.Weight.DemiBold))
            painter.setPen(color("text2"))
            draw_elided(painter, area.adjusted(CELL_PADDING, 0, -CELL_PADDING, 0), line.title)
        else:
            self._paint_ground(painter, area, option.state)
            self._paint_entry(painter, area, line, line.entry)
        painter.restore()

    def _paint_ground(self, painter: QPainter, area: QRectF, state: QStyle.StateFlag) -> None:
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if not selected and not state & QStyle.StateFlag.State_MouseOver:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("accent_soft" if selected else "hover"))
        painter.drawRoundedRect(area, RADIUS, RADIUS)
        if selected:
            painter.setBrush(color("accent"))
            bar = leading_rect(painter, area, 0, 3).adjusted(0, 6, 0, -6)
            painter.drawRoundedRect(bar, 1.5, 1.5)

    def _paint_entry(self, painter: QPainter, area: QRectF, line: Line, entry: Entry) -> None:
        square = QRectF(0, 0, ICON_SIZE, ICON_SIZE)
        square.moveCenter(leading_rect(painter, area, CELL_PADDING, ICON_SIZE).center())
        entry.icon.paint(painter, square.toRect())
        room = area.width() - _TEXT_AT - CELL_PADDING
        if entry.keys:
            width = key_caps_size(entry.keys).width()
            place = leading_rect(painter, area, area.width() - CELL_PADDING - width, width)
            draw_key_caps(painter, place, entry.keys)
            room -= width + SPACE_L
        taken = _paint_title(painter, leading_rect(painter, area, _TEXT_AT, room), line)
        if entry.hint and room - taken - SPACE_L > 0:
            painter.setFont(font("caption"))
            painter.setPen(color("text2"))
            rest = leading_rect(painter, area, _TEXT_AT + taken + SPACE_L, room - taken - SPACE_L)
            draw_elided(painter, rest, entry.hint)


def _paint_title(painter: QPainter, room: QRectF, line: Line) -> float:
    """Paint the title with its spans strong; returns the width that it took.

    By a text layout, because titles run to the left and to the right, and letters join.
    """
    title = " ".join(line.title.splitlines()) if "\n" in line.title else line.title
    shown = metrics().elidedText(title, Qt.TextElideMode.ElideRight, int(room.width() * 0.94))
    layout = QTextLayout(shown, font())
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.NoWrap)
    option.setTextDirection(painter.layoutDirection())
    layout.setTextOption(option)
    layout.setFormats([_strong(start, length) for start, length in line.spans if start < len(shown)])
    layout.beginLayout()
    drawn = layout.createLine()
    drawn.setLineWidth(room.width())
    layout.endLayout()
    painter.setPen(color("text"))
    width = drawn.naturalTextWidth()
    layout.draw(painter, QPointF(room.left(), room.center().y() - drawn.height() / 2))
    return min(width, room.width())


def _strong(start: int, length: int) -> QTextLayout.FormatRange:
    found = QTextLayout.FormatRange()
    style = QTextCharFormat()
    style.setFontWeight(QFont.Weight.Bold)
    style.setForeground(color("accent_ink"))
    found.start, found.length, found.format = start, length, style
    return found
