"""What the window shows first: its own outline, painted in one go while the parts of it are being made."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from blogadmin.gui.theme.fonts import MARGIN, SPACE_L, control_height, font, metrics, row_height
from blogadmin.gui.theme.state import color

TITLES: Final = {"posts": "Posts", "comments": "Comments", "users": "Users", "history": "History"}
"""The titles of the nouns by their keys: a noun itself brings its columns and verbs along."""
WORDS = "Connecting…"
_SIDE = 216
"""Width of the navigation, as it is with short titles."""
_NARROW_SIDE = 52


class FirstFrame(QWidget):
    """The places of the window, the title of the page in front, and that the program connects.

    No layout and no control: each of those costs more than the whole of this. Nor any name of ``Qt`` or
    ``QStyle``: the first one of each has all of them made, which takes a fifth of the time to the paint.

    Signals:
        painted(): it has been painted.
    """

    painted = Signal()

    def __init__(self, front: str, *, narrow: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self._front = TITLES.get(front) or next(iter(TITLES.values()))
        self._narrow = narrow
        self.setObjectName("firstFrame")
        self.setAccessibleName(WORDS)

    def _paint_places(self, painter: QPainter) -> None:
        height = control_height() + 4
        for place, title in enumerate(TITLES.values()):
            ink = "text" if title == self._front else "text2"
            self._write(painter, title, 46, 8 + place * height + height // 2, "body", ink)

    def _paint_page(self, painter: QPainter, left: int, bottom: int) -> None:
        width = self.width() - left
        self._fill(painter, QRect(left, 0, width, bottom), "surface")
        middle = SPACE_L + control_height() // 2
        self._write(painter, self._front, left + MARGIN, middle, "page_title", "text")
        header = QRect(left, middle + 2 * control_height() + SPACE_L, width, control_height())
        self._fill(painter, header, "sunken")
        for y in range(header.bottom() + row_height(), bottom, row_height()):
            self._fill(painter, QRect(left, y, width, 1), "line")

    def _fill(self, painter: QPainter, rect: QRect, token: str) -> None:
        if self.isRightToLeft():
            rect.moveLeft(self.width() - rect.left() - rect.width())
        painter.fillRect(rect, color(token))

    def _write(self, painter: QPainter, text: str, lead: int, middle: int, role: str, token: str) -> None:
        measured = metrics(role)
        painter.setFont(font(role))
        painter.setPen(color(token))
        x = self.width() - lead - measured.horizontalAdvance(text) if self.isRightToLeft() else lead
        painter.drawText(x, middle + (measured.ascent() - measured.descent()) // 2, text)

    # Qt's override

    def paintEvent(self, event: QPaintEvent) -> None:
        foot = metrics("caption").height() + 10
        bottom = self.height() - foot
        painter = QPainter(self)
        self._fill(painter, self.rect(), "bg")
        self._paint_page(painter, _NARROW_SIDE if self._narrow else _SIDE, bottom)
        if not self._narrow:
            self._paint_places(painter)
        self._write(painter, WORDS, 30, bottom + foot // 2, "caption", "text2")
        painter.end()
        self.painted.emit()
