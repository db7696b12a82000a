"""What a test of a connection found, step by step: a glyph, what is so, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QGridLayout, QWidget

from blogadmin.gui.theme import (
    GLYPH_SIZE,
    RADIUS_CARD,
    SPACE_L,
    SPACE_M,
    SPACE_S,
    color,
    draw_status_glyph,
)
from blogadmin.gui.widgets.labels import Label
from blogadmin.gui.widgets.panel import Panel
from blogadmin.gui.widgets.pills import Mark

Result = Literal["ok", "warn", "bad"]
_SHAPES: dict[Result, str] = {"ok": "check", "warn": "half", "bad": "diamond"}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: how it went, in two or three words, and the rest of the sentence."""

    result: Result
    strong: str
    text: str = ""


class _Glyph(Mark):
    """The shape and colour of a result; the words beside it say the same."""

    def __init__(self, result: Result, parent: QWidget) -> None:
        super().__init__(parent)
        self._result: Result = result

    def extent(self) -> QSize:
        return QSize(GLYPH_SIZE, GLYPH_SIZE)

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        draw_status_glyph(painter, _SHAPES[self._result], rect, color(self._result), color("sunken"))


class StepReport(Panel):
    """The steps under each other, under a heading that is only spoken. Hidden until there are any."""

    def __init__(self, parent: QWidget | None = None, heading: str = "What the test found") -> None:
        super().__init__("sunken", radius=RADIUS_CARD, border="line", parent=parent)
        self.setObjectName("report")
        self._heading = heading
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        self._grid.setHorizontalSpacing(SPACE_M)
        self._grid.setVerticalSpacing(SPACE_S)
        self._grid.setColumnStretch(2, 1)
        self._lines: list[str] = []
        self.hide()

    def text(self) -> str:
        """All of it in words, a line for each step."""
        return "\n".join(self._lines)

    def report(self, steps: Sequence[Step]) -> None:
        """Show ``steps`` in place of those before; none hide it."""
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for row, step in enumerate(steps):
            top = Qt.AlignmentFlag.AlignTop
            self._grid.addWidget(_Glyph(step.result, self), row, 0, top)
            self._grid.addWidget(Label(step.strong, weight=QFont.Weight.Medium, parent=self), row, 1, top)
            words = Label(step.text, tone="muted", wrap=True, parent=self)
            words.setMinimumWidth(1)
            self._grid.addWidget(words, row, 2)
        self._lines = [f"{step.strong}. {step.text}".strip() for step in steps]
        self.setAccessibleName(f"{self._heading}: {' '.join(self._lines)}")
        self.setVisible(bool(steps))
