"""The list of what can be taken back, on a real database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from blogadmin.core import operations
from blogadmin.gui.control.services import Services
from blogadmin.gui.dialogs.undo_list import UndoList
from blogadmin.gui.theme import SPACE_M

Sql = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    made.setObjectName("window")
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def rename(services: Services, anna: int, sql: Sql, qtbot: QtBot) -> Callable[[str, str], None]:
    """Change Anna's name, or another field of hers, through the controller."""

    def change(field: str, value: str) -> None:
        done: list[object] = []
        [(version, name, email)] = sql("SELECT version, name, email FROM users")
        base = {"name": name, "email": email}
        edit = operations.users.EditUser(anna, version, base, {field: value})
        services.controller.commit(edit, done=done.append)
        qtbot.waitUntil(lambda: bool(done))

    return change


def shown(dialog: UndoList) -> list[str]:
    return [dialog.list.item(row).text() for row in range(dialog.list.count())]


def test_it_says_so_when_nothing_was_changed(services: Services, window: QWidget, qtbot: QtBot) -> None:
    dialog = UndoList(services.undo, window)
    dialog.open()
    assert "Nothing has been changed" in dialog.nothing.text()
    assert dialog.nothing.isVisible()
    assert not dialog.take_button.isEnabled()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not dialog.isVisible())


def test_changes_are_listed_the_last_one_first(
    services: Services, window: QWidget, rename: Callable[[str, str], None], qtbot: QtBot
) -> None:
    dialog = UndoList(services.undo, window)
    dialog.open()
    rename("name", "Anna Nowak")
    rename("email", "nowak@example.org")
    first, second = shown(dialog)
    assert first.startswith("Edit user\n")
    assert first.endswith("“Anna Nowak”: email")
    assert second.endswith("“Anna Kowalczyk”: name")


def test_both_lines_of_an_entry_have_air_around_them(
    services: Services, window: QWidget, rename: Callable[[str, str], None], qtbot: QtBot
) -> None:
    rename("name", "Anna Nowak")
    dialog = UndoList(services.undo, window)
    dialog.open()
    qtbot.waitUntil(lambda: dialog.list.viewport().height() > 0)
    entry = dialog.list.visualItemRect(dialog.list.item(0))
    assert entry.height() >= 2 * dialog.list.fontMetrics().lineSpacing() + 2 * SPACE_M
    assert entry.width() == dialog.list.viewport().width()


def test_any_change_is_taken_back_and_made_again_by_keyboard(
    services: Services,
    window: QWidget,
    rename: Callable[[str, str], None],
    sql: Sql,
    qtbot: QtBot,
) -> None:
    rename("name", "Anna Nowak")
    rename("email", "nowak@example.org")
    dialog = UndoList(services.undo, window)
    dialog.open()
    qtbot.waitUntil(dialog.list.hasFocus)
    QTest.keyClick(dialog.list, Qt.Key.Key_Down)
    QTest.keyClick(dialog.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(services.undo.forth) == 1)
    assert sql("SELECT name, email FROM users") == [("Anna Kowalczyk", "nowak@example.org")]
    assert "undone" in shown(dialog)[0]
    assert dialog.take_button.text() == "Redo"
    qtbot.waitUntil(dialog.take_button.isEnabled)
    QTest.keyClick(dialog.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not services.undo.forth)
    assert sql("SELECT name, email FROM users") == [("Anna Nowak", "nowak@example.org")]
