"""A field of a form with its label above, its help below, and its error where it is fixed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from blogadmin.gui.theme import GLYPH_SIZE, SPACE_S, SPACE_XS, set_variant
from blogadmin.gui.widgets.labels import Label
from blogadmin.gui.widgets.pills import IconMark


class FormField(QWidget):
    """Label, widget, help and error as one block.

    `name` becomes the widget's object name, and with "Error" after it that of the error label.
    """

    def __init__(
        self,
        label: str,
        widget: QWidget,
        *,
        required: bool = False,
        help_text: str = "",
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.widget = widget
        self._help_text = help_text
        if name:
            widget.setObjectName(name)
        name = widget.objectName()
        self.label = Label(label, role="caption", weight=QFont.Weight.Medium, tone="muted", parent=self)
        self.label.setBuddy(widget)
        self._star = Label("*", role="caption", weight=QFont.Weight.DemiBold, tone="bad", parent=self)
        self._star.setAccessibleName("required")
        self._aside = Label(role="caption", tone="muted", tabular=True, parent=self)
        self._help = Label(help_text, role="caption", tone="muted", wrap=True, parent=self)
        self._error_mark = IconMark("alert-circle", "bad", GLYPH_SIZE, self)
        self.error_label = Label(
            role="caption", weight=QFont.Weight.Medium, tone="bad", wrap=True, parent=self
        )
        self.error_label.setObjectName(f"{name}Error")
        if not widget.accessibleName():
            widget.setAccessibleName(label.replace("&", ""))
        self._lay_out()
        self.set_required(required)
        self.set_aside("")
        self.set_error(None)

    @property
    def error(self) -> str | None:
        """What is wrong with the value, or None."""
        return self.error_label.text() or None

    def set_error(self, text: str | None) -> None:
        """Say under the field what is wrong and how to put it right; None or "" takes it away."""
        words = text or ""
        self.error_label.setText(words)
        self.error_label.setAccessibleName(words)
        self.error_label.setVisible(bool(words))
        self._error_mark.setVisible(bool(words))
        set_variant(self._framed(), err=bool(words))
        self._describe()

    def set_required(self, required: bool) -> None:
        """Mark the field as one that must be filled in, or not."""
        self._required = required
        self._star.setVisible(required and bool(self.label.text()))
        self._describe()

    def set_help(self, text: str) -> None:
        """Change the sentence below the field."""
        self._help_text = text
        self._help.setText(text)
        self._help.setVisible(bool(text))
        self._describe()

    def set_aside(self, text: str) -> None:
        """Show a short remark at the end of the label's line, such as a count of characters."""
        self._aside.setText(text)
        self._aside.setVisible(bool(text))

    def _framed(self) -> QWidget:
        """The widget that has a border: for a field made of several, the one that takes the focus."""
        return self.widget.focusProxy() or self.widget

    def _describe(self) -> None:
        parts = (self.error, "Required." if self._required else "", self._help_text)
        self._framed().setAccessibleDescription(" ".join(part for part in parts if part))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(SPACE_XS)
        head.addWidget(self.label)
        head.addWidget(self._star)
        head.addStretch(1)
        head.addWidget(self._aside)
        self.label.setVisible(bool(self.label.text()))
        wrong = QHBoxLayout()
        wrong.setSpacing(SPACE_S)
        wrong.addWidget(self._error_mark, 0, Qt.AlignmentFlag.AlignTop)
        wrong.addWidget(self.error_label, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        column.addLayout(head)
        column.addWidget(self.widget)
        column.addLayout(wrong)
        column.addWidget(self._help)
        self._help.setVisible(bool(self._help_text))
