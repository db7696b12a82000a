"""Quitting with something unsaved asks, and each answer does what it says."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from blogadmin.gui.dialogs.edit_dialog import EditDialog
from blogadmin.gui.pages.main_window import MainWindow
from tests.gui.pages.conftest import Sql, page_of
from tests.gui.recorder import Recorder

TITLES = "SELECT title FROM posts ORDER BY id"
BEFORE = [("Post 1",), ("Post 2",), ("Post 3",)]


def open_and_change(window: MainWindow, qtbot: QtBot, row: int = 0) -> EditDialog:
    """Open a post and type into its title."""
    page = page_of(window, "posts")
    page.view.selectRow(row)
    page.verbs.all["editAction"].trigger()
    dialog = page.open_dialogs()[-1]
    qtbot.waitUntil(lambda: dialog.state.id is not None and dialog.content.isEnabled())
    title = dialog.form["title"].qt
    title.setFocus()
    QTest.keyClick(title, Qt.Key.Key_End)
    QTest.keyClicks(title, "!")
    assert dialog.is_dirty()
    return dialog


def test_quitting_without_open_dialogs_asks_nothing(window: MainWindow, messages: Recorder) -> None:
    window.menus.quit.trigger()
    assert not window.isVisible()
    assert messages.asks == []


def test_an_unchanged_dialog_closes_with_the_window(
    window: MainWindow, messages: Recorder, qtbot: QtBot
) -> None:
    page = page_of(window, "posts")
    page.view.selectRow(0)
    page.verbs.all["editAction"].trigger()
    (dialog,) = page.open_dialogs()
    qtbot.waitUntil(lambda: dialog.state.id is not None and dialog.content.isEnabled())
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert messages.asks == []


def test_cancel_leaves_everything_as_it_is(
    window: MainWindow, messages: Recorder, sql: Sql, qtbot: QtBot
) -> None:
    dialog = open_and_change(window, qtbot)
    window.close()
    assert window.isVisible()
    assert messages.asks[-1].keys == ["save", "discard", "cancel"]
    messages.asks[-1].answer("cancel")
    assert window.isVisible()
    assert dialog.isVisible()
    assert dialog.is_dirty()
    assert sql(TITLES) == BEFORE


def test_discard_closes_and_writes_nothing(
    window: MainWindow, messages: Recorder, sql: Sql, qtbot: QtBot
) -> None:
    open_and_change(window, qtbot)
    window.close()
    messages.asks[-1].answer("discard")
    qtbot.waitUntil(lambda: not window.isVisible())
    assert sql(TITLES) == BEFORE


def test_save_saves_and_then_closes(window: MainWindow, messages: Recorder, sql: Sql, qtbot: QtBot) -> None:
    open_and_change(window, qtbot)
    window.close()
    messages.asks[-1].answer("save")
    qtbot.waitUntil(lambda: not window.isVisible())
    assert ("Post 1!",) in sql(TITLES)


def test_a_save_that_is_refused_keeps_the_window_open(
    window: MainWindow, messages: Recorder, sql: Sql, qtbot: QtBot
) -> None:
    dialog = open_and_change(window, qtbot)
    sql("UPDATE posts SET title = 'Theirs' WHERE id = %s", (dialog.state.id,))
    window.close()
    messages.asks[-1].answer("save")
    qtbot.waitUntil(lambda: dialog.trouble.isVisible())
    assert window.isVisible()
    assert dialog.isVisible()


@pytest.mark.parametrize("second", ["discard", "cancel"])
def test_each_dialog_is_asked_about_in_turn(
    window: MainWindow, messages: Recorder, qtbot: QtBot, second: str
) -> None:
    open_and_change(window, qtbot, 0)
    open_and_change(window, qtbot, 1)
    window.close()
    assert len(messages.asks) == 1
    messages.asks[-1].answer("discard")
    qtbot.waitUntil(lambda: len(messages.asks) == 2)
    messages.asks[-1].answer(second)
    qtbot.waitUntil(lambda: window.isVisible() == (second == "cancel"))
    assert sum(len(page.open_dialogs()) for page in window.pages) == (1 if second == "cancel" else 0)


def test_quitting_twice_asks_once(window: MainWindow, messages: Recorder, qtbot: QtBot) -> None:
    open_and_change(window, qtbot)
    window.close()
    window.close()
    assert len(messages.asks) == 1
