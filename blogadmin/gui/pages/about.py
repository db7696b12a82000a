"""What this program is, and which versions of its parts it runs on."""

from __future__ import annotations

import platform

import PySide6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from blogadmin import __version__
from blogadmin.gui.theme import MARGIN, SPACE_M
from blogadmin.gui.widgets.labels import Label


class AboutDialog(QDialog):
    """Name, version, licence."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("aboutDialog")
        self.setWindowTitle("About blogadmin")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.button(QDialogButtonBox.StandardButton.Close).setObjectName("closeButton")
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        layout.setSpacing(SPACE_M)
        layout.addWidget(Label(f"blogadmin {__version__}", role="dialog_title", parent=self))
        layout.addWidget(Label("Write and moderate a blog that lives in PostgreSQL.", parent=self))
        parts = f"Python {platform.python_version()}, Qt for Python {PySide6.__version__}. MIT licence."
        layout.addWidget(Label(parts, role="caption", tone="muted", parent=self))
        layout.addSpacing(SPACE_M)
        layout.addWidget(buttons)
