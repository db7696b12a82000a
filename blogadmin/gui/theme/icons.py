"""Icons: stroke drawings on a 24 × 24 grid, coloured with a theme token while they are painted.

An icon stores the name of its colour, not the colour. So it follows the theme and the disabled state
without anybody replacing it, and it is rendered for the pixels of the screen that it lands on.
"""

from functools import cache
from typing import Final

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QIcon,
    QIconEngine,
    QImage,
    QPainter,
    QPixmap,
)
from PySide6.QtSvg import QSvgRenderer

from blogadmin.gui.theme.state import color
from blogadmin.paths import resources_dir

MIRRORED: Final = frozenset(
    {
        "chevron-left",
        "chevron-right",
        "chevrons-first",
        "chevrons-last",
        "external-link",
        "list",
        "log-in",
        "log-out",
        "redo",
        "send",
        "undo",
    }
)
"""Icons that point along the reading direction, and so turn round where text runs to the left."""

_IMAGES_KEPT: Final = 600
_images: dict[tuple[str, int, int, bool], QImage] = {}
_icons: dict[tuple[str, str], QIcon] = {}


@cache
def icon_source(name: str) -> str:
    """The SVG text of an icon, with `currentColor` for its ink. Raises FileNotFoundError."""
    return (resources_dir() / "icons" / f"{name}.svg").read_text(encoding="utf-8")


def coloured_svg(name: str, ink: QColor) -> str:
    """The SVG text of an icon in one fixed colour."""
    return icon_source(name).replace("currentColor", ink.name())


def draw_icon(painter: QPainter, name: str, rect: QRectF, color: QColor) -> None:
    """Paint an icon centred in `rect`, as large as the shorter side, mirrored where it must be."""
    side = min(rect.width(), rect.height())
    if side <= 0:
        return
    square = QRectF(0, 0, side, side)
    square.moveCenter(rect.center())
    mirror = name in MIRRORED and painter.layoutDirection() == Qt.LayoutDirection.RightToLeft
    transform = painter.deviceTransform()
    if transform.isRotating() or transform.m11() <= 0:
        QSvgRenderer(QByteArray(coloured_svg(name, color).encode())).render(painter, square)
        return
    # Whole pixels of the device, in size and place: half a pixel off blurs every stroke.
    pixels = max(1, round(side * transform.m11()))
    back, _ = transform.inverted()
    corner = transform.map(square.topLeft()).toPoint()
    placed = QRectF(back.mapRect(QRectF(corner.x(), corner.y(), pixels, pixels)))
    painter.drawImage(placed, _image(name, color, pixels, mirror))


def _image(name: str, ink: QColor, pixels: int, mirror: bool) -> QImage:
    key = (name, ink.rgba(), pixels, mirror)
    found = _images.get(key)
    if found is None:
        if len(_images) >= _IMAGES_KEPT:
            _images.clear()
        found = _images[key] = _render(name, ink, pixels, mirror)
    return found


def _render(name: str, ink: QColor, pixels: int, mirror: bool) -> QImage:
    image = QImage(pixels, pixels, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setOpacity(ink.alphaF())
    renderer = QSvgRenderer(QByteArray(coloured_svg(name, ink).encode()))
    renderer.render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    return image.flipped(Qt.Orientation.Horizontal) if mirror else image


class _IconEngine(QIconEngine):
    """Draws a named icon in the colour that its token has at that moment."""

    def __init__(self, name: str, tone: str) -> None:
        super().__init__()
        self._name = name
        self._tone = tone

    def _paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode) -> None:
        tone = "disabled" if mode == QIcon.Mode.Disabled else self._tone
        draw_icon(painter, self._name, QRectF(rect), color(tone))

    def clone(self) -> QIconEngine:
        return _IconEngine(self._name, self._tone)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        self._paint(painter, rect, mode)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        # `size` is in device-independent pixels: without the scale icons blur at 200 %.
        pixmap = QPixmap(size * scale)
        pixmap.setDevicePixelRatio(scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setLayoutDirection(QGuiApplication.layoutDirection())
        self._paint(painter, QRect(QPoint(0, 0), size), mode)
        painter.end()
        return pixmap


def icon(name: str, tone: str = "text2") -> QIcon:
    """The icon of that name in the colour of a token; it follows theme, state and screen by itself.

    Raises FileNotFoundError for an unknown name and KeyError for an unknown token.
    """
    found = _icons.get((name, tone))
    if found is None:
        # Asked now, because an error inside the engine would surface in the middle of a paint.
        icon_source(name)
        color(tone)
        found = _icons[name, tone] = QIcon(_IconEngine(name, tone))
    return found


def application_icon() -> QIcon:
    """The program's own icon, for windows, the task bar and the dock."""
    return QIcon(str(resources_dir() / "icons" / "blogadmin.svg"))
