"""The palette of the window goes to rows, views and pages, and offers only what can be done now."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from blogadmin.core.database.engine import Database
from blogadmin.core.operations.views import SaveView
from blogadmin.gui.dialogs.palette import Palette
from blogadmin.gui.pages.main_window import MainWindow
from blogadmin.gui.pages.page import ListPage
from blogadmin.gui.pages.parted_window import PartedWindow
from tests.gui.pages.conftest import OpenWindow, Sql, is_loaded, page_of

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


def behind(window: MainWindow, key: str) -> ListPage:
    return next(page for page in window.pages if page.noun.key == key)


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


def test_saved_views_of_a_list_that_waits_to_be_read_are_offered(
    blog: None,
    database: Database,
    open_window: OpenWindow,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(PartedWindow, "_read_next", lambda _window: None)
    with database.session_scope() as session:
        SaveView("users", "Zealous writers", {}).apply(session)
    window = open_window()
    users = behind(window, "users")
    with qtbot.waitActive(window):
        window.activateWindow()
    press(Key.Key_K, Control)
    palette = window.findChild(Palette, "palette")
    assert palette is not None
    type_text(palette, "zealous")
    qtbot.waitUntil(lambda: offered(palette) == ["Zealous writers"])
    assert users in window.unread
    press(Key.Key_Return)
    qtbot.waitUntil(lambda: is_loaded(users))
    assert window.current_page() is users
    assert users.views.current is not None
    assert users.views.current.name == "Zealous writers"


def test_saved_views_of_another_database_are_not_offered(
    blog: None, database: Database, open_window: OpenWindow, sql: Sql, qtbot: QtBot
) -> None:
    with database.session_scope() as session:
        SaveView("users", "Zealous writers", {}).apply(session)
    window = open_window()
    users = behind(window, "users")
    named = "Zealous writers"
    qtbot.waitUntil(lambda: named in [name for name, _show in users.views.offered()])
    # Which database answers is none of the window's business: it is told that there is one.
    sql("DELETE FROM saved_views")
    window.connected("elsewhere", local=False, encrypted=True)
    assert users in window.unread
    assert named not in [name for name, _show in users.views.offered()]
    qtbot.waitUntil(lambda: is_loaded(users) and not window.services.tasks.outstanding)


def test_it_fits_into_the_smallest_window(window: MainWindow, palette: Palette) -> None:
    press(Key.Key_Escape)
    window.resize(window.minimumSize())
    window.menus.palette.trigger()
    assert window.rect().contains(palette.geometry().adjusted(18, 18, -18, -18))
