"""What a GUI test works with, and the rule that every widget can be found and read aloud."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QTextEdit,
    QWidget,
)

from blogadmin.gui.control.controller import Controller
from blogadmin.gui.control.hub import ChangeHub
from blogadmin.gui.control.services import Services
from blogadmin.gui.control.tasks import Tasks
from blogadmin.gui.control.undo import UndoHistory
from blogadmin.settings import Settings
from tests.gui.recorder import Recorder

if TYPE_CHECKING:
    from blogadmin.core.database.engine import Database

INTERACTIVE = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
)
# Qt puts these together itself: a person uses the whole, which has the name.
WHOLES = (QAbstractSpinBox, QComboBox, QLineEdit, QAbstractItemView, QTabBar)


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


def nameless_widgets() -> list[str]:
    """Widgets of visible windows that a robot or a screen reader could not tell from others."""
    return [
        f"{type(widget).__name__} {widget.objectName()!r} in {window.objectName() or type(window).__name__}"
        for window in QApplication.topLevelWidgets()
        if window.isVisible()
        for widget in [window, *window.findChildren(QWidget)]
        if _is_for_people(widget) and not (widget.objectName() and _spoken_name(widget))
    ]


def _is_for_people(widget: QWidget) -> bool:
    return (
        isinstance(widget, INTERACTIVE)
        and not isinstance(widget, QScrollBar | QHeaderView)
        and not widget.objectName().startswith("qt_")
        and not _is_part_of_whole(widget)
    )


def _is_part_of_whole(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    while parent is not None and not parent.isWindow():
        if isinstance(parent, WHOLES) and not isinstance(widget, QAbstractItemView):
            # Unless it was put there with a name, as an editor in a cell is.
            return not widget.objectName()
        parent = parent.parentWidget()
    # The list that drops down from a box is a window of Qt's own.
    return parent is not None and parent.inherits("QComboBoxPrivateContainer")


def _spoken_name(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface is not None else widget.accessibleName()
