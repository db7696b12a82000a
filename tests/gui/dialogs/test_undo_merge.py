"""Taking back what somebody else changed since, on a real database."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QRadioButton, QWidget
from pytestqt.qtbot import QtBot

from blogadmin.core import operations
from blogadmin.gui.control.services import Services
from blogadmin.gui.dialogs.merge import MergeDialog
from blogadmin.gui.dialogs.undo_merge import ask

Sql = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def window(services: Services, qtbot: QtBot) -> QWidget:
    made = QWidget()
    made.setObjectName("window")
    qtbot.addWidget(made)
    made.show()
    services.undo.offer_merge(partial(ask, services, made))
    return made


@pytest.fixture
def renamed(services: Services, anna: int, sql: Sql, qtbot: QtBot) -> int:
    """Anna, whose name and address were changed here; her id."""
    [(version,)] = sql("SELECT version FROM users")
    base = {"name": "Anna Kowalczyk", "email": "anna@example.org"}
    wanted = {"name": "Anna Nowak", "email": "nowak@example.org"}
    done: list[object] = []
    services.controller.commit(operations.users.EditUser(anna, version, base, wanted), done=done.append)
    qtbot.waitUntil(lambda: bool(done))
    return anna


def asking() -> MergeDialog | None:
    return next((w for w in QApplication.topLevelWidgets() if isinstance(w, MergeDialog)), None)


@pytest.fixture
def dialog(services: Services, window: QWidget, renamed: int, sql: Sql, qtbot: QtBot) -> MergeDialog:
    """What asks after somebody changed Anna's name, too, and the change of it was to be taken back."""
    sql("UPDATE users SET name = 'Anna Berg' WHERE id = %s", (renamed,))
    services.undo.undo()
    qtbot.waitUntil(lambda: asking() is not None)
    found = asking()
    assert found is not None
    return found


def settled(services: Services) -> bool:
    return not services.tasks.outstanding


def test_another_field_that_somebody_changed_is_left_alone(
    services: Services, window: QWidget, renamed: int, sql: Sql, qtbot: QtBot
) -> None:
    sql("UPDATE users SET role = 'admin' WHERE id = %s", (renamed,))
    services.undo.undo()
    qtbot.waitUntil(lambda: len(services.undo.forth) == 1)
    assert asking() is None
    assert sql("SELECT name, email, role FROM users") == [("Anna Kowalczyk", "anna@example.org", "admin")]


def test_the_same_field_is_asked_about_and_what_is_chosen_is_saved(
    services: Services, dialog: MergeDialog, sql: Sql, qtbot: QtBot
) -> None:
    assert sql("SELECT name FROM users") == [("Anna Berg",)]
    theirs = dialog.findChild(QRadioButton, "nameTheirsRadio")
    assert theirs is not None
    theirs.setFocus()
    QTest.keyClick(theirs, Qt.Key.Key_Space)
    QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(services.undo.forth) == 1)
    assert sql("SELECT name, email FROM users") == [("Anna Berg", "anna@example.org")]
    services.undo.redo()
    qtbot.waitUntil(lambda: not services.undo.forth)
    assert sql("SELECT name, email FROM users") == [("Anna Berg", "nowak@example.org")]


def test_what_somebody_else_wanted_as_it_is_is_asked_about(
    services: Services, window: QWidget, renamed: int, sql: Sql, qtbot: QtBot
) -> None:
    sql("UPDATE users SET name = 'Anna Berg' WHERE id = %s", (renamed,))
    sql("UPDATE users SET name = 'Anna Nowak' WHERE id = %s", (renamed,))
    services.undo.undo()
    qtbot.waitUntil(lambda: asking() is not None)
    dialog = asking()
    assert dialog is not None
    assert [row.planned.field.name for row in dialog.rows] == ["name"]
    mine = dialog.findChild(QRadioButton, "nameMineRadio")
    assert mine is not None
    mine.setFocus()
    QTest.keyClick(mine, Qt.Key.Key_Space)
    QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(services.undo.forth) == 1)
    assert sql("SELECT name, email FROM users") == [("Anna Kowalczyk", "anna@example.org")]


def test_leaving_it_as_it_is_keeps_the_step_for_later(
    services: Services, dialog: MergeDialog, sql: Sql, qtbot: QtBot
) -> None:
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: asking() is None and settled(services))
    assert services.undo.can_undo
    assert sql("SELECT name, email FROM users") == [("Anna Berg", "nowak@example.org")]
