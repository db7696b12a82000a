"""Reads, writes and other work on real threads against a real server."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot
from sqlalchemy import text

from blogadmin.core.database.errors import KnownError, Unavailable
from blogadmin.gui.control.tasks import Tasks


def value(statement: str) -> Any:
    """Work that answers with the first value of a statement."""
    return lambda session: session.execute(text(statement)).scalar()


def test_a_read_answers_in_the_window_thread(tasks: Tasks, qtbot: QtBot) -> None:
    seen: list[tuple[int, int]] = []
    tasks.read("posts", value("SELECT 41 + 1"), lambda n: seen.append((n, threading.get_ident())))
    assert seen == []
    qtbot.waitUntil(lambda: seen == [(42, threading.get_ident())])
