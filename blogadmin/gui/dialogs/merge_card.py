"""One version of a text on a card, with the words marked that changed; two cards of a row can be chosen."""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import bidirectional

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QRadioButton, QSizePolicy, QWidget

from blogadmin.core.merge import Spans, word_changes
from blogadmin.gui.theme import RADIUS, SPACE_L, SPACE_M, color, font, set_variant

LINES = 8
"""How many lines a card shows before it scrolls."""
MARKED_MOST = 200_000
"""Characters up to which the words that changed are looked for; beyond, it would be felt."""
_MARKS = 500
_LIFT = 3
_WORDS = re.compile(r"\S(?:[^\n]*\S)?")


class VersionText(QPlainTextEdit):
    """Plain text to read, as high as its first lines need. It can be selected, and scrolls when long."""

    resized = Signal()

    def __init__(self, *, mono: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._role = "mono" if mono else "body"
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(0)
        # Its first line stands beside a radio button, which is higher than a line.
        self.setViewportMargins(0, _LIFT, 0, 0)
        set_variant(self, kind="card")
        self.ensurePolished()
        self._take_font()

    def show_version(self, text: str | None, spans: Spans, nothing: str) -> None:
        """Show ``text`` with ``spans`` marked, or the word ``nothing`` in its place."""
        # A break that Qt would swallow is what the two may differ in.
        shown = (text or "").replace("\r", "␍")
        self.setPlaceholderText("" if text else nothing)
        # By what is written, not by the window: Qt cuts the first letter of text that runs against it.
        self.setLayoutDirection(_direction(shown))
        self.setPlainText(shown)
        self._mark(shown, spans)
        self.resized.emit()

    def lines_needed(self) -> int:
        """How many lines it has at its width, counted up to one more than a card shows."""
        document, count = self.document(), 0
        block = document.begin()
        while block.isValid() and count <= LINES:
            document.documentLayout().blockBoundingRect(block)
            count += max(1, block.layout().lineCount())
            block = block.next()
        return count

    def show_lines(self, count: int) -> None:
        """Be as high as ``count`` lines; the keyboard reaches it only if there are more."""
        self.setFixedHeight(count * self.fontMetrics().lineSpacing() + 2 + _LIFT)
        long = self.lines_needed() > count
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if long else Qt.FocusPolicy.ClickFocus)

    def _mark(self, shown: str, spans: Spans) -> None:
        strong = QTextCharFormat()
        strong.setFontWeight(QFont.Weight.Bold)
        strong.setFontUnderline(True)
        cursor = QTextCursor(self.document())
        for start, end in _in_qt(shown, spans[:_MARKS]):
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            cursor.mergeCharFormat(strong)

    def _take_font(self) -> None:
        wanted = font(self._role)
        if self.font() != wanted:
            self.setFont(wanted)

    # Qt's overrides

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._take_font()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.resized.emit()


def _direction(text: str) -> Qt.LayoutDirection:
    strong = next((kind for kind in map(bidirectional, text) if kind in ("L", "R", "AL")), "L")
    return Qt.LayoutDirection.LeftToRight if strong == "L" else Qt.LayoutDirection.RightToLeft


def _in_qt(text: str, spans: Spans) -> Iterable[tuple[int, int]]:
    """The same stretches as Qt counts, which takes two places for a character beyond U+FFFF."""
    done = place = 0
    for start, end in spans:
        first = place + _units(text[done:start])
        place = first + _units(text[start:end])
        done = end
        yield first, place


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def changed_words(base: str | None, text: str | None) -> Spans:
    """What to mark in ``text`` against ``base``; nothing in one that is all new, or too long to look at."""
    if not base or not text or len(base) + len(text) > MARKED_MOST:
        return ()
    return tuple(part for span in word_changes(base, text)[1] for part in _seen(text, *span))


def _seen(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The stretch without white space at the ends of its lines, unless white space is all that it is."""
    parts = [(start + found.start(), start + found.end()) for found in _WORDS.finditer(text[start:end])]
    return parts or [(start, end)]


class BaseCard(QWidget):
    """The version that both began with: to read, not to choose."""

    def __init__(self, name: str, title: str, *, mono: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.text = VersionText(mono=mono, parent=self)
        self.text.setObjectName(f"{name}Text")
        self.text.setAccessibleName(title)
        self.text.viewport().installEventFilter(self)
        self.text.installEventFilter(self)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_M, SPACE_M)
        self._layout.setSpacing(SPACE_M)
        self._layout.addWidget(self.text, 1, Qt.AlignmentFlag.AlignTop)

    def show_version(self, text: str | None, spans: Spans = ()) -> None:
        """Show a version of the text."""
        self.text.show_version(text, spans, "Empty" if text == "" else "Nothing")

    def _ground(self) -> tuple[str, str, int]:
        """Tokens of ground and border, and how wide the border is."""
        return "sunken", "", 0

    # Qt's overrides

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        ground, border, width = self._ground()
        if self.text.hasFocus() and self.text.focusPolicy() == Qt.FocusPolicy.StrongFocus:
            border, width = "accent", 2
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color(border), width) if border else Qt.PenStyle.NoPen)
        painter.setBrush(color(ground))
        inset = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), RADIUS, RADIUS)
        painter.end()


class ChoiceCard(BaseCard):
    """A version that can be kept: a radio button beside its text. A click anywhere on it chooses."""

    def __init__(self, name: str, title: str, *, mono: bool, parent: QWidget | None = None) -> None:
        super().__init__(name, title, mono=mono, parent=parent)
        self.radio = QRadioButton(self)
        self.radio.setObjectName(f"{name}Radio")
        self.radio.setAccessibleName(title)
        self.radio.toggled.connect(lambda _on: self.update())
        self.radio.installEventFilter(self)
        self._layout.insertWidget(0, self.radio, 0, Qt.AlignmentFlag.AlignTop)

    def show_version(self, text: str | None, spans: Spans = ()) -> None:
        super().show_version(text, spans)
        self.radio.setAccessibleDescription(text or "Nothing")

    def _ground(self) -> tuple[str, str, int]:
        if self.radio.isChecked():
            return "accent_soft", "accent", 2
        return ("surface", "accent", 1) if self.radio.hasFocus() else ("surface", "control", 1)

    # Qt's overrides

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        clicked = event.type() == QEvent.Type.MouseButtonRelease and watched is self.text.viewport()
        # Whoever drags over the text wants to copy from it.
        if clicked and not self.text.textCursor().hasSelection():
            self.radio.click()
        return super().eventFilter(watched, event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self.rect().contains(event.position().toPoint()):
            self.radio.click()
