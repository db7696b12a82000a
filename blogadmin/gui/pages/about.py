"""What this program is, and which versions of its parts it runs on."""

from __future__ import annotations

import platform

import PySide6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from blogadmin import __version__
from blogadmin.gui.dialogs.frame import close_box, footer, frame
from blogadmin.gui.theme import SPACE_M
from blogadmin.gui.widgets.labels import Label


class AboutDialog(QDialog):
    """Name, version, licence."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("aboutDialog")
        self.setWindowTitle("About blogadmin")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        parts = f"Python {platform.python_version()}, Qt for Python {PySide6.__version__}. MIT licence."
        words = (
            Label(f"blogadmin {__version__}", role="dialog_title", parent=self),
            Label("Write and moderate a blog that lives in PostgreSQL.", parent=self),
            Label(parts, role="caption", tone="muted", parent=self),
        )
        frame(self, words, footer([], close_box(self)), gap=SPACE_M)
