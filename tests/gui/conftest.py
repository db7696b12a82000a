"""What a GUI test works with, and the rule that every widget can be found and read aloud."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication

from blogadmin.gui.control.controller import Controller
from blogadmin.gui.control.hub import ChangeHub
from blogadmin.gui.control.services import Services
from blogadmin.gui.control.tasks import Tasks
from blogadmin.gui.control.undo import UndoHistory
from blogadmin.settings import Settings
from tests.gui.recorder import Recorder
from tests.gui.walking import nameless_widgets

if TYPE_CHECKING:
    from blogadmin.core.database.engine import Database


@pytest.fixture
def messages(qapp: QApplication) -> Recorder:
    """What the program says to the person, recorded."""
    return Recorder()


@pytest.fixture
def hub(qapp: QApplication) -> ChangeHub:
    return ChangeHub()


@pytest.fixture
def undo(qapp: QApplication) -> UndoHistory:
    return UndoHistory()


@pytest.fixture
def tasks(qapp: QApplication, database: Database) -> Iterator[Tasks]:
    """Workers on the test's own database; closed after the test."""
    tasks = Tasks(database)
    yield tasks
    tasks.close()


@pytest.fixture
def controller(tasks: Tasks, hub: ChangeHub, undo: UndoHistory, messages: Recorder) -> Controller:
    return Controller(tasks, hub, undo, messages)


@pytest.fixture
def services(
    tasks: Tasks, controller: Controller, hub: ChangeHub, undo: UndoHistory, messages: Recorder
) -> Services:
    return Services(tasks, controller, hub, undo, messages, Settings())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """After the test's own steps, while its windows still stand: look at each widget of them.

    A hook and not a fixture, because pytest-qt closes the windows before fixtures end.
    """
    yield
    if QApplication.instance() is not None:
        nameless = nameless_widgets()
        assert not nameless, f"widgets without objectName or accessible name: {nameless}"
