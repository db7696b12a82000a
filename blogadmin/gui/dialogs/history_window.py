"""The history of a row in a window of its own, for dialogs that have no room for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QDialog

from blogadmin.gui.dialogs.frame import button_box, footer, frame
from blogadmin.gui.dialogs.history_pane import HistoryPane
from blogadmin.gui.widgets.buttons import primary_button

if TYPE_CHECKING:
    from blogadmin.gui.dialogs.edit_dialog import EditDialog

_WIDTH: Final = 920
_HEIGHT: Final = 560


class HistoryWindow(QDialog):
    """Holds the history of the row in ``dialog``, and closes when something of it was put into the form."""

    def __init__(self, dialog: EditDialog) -> None:
        super().__init__(dialog)
        self.setObjectName("historyDialog")
        self.setWindowTitle(f"History of {dialog.caption()} – blogadmin")
        self.pane = HistoryPane(dialog, self)
        self.pane.follow_form()
        self.pane.restored.connect(self.accept)
        close = primary_button("Close", "closeButton", parent=self)
        close.clicked.connect(self.reject)
        frame(self, [self.pane], footer([], button_box(close, close)), grows=self.pane)
        self.resize(QSize(_WIDTH, _HEIGHT).boundedTo(self.screen().availableGeometry().size()))
        QShortcut(QKeySequence("Ctrl+H"), self, self.reject)

    # Qt's overrides

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.pane.focus()
