"""What the window shows first: its own outline, painted in one go while the parts of it are being made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6 import QtCore
from PySide6.QtCore import QPointF, QRect, Signal
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QWidget

from blogadmin.gui.theme.fonts import MARGIN, SPACE_L, control_height, font, metrics, row_height
from blogadmin.gui.theme.state import color, fill

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QPaintEvent

    from blogadmin.gui.tables.early_rows import EarlyRows
    from blogadmin.gui.tables.hand import Lines

TITLES: Final = {"posts": "Posts", "comments": "Comments", "users": "Users", "history": "History"}
"""The titles of the nouns by their keys: a noun itself brings its columns and verbs along."""
WORDS = "Connecting…"
_SIDE = 216
"""Width of the navigation, as it is with short titles."""
_NARROW_SIDE = 52
_ROLES: Final = {
    "text": QPalette.ColorRole.WindowText,
    "text2": QPalette.ColorRole.Text,
    "text3": QPalette.ColorRole.ButtonText,
    "accent_ink": QPalette.ColorRole.Link,
}
"""The role by which a painter of the frame begins with an ink; the frame's palette has its colour there."""


class FirstFrame(QWidget):
    """The places of the window, the title of the page in front, and that the program connects.

    No layout and no control: each of those costs more than the whole of this. Nor any name of ``Qt`` or
    ``QStyle``: the first one of each has all of them made, which takes longer than to paint it ten times. To
    set a pen is enough for that. So words are gathered by their ink, and painters are begun with that.

    Signals:
        painted(): it has been painted.
    """

    painted = Signal()

    def __init__(self, front: str, *, narrow: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self._front = TITLES.get(front) or next(iter(TITLES.values()))
        self._narrow = narrow
        self._rows: EarlyRows | None = None
        self._lines: Lines = {}
        self._is_inking = False
        palette = self.palette()
        for ink, ink_role in _ROLES.items():
            palette.setColor(ink_role, color(ink))
        self.setPalette(palette)
        self.setObjectName("firstFrame")
        self.setAccessibleName(WORDS)

    def get_ready(self, rows: EarlyRows) -> None:
        """Rows will come, in ``rows``: load what they need."""
        rows.get_ready(self.window())

    def show_rows(self, rows: EarlyRows) -> None:
        """Show the list in front as well, if the window is of the size for which it was laid out."""
        self._rows = rows
        self.update()

    def shows_rows(self) -> bool:
        """Whether rows are shown."""
        return self._rows is not None and self._rows.fits(self.window())

    def _write_places(self) -> None:
        height = control_height() + 4
        for place, title in enumerate(TITLES.values()):
            ink = "text" if title == self._front else "text2"
            self._write(title, 46, 8 + place * height + height // 2, "body", ink)

    def _paint_page(self, painter: QPainter, left: int, bottom: int) -> None:
        width = self.width() - left
        self._fill(painter, QRect(left, 0, width, bottom), "surface")
        middle = SPACE_L + control_height() // 2
        self._write(self._front, left + MARGIN, middle, "page_title", "text")
        if self.shows_rows():
            return
        header = QRect(left, middle + 2 * control_height() + SPACE_L, width, control_height())
        self._fill(painter, header, "sunken")
        for y in range(header.bottom() + row_height(), bottom, row_height()):
            self._fill(painter, QRect(left, y, width, 1), "line")

    def _fill(self, painter: QPainter, rect: QRect, token: str) -> None:
        if self.isRightToLeft():
            rect.moveLeft(self.width() - rect.left() - rect.width())
        fill(painter, rect, token)

    def _write(self, text: str, lead: int, middle: int, role: str, token: str) -> None:
        measured = metrics(role)
        x = self.width() - lead - measured.horizontalAdvance(text) if self.isRightToLeft() else lead
        at = QPointF(x, middle + (measured.ascent() - measured.descent()) // 2)
        self._lines.setdefault(token, []).append((font(role), at, text))

    def _write_lines(self, lines: Lines, above: int, clip: QRect | None) -> None:
        for ink, words in lines.items():
            painter = self._begin_with(ink)
            painter.translate(0, above)
            if clip is not None:
                painter.setClipRect(clip)
            if self.isRightToLeft():
                painter.setLayoutDirection(QtCore.Qt.LayoutDirection.RightToLeft)
            for chosen, at, text in words:
                painter.setFont(chosen)
                painter.drawText(at, text)
            painter.end()

    def _begin_with(self, ink: str) -> QPainter:
        """A painter of this widget with a pen of that colour."""
        self._is_inking = True
        self.setForegroundRole(_ROLES.get(ink, QPalette.ColorRole.WindowText))
        self._is_inking = False
        painter = QPainter(self)
        if painter.pen().color() != color(ink):
            # Another theme came, or a style sheet, which has its own mind about palettes.
            painter.setPen(color(ink))
        return painter

    # Qt's overrides

    def changeEvent(self, event: QEvent) -> None:
        # Qt would paint anew for another role, which is one for a moment and seen by nobody.
        if not self._is_inking:
            super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        rows = self._rows if self.shows_rows() else None
        # The menu bar comes with the menus; what is painted with rows shall not move then.
        above = 0 if rows is None else rows.scene.content - self.y()
        foot = metrics("caption").height() + 10
        bottom = self.height() - above - foot
        self._lines.clear()
        painter = QPainter(self)
        self._fill(painter, self.rect(), "bg")
        painter.translate(0, above)
        self._paint_page(painter, _NARROW_SIDE if self._narrow else _SIDE, bottom)
        if not self._narrow:
            self._write_places()
        self._write(WORDS, 30, bottom + foot // 2, "caption", "text2")
        words = {} if rows is None else rows.paint(painter, self.window())
        painter.end()
        self._write_lines(self._lines, above, None)
        self._write_lines(words, above, None if rows is None else rows.place())
        self.painted.emit()
