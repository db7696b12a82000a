"""What merged by itself: base, theirs and mine beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from blogadmin.gui.theme import SPACE_L, SPACE_M, SPACE_S
from blogadmin.gui.widgets.labels import Label
from blogadmin.gui.widgets.panel import Panel

EXCERPT = 240
"""Characters of a long value that are shown, around the first place where two differ."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One field in three versions, as words. ``mine`` is ``None`` where nothing was changed here."""

    label: str
    base: str
    theirs: str
    mine: str | None


def excerpt(text: str, other: str) -> str:
    """The part of ``text`` around its first difference from ``other``, with ellipses for the rest."""
    if len(text) <= EXCERPT:
        return text
    shared = next((i for i, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), len(other))
    start = max(0, min(shared, len(text)) - EXCERPT // 4)
    part = text[start : start + EXCERPT]
    return ("… " if start else "") + part + (" …" if start + EXCERPT < len(text) else "")


class ConflictTable(Panel):
    """A small table, one line for each field, all of it plain text that can be selected and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("sunken", radius=6, border="line", parent=parent)
        self.setObjectName("conflictTable")
        self.setAccessibleName("Fields merged without conflict")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        self._grid.setHorizontalSpacing(SPACE_L)
        self._grid.setVerticalSpacing(SPACE_S)
        for column in (1, 2, 3):
            self._grid.setColumnStretch(column, 1)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.hide()

    def compare(self, fields: Sequence[Compared]) -> None:
        """Show ``fields`` in place of those before."""
        self._clear()
        for column, title in enumerate(("Field", "Base", "Theirs", "Mine")):
            self._put(0, column, title, strong=True)
        for row, field in enumerate(fields, 1):
            mine = field.mine if field.mine is not None else "not changed here"
            self._put(row, 0, field.label, strong=True)
            self._put(row, 1, excerpt(field.base, field.theirs) or "empty", tone="muted")
            self._put(row, 2, excerpt(field.theirs, field.base) or "empty", strong=True)
            self._put(row, 3, excerpt(mine, field.theirs) or "empty", tone="" if field.mine else "muted")

    def _put(self, row: int, column: int, text: str, *, strong: bool = False, tone: str = "") -> None:
        weight = QFont.Weight.DemiBold if strong else None
        label = Label(text, role="caption", weight=weight, tone=tone, wrap=True, parent=self)
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        label.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
        if column:
            label.setMinimumWidth(1)
        else:
            label.setWordWrap(False)
        self._grid.addWidget(label, row, column)

    def _clear(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
