"""Status shapes, drawn by code so that they are exact at 12 to 14 px.

They differ in silhouette: a page still reads in greyscale.
"""

from collections.abc import Callable, Mapping
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from blogadmin.gui.theme.drawings import draw_icon

_STROKE: Final = 1.5


def draw_status_glyph(painter: QPainter, shape: str, rect: QRectF, color: QColor, knockout: QColor) -> None:
    """Paint a status shape centred in `rect`.

    `knockout` is the colour of the ground, in which filled shapes show their sign.
    Raises KeyError for an unknown shape.
    """
    if shape == "offline":
        draw_icon(painter, "wifi-off", rect, color)
        return
    draw = _SHAPES[shape]
    side = min(rect.width(), rect.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.center())
    painter.setPen(_pen(color))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    draw(painter, side / 2 - 1, color, knockout)
    painter.restore()


def _pen(ink: QColor) -> QPen:
    return QPen(ink, _STROKE, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def _ring(painter: QPainter, radius: float) -> None:
    painter.drawEllipse(QPointF(0, 0), radius, radius)


def _fill(painter: QPainter, ink: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)


def _line(painter: QPainter, *points: tuple[float, float]) -> None:
    painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points]))


def _dashed(painter: QPainter, radius: float, ink: QColor, knockout: QColor) -> None:
    pen = _pen(ink)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    # Eight dashes exactly, whatever the radius: a ninth, cut one would look like a fault.
    dash = 3.1416 * 2 * radius / _STROKE / 8
    pen.setDashPattern([dash * 0.56, dash * 0.44])
    painter.setPen(pen)
    _ring(painter, radius)


def _half(painter: QPainter, radius: float, ink: QColor, knockout: QColor) -> None:
    _ring(painter, radius)
    _fill(painter, ink)
    inner = radius - 1.8
    right_half = (90 * 16, -180 * 16)
    painter.drawPie(QRectF(-inner, -inner, 2 * inner, 2 * inner), *right_half)


def _clock(painter: QPainter, radius: float, ink: QColor, knockout: QColor) -> None:
    _ring(painter, radius)
    _line(painter, (0, -radius * 0.55), (0, 0), (radius * 0.42, radius * 0.22))


def _check(painter: QPainter, radius: float, ink: QColor, knockout: QColor) -> None:
    _fill(painter, ink)
    _ring(painter, radius + 0.6)
    painter.setPen(_pen(knockout))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    _line(
        painter,
        (-radius * 0.45, radius * 0.04),
        (-radius * 0.12, radius * 0.36),
        (radius * 0.46, -radius * 0.32),
    )


def _box(painter: QPainter, radius: float, ink: QColor, knockout: QColor) -> None:
    half = radius - 0.3
    painter.drawRoundedRect(QRectF(-half, -half, 2 * half, 2 * half), 2, 2)
    _line(painter, (-radius * 0.38, 0), (radius * 0.38, 0))


def _diamond(painter: QPainter, radius: float, ink: QColor, knockout: QColor) -> None:
    out = radius + 1
    _fill(painter, ink)
    painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in ((0, -out), (out, 0), (0, out), (-out, 0))]))
    painter.setPen(_pen(knockout))
    _line(painter, (0, -radius * 0.45), (0, radius * 0.1))
    painter.drawPoint(QPointF(0, radius * 0.5))


def _cross(painter: QPainter, radius: float, ink: QColor, knockout: QColor) -> None:
    _ring(painter, radius)
    arm = radius * 0.38
    _line(painter, (-arm, -arm), (arm, arm))
    _line(painter, (-arm, arm), (arm, -arm))


_SHAPES: Final[Mapping[str, Callable[[QPainter, float, QColor, QColor], None]]] = {
    "dashed": _dashed,
    "half": _half,
    "clock": _clock,
    "check": _check,
    "box": _box,
    "diamond": _diamond,
    "cross": _cross,
}
SHAPES: Final = frozenset(_SHAPES) | {"offline"}
"""The names of all shapes."""
