"""Rows to open in dialogs, and the ways in which a test waits for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partialmethod
from pathlib import Path
from typing import Any, TypeVar

import platformdirs
import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from blogadmin.gui.control.services import Services
from blogadmin.gui.dialogs.edit_dialog import EditDialog
from blogadmin.gui.dialogs.edit_state import Phase
from blogadmin.gui.theme import Mode, apply_theme

Sql = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(autouse=True)
def look(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The program's own look, with its images in a folder of the test's own."""
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *_, **__: tmp_path / "cache")
    apply_theme(qapp, Mode.LIGHT)
    yield
    apply_theme(qapp, Mode.LIGHT)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait longer than usual before giving up: these tests wait for a server that others use, too."""
    for name in ("waitUntil", "waitSignal"):
        monkeypatch.setattr(QtBot, name, partialmethod(getattr(QtBot, name), timeout=30_000))


@pytest.fixture
def anna(sql: Sql) -> int:
    """A user: Anna Kowalczyk, anna@example.org, editor, active."""
    rows = sql(
        "INSERT INTO users (email, name, password_hash, role) VALUES"
        " ('anna@example.org', 'Anna Kowalczyk', 'x', 'editor') RETURNING id"
    )
    return rows[0][0]


@pytest.fixture
def marta(sql: Sql) -> int:
    """Another user: Marta Lindqvist, marta@example.org."""
    rows = sql(
        "INSERT INTO users (email, name, password_hash) VALUES"
        " ('marta@example.org', 'Marta Lindqvist', 'x') RETURNING id"
    )
    return rows[0][0]


@pytest.fixture
def post(sql: Sql, anna: int) -> int:
    """A post of Anna's: "Slow queries", slow-queries, published, with metadata."""
    return add_post(sql, anna, "Slow queries", "slow-queries")


def add_post(sql: Sql, author: int, title: str, slug: str, body: str = "First line\nsecond line") -> int:
    """Insert a post and return its id."""
    rows = sql(
        "INSERT INTO posts (public_id, title, slug, body, status, author_id, metadata)"
        " VALUES (gen_random_uuid(), %s, %s, %s, 'published', %s, '{\"tags\": [\"a\"]}') RETURNING id",
        (title, slug, body, author),
    )
    return rows[0][0]


def ready(dialog: EditDialog, qtbot: QtBot) -> None:
    """Wait until a person could type."""
    qtbot.waitUntil(lambda: dialog.state.phase is Phase.READY)


def field(dialog: QWidget, name: str) -> Any:
    """The widget of that object name."""
    found = dialog.findChild(QWidget, name)
    assert found is not None, f"no widget named {name}"
    return found


def words(dialog: QWidget, name: str) -> str:
    """What the label of that name says; empty while it is hidden."""
    label = dialog.findChild(QLabel, name)
    assert label is not None, f"no label named {name}"
    return label.text() if label.isVisibleTo(dialog) else ""


def retype(dialog: QWidget, name: str, text: str) -> None:
    """Replace a field's text with the keyboard."""
    widget = field(dialog, name)
    widget.setFocus()
    QTest.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    if text:
        QTest.keyClicks(widget, text)
    else:
        QTest.keyClick(widget, Qt.Key.Key_Delete)


def click(dialog: QWidget, name: str) -> None:
    """Press the button of that name with the mouse."""
    QTest.mouseClick(field(dialog, name), Qt.MouseButton.LeftButton)


DialogT = TypeVar("DialogT", bound=EditDialog)


@pytest.fixture
def make(services: Services) -> Iterator[Callable[[type[DialogT]], DialogT]]:
    """Make a dialog that is closed after the test whatever is in it: ``make(UserDialog)``."""
    made: list[Any] = []

    def make_one(kind: type[DialogT]) -> DialogT:
        dialog = kind(services)
        made.append(dialog)
        return dialog

    yield make_one
    for dialog in made:
        if shiboken6.isValid(dialog):
            dialog.finish()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
