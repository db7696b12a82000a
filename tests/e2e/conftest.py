"""The whole program on a database of the test's own, and an editor in front of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import platformdirs
import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from blogadmin import app
from blogadmin.gui.theme import Mode
from blogadmin.settings import Settings
from tests.e2e.robot import Robot
from tests.gui.conftest import nameless_widgets

Sql = Callable[..., list[tuple[Any, ...]]]
Launch = Callable[..., Robot]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Whatever window a story leaves open: each widget of it has a name."""
    yield
    if QApplication.instance() is not None:
        assert not nameless_widgets()


@pytest.fixture(autouse=True)
def own_memory(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the program remembers and logs stays in a folder of the test's own."""
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "settings"))
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *_, **__: tmp_path / "cache")
    monkeypatch.setattr("blogadmin.paths.log_dir", lambda: tmp_path)
    monkeypatch.setattr("blogadmin.paths.drafts_dir", lambda: tmp_path / "drafts")


@pytest.fixture
def launch(qtbot: QtBot, make_database: Callable[[str | None], str]) -> Iterator[Launch]:
    """Start the program on a database: ``launch(url) -> Robot``. Everything ends with the test."""
    del make_database  # Its databases are dropped after the program has left them.
    running: list[app.Program] = []

    def start(url: str, **settings: Any) -> Robot:
        app.application(Mode.LIGHT)
        program = app.build(Settings(database_url=url, **settings))
        running.append(program)
        qtbot.addWidget(program.window)
        program.begin()
        return Robot(qtbot, program.window)

    yield start
    for program in running:
        for page in program.window.pages:
            for dialog in page.open_dialogs():
                dialog.finish()
        program.window.close()
        program.close()


@pytest.fixture
def blog(sql: Sql) -> None:
    """Four users and thirty posts."""
    sql(
        "INSERT INTO users (email, name, password_hash, role, is_active) VALUES"
        " ('anna@example.org', 'Anna Kowalczyk', 'x', 'admin', true),"
        " ('marta@example.org', 'Marta Lindqvist', 'x', 'editor', true),"
        " ('tomas@example.org', 'Tomás Ferreira', 'x', 'moderator', true),"
        " ('viktor@example.org', 'Viktor Hale', 'x', 'user', false)"
    )
    sql(
        "INSERT INTO posts (public_id, title, slug, body, status, author_id, updated_at)"
        " SELECT gen_random_uuid(), 'Post number ' || to_char(i, 'FM00'), 'post-' || i, 'Body of ' || i,"
        " CASE WHEN i % 3 = 0 THEN 'draft' ELSE 'published' END,"
        " (SELECT id FROM users ORDER BY id OFFSET i % 3 LIMIT 1), now() - i * interval '1 hour'"
        " FROM generate_series(1, 30) i"
    )
    sql(
        "INSERT INTO comments (post_id, author_id, body) SELECT p.id, u.id, 'Well said'"
        " FROM posts p, users u WHERE p.slug IN ('post-1', 'post-2') AND u.email = 'viktor@example.org'"
    )


@pytest.fixture
def robot(launch: Launch, blog: None, database_url: str) -> Robot:
    """An editor who sees the posts of ``blog``."""
    del blog
    robot = launch(database_url)
    robot.says("30 posts")
    return robot
