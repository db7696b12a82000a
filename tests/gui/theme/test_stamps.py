"""Small drawings: made once, copied from then on, and taken from what an earlier start has drawn."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from blogadmin.gui.theme import Stamps

SPOT = QRectF(4, 4, 12, 12)


def stamp(stamps: Stamps, *, scale: float = 1, rtl: bool = False, ink: str = "red") -> tuple[QImage, int]:
    """A picture with the stamp on it, and how often it was drawn for that."""
    drawn: list[QRectF] = []

    def draw(painter: QPainter, rect: QRectF) -> None:
        drawn.append(rect)
        painter.fillRect(rect.adjusted(3, 0, 0, 0), QColor(ink))

    picture = QImage(round(20 * scale), round(20 * scale), QImage.Format.Format_ARGB32_Premultiplied)
    picture.setDevicePixelRatio(scale)
    picture.fill(QColor("white"))
    painter = QPainter(picture)
    stamps.begin(painter, rtl=rtl)
    stamps.draw(("mark", True), SPOT, draw)
    painter.end()
    return picture, len(drawn)


@pytest.mark.parametrize("scale", [1, 1.5, 2])
def test_what_an_earlier_start_has_drawn_is_not_drawn_again(look: QApplication, scale: float) -> None:
    earlier, later = Stamps(), Stamps()
    picture, times = stamp(earlier, scale=scale)
    assert times == 1
    later.take(dict(earlier.pictures()))
    # Whatever would be drawn now: it is the picture of then.
    assert stamp(later, scale=scale, ink="blue") == (picture, 0)


def test_pictures_are_those_of_one_scale_and_direction(look: QApplication) -> None:
    stamps = Stamps()
    stamp(stamps, scale=2)
    stamp(stamps, rtl=True)
    stamp(stamps)
    assert len(stamps) == 3
    assert [key for key, _content in stamps.pictures()] == [("mark", True)]


@pytest.mark.parametrize("content", [b"", b"no picture"])
def test_what_is_no_picture_is_drawn(look: QApplication, content: bytes) -> None:
    stamps = Stamps()
    stamps.take({("mark", True): content})
    assert stamp(stamps)[1] == 1


def test_a_picture_of_another_size_is_drawn_anew(look: QApplication) -> None:
    earlier, later = Stamps(), Stamps()
    stamp(earlier, scale=2)
    later.take(dict(earlier.pictures()))
    assert stamp(later) == stamp(Stamps())


def test_another_theme_takes_no_pictures_of_the_former(look: QApplication) -> None:
    earlier, later = Stamps(), Stamps()
    stamp(earlier)
    later.take(dict(earlier.pictures()))
    later.forget()
    assert stamp(later, ink="blue")[1] == 1
