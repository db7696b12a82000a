"""Each verb stands in the menus once, and no key means two things on the same page."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QMenu
from pytestqt.qtbot import QtBot

from blogadmin.gui.control.services import Services
from blogadmin.gui.pages.main_window import MainWindow
from blogadmin.gui.pages.registry import NOUNS
from tests.gui.pages.conftest import page_of

every_page = pytest.mark.parametrize("key", [noun.key for noun in NOUNS])


def offered(menu: QMenu) -> list[QAction]:
    """The actions of a menu and of the menus inside it."""
    found: list[QAction] = []
    for action in menu.actions():
        inner = _menu_of(action)
        if inner is not None:
            found += offered(inner)
        elif not action.isSeparator():
            found.append(action)
    return found


def _menu_of(action: QAction) -> QMenu | None:
    menus = (w for w in QApplication.allWidgets() if isinstance(w, QMenu))
    return next((menu for menu in menus if menu.menuAction() is action), None)


def in_menus(window: MainWindow) -> list[QAction]:
    """Every action of the menu bar that can be seen now."""
    menus = [_menu_of(action) for action in window.menuBar().actions() if action.isVisible()]
    return [action for menu in menus if menu is not None for action in offered(menu)]


def keys_of(action: QAction) -> set[str]:
    portable = QKeySequence.SequenceFormat.PortableText
    return {keys.toString(portable) for keys in action.shortcuts() if not keys.isEmpty()}


@every_page
def test_each_verb_is_in_the_menus_once(window: MainWindow, key: str) -> None:
    page = page_of(window, key)
    names = Counter(action.objectName() for action in in_menus(window))
    assert "" not in names
    assert [name for name, times in names.items() if times > 1] == []
    for name, action in page.verbs.all.items():
        # "/" is a second key for Find, and a menu's own entry is what its choices stand behind.
        if name != "searchKeyAction" and _menu_of(action) is None:
            assert names[name] == 1, name


@every_page
def test_no_key_is_ambiguous(window: MainWindow, key: str) -> None:
    page = page_of(window, key)
    actions = {id(action): action for action in [*in_menus(window), *page.verbs.all.values()]}
    keys = Counter(key for action in actions.values() for key in keys_of(action))
    assert [key for key, times in keys.items() if times > 1] == []


def test_the_verbs_of_another_page_leave_the_menus(window: MainWindow) -> None:
    posts = page_of(window, "posts")
    page_of(window, "users")
    here = {id(action) for action in in_menus(window)}
    assert not here & {id(action) for action in posts.verbs.all.values()}


def test_during_the_start_only_the_window_s_own_verbs_are_offered(window: MainWindow) -> None:
    window.menus.show_page(None)
    names = {action.objectName() for action in in_menus(window)}
    assert {"connectAction", "quitAction", "aboutAction"} <= names
    assert not names & {"newAction", "deleteAction", "editAction", "reloadAction"}


def test_a_page_s_number_brings_it_to_the_front(window: MainWindow) -> None:
    for action in window.menus.pages.values():
        action.trigger()
        page = window.current_page()
        assert page is not None
        assert f"{page.noun.key}Action" == action.objectName()
        assert [other for other in window.menus.pages.values() if other.isChecked()] == [action]
        assert window.navigation.chosen() == page.noun.key


def test_delete_in_the_search_field_deletes_a_letter_and_no_row(window: MainWindow) -> None:
    page = page_of(window, "posts")
    page.view.selectRow(0)
    page.search.setText("Post")
    page.search.setFocus()
    page.search.setCursorPosition(0)
    QTest.keyClick(page.search, Qt.Key.Key_Delete)
    assert page.search.text() == "ost"
    dialogs = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()]
    assert dialogs == []


def test_in_a_field_the_keys_for_all_and_copy_are_about_its_text(window: MainWindow) -> None:
    page = page_of(window, "posts")
    page.search.setText("Post")
    page.search.setFocus()
    QTest.keySequence(page.search, QKeySequence.StandardKey.SelectAll)
    QTest.keySequence(page.search, QKeySequence.StandardKey.Copy)
    assert page.search.selectedText() == "Post"
    assert QApplication.clipboard().text() == "Post"
    assert page.view.selected_count() == 0


def test_every_menu_of_the_bar_has_a_letter_of_its_own(window: MainWindow) -> None:
    for page in window.pages:
        window.show_page(page.noun.key)
        titles = [action.text() for action in window.menuBar().actions() if action.isVisible()]
        letters = [QKeySequence.mnemonic(title).toString() for title in titles]
        assert "" not in letters
        assert len(set(letters)) == len(letters), titles


def test_nothing_can_be_undone_at_first(window: MainWindow, services: Services) -> None:
    assert (window.menus.undo.text(), window.menus.undo.isEnabled()) == ("Undo", False)
    assert (window.menus.redo.text(), window.menus.redo.isEnabled()) == ("Redo", False)
    assert not services.undo.can_undo


def test_the_list_of_keys_names_the_verb_and_not_what_it_would_do_now(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    page = page_of(window, "posts")
    page.view.selectRow(0)
    page.verbs.all["publishedStatusAction"].trigger()
    qtbot.waitUntil(lambda: window.menus.undo.text().startswith("Undo "))
    window.show_shortcuts()
    dialog = window.findChild(QDialog, "shortcutsDialog")
    assert dialog is not None
    words = [label.text() for label in dialog.findChildren(QLabel)]
    assert "Undo" in words
    assert services.undo.undo_text not in words
    dialog.close()


def test_a_key_shows_what_can_be_taken_back(window: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(
        window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    )
    qtbot.waitUntil(lambda: window.findChild(QDialog, "undoListDialog") is not None)
