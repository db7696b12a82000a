"""What the window shows first: its own outline, painted in one go while the parts of it are being made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRect, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from blogadmin.gui.theme.fonts import MARGIN, SPACE_L, control_height, font, metrics, row_height
from blogadmin.gui.theme.state import color

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from blogadmin.gui.tables.early_rows import EarlyRows

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
        self._rows: EarlyRows | None = None
        self.setObjectName("firstFrame")
        self.setAccessibleName(WORDS)

    def show_rows(self, rows: EarlyRows) -> None:
        """Show the list in front as well, if the window is of the size for which it was laid out."""
        self._rows = rows
        self.update()

    def shows_rows(self) -> bool:
        """Whether rows are shown."""
        return self._rows is not None and self._rows.fits(self.window())

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
        if self.shows_rows():
            return
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
        rows = self._rows if self.shows_rows() else None
        # The menu bar comes with the menus; what is painted with rows shall not move then.
        above = 0 if rows is None else rows.scene.content - self.y()
        foot = metrics("caption").height() + 10
        bottom = self.height() - above - foot
        painter = QPainter(self)
        self._fill(painter, self.rect(), "bg")
        painter.translate(0, above)
        self._paint_page(painter, _NARROW_SIDE if self._narrow else _SIDE, bottom)
        if not self._narrow:
            self._paint_places(painter)
        self._write(painter, WORDS, 30, bottom + foot // 2, "caption", "text2")
        if rows is not None:
            rows.paint(painter)
        painter.end()
        self.painted.emit()
