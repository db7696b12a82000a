"""The rows that stand on the frame of the window before the list does."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from blogadmin.gui import theme
from blogadmin.gui.pages.main_window import MainWindow
from blogadmin.gui.pages.page import ListPage
from blogadmin.gui.pages.users import USERS
from blogadmin.gui.tables.early_rows import EarlyRows, Scene
from blogadmin.gui.theme import Mode, apply_theme
from tests.gui.pages.conftest import OpenWindow, is_loaded, page_of


def scene_of(page: ListPage) -> Scene:
    window = page.window()
    assert isinstance(window, MainWindow)
    content = window.centralWidget()
    assert content is not None
    return Scene.of(page.view, content)


def early_rows(page: ListPage, scene: Scene | None = None) -> EarlyRows:
    rows = [page.model.row(row) for row in range(page.model.rowCount())]
    early = EarlyRows(scene or scene_of(page))
    early.take(page.noun.columns, rows)
    return early


def on_frame(early: EarlyRows, qtbot: QtBot) -> QImage:
    """A frame of the size of the scene, with the rows on it, without what stands above the content."""
    window = MainWindow()
    qtbot.addWidget(window)
    window.resize(QSize(*early.scene.window))
    with qtbot.waitSignal(window.frame.painted):
        window.show()
    window.frame.show_rows(early)
    assert window.frame.shows_rows()
    return window.frame.grab().toImage()


def differing(one: QImage, other: QImage) -> int:
    """How many pixels of two pictures of one size are not the same, but for a difference nobody sees."""
    assert one.size() == other.size()
    pairs = (
        (one.pixelColor(x, y), other.pixelColor(x, y))
        for x in range(one.width())
        for y in range(one.height())
    )
    return sum(
        max(abs(a.red() - b.red()), abs(a.green() - b.green()), abs(a.blue() - b.blue())) > 8
        for a, b in pairs
    )


def list_in(image: QImage, scene: Scene) -> QImage:
    """Titles and rows, cut out of a picture of a whole window without its menu bar."""
    left, top, width, height = scene.place
    return image.copy(left, scene.content + top - scene.titles, width, scene.titles + height)


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
@pytest.mark.parametrize("key", ["posts", "users"])
def test_they_look_as_the_list_will(
    key: str, direction: Qt.LayoutDirection, window: MainWindow, qapp: QApplication, qtbot: QtBot
) -> None:
    # Wide enough for no scroll bar, which only comes with the list.
    window.resize(1300, 620)
    page = page_of(window, key)
    try:
        qapp.setLayoutDirection(direction)
        qtbot.waitUntil(
            lambda: is_loaded(page) and page.view.rtl is (direction is Qt.LayoutDirection.RightToLeft)
        )
        page.search.setFocus()
        real = window.grab().toImage()
        scene = scene_of(page)
        early = on_frame(early_rows(page, scene), qtbot)
    finally:
        qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    # The ends of two hairlines are left open by Qt where text runs to the left.
    assert differing(list_in(real, scene), list_in(early, scene)) <= (2 if scene.rtl else 0)


@pytest.mark.parametrize("key", ["posts", "users"])
def test_nothing_is_drawn_that_the_list_has_drawn_the_last_time(
    key: str, window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_of(window, key)
    window.resize(1300, 620)
    page.view.grab()
    scene = scene_of(page)
    assert scene.pictures
    drawn = on_frame(early_rows(page, scene._replace(pictures=())), qtbot)
    for name in ("draw_status_glyph", "draw_disc", "draw_icon", "draw_check", "draw_pill"):
        monkeypatch.delattr(f"blogadmin.gui.theme.{name}", raising=False)
        monkeypatch.setitem(theme._HOME_OF, name, "no_such_module")
    taken = on_frame(early_rows(page, Scene.from_text(scene.to_text())), qtbot)
    assert differing(drawn, taken) == 0


@pytest.mark.parametrize("pictures", [(("nonsense", ""),), (("[1]", "%"),), (("{}", ""),)])
def test_pictures_that_make_no_sense_are_drawn(
    window: MainWindow, qtbot: QtBot, pictures: tuple[tuple[str, str], ...]
) -> None:
    page = page_of(window, "posts")
    scene = scene_of(page)
    drawn = on_frame(early_rows(page, scene._replace(pictures=())), qtbot)
    assert differing(on_frame(early_rows(page, scene._replace(pictures=pictures)), qtbot), drawn) == 0


def test_pictures_of_another_look_are_not_taken(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window, "posts")
    page.view.grab()
    scene = scene_of(page)
    drawn = on_frame(early_rows(page, scene._replace(pictures=())), qtbot)
    wrong = tuple((key, scene.pictures[0][1]) for key, _content in scene.pictures)
    other = scene._replace(look="2 #000000", pictures=wrong)
    assert differing(on_frame(early_rows(page, other), qtbot), drawn) == 0


def test_each_theme_has_a_look_of_its_own(window: MainWindow, qapp: QApplication) -> None:
    page = page_of(window, "posts")
    light = scene_of(page).look
    apply_theme(qapp, Mode.DARK)
    try:
        assert scene_of(page).look != light
    finally:
        apply_theme(qapp, Mode.LIGHT)
    assert scene_of(page).look == light


def test_the_frame_is_painted_once_and_in_the_colours_of_a_new_theme(
    window: MainWindow, qapp: QApplication, qtbot: QtBot
) -> None:
    other, painted = MainWindow(), list[None]()
    qtbot.addWidget(other)
    other.resize(window.size())
    other.frame.show_rows(early_rows(page_of(window, "posts")))
    other.frame.painted.connect(lambda: painted.append(None))
    other.show()
    qtbot.waitUntil(lambda: bool(painted))
    once = len(painted)
    # Each ink is a role for a moment, and Qt paints anew for another role unless it is told not to.
    for _ in range(5):
        qapp.processEvents()
    assert len(painted) <= once + 1
    light = other.frame.grab().toImage()
    apply_theme(qapp, Mode.DARK)
    try:
        dark = other.frame.grab().toImage()
    finally:
        apply_theme(qapp, Mode.LIGHT)
    assert dark.pixelColor(0, 0).lightness() < 60 < light.pixelColor(0, 0).lightness()
    brightest = max(dark.pixelColor(x, y).lightness() for x in range(200) for y in range(150))
    assert brightest > 180, "words keep the ink of the light theme"


def test_in_a_window_of_another_size_there_are_none(window: MainWindow, qtbot: QtBot) -> None:
    early = early_rows(page_of(window, "posts"))
    other = MainWindow()
    qtbot.addWidget(other)
    other.resize(window.size() + QSize(1, 0))
    other.frame.show_rows(early)
    assert not other.frame.shows_rows()
    assert early.fits(window)
    window.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert not early.fits(window)


def test_a_scene_of_another_font_does_not_fit(window: MainWindow) -> None:
    page = page_of(window, "posts")
    assert not early_rows(page, scene_of(page)._replace(font="Another")).fits(window)


def test_a_column_that_is_no_more_is_left_out(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window, "posts")
    scene = scene_of(page)
    gone = scene._replace(columns=(("no_such_column", 0, 300), *scene.columns[1:]))
    assert not on_frame(early_rows(page, gone), qtbot).isNull()
    assert not on_frame(early_rows(page, scene._replace(columns=())), qtbot).isNull()


def test_the_window_keeps_where_its_list_stands(window: MainWindow) -> None:
    page = page_of(window, "users")
    window.keep_glance()
    kept = Scene.from_text(window.look.scene("users"))
    assert kept == scene_of(page)
    assert kept is not None
    assert [name for name, _left, _width in kept.columns] == [c.name for c in USERS.columns if not c.hidden]
    assert page.view.viewport().mapTo(window, QPoint(0, 0)) == QPoint(
        kept.place[0], kept.content + kept.place[1]
    )


def test_a_list_that_has_less_room_for_a_while_is_not_remembered(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window, "posts")
    window.keep_glance()
    kept = window.look.scene("posts")
    page.view.selectRow(1)
    qtbot.waitUntil(page.bulk_bar.isVisible)
    window.keep_glance()
    assert window.look.scene("posts") == kept != ""


def test_scrolling_to_the_side_is_not_remembered(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window, "posts")
    window.resize(960, 640)
    qtbot.waitUntil(lambda: window.navigation.width() < 100)
    page.view.setColumnWidth(0, 900)
    window.grab()
    scene = scene_of(page)
    bar = page.view.horizontalScrollBar()
    bar.setValue(bar.maximum())
    window.grab()
    assert page.view.horizontalHeader().offset() > 0
    assert scene_of(page).columns == scene.columns


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", "[]", "[[1], 2, 3]", '[[1, 2, 3], "", false, 0, [0, 0, 1, 1], 1, 1, [], []]', "{}"],
)
def test_what_is_no_scene_is_none(text: str) -> None:
    assert Scene.from_text(text) is None


def test_rows_without_height_are_no_scene(window: MainWindow) -> None:
    scene = scene_of(page_of(window, "posts"))
    assert Scene.from_text(scene.to_text()) == scene
    assert Scene.from_text(scene._replace(row=0).to_text()) is None


def test_a_window_opened_anew_stands_as_the_scene_says(
    window: MainWindow, open_window: OpenWindow, qtbot: QtBot
) -> None:
    # Not larger than the screen: a window is made smaller then.
    window.resize(960, 640)
    page = page_of(window, "posts")
    qtbot.waitUntil(lambda: window.navigation.width() < 100)
    window.grab()
    scene = scene_of(page)
    window.close()
    again = open_window()
    qtbot.waitUntil(lambda: is_loaded(page_of(again, "posts")))
    again.grab()
    assert scene_of(page_of(again, "posts")) == scene
