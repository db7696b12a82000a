"""A field for a new password: never shown unless asked, cleared after use."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from blogadmin.gui.theme import icon


class PasswordField(QLineEdit):
    """What is typed shows as dots; the eye shows it for as long as there is something."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self._eye = self.addAction(icon("eye"), QLineEdit.ActionPosition.TrailingPosition)
        self._eye.setObjectName("showPasswordAction")
        self._eye.setToolTip("Show the password")
        self._eye.setCheckable(True)
        self._eye.toggled.connect(self._show)
        self._eye.setVisible(False)
        self.textChanged.connect(self._edited)

    def set_value(self, value: None = None) -> None:
        """Empty the field: a stored password is never here to be shown."""
        del value
        self.clear()

    def propose(self, value: str) -> None:
        """Put ``value`` in as if typed."""
        self.setText(value)

    def value(self) -> str:
        """What was typed."""
        return self.text()

    def is_changed(self) -> bool:
        """Whether anything was typed."""
        return bool(self.text())

    def problem(self) -> str | None:
        """The field alone finds nothing wrong."""
        return None

    def notice(self) -> str:
        """Nothing has to be said."""
        return ""

    def locate_problem(self) -> None:
        """Select all, so that typing replaces it."""
        self.selectAll()

    def _edited(self, text: str) -> None:
        self._eye.setVisible(bool(text))
        if not text:
            self._eye.setChecked(False)
        self.changed.emit()

    def _show(self, shown: bool) -> None:
        self.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self._eye.setIcon(icon("eye-off" if shown else "eye"))
        self._eye.setToolTip("Hide the password" if shown else "Show the password")
