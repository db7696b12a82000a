"""Bars stand where words will be, however many rows are copied at a time."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from blogadmin.gui.tables.cell_painter import Frame
from blogadmin.gui.tables.skeletons import Skeletons
from blogadmin.gui.theme import Mode, apply_theme, color
from tests.gui.tables.doubles import COLUMNS

HEIGHT, WIDTH = 30, 400
CHECK, TITLE, VIEWS = (next(c for c in COLUMNS if c.name == name) for name in ("active", "title", "views"))
FRAMES = (Frame(CHECK, 0, 10, 40), Frame(TITLE, 1, 70, 200), Frame(VIEWS, 2, 290, 100))


def painted(
    rows: list[tuple[int, int]], *, scale: int = 1, rtl: bool = False, by: Skeletons | None = None
) -> QImage:
    image = QImage(WIDTH * scale, 12 * HEIGHT * scale, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(scale)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    if rtl:
        painter.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    (by or Skeletons()).paint(painter, FRAMES, rows, HEIGHT)
    painter.end()
    return image


def bars(image: QImage, y: int) -> list[tuple[int, int]]:
    """Where bars begin and end on a line of device pixels."""
    inked = [x for x in range(image.width()) if image.pixelColor(x, y) != Qt.GlobalColor.white]
    return [
        (first, last)
        for first in inked
        if first - 1 not in inked
        for last in [next(x for x in range(first, image.width() + 1) if x + 1 not in inked)]
    ]


@pytest.mark.usefixtures("qapp")
def test_each_kind_of_cell_has_its_bar() -> None:
    assert bars(painted([(0, 0)]), HEIGHT // 2) == [(22, 37), (70, 193), (328, 389)]


@pytest.mark.usefixtures("qapp")
def test_bars_begin_at_the_other_side_where_text_runs_to_the_left() -> None:
    assert bars(painted([(0, 0)], rtl=True), HEIGHT // 2) == [(22, 37), (146, 269), (290, 351)]


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("first", range(4))
def test_rows_copied_together_look_as_each_by_itself(scale: int, first: int) -> None:
    rows = [(place * HEIGHT, first + place) for place in range(11)]
    together = painted(rows, scale=scale)
    alone = QImage(together)
    alone.fill(Qt.GlobalColor.white)
    painter = QPainter(alone)
    for row in rows:
        Skeletons().paint(painter, FRAMES, [row], HEIGHT)
    painter.end()
    assert together == alone
    lengths = [bars(together, (top + HEIGHT // 2) * scale)[1] for top, _row in rows]
    assert len(set(lengths)) == 4


@pytest.mark.usefixtures("qapp")
def test_rows_between_others_are_where_they_belong() -> None:
    scattered = painted([(HEIGHT, 7), (4 * HEIGHT, 10)])
    assert [bool(bars(scattered, row * HEIGHT + HEIGHT // 2)) for row in range(6)] == [0, 1, 0, 0, 1, 0]


def test_another_theme_has_bars_of_another_colour(qapp: QApplication) -> None:
    skeletons = Skeletons()
    middle = 100, HEIGHT // 2
    assert painted([(0, 0)], by=skeletons).pixelColor(*middle) == color("press")
    apply_theme(qapp, Mode.DARK)
    try:
        skeletons.forget()
        assert painted([(0, 0)], by=skeletons).pixelColor(*middle) == color("press")
    finally:
        apply_theme(qapp, Mode.LIGHT)


@pytest.mark.usefixtures("qapp")
def test_nothing_is_drawn_where_all_rows_are_known() -> None:
    skeletons = Skeletons()
    painted([], by=skeletons)
    assert skeletons._rows.isNull()
    painted([(0, 0)], by=skeletons)
    assert not skeletons._rows.isNull()


@pytest.mark.usefixtures("qapp")
def test_without_columns_there_is_nothing_to_paint() -> None:
    image = QImage(20, 20, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    Skeletons().paint(painter, (), [(0, 0)], HEIGHT)
    painter.end()
    assert image.pixelColor(10, 10) == Qt.GlobalColor.white
