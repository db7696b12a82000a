"""Every key of the window on one page."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QWidget

from blogadmin.gui.dialogs.frame import close_box, footer, frame
from blogadmin.gui.theme import SPACE_M, SPACE_XXL
from blogadmin.gui.widgets.labels import Label
from blogadmin.gui.widgets.pills import KeyHint

FIXED = (
    ("Return", "Open the row"),
    ("F2", "Edit the cell"),
    ("Space", "Tick or clear the check box of the selected rows"),
    ("Ctrl+Return", "In a dialog: save"),
    ("Esc", "In a dialog: close; in a list: clear the selection"),
    ("Alt+PgDown", "In a dialog: next row"),
    ("Alt+PgUp", "In a dialog: previous row"),
    ("Alt+Home", "In a dialog: first row"),
    ("Alt+End", "In a dialog: last row"),
)
"""Keys that belong to no action."""


class ShortcutsDialog(QDialog):
    """Lists the shortcuts of the actions that the window has now, then the fixed keys."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("shortcutsDialog")
        self.setWindowTitle("Keyboard shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # Side by side: in one column they are taller than a small screen.
        holder = QWidget(self)
        columns = QHBoxLayout(holder)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(SPACE_XXL)
        columns.addLayout(self._listed(self._of_actions(window)))
        columns.addLayout(self._listed(FIXED))
        title = Label("Keyboard shortcuts", role="dialog_title", parent=self)
        frame(self, [title, holder], footer([], close_box(self)), grows=holder)

    def _listed(self, keys: Iterable[tuple[str, str]]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_XXL)
        grid.setVerticalSpacing(SPACE_M)
        row = 0
        for row, (pressed, meaning) in enumerate(keys):
            grid.addWidget(KeyHint(pressed, "", self), row, 0)
            grid.addWidget(Label(meaning, parent=self), row, 1)
        grid.setRowStretch(row + 1, 1)
        return grid

    @staticmethod
    def _of_actions(window: QWidget) -> list[tuple[str, str]]:
        found: dict[str, str] = {}
        for action in window.findChildren(QAction):
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            if keys and keys not in found:
                words = action.data() if isinstance(action.data(), str) else action.text()
                found[keys] = words.replace("&", "").rstrip("…")
        return sorted(found.items(), key=lambda item: (item[1], item[0]))
