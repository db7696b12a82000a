"""Whose change a save meets, as far as it can be found out soon."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from blogadmin.gui.control.services import Services
from blogadmin.gui.dialogs import history_who
from blogadmin.gui.dialogs.history_who import who_changed
from blogadmin.gui.dialogs.post import PostDialog
from tests.gui.dialogs.conftest import ready, retype

Sql = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def ines(sql: Sql, admin: Any, database_url: str) -> Iterator[Callable[[str], None]]:
    """Run a statement as another login, ``ines_test``: ``ines("UPDATE …")``."""
    admin.execute("DROP ROLE IF EXISTS ines_test")
    admin.execute("CREATE ROLE ines_test LOGIN PASSWORD 'ines'")
    sql("GRANT USAGE ON SCHEMA public TO ines_test")
    sql("GRANT SELECT, UPDATE ON posts TO ines_test")

    def run(statement: str) -> None:
        url = database_url.replace("+psycopg2", "")
        with closing(psycopg2.connect(url, user="ines_test", password="ines")) as connection:
            connection.autocommit = True
            connection.cursor().execute(statement)

    yield run
    sql("DROP OWNED BY ines_test")
    admin.execute("DROP ROLE ines_test")


def asked(services: Services, post: int, version: int, qtbot: QtBot) -> list[str]:
    told: list[str] = []
    owner = QObject()
    who_changed(services, owner)("posts", post, version, told.append)
    qtbot.waitUntil(lambda: bool(told))
    qtbot.waitUntil(lambda: services.tasks.outstanding == 0)
    return told


def test_the_login_of_the_latest_change_is_told(
    services: Services, post: int, sql: Sql, ines: Callable[[str], None], qtbot: QtBot
) -> None:
    [(version,)] = sql("SELECT version FROM posts")
    sql("UPDATE posts SET title = 'Mine'")
    ines("UPDATE posts SET title = 'Hers'")
    assert asked(services, post, version, qtbot) == ["ines_test"]


def test_one_s_own_login_names_nobody(services: Services, post: int, sql: Sql, qtbot: QtBot) -> None:
    sql("UPDATE posts SET title = 'Mine'")
    assert asked(services, post, 0, qtbot) == [""]


def test_nothing_is_told_of_a_row_that_nobody_changed(services: Services, post: int, qtbot: QtBot) -> None:
    assert asked(services, post, 10, qtbot) == [""]


def test_without_a_history_nobody_is_named(services: Services, post: int, sql: Sql, qtbot: QtBot) -> None:
    sql("ALTER TABLE audit_log RENAME TO elsewhere")
    assert asked(services, post, 0, qtbot) == [""]


def test_a_person_does_not_wait_for_a_name(
    services: Services, post: int, sql: Sql, monkeypatch: pytest.MonkeyPatch, database_url: str, qtbot: QtBot
) -> None:
    monkeypatch.setattr(history_who, "PATIENCE", 0.2)
    with closing(psycopg2.connect(database_url.replace("+psycopg2", ""))) as other:
        other.cursor().execute("LOCK TABLE audit_log IN ACCESS EXCLUSIVE MODE")
        assert asked(services, post, 0, qtbot) == [""]


def test_the_dialog_tells_whose_change_it_merged(
    make: Callable[..., Any], post: int, ines: Callable[[str], None], messages: Any, qtbot: QtBot
) -> None:
    dialog = make(PostDialog)
    dialog.open_for(post)
    ready(dialog, qtbot)
    ines("UPDATE posts SET title = 'Hers'")
    retype(dialog, "slug", "another-address")
    dialog.save()
    qtbot.waitUntil(lambda: bool(messages.toasts))
    assert messages.toasts[-1].text == "Saved. Merged with ines_test’s change of title."
