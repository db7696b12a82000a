"""Plain blocks with a ground from the theme, and hairlines."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget

from blogadmin.gui.theme import color

Edge = Literal["top", "bottom", "leading", "trailing"]


class Panel(QWidget):
    """A container with a ground, and hairlines at some edges or a rounded border all round.

    `ground` and `border` are colour tokens; "" paints none. Edges mirror with the reading direction.
    """

    is_bottom_bar = False
    """Whether it lies along the bottom of a window, where a toast must not cover it."""

    def __init__(
        self,
        ground: str = "surface",
        *,
        edges: Collection[Edge] = (),
        radius: int = 0,
        border: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._ground, self._edges = ground, frozenset(edges)
        self._radius, self._border = radius, border

    def set_ground(self, token: str) -> None:
        """Change the ground to that of another token."""
        self._ground = token
        self.update()

    def _paint_rounded(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color(self._border), 1) if self._border else Qt.PenStyle.NoPen)
        painter.setBrush(color(self._ground) if self._ground else Qt.BrushStyle.NoBrush)
        inset = 0.5 if self._border else 0.0
        body = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(body, self._radius, self._radius)

    def _paint_square(self, painter: QPainter) -> None:
        area = self.rect()
        if self._ground:
            painter.fillRect(area, color(self._ground))
        lines = {
            "top": QRect(0, 0, area.width(), 1),
            "bottom": QRect(0, area.height() - 1, area.width(), 1),
            "leading": QRect(0, 0, 1, area.height()),
            "trailing": QRect(area.width() - 1, 0, 1, area.height()),
        }
        for edge in self._edges:
            line = QStyle.visualRect(self.layoutDirection(), area, lines[edge])
            painter.fillRect(line, color("line"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._radius or self._border:
            self._paint_rounded(painter)
        else:
            self._paint_square(painter)
        painter.end()


class Line(QWidget):
    """A hairline, one device-independent pixel thick."""

    def __init__(
        self, orientation: Qt.Orientation = Qt.Orientation.Horizontal, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        long, thin = QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed
        if orientation == Qt.Orientation.Horizontal:
            self.setFixedHeight(1)
            self.setSizePolicy(long, thin)
        else:
            self.setFixedWidth(1)
            self.setSizePolicy(thin, long)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color("line"))
        painter.end()
