"""What a dialog shows but does not let anybody edit: numbers, and when it was."""

from __future__ import annotations

import html
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from blogadmin.gui.theme import SPACE_L, SPACE_XS
from blogadmin.gui.widgets import times
from blogadmin.gui.widgets.labels import Label


def count(number: int, noun: str) -> str:
    """A number with its noun: "1 post", "1,204 posts"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


class Facts(QWidget):
    """Quiet lines of a name and a value that can be copied. Hidden while there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("facts")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE_L)
        self._grid.setVerticalSpacing(SPACE_XS)
        self._grid.setColumnStretch(1, 1)
        self._values: dict[str, _Value] = {}

    def show_fact(self, name: str, value: str | datetime | None) -> None:
        """Show a fact; ``None`` hides its line. A moment has its zone in the tooltip."""
        if name not in self._values:
            self._add(name)
        label = self._values[name]
        if isinstance(value, datetime):
            label.setText(times.dated(value))
            label.setToolTip(html.escape(times.absolute(value)))
        else:
            label.setText(value or "")
            label.setToolTip("")
        for part in (label, label.buddy_label):
            part.setVisible(value is not None)

    def clear(self) -> None:
        """Show no facts, as for a row that does not exist yet."""
        for name in self._values:
            self.show_fact(name, None)

    def _add(self, name: str) -> None:
        row = self._grid.rowCount()
        value = _Value(name, self)
        self._grid.addWidget(value.buddy_label, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(value, row, 1)
        self._values[name] = value


class _Value(Label):
    """The value of a fact, with the label of its name beside it."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(role="caption", tabular=True, wrap=True, parent=parent)
        self.buddy_label = Label(name, role="caption", tone="muted", parent=parent)
        self.setObjectName(f"{name.lower().replace(' ', '_')}Fact")
        self.setAccessibleName(name)
        self.setMinimumWidth(1)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
