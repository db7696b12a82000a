"""What has to be known before many rows are changed: the new value, and that the person means it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from blogadmin.gui.dialogs.author_field import AuthorField
from blogadmin.gui.dialogs.bulk_words import TYPED_FROM, foreseen
from blogadmin.gui.dialogs.frame import column
from blogadmin.gui.dialogs.step_report import StepReport
from blogadmin.gui.widgets.field import FormField
from blogadmin.gui.widgets.labels import Label

if TYPE_CHECKING:
    from blogadmin.core.operations.bulk_run import Preview
    from blogadmin.gui.control.tasks import Tasks

Asked = Literal["", "author", "tags"]
"""What a verb has to be told first; nothing, for most."""
REST = 250
"""Milliseconds of rest in typing after which it is looked up what tags would change."""


class BulkQuestion(QWidget):
    """The value, if the verb wants one; what the change would do; and the number to type, if it is large.

    Signals:
        value_changed(): there is another value, or none any more.
        judged(): ``why_not`` may have another answer.
    """

    value_changed = Signal()
    judged = Signal()

    def __init__(self, tasks: Tasks, asked: Asked, total: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._total = total
        self.preview: Preview | None = None
        """What the change would do, once that is known."""
        self._author = AuthorField(tasks, self) if asked == "author" else None
        self._tags = QLineEdit(self) if asked == "tags" else None
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self.value_changed)
        self._words = Label("Looking up what it would do…", tone="muted", wrap=True, parent=self)
        self._words.setObjectName("foreseenWords")
        self._report = StepReport(self, "What it would do")
        self._spare = QCheckBox(self)
        self._spare.setObjectName("spareChanged")
        self._typed = QLineEdit(self)
        self._typed_row = FormField(
            f"Type {total} to confirm", self._typed, required=True, name="confirmNumber"
        )
        self._typed_row.setVisible(total > TYPED_FROM)
        self._value_row = self._make_value_row()
        fields = [] if self._value_row is None else [self._value_row]
        layout = column(*fields, self._words, self._report, self._spare, self._typed_row)
        # As wide as its words: beside them a click would do nothing.
        layout.setAlignment(self._spare, Qt.AlignmentFlag.AlignLeading)
        self.setLayout(layout)
        self.setFocusProxy(self._author or self._tags or self._typed)
        self._typed.textChanged.connect(self.judged)
        self.show_preview(None)

    def value(self) -> Any:
        """The id of the author or the tuple of tags; ``None`` while there is none, or nothing is asked."""
        if self._author is not None:
            return self._author.value()
        return _tags_in(self._tags.text()) or None if self._tags is not None else None

    @property
    def has_value(self) -> bool:
        """Whether all that is asked is answered."""
        return self.value() is not None or (self._author is None and self._tags is None)

    @property
    def spares(self) -> bool:
        """Whether rows that were changed since the list was read, by whomever, shall be left alone."""
        return self._spare.isChecked() and not self._spare.isHidden()

    def show_preview(self, preview: Preview | None) -> None:
        """Say what the change would do; ``None`` while that is not known."""
        self.preview = preview
        self._report.report([] if preview is None else foreseen(preview))
        moved = 0 if preview is None else preview.changed_meanwhile
        self._spare.setText("Leave out what was changed since the list was read")
        self._spare.setAccessibleName(self._spare.text())
        self._spare.setVisible(bool(moved))
        self._words.setVisible(preview is None)
        self._words.setText("Looking up what it would do…" if self.has_value else "")
        self.judged.emit()

    def why_not(self) -> str:
        """Why nothing can be changed yet; empty when it can."""
        if not self.has_value:
            return "Choose an author first." if self._author is not None else "Type at least one tag."
        if self.preview is None:
            return "What it would do has to be known first."
        if not self.preview.would_change:
            return "There is nothing to change."
        if self._total > TYPED_FROM and _digits(self._typed.text()) != str(self._total):
            return f"Type the number {self._total}: so many rows should not change by a slip of the mouse."
        return ""

    def say_at_value(self, words: str | None) -> None:
        """Say under the field what is wrong with the value."""
        if self._value_row is not None:
            self._value_row.set_error(words)

    def _make_value_row(self) -> FormField | None:
        if self._author is not None:
            self._author.changed.connect(self._new_value)
            return FormField("New author", self._author, required=True, name="author_id")
        if self._tags is not None:
            self._tags.textChanged.connect(self._new_value)
            help_text = "Several are parted by commas."
            return FormField("Tags", self._tags, required=True, help_text=help_text, name="tags")
        return None

    def _new_value(self) -> None:
        self.say_at_value(None)
        self.show_preview(None)
        self._rest.start()


def _tags_in(text: str) -> tuple[str, ...]:
    """The tags of a line in which commas part them, each once."""
    return tuple(dict.fromkeys(tag for part in text.split(",") if (tag := part.strip())))


def _digits(text: str) -> str:
    return "".join(ch for ch in text if ch.isdecimal())
