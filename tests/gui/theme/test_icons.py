"""Icons parse, scale, follow the theme and mirror."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from blogadmin.gui.theme import Mode, application_icon, apply_theme, color, draw_icon, icon
from blogadmin.gui.theme.drawings import MIRRORED
from blogadmin.paths import resources_dir

FILES = sorted((resources_dir() / "icons").glob("*.svg"))
STROKED = [path for path in FILES if path.stem != "blogadmin"]


def painted(
    name: str, ink: str, side: int = 32, direction: Qt.LayoutDirection = Qt.LayoutDirection.LeftToRight
) -> QImage:
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setLayoutDirection(direction)
    draw_icon(painter, name, QRectF(0, 0, side, side), QColor(ink))
    painter.end()
    return image


def inks(image: QImage) -> set[str]:
    """The colours of all pixels that are covered completely."""
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return {pixel.name() for pixel in pixels if pixel.alpha() == 255}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file_is_valid_svg(path: Path) -> None:
    root = ET.fromstring(path.read_text(encoding="utf-8"))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert QSvgRenderer(str(path)).isValid()


@pytest.mark.parametrize("path", STROKED, ids=lambda path: path.stem)
def test_file_keeps_to_the_family(path: Path) -> None:
    attributes = ET.fromstring(path.read_text(encoding="utf-8")).attrib
    assert attributes["viewBox"] == "0 0 24 24"
    assert attributes["stroke"] == "currentColor"
    assert attributes["stroke-width"] == "1.9"
    assert attributes["fill"] == "none"


@pytest.mark.parametrize("path", STROKED, ids=lambda path: path.stem)
def test_icon_paints_in_its_ink_and_inside_its_square(path: Path) -> None:
    image = painted(path.stem, "#2A5BD7", 48)
    assert "#2a5bd7" in inks(image)
    edge = [image.pixelColor(at, row).alpha() for at in range(48) for row in (0, 47)]
    assert not any(edge)


@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5, 2.0])
def test_pixmap_has_the_pixels_of_its_screen(scale: float) -> None:
    pixmap = icon("search").pixmap(QSize(16, 16), scale)
    assert pixmap.devicePixelRatio() == scale
    assert pixmap.size() == QSize(16, 16) * scale


def test_icon_follows_the_theme(look: QApplication) -> None:
    kept = icon("user", "text")
    before = inks(kept.pixmap(QSize(32, 32), 1.0).toImage())
    apply_theme(look, Mode.DARK)
    after = inks(kept.pixmap(QSize(32, 32), 1.0).toImage())
    assert before == {"#191c23"}
    assert after == {"#e6e8ed"}


def test_disabled_icon_has_the_disabled_ink() -> None:
    image = icon("user").pixmap(QSize(32, 32), 1.0, QIcon.Mode.Disabled).toImage()
    assert inks(image) == {color("disabled").name()}


@pytest.mark.parametrize("name", sorted(MIRRORED))
def test_icon_that_points_along_the_text_mirrors(name: str) -> None:
    forward = painted(name, "#000000")
    backward = painted(name, "#000000", direction=Qt.LayoutDirection.RightToLeft)
    assert backward == forward.flipped(Qt.Orientation.Horizontal)
    assert backward != forward


def test_check_and_clock_never_mirror() -> None:
    for name in ("check", "clock", "search"):
        assert painted(name, "#000000", direction=Qt.LayoutDirection.RightToLeft) == painted(name, "#000000")


def test_unknown_names_are_refused_at_once() -> None:
    with pytest.raises(FileNotFoundError):
        icon("no-such-icon")
    with pytest.raises(KeyError):
        icon("search", "no-such-token")


def test_application_icon_comes_in_the_sizes_of_desktops() -> None:
    for side in (16, 32, 48, 256):
        pixmap = application_icon().pixmap(QSize(side, side), 1.0)
        assert pixmap.size() == QSize(side, side)
