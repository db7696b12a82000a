"""The words of a choice as boxes to tick, each with how many rows have it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from blogadmin.gui.pages.filter_words import choice_label
from blogadmin.gui.theme import SPACE_M, SPACE_XXS, STATUS
from blogadmin.gui.widgets.labels import Label
from blogadmin.gui.widgets.pills import StatusGlyph

_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}


class ChoiceBoxes(QWidget):
    """A box for each word; Up and Down lead from one to the next.

    Signals:
        changed(): another set is ticked.
    """

    changed = Signal()

    def __init__(self, choices: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._boxes: dict[str, QCheckBox] = {}
        self._counts: dict[str, Label] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(SPACE_XXS)
        grid.setHorizontalSpacing(SPACE_M)
        for row, choice in enumerate(choices):
            self._add(grid, row, choice)
        grid.setColumnStretch(0, 1)

    def first(self) -> QWidget:
        """Where the keyboard begins: the first ticked box, else the first."""
        boxes = list(self._boxes.values())
        return next((box for box in boxes if box.isChecked()), boxes[0])

    def tick(self, choices: Sequence[str]) -> None:
        """Tick these words and no others."""
        for choice, box in self._boxes.items():
            box.setChecked(choice in choices)

    def ticked(self) -> tuple[str, ...]:
        """The ticked words, in the order of the boxes."""
        return tuple(choice for choice, box in self._boxes.items() if box.isChecked())

    def show_counts(self, counts: Mapping[Any, str]) -> None:
        """Show how many rows have each word, as the words of the count."""
        for choice, label in self._counts.items():
            words = counts.get(choice, "")
            label.setText(words)
            self._boxes[choice].setAccessibleDescription(words)

    def _add(self, grid: QGridLayout, row: int, choice: str) -> None:
        box = self._boxes[choice] = QCheckBox(choice_label(choice), self)
        box.setObjectName(f"value_{choice}")
        box.setAccessibleName(choice_label(choice))
        box.toggled.connect(lambda _on: self.changed.emit())
        count = self._counts[choice] = Label(tone="muted", tabular=True, parent=self)
        count.setObjectName(f"count_{choice}")
        count.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(box, row, 0)
        grid.addWidget(count, row, 1)
        if choice in STATUS:
            grid.addWidget(StatusGlyph(choice, "raised", self), row, 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        boxes = list(self._boxes.values())
        focused = next((at for at, box in enumerate(boxes) if box.hasFocus()), None)
        if step is None or focused is None:
            super().keyPressEvent(event)
        else:
            boxes[(focused + step) % len(boxes)].setFocus(Qt.FocusReason.TabFocusReason)
