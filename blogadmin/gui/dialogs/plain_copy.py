"""What is copied from a text: its characters, without this program's fonts."""

from __future__ import annotations

from PySide6.QtCore import QMimeData
from PySide6.QtWidgets import QTextEdit


def plain_copy(text: str) -> QMimeData:
    """Data for the clipboard that hold ``text`` and nothing else.

    Made by Qt and not here: the clipboard lets go of its data when the program ends, after Python has gone,
    and would crash on data that Python made.
    """
    data = QTextEdit().createMimeDataFromSelection()
    data.setText(text)
    return data
