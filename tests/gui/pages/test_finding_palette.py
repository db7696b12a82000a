"""The palette of the window goes to rows, views and pages, and offers only what can be done now."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from blogadmin.gui.dialogs.palette import Palette
from blogadmin.gui.pages.main_window import MainWindow
from tests.gui.pages.conftest import is_loaded, page_of

Key, Control = Qt.Key, Qt.KeyboardModifier.ControlModifier


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    widget = QApplication.focusWidget()
    assert widget is not None
    QTest.keyClick(widget, key, modifier)


@pytest.fixture
def palette(window: MainWindow, qtbot: QtBot) -> Palette:
    """The palette, opened by its key while the keyboard is in the search field of the posts."""
    with qtbot.waitActive(window):
        window.activateWindow()
    page_of(window, "posts").search.setFocus()
    press(Key.Key_K, Control)
    found = window.findChild(Palette, "palette")
    assert found is not None
    assert found.isVisible()
    return found


def offered(palette: Palette, group: str = "") -> list[str]:
    return [
        line.entry.title
        for line in palette.model.lines
        if line.entry is not None and group in ("", line.entry.group)
    ]


def type_text(palette: Palette, text: str) -> None:
    palette.field.selectAll()
    QTest.keyClicks(palette.field, text)


def test_its_key_closes_it_again_and_gives_the_keyboard_back(window: MainWindow, palette: Palette) -> None:
    press(Key.Key_K, Control)
    assert not palette.isVisible()
    assert page_of(window, "posts").isVisible()


def test_a_post_is_opened_from_any_page(window: MainWindow, palette: Palette, qtbot: QtBot) -> None:
    press(Key.Key_Escape)
    page_of(window, "comments")
    window.menus.palette.trigger()
    type_text(palette, "post 2")
    qtbot.waitUntil(lambda: offered(palette, "Posts") == ["Post 2"])
    press(Key.Key_Return)
    page = window.current_page()
    assert page is not None
    assert page.noun.key == "posts"
    (dialog,) = page.open_dialogs()
    qtbot.waitUntil(lambda: dialog.state.id is not None and dialog.content.isEnabled())


def test_a_user_is_found_by_a_part_of_the_address(palette: Palette, qtbot: QtBot) -> None:
    type_text(palette, "viktor@ex")
    qtbot.waitUntil(lambda: offered(palette, "Users") == ["Viktor Hale"])


def test_a_number_leads_to_the_row_of_that_number(palette: Palette, window: MainWindow, qtbot: QtBot) -> None:
    number = page_of(window, "posts").model.id_at(0)
    window.menus.palette.trigger()
    type_text(palette, f"#{number}")
    qtbot.waitUntil(lambda: offered(palette) == ["Post 1"])


def test_what_cannot_be_done_now_is_not_offered(window: MainWindow, palette: Palette) -> None:
    type_text(palette, ">publish")
    assert "Publish" not in offered(palette, "Actions")
    press(Key.Key_Escape)
    page = page_of(window, "posts")
    page.view.selectRow(0)
    window.menus.palette.trigger()
    type_text(palette, ">publish")
    assert "Publish" in offered(palette, "Actions")


def test_an_action_in_a_menu_of_a_menu_says_where_it_is(palette: Palette) -> None:
    type_text(palette, "dark")
    (entry,) = [line.entry for line in palette.model.lines if line.entry is not None]
    assert (entry.title, entry.hint) == ("Dark", "View › Theme")


def test_a_view_of_another_page_brings_that_page(window: MainWindow, palette: Palette, qtbot: QtBot) -> None:
    type_text(palette, "inactive auth")
    assert offered(palette) == ["Inactive authors"]
    press(Key.Key_Return)
    page = window.current_page()
    assert page is not None
    assert page.noun.key == "users"
    assert [chip.words() for chip in page.filter_bar.chips()] == ["Active: no", "Posts: 1 or more"]
    qtbot.waitUntil(lambda: is_loaded(page))


def test_it_fits_into_the_smallest_window(window: MainWindow, palette: Palette) -> None:
    press(Key.Key_Escape)
    window.resize(window.minimumSize())
    window.menus.palette.trigger()
    assert window.rect().contains(palette.geometry().adjusted(18, 18, -18, -18))
