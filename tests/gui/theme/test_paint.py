"""The small painters: they show all of their words, mirror, and differ in shape."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from blogadmin.gui.theme import (
    color,
    draw_avatar,
    draw_check,
    draw_focus_ring,
    draw_key_caps,
    draw_pill,
    draw_shadow,
    draw_status_glyph,
    initials,
    key_caps_size,
    pill_size,
)
from blogadmin.gui.theme.glyphs import SHAPES

RTL = Qt.LayoutDirection.RightToLeft


def canvas(
    paint: Callable[[QPainter], object],
    width: int = 120,
    height: int = 40,
    direction: Qt.LayoutDirection = Qt.LayoutDirection.LeftToRight,
) -> QImage:
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setLayoutDirection(direction)
    try:
        paint(painter)
    finally:
        painter.end()
    return image


def covered_columns(image: QImage) -> list[int]:
    return [
        x for x in range(image.width()) if any(image.pixelColor(x, y).alpha() for y in range(image.height()))
    ]


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Marta Lindqvist", "ML"),
        ("anna", "A"),
        ("  Elif   de  Yıldız ", "EY"),
        ("", "?"),
        ("***", "?"),
        ("渡辺 謙", "渡謙"),
        ("Yael Stern (יעל שטרן)", "YS"),
        ("Dana (Daniela) Roth", "DR"),
        ("(unknown)", "?"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_shapes_differ_without_their_colours() -> None:
    def silhouette(shape: str) -> bytes:
        black, white, square = QColor("black"), QColor("white"), QRectF(0, 0, 14, 14)
        image = canvas(lambda painter: draw_status_glyph(painter, shape, square, black, white), 14, 14)
        return bytes(image.constBits())

    assert len({silhouette(shape) for shape in SHAPES}) == len(SHAPES)


def test_unknown_shape_is_refused() -> None:
    ink = QColor("black")
    with pytest.raises(KeyError):
        canvas(lambda painter: draw_status_glyph(painter, "star", QRectF(0, 0, 14, 14), ink, ink))


def test_pill_takes_the_width_it_measured() -> None:
    size = pill_size("In review", marked=True)
    taken: list[float] = []
    image = canvas(
        lambda painter: taken.append(
            draw_pill(painter, QRectF(0, 0, 200, 30), "In review", "warn", "warn_soft", shape="half")
        ),
        200,
        30,
    )
    assert taken == [size.width()]
    assert covered_columns(image)[-1] == pytest.approx(size.width(), abs=1.5)


def test_pill_in_too_little_room_stays_inside() -> None:
    image = canvas(
        lambda painter: draw_pill(
            painter, QRectF(0, 0, 40, 30), "A very long word indeed", "mute", "mute_soft"
        )
    )
    assert covered_columns(image)[-1] < 40


def test_pill_begins_at_the_leading_edge() -> None:
    def paint(painter: QPainter) -> float:
        return draw_pill(painter, QRectF(0, 0, 120, 30), "Draft", "mute", "mute_soft")

    assert covered_columns(canvas(paint))[0] == 0
    assert covered_columns(canvas(paint, direction=RTL))[-1] == 119


def test_key_caps_take_the_width_they_measured() -> None:
    keys = ("Ctrl", "Enter")
    image = canvas(lambda painter: draw_key_caps(painter, QRectF(0, 0, 120, 40), keys))
    assert covered_columns(image)[-1] == pytest.approx(key_caps_size(keys).width(), abs=1.5)
    assert key_caps_size(()).width() == 0


def test_inactive_person_is_a_ring_not_a_disc() -> None:
    def disc(inactive: bool) -> QImage:
        return canvas(
            lambda painter: draw_avatar(painter, QRectF(0, 0, 40, 40), "Viktor Hale", inactive=inactive),
            40,
            40,
        )

    assert disc(False).pixelColor(20, 4) == color("press")
    assert disc(True).pixelColor(20, 5).alpha() == 0


def test_check_differs_by_more_than_colour() -> None:
    def box(checked: bool, enabled: bool = True) -> QImage:
        return canvas(
            lambda painter: draw_check(painter, QRectF(0, 0, 20, 20), checked, enabled=enabled),
            20,
            20,
        )

    assert box(True).pixelColor(4, 4) == color("accent")
    assert box(False).pixelColor(10, 10) == color("surface")
    assert box(True, enabled=False).pixelColor(4, 4) == color("disabled")


def test_focus_ring_closes_only_at_the_ends_of_a_row() -> None:
    def ring(first: bool, last: bool) -> QImage:
        return canvas(
            lambda painter: draw_focus_ring(painter, QRect(0, 0, 60, 30), first=first, last=last),
            60,
            30,
        )

    middle = ring(False, False)
    assert middle.pixelColor(30, 0) == color("accent")
    assert middle.pixelColor(30, 29) == color("accent")
    assert middle.pixelColor(0, 15).alpha() == 0
    assert ring(True, False).pixelColor(0, 15) == color("accent")
    assert ring(False, True).pixelColor(59, 15) == color("accent")


def test_shadow_fades_outwards() -> None:
    image = canvas(lambda painter: draw_shadow(painter, QRectF(30, 30, 60, 20), 8), 120, 100)
    near, far = image.pixelColor(60, 55).alpha(), image.pixelColor(60, 70).alpha()
    assert near > far >= 0
