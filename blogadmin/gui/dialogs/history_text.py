"""Shows what differs: lines that are gone and new with their words marked, what is the same folded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QMimeData, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QPushButton, QWidget

from blogadmin.gui.dialogs.history_diff import Kind, Line, change_starts, opened
from blogadmin.gui.dialogs.plain_copy import plain_copy
from blogadmin.gui.theme import SPACE_M, SPACE_S, color, font, set_variant, theme_changed
from blogadmin.gui.widgets.buttons import link_button

_GROUNDS: Final = {Kind.GONE: "rem", Kind.NEW: "add", Kind.FIELD: "sunken", Kind.FOLD: "sunken"}
_INKS: Final = {Kind.FIELD: "text", Kind.FOLD: "text2", Kind.NOTE: "text2"}
_SIGNS: Final = {Kind.GONE: "−", Kind.NEW: "+", Kind.FOLD: "⋯"}
_SIGN_INKS: Final = {Kind.GONE: "bad", Kind.NEW: "ok", Kind.FOLD: "text2"}
# What Qt would take as a break, or swallow. All are one character, so that places stay true.
_SHOWN: Final = str.maketrans(
    {"\r": "␍", "\u2028": "␤", "\u2029": "␤", "\ufdd0": "�", "\ufdd1": "�", "\0": "␀"}
)


class DiffText(QPlainTextEdit):
    """Plain text to read and to copy. J and K go from change to change, Enter opens what is folded.

    Beside the heading of a field that ``restorable`` names stands a button; R does the same for the field in
    which the cursor is.

    Signals:
        restore_wanted: the name of the field that the person wants back.
        stood_at: which change the person stands at, counted from 0, and of how many; -1 at none.
    """

    restore_wanted = Signal(str)
    stood_at = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: list[Line] = []
        self._starts: list[int] = []
        self._restorable: frozenset[str] = frozenset()
        self._buttons: dict[str, QPushButton] = {}
        self.setObjectName("historyText")
        self.setAccessibleName("What changed")
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        # A cursor that shows lets the keyboard select, and open what is folded.
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse
        )
        self._gutter = _Gutter(self)
        self.updateRequest.connect(self._moved)
        self.cursorPositionChanged.connect(self._tell_place)
        theme_changed().connect(self._fill)
        self.document().setDocumentMargin(0)
        set_variant(self, kind="card")

    # Showing

    def show_lines(
        self, lines: Sequence[Line], restorable: frozenset[str] = frozenset(), *, stay: bool = False
    ) -> None:
        """Show ``lines`` in place of those before, from the first one on or from where the person is."""
        top, here = self.verticalScrollBar().value(), self.textCursor().blockNumber()
        self._lines, self._restorable = list(lines), restorable
        self._fill()
        self.moveCursor(QTextCursor.MoveOperation.Start)
        if stay:
            block = self.document().findBlockByNumber(min(here, self.blockCount() - 1))
            self.setTextCursor(QTextCursor(block))
            self.verticalScrollBar().setValue(top)
        self._tell_place()

    def set_restorable(self, fields: frozenset[str]) -> None:
        """Offer to restore these fields."""
        self._restorable = fields
        self._make_buttons()

    def lines(self) -> Sequence[Line]:
        """What is shown now, opened folds included."""
        return tuple(self._lines)

    def line(self, number: int) -> Line | None:
        """The line in that place."""
        return self._lines[number] if 0 <= number < len(self._lines) else None

    def go(self, step: int) -> None:
        """Go to the next change, or with -1 to the one before; at the last one stay."""
        here = self.textCursor().blockNumber()
        if step > 0:
            place = next((start for start in self._starts if start > here), None)
        else:
            place = next((start for start in reversed(self._starts) if start < here), None)
        if place is not None:
            self._stand(place)

    def open_fold(self, number: int) -> None:
        """Show what is folded in that line; nothing happens where nothing is."""
        line = self.line(number)
        if line is None or line.kind is not Kind.FOLD:
            return
        top = self.verticalScrollBar().value()
        self._lines = opened(self._lines, number)
        self._fill()
        self.setTextCursor(QTextCursor(self.document().findBlockByNumber(number)))
        self.verticalScrollBar().setValue(top)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fill(self) -> None:
        self._starts = change_starts(self._lines)
        # Qt would give all of a new text the look of the first letter of the old one.
        self.setCurrentCharFormat(QTextCharFormat())
        self.setPlainText("\n".join(line.text.translate(_SHOWN) for line in self._lines))
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        block = self.document().begin()
        for line in self._lines:
            _dress(cursor, block, line)
            block = block.next()
        cursor.endEditBlock()
        self._make_buttons()
        self._gutter.update()

    def _stand(self, number: int) -> None:
        self.setTextCursor(QTextCursor(self.document().findBlockByNumber(number)))
        self.centerCursor()

    def _tell_place(self) -> None:
        here = self.textCursor().blockNumber()
        at = sum(start <= here for start in self._starts) - 1
        self.stood_at.emit(at, len(self._starts))

    # Buttons beside headings

    def _make_buttons(self) -> None:
        fields = [line for line in self._lines if line.kind is Kind.FIELD and line.field in self._restorable]
        wanted = {line.field for line in fields}
        for name in self._buttons.keys() - wanted:
            button = self._buttons.pop(name)
            button.hide()
            button.deleteLater()
        for line in fields:
            if line.field not in self._buttons:
                self._buttons[line.field] = self._button(line)
        self._place_buttons()

    def _button(self, line: Line) -> QPushButton:
        button = link_button("Restore this", f"{line.field}RestoreButton", "undo", self.viewport())
        button.setAccessibleName(f"Restore this: {line.text}")
        button.setToolTip("Put this field of the version into the form (R)")
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(lambda _checked=False, name=line.field: self.restore_wanted.emit(name))
        return button

    def _place_buttons(self) -> None:
        if not self._buttons:
            return
        places: dict[str, QRect] = {}
        for number, rect in self.visible_blocks():
            line = self.line(number)
            if line is not None and line.kind is Kind.FIELD:
                places[line.field] = rect
        for name, button in self._buttons.items():
            rect = places.get(name)
            if rect is None:
                button.hide()
                continue
            button.resize(button.sizeHint())
            left = SPACE_M if self.isRightToLeft() else self.viewport().width() - button.width() - SPACE_M
            # Higher than a line: it stands in the middle of its own, over the edges of its neighbours.
            button.move(left, rect.top() + (rect.height() - button.height()) // 2)
            button.show()

    def visible_blocks(self) -> list[tuple[int, QRect]]:
        """The lines on the screen, by number, each with its place in the viewport."""
        found: list[tuple[int, QRect]] = []
        block, offset = self.firstVisibleBlock(), self.contentOffset()
        while block.isValid():
            rect = self.blockBoundingGeometry(block).translated(offset).toRect()
            if rect.top() > self.viewport().height():
                break
            found.append((block.blockNumber(), rect))
            block = block.next()
        return found

    def _moved(self, _rect: QRect, _by: int) -> None:
        self._place_buttons()
        self._gutter.update()

    def _take_font(self) -> None:
        wanted = font("mono")
        if self.font() != wanted:
            self.setFont(wanted)
        width = self._gutter.room()
        rtl = self.isRightToLeft()
        self.setViewportMargins(0 if rtl else width, 0, width if rtl else 0, 0)

    # Qt's overrides

    def createMimeDataFromSelection(self) -> QMimeData:
        return plain_copy(self.textCursor().selectedText().replace("\u2029", "\n"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        number = self.textCursor().blockNumber()
        line = self.line(number)
        key = event.key()
        if plain and key in (Qt.Key.Key_J, Qt.Key.Key_K):
            self.go(1 if key == Qt.Key.Key_J else -1)
        elif plain and key in _OPENING and line is not None and line.kind is Kind.FOLD:
            self.open_fold(number)
        elif plain and key == Qt.Key.Key_R and line is not None and line.field in self._restorable:
            self.restore_wanted.emit(line.field)
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        # Whoever drags over the text wants to copy from it.
        if event.button() == Qt.MouseButton.LeftButton and not self.textCursor().hasSelection():
            self.open_fold(self.cursorForPosition(event.position().toPoint()).blockNumber())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        inside = self.contentsRect()
        width = self._gutter.room()
        left = inside.right() - width + 1 if self.isRightToLeft() else inside.left()
        self._gutter.setGeometry(left, inside.top(), width, inside.height())
        self._place_buttons()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # The style sheet takes fonts away from a widget when it is polished for the first time.
        self._take_font()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._take_font()


_OPENING: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class _Gutter(QWidget):
    """The signs beside the lines: what is gone and what is new is not told by colour alone."""

    def __init__(self, text: DiffText) -> None:
        super().__init__(text)
        self._text = text
        self.setAccessibleName("Signs")

    def room(self) -> int:
        """How wide it is."""
        return self._text.fontMetrics().horizontalAdvance("+") + 2 * SPACE_M + SPACE_S

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color("surface"))
        painter.setFont(font("mono", weight=QFont.Weight.DemiBold))
        height = self._text.fontMetrics().lineSpacing()
        for number, rect in self._text.visible_blocks():
            line = self._text.line(number)
            if line is None:
                continue
            if line.kind in _GROUNDS:
                painter.fillRect(0, rect.top(), self.width(), rect.height(), color(_GROUNDS[line.kind]))
            if line.kind in _SIGNS:
                painter.setPen(color(_SIGN_INKS[line.kind]))
                place = QRect(0, rect.top(), self.width(), height)
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, _SIGNS[line.kind])
        painter.end()


def _dress(cursor: QTextCursor, block: QTextBlock, line: Line) -> None:
    ground, ink = _GROUNDS.get(line.kind), _INKS.get(line.kind)
    if ground is not None:
        cursor.setPosition(block.position())
        look = QTextBlockFormat()
        look.setBackground(color(ground))
        cursor.mergeBlockFormat(look)
    if ink is not None:
        _mark(cursor, block.position(), len(block.text()), _words(color(ink), bold=line.kind is Kind.FIELD))
    if line.spans:
        changed = QTextCharFormat()
        changed.setFontWeight(QFont.Weight.Bold)
        changed.setFontUnderline(line.kind is Kind.NEW)
        changed.setFontStrikeOut(line.kind is Kind.GONE)
        place = done = 0
        for lo, hi in line.spans:
            first = place + _units(line.text[done:lo])
            place, done = first + _units(line.text[lo:hi]), hi
            _mark(cursor, block.position() + first, place - first, changed)


def _words(ink: QColor, *, bold: bool) -> QTextCharFormat:
    look = QTextCharFormat()
    look.setForeground(ink)
    if bold:
        look.setFontWeight(QFont.Weight.Bold)
    return look


def _mark(cursor: QTextCursor, start: int, length: int, look: QTextCharFormat) -> None:
    cursor.setPosition(start)
    cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
    cursor.mergeCharFormat(look)


def _units(text: str) -> int:
    """How many places Qt counts in ``text``: two for a character beyond U+FFFF."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
