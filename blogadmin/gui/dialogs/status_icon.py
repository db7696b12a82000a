"""The glyph of a status as an icon, for lists to choose from."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap

from blogadmin.gui.theme import STATUS, color, draw_status_glyph


class _GlyphEngine(QIconEngine):
    """Paints the glyph in the colours that the theme has at that moment."""

    def __init__(self, status: str) -> None:
        super().__init__()
        self._status = status

    def clone(self) -> QIconEngine:
        return _GlyphEngine(self._status)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        look = STATUS[self._status]
        ink = "disabled" if mode == QIcon.Mode.Disabled else look.ink_token
        draw_status_glyph(painter, look.shape, QRectF(rect), color(ink), color("surface"))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        # The size is in device-independent pixels: without the scale the glyph blurs at 200 %.
        pixmap = QPixmap(size * scale)
        pixmap.setDevicePixelRatio(scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap


def status_icon(status: str) -> QIcon:
    """The glyph of a status that the theme knows. Raises ``KeyError`` for another."""
    if status not in STATUS:
        raise KeyError(status)
    return QIcon(_GlyphEngine(status))
