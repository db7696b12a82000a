"""The main window on a database of the test's own, with what it says recorded and its memory in a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partialmethod
from pathlib import Path
from typing import Any

import platformdirs
import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from blogadmin.gui.control.services import Services
from blogadmin.gui.pages.main_window import MainWindow
from blogadmin.gui.pages.page import ListPage
from blogadmin.gui.tables.list_model import State
from blogadmin.gui.theme import Mode, apply_theme

Sql = Callable[..., list[tuple[Any, ...]]]
OpenWindow = Callable[[], MainWindow]


@pytest.fixture(autouse=True)
def own_memory(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What the program remembers, in a folder of the test's own; and the light theme."""
    QCoreApplication.setOrganizationName("blogadmin")
    QCoreApplication.setApplicationName("blogadmin")
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "settings"))
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *_, **__: tmp_path / "cache")
    apply_theme(qapp, Mode.LIGHT)
    yield
    apply_theme(qapp, Mode.LIGHT)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait longer than usual before giving up: these tests wait for a server that others use, too."""
    monkeypatch.setattr(QtBot, "waitUntil", partialmethod(QtBot.waitUntil, timeout=10_000))


@pytest.fixture
def open_window(services: Services, qtbot: QtBot) -> Iterator[OpenWindow]:
    """Open the window, connected: ``open_window()``. It closes with the test, whatever is unsaved."""
    made: list[MainWindow] = []

    def open_one() -> MainWindow:
        window = MainWindow(services)
        made.append(window)
        window.show()
        window.connected("this computer", local=True, encrypted=False)
        return window

    yield open_one
    for window in made:
        if shiboken6.isValid(window):
            for page in window.pages:
                for dialog in page.open_dialogs():
                    dialog.finish()
            window.close()
            window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def blog(sql: Sql) -> None:
    """Two users, three posts, one comment."""
    sql(
        "INSERT INTO users (email, name, password_hash, role, is_active) VALUES"
        " ('anna@example.org', 'Anna Kowalczyk', 'x', 'admin', true),"
        " ('viktor@example.org', 'Viktor Hale', 'x', 'user', false)"
    )
    sql(
        "INSERT INTO posts (public_id, title, slug, body, status, metadata, author_id, updated_at)"
        " SELECT gen_random_uuid(), 'Post ' || i, 'post-' || i, 'Body', 'draft',"
        ' \'{"tags": ["a", "b"]}\','
        " (SELECT min(id) FROM users), now() - i * interval '1 hour' FROM generate_series(1, 3) i"
    )
    sql(
        "INSERT INTO comments (post_id, author_id, body)"
        " SELECT (SELECT min(id) FROM posts), (SELECT max(id) FROM users), 'Well said'"
    )


@pytest.fixture
def window(blog: None, open_window: OpenWindow, qtbot: QtBot) -> MainWindow:
    """The window with every list of ``blog`` loaded."""
    del blog
    window = open_window()
    qtbot.waitUntil(lambda: all(is_loaded(page) for page in window.pages))
    return window


def is_loaded(page: ListPage) -> bool:
    """Whether a page shows all rows it will."""
    return page.model.state is State.READY and page.model.row_count_exact


def page_of(window: MainWindow, key: str) -> ListPage:
    """The page of a noun, brought to the front."""
    window.show_page(key)
    page = window.current_page()
    assert page is not None
    assert page.noun.key == key
    return page


def press(*keys: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press keys where the keyboard is."""
    for key in keys:
        widget = QApplication.focusWidget()
        assert widget is not None
        QTest.keyClick(widget, key, modifier)


def focused() -> str:
    """The name of the widget that the keyboard is in."""
    widget = QApplication.focusWidget()
    return widget.objectName() if widget is not None else ""


def said(page: ListPage) -> list[str]:
    """What the chips of the page's filter say."""
    return [chip.words() for chip in page.filter_bar.chips()]


def child(window: QWidget, kind: type[Any], name: str) -> Any:
    """The widget of that kind and name that is shown."""
    found = [widget for widget in window.findChildren(kind, name) if widget.isVisible()]
    assert found, f"no {name} is shown"
    return found[0]
