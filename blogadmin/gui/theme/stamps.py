"""Small drawings that a list repeats, kept as pixmaps of the screen's own pixels.

Drawing a disc with two letters takes thirty times as long as copying it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

# More than there are pairs of initials.
_KEPT = 1024
_EDGE = 1
"""Room around a drawing, because strokes and rounding reach a little beyond its rectangle."""

Draw = Callable[[QPainter, QRectF], object]


class Stamps:
    """Draws a thing once for each scale and direction, and copies it from then on."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Hashable, float, Qt.LayoutDirection], QPixmap] = {}
        self._painter: QPainter | None = None
        self._scale, self._x, self._y = 1.0, 0.0, 0.0
        self._direction = Qt.LayoutDirection.LeftToRight

    def __len__(self) -> int:
        """How many drawings are kept."""
        return len(self._kept)

    def forget(self) -> None:
        """The theme or the font has changed."""
        self._kept.clear()

    def begin(self, painter: QPainter) -> None:
        """Copy to ``painter`` from now on, whose transform and direction stay as they are."""
        device = painter.deviceTransform()
        self._painter, self._direction = painter, painter.layoutDirection()
        self._scale, self._x, self._y = device.m11(), device.dx(), device.dy()

    def draw(self, key: Hashable, rect: QRectF, draw: Draw) -> None:
        """Show in ``rect`` what ``draw`` draws there; ``key`` names all that it depends on but the theme."""
        painter = self._painter
        if painter is None:
            return
        whole = (key, self._scale, self._direction)
        pixmap = self._kept.get(whole)
        if pixmap is None:
            pixmap = self._keep(whole, rect, draw)
        # Whole pixels of the device: half a pixel off blurs every stroke.
        scale, edge = self._scale, _EDGE * self._scale
        x = math.ceil(rect.x() * scale + self._x - 0.5) - edge - self._x
        y = math.ceil(rect.y() * scale + self._y - 0.5) - edge - self._y
        painter.drawPixmap(QPointF(x / scale, y / scale), pixmap)

    def _keep(self, key: tuple[Hashable, float, Qt.LayoutDirection], rect: QRectF, draw: Draw) -> QPixmap:
        scale, width, height = self._scale, rect.width(), rect.height()
        pixmap = QPixmap(math.ceil((width + 2 * _EDGE) * scale), math.ceil((height + 2 * _EDGE) * scale))
        pixmap.setDevicePixelRatio(scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setLayoutDirection(self._direction)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw(painter, QRectF(_EDGE, _EDGE, width, height))
        painter.end()
        if len(self._kept) >= _KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = pixmap
        return pixmap
