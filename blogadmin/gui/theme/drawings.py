"""Icons as they are painted: stroke drawings on a 24 × 24 grid, in any colour.

They are rendered for the pixels of the screen that they land on, and kept.
"""

from collections.abc import Iterable
from functools import cache
from itertools import product
from typing import Final

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

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


def draw_ahead(names: Iterable[str], inks: Iterable[QColor], pixels: int) -> None:
    """Have icons drawn, so many pixels wide, that will be painted in these colours; on any thread."""
    for name, ink in product(names, inks):
        _image(name, ink, pixels, mirror=False)


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
