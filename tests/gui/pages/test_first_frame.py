"""The window before its parts are there, and how they come."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from blogadmin.gui.control.services import Services
from blogadmin.gui.pages.first_frame import TITLES
from blogadmin.gui.pages.main_window import MainWindow
from blogadmin.gui.pages.registry import NOUNS
from blogadmin.gui.theme import color
from tests.gui.pages.conftest import is_loaded


@pytest.fixture
def bare(qtbot: QtBot) -> Iterator[MainWindow]:
    """A window without services, on the screen."""
    window = MainWindow()
    with qtbot.waitSignal(window.frame.painted):
        window.show()
    yield window
    window.close()
    window.deleteLater()


@pytest.fixture
def furnished(bare: MainWindow, services: Services) -> MainWindow:
    """The same with its parts, and only the page in front."""
    bare.begin_furnishing(services, "")
    bare.finish_furnishing()
    return bare


def test_the_frame_names_the_places_that_the_window_will_have() -> None:
    assert {noun.key: noun.title for noun in NOUNS} == TITLES


def test_the_frame_shows_ground_lines_and_words(bare: MainWindow) -> None:
    image = bare.frame.grab().toImage()
    shown = {image.pixelColor(x, y).name() for x in range(0, 700, 3) for y in range(0, image.height(), 3)}
    assert {color(token).name() for token in ("bg", "surface", "sunken", "line")} <= shown
    assert len(shown) > 6, "no words are painted"


def test_where_text_runs_to_the_left_the_frame_is_mirrored(bare: MainWindow, qapp: QApplication) -> None:
    def grounds() -> tuple[QColor, QColor]:
        image = bare.frame.grab().toImage()
        middle = image.height() // 2 + 1
        return image.pixelColor(4, middle), image.pixelColor(image.width() - 4, middle)

    begin, end = grounds()
    bare.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert grounds() == (end, begin)
    assert begin != end


def test_a_part_comes_with_each_step_and_the_frame_stays_until_then(
    bare: MainWindow, services: Services
) -> None:
    frame = bare.frame
    bare.begin_furnishing(services, "")
    steps = 0
    while bare.centralWidget() is frame:
        assert bare.furnish() or bare.centralWidget() is not frame
        steps += 1
    assert steps > 3
    assert bare.navigation.isVisible()
    assert not bare.furnish()


def test_only_the_page_in_front_is_made_at_first(furnished: MainWindow) -> None:
    assert [page.noun.key for page in furnished.pages] == ["posts"]


def test_a_page_behind_is_made_when_it_is_asked_for(furnished: MainWindow) -> None:
    furnished.show_page("users")
    page = furnished.current_page()
    assert page is not None
    assert page.noun.key == "users"
    assert [page.noun.key for page in furnished.pages] == ["posts", "users"]


def test_the_page_that_was_in_front_last_is_the_first_one(bare: MainWindow, services: Services) -> None:
    bare.look.keep_page("users")
    bare.begin_furnishing(services, "")
    bare.finish_furnishing()
    assert [page.noun.key for page in bare.pages] == ["users"]


def test_the_other_pages_come_one_after_the_other(furnished: MainWindow) -> None:
    steps = 0
    while len(furnished.pages) == 1:
        assert furnished.make_next_page()
        steps += 1
    assert steps > 2
    assert [page.noun.key for page in furnished.pages] == ["posts", "comments"]
    while furnished.make_next_page():
        pass
    assert [page.noun.key for page in furnished.pages] == [noun.key for noun in NOUNS]
    assert not furnished.make_next_page()


def test_a_page_that_comes_late_loads_its_list(blog: None, furnished: MainWindow, qtbot: QtBot) -> None:
    del blog
    furnished.connected("this computer", local=True, encrypted=False)
    furnished.set_writable(False, "Nobody may.")
    while furnished.make_next_page():
        pass
    qtbot.waitUntil(lambda: all(is_loaded(page) for page in furnished.pages))
    comments, users, _history = furnished.pages[1:]
    assert (comments.model.rowCount(), users.model.rowCount()) == (1, 2)
    assert not users.verbs.all["newAction"].isEnabled()


def test_a_window_that_closes_early_keeps_what_was_remembered(
    bare: MainWindow, open_window: Callable[[], MainWindow]
) -> None:
    bare.look.keep_columns("posts", "remembered")
    bare.close()
    assert bare.look.columns("posts") == "remembered"
