"""Fields for text that hand back what they were given, unless a person changed it.

Each knows the value that was loaded. Where Qt cannot show that value unaltered (it drops a leading U+FEFF
and turns U+2029 into a line break, for example) the field is read-only and keeps reporting the original.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor, QValidator
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from blogadmin.core.metadata_json import MetadataProblem, format_metadata, parse_metadata
from blogadmin.core.values import text_problem
from blogadmin.gui.dialogs.faithful_text import (
    UNKEEPABLE,
    breaks_as_shown,
    clean_line,
    clean_text,
    inserted,
    weave,
)
from blogadmin.gui.dialogs.plain_copy import plain_copy
from blogadmin.gui.dialogs.typed_text import PARAGRAPH, TypedText


class _CleanNewText(QValidator):
    """Cleans what is typed, pasted or dropped into a line, and only that: old text stays as it is."""

    def __init__(self, field: LineField) -> None:
        super().__init__(field)
        self._field = field

    def validate(self, text: str, cursor: int) -> tuple[QValidator.State, str, int]:
        before = self._field.text_before
        if before is None:
            return QValidator.State.Acceptable, text, cursor
        new = inserted(before, text)
        cleaned, done = clean_line(text[new])
        if cleaned == text[new]:
            return QValidator.State.Acceptable, text, cursor
        if done:
            self._field.cleaned.emit(done)
        text = text[: new.start] + cleaned + text[new.stop :]
        return QValidator.State.Acceptable, text, min(cursor, new.start + len(cleaned))


class LineField(QLineEdit):
    """A line of text. ``cleaned`` says what was removed from a paste."""

    changed = Signal()
    cleaned = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text_before: str | None = None
        self._loaded = ""
        self._shown = ""
        self.setMaxLength(1_000_000)
        self.set_value("")
        self.setValidator(_CleanNewText(self))
        self.textChanged.connect(self._text_changed)

    def set_value(self, value: str | None) -> None:
        """Show ``value`` as the loaded one."""
        self._loaded = value or ""
        self.text_before = None
        self.setText(self._loaded)
        self.setCursorPosition(0)
        self._shown = self.text_before = self.text()
        self.setReadOnly(self._shown != self._loaded)

    def propose(self, value: str) -> None:
        """Put ``value`` in as if typed: the loaded one stays the one to compare with."""
        self.text_before = None
        self.setText(value)
        self.text_before = self.text()

    def value(self) -> str:
        """The loaded value, character by character, unless the text was changed."""
        return self._loaded if self.text() == self._shown else self.text()

    def is_changed(self) -> bool:
        """Whether the text differs from the loaded one."""
        return self.text() != self._shown

    def problem(self) -> str | None:
        """Why the text cannot be edited here, or ``None``; a text that is only kept is no obstacle."""
        return None

    def notice(self) -> str:
        """What a person has to know about the loaded value, or an empty text."""
        return UNKEEPABLE if self._shown != self._loaded else ""

    def locate_problem(self) -> None:
        """Select the text, so that typing replaces it."""
        self.selectAll()

    def _text_changed(self, text: str) -> None:
        if self.text_before is not None:
            self.text_before = text
        self.changed.emit()


class TextField(QPlainTextEdit):
    """Several lines of text without a format. Tab leaves the field; Shift+Enter is a plain Enter."""

    changed = Signal()
    cleaned = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._loaded: Any = ""
        self._kept = True
        self.typed: TypedText | None = None
        """The text for other threads; ``None`` where it cannot be followed from change to change."""
        # A form is walked with Tab; a field that eats it traps those who use the keyboard only.
        self.setTabChangesFocus(True)
        self.textChanged.connect(self.changed)
        self.document().contentsChange.connect(self._follow)

    def shown_text(self) -> str:
        """The text as it stands: ``toPlainText()`` would turn no-break spaces into plain ones."""
        return self.document().toRawText().replace(PARAGRAPH, "\n")

    def show_loaded(self, text: str) -> None:
        """Show ``text`` and take it as the unchanged state."""
        self.typed = None
        self.setPlainText(text)
        shown = self.shown_text()
        self._kept = shown == breaks_as_shown(text)
        self.typed = TypedText(self.document(), shown)
        self.setReadOnly(not self._kept)
        self.document().setModified(False)
        self.document().clearUndoRedoStacks()

    def type_over(self, text: str) -> None:
        """Replace all of the text as if typed."""
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)

    def is_changed(self) -> bool:
        """Whether something was typed since loading; undoing all of it counts as unchanged."""
        return self._kept and self.document().isModified()

    def problem(self) -> str | None:
        """Why the text is no value, or ``None``."""
        # Half of a character, as a broken input method leaves it, is lost on the way into Python.
        units = len(self.shown_text().encode("utf-16-le")) // 2
        whole = not self.is_changed() or units == self.document().characterCount() - 1
        return None if whole else text_problem("\ud800", multiline=True)

    def notice(self) -> str:
        """What a person has to know about the loaded value, or an empty text."""
        return "" if self._kept else UNKEEPABLE

    def locate_problem(self) -> None:
        """Put the cursor where the problem is; here it is the text as a whole."""

    def _follow(self, at: int, removed: int, added: int) -> None:
        if self.typed is not None and not self.typed.note(at, removed, added):
            self.typed = None

    # Qt's overrides

    def insertFromMimeData(self, source: QMimeData) -> None:
        if self.isReadOnly():
            return
        cleaned, done = clean_text(source.text())
        if done:
            self.cleaned.emit(done)
        self.insertPlainText(cleaned)
        self.ensureCursorVisible()

    def createMimeDataFromSelection(self) -> QMimeData:
        # Plain text only: what is copied here must not carry this program's fonts into a mail.
        return plain_copy(self.textCursor().selectedText().replace(PARAGRAPH, "\n"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        breaks = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if breaks and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            # Qt would insert U+2028 here, a character that nobody sees and Markdown does not know.
            event = QKeyEvent(event.type(), event.key(), Qt.KeyboardModifier.NoModifier, "\r")
        super().keyPressEvent(event)


class MarkdownField(TextField):
    """The source of a body; its line breaks (``\\r\\n`` from the web, often) survive an edit."""

    def set_value(self, value: str | None) -> None:
        """Show ``value`` as the loaded one."""
        self._loaded = value or ""
        self.show_loaded(self._loaded)

    def propose(self, value: str) -> None:
        """Put ``value`` in as if typed: the loaded one stays the one to compare with."""
        self.type_over(breaks_as_shown(value))

    def value(self) -> str:
        """The loaded value, character by character, unless the text was changed."""
        return weave(self._loaded, self.shown_text()) if self.is_changed() else self._loaded


class JsonField(TextField):
    """Metadata as JSON. ``problem`` tells line and column of the first mistake."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._loaded = None
        self._unwritable = ""
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)

    def set_value(self, value: Mapping[str, Any] | None) -> None:
        """Show ``value`` as the loaded one."""
        self._unwritable = ""
        self._loaded = value
        try:
            text = format_metadata(value)
        except (ValueError, RecursionError):
            self.forbid("cannot be shown as JSON. It is left exactly as it is.")
            return
        self.show_loaded(text)

    def propose(self, value: Mapping[str, Any] | None) -> None:
        """Put ``value`` in as if typed: the loaded one stays the one to compare with."""
        self.type_over(format_metadata(value))

    def forbid(self, reason: str) -> None:
        """Keep the loaded value as it is because of ``reason``, which completes the field's name."""
        self._unwritable = reason
        self.setReadOnly(True)

    def value(self) -> dict[str, Any] | Mapping[str, Any] | None:
        """The loaded object unless the text was changed. ``MetadataProblem`` where ``problem`` tells one."""
        return parse_metadata(self.shown_text()) if self.is_changed() else self._loaded

    def problem(self) -> str | None:
        half = super().problem()
        if half is not None:
            return half
        found = self._mistake()
        return f"Line {found.line}, column {found.column}: {found.message}" if found else None

    def notice(self) -> str:
        return self._unwritable or super().notice()

    def locate_problem(self) -> None:
        found = self._mistake()
        if found is None:
            return
        block = self.document().findBlockByNumber(found.line - 1)
        cursor = QTextCursor(block)
        cursor.movePosition(
            QTextCursor.MoveOperation.Right,
            QTextCursor.MoveMode.MoveAnchor,
            min(found.column - 1, max(0, block.length() - 1)),
        )
        self.setTextCursor(cursor)

    def _mistake(self) -> MetadataProblem | None:
        if not self.is_changed():
            return None
        try:
            parse_metadata(self.shown_text())
        except MetadataProblem as found:
            return found
        return None
