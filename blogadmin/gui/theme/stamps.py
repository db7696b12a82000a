"""Small drawings that a list repeats, kept as pixmaps of the screen's own pixels.

Drawing a disc takes thirty times as long as copying it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Mapping

from PySide6 import QtCore
from PySide6.QtCore import QBuffer, QByteArray, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPixmap

_KEPT = 1024
_EDGE = 1
"""Room around a drawing, because strokes and rounding reach a little beyond its rectangle."""
_PICTURES = "PNG"

Draw = Callable[[QPainter, QRectF], object]


class Stamps:
    """Draws a thing once for each scale and direction, and copies it from then on."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Hashable, float, bool], QPixmap] = {}
        self._ready: Mapping[Hashable, bytes] = {}
        self._painter: QPainter | None = None
        self._scale, self._x, self._y = 1.0, 0.0, 0.0
        self._rtl = False

    def __len__(self) -> int:
        """How many drawings are kept."""
        return len(self._kept)

    def forget(self) -> None:
        """The theme or the font has changed."""
        self._kept.clear()
        self._ready = {}

    def pictures(self) -> Iterator[tuple[Hashable, bytes]]:
        """The drawings that were made for the scale and direction of now, by their keys, as files."""
        for (key, scale, rtl), pixmap in self._kept.items():
            if (scale, rtl) == (self._scale, self._rtl):
                content = QByteArray()
                if pixmap.save(QBuffer(content), _PICTURES):
                    yield key, bytes(content.data())

    def take(self, pictures: Mapping[Hashable, bytes]) -> None:
        """Copy what ``pictures`` told of the same scale, direction and theme instead of drawing it.

        Neither a pen nor a brush is needed then, and none of the names of ``Qt``, which take longer to make
        than all else that is painted.
        """
        self._ready = pictures

    def begin(self, painter: QPainter, *, rtl: bool) -> None:
        """Copy to ``painter`` from now on, whose transform and direction stay as they are."""
        device = painter.deviceTransform()
        self._painter, self._rtl = painter, rtl
        self._scale, self._x, self._y = device.m11(), device.dx(), device.dy()

    def draw(self, key: Hashable, rect: QRectF, draw: Draw) -> None:
        """Show in ``rect`` what ``draw`` draws there; ``key`` names all that it depends on but the theme."""
        painter = self._painter
        if painter is None:
            return
        whole = (key, self._scale, self._rtl)
        pixmap = self._kept.get(whole)
        if pixmap is None:
            pixmap = self._keep(whole, rect, draw)
        # Whole pixels of the device: half a pixel off blurs every stroke.
        scale, edge = self._scale, _EDGE * self._scale
        x = math.ceil(rect.x() * scale + self._x - 0.5) - edge - self._x
        y = math.ceil(rect.y() * scale + self._y - 0.5) - edge - self._y
        painter.drawPixmap(QPointF(x / scale, y / scale), pixmap)

    def _keep(self, whole: tuple[Hashable, float, bool], rect: QRectF, draw: Draw) -> QPixmap:
        scale, width, height = self._scale, rect.width(), rect.height()
        pixmap = QPixmap(math.ceil((width + 2 * _EDGE) * scale), math.ceil((height + 2 * _EDGE) * scale))
        if not self._load(pixmap, whole[0]):
            pixmap.setDevicePixelRatio(scale)
            self._draw_on(pixmap, QRectF(_EDGE, _EDGE, width, height), draw)
        pixmap.setDevicePixelRatio(scale)
        if len(self._kept) >= _KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[whole] = pixmap
        return pixmap

    def _load(self, pixmap: QPixmap, key: Hashable) -> bool:
        """Whether ``pixmap`` now holds the drawing, as it was told, in the size that is needed."""
        size, content = pixmap.size(), self._ready.get(key)
        if content is None:
            return False
        loaded = QPixmap()
        if not loaded.loadFromData(content, _PICTURES) or loaded.size() != size:
            return False
        pixmap.swap(loaded)
        return True

    def _draw_on(self, pixmap: QPixmap, rect: QRectF, draw: Draw) -> None:
        pixmap.fill(QColor(0, 0, 0, 0))
        painter = QPainter(pixmap)
        if self._rtl:
            painter.setLayoutDirection(QtCore.Qt.LayoutDirection.RightToLeft)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw(painter, rect)
        painter.end()
