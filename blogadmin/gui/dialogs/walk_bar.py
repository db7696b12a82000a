"""First, previous, next, last: through the list that the dialog was opened from, in its own order."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from blogadmin.gui.theme import SPACE_XXS
from blogadmin.gui.widgets.buttons import tool_button


class Walker(Protocol):
    """A list with an order: the neighbours of a row, or ``None`` where there is none."""

    def first(self, row_id: int, /) -> int | None: ...
    def previous(self, row_id: int, /) -> int | None: ...
    def next(self, row_id: int, /) -> int | None: ...
    def last(self, row_id: int, /) -> int | None: ...


_STEPS = (
    ("first", "chevrons-first", "First", "Alt+Home"),
    ("previous", "chevron-left", "Previous", "Alt+PgUp"),
    ("next", "chevron-right", "Next", "Alt+PgDown"),
    ("last", "chevrons-last", "Last", "Alt+End"),
)


class WalkBar(QWidget):
    """Four buttons with shortcuts. ``wanted`` carries the id of the row to go to."""

    wanted = Signal(int)

    def __init__(self, noun: str, window: QWidget) -> None:
        super().__init__(window)
        self._walker: Walker | None = None
        self._id: int | None = None
        self._buttons: dict[str, QToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_XXS)
        for step, icon, words, keys in _STEPS:
            native = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
            button = tool_button(icon, f"{words} {noun} ({native})", f"{step}Button", self)
            button.clicked.connect(lambda _checked=False, s=step: self._go(s))
            # On the window, so that the keys work wherever in the dialog the cursor stands.
            QShortcut(QKeySequence(keys), window, button.click)
            self._buttons[step] = button
            row.addWidget(button)
        self.hide()

    def set_walker(self, walker: Walker | None) -> None:
        """Walk ``walker``'s rows from now on; without one there is nothing to walk."""
        self._walker = walker
        self.stand_at(self._id)

    def stand_at(self, row_id: int | None) -> None:
        """The dialog shows this row now; ``None`` for one that is not in the list."""
        self._id = row_id
        self.setVisible(self._walker is not None and row_id is not None)
        for step, button in self._buttons.items():
            button.setEnabled(self._target(step) is not None)

    def _target(self, step: str) -> int | None:
        if self._walker is None or self._id is None:
            return None
        found = getattr(self._walker, step)(self._id)
        return None if found == self._id else found

    def _go(self, step: str) -> None:
        # Asked again: rows may have come or gone since the buttons were enabled.
        target = self._target(step)
        if target is not None:
            self.wanted.emit(target)
        else:
            self.stand_at(self._id)
