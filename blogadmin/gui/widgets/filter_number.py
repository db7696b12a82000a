"""A field for a whole number that may be left empty, with thousands parted or not."""

from __future__ import annotations

from PySide6.QtCore import QRegularExpression
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QLineEdit, QWidget

_PARTED = str.maketrans("", "", ",. \u00a0\u202f_")


class NumberField(QLineEdit):
    """Takes digits, and what people put between them; nothing below zero."""

    def __init__(self, name: str, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setPlaceholderText("0")
        pattern = QRegularExpression("[0-9][0-9,. \u00a0\u202f_]{0,23}")
        self.setValidator(QRegularExpressionValidator(pattern, self))

    def number(self) -> int | None:
        """The number, or ``None`` while there is none or it is larger than any that is stored."""
        digits = self.text().translate(_PARTED)
        found = int(digits) if digits.isascii() and digits.isdigit() else None
        return found if found is not None and found < 2**63 else None
