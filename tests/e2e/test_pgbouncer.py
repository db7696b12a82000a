"""The real window on a real PgBouncer, which lends two connections of the server for a transaction each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from blogadmin.core.database import feed
from tests.conftest import client, connect
from tests.e2e.conftest import Launch
from tests.e2e.robot import Robot
from tests.faults.pgbouncer import LOCKS, live_in_new_york, pgbouncer

pytestmark = pytest.mark.slow

Sql = Callable[..., list[tuple[Any, ...]]]
SETTINGS = ["timezone", "statement_timeout", "lock_timeout", "default_transaction_read_only"]
SHOW = f"SELECT {', '.join(f'current_setting({name!r})' for name in SETTINGS)}"
POST_7 = "SELECT title, version FROM posts WHERE slug = 'post-7'"
LEFT_IDLE = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND state LIKE 'idle in transaction%'
"""


@pytest.fixture
def pooled_url(database_url: str, sql: Sql, tmp_path: Path) -> Iterator[str]:
    """The test's database, which lives in another time zone, behind the pooler."""
    live_in_new_york(sql, database_url)
    with pgbouncer(database_url, tmp_path) as url:
        yield url


@pytest.fixture
def stranger(pooled_url: str) -> Iterator[Callable[[], list[tuple[Any, ...]]]]:
    """What another client of the pool finds set; it could always write, too."""
    with client(pooled_url) as run:
        run("CREATE TABLE notes (words text)")

        def look() -> list[tuple[Any, ...]]:
            run("INSERT INTO notes VALUES ('of a stranger')")
            return run(SHOW)

        before = look()
        yield look
        assert look() == before


@pytest.fixture
def editor(pooled_url: str, blog: None, launch: Launch, monkeypatch: pytest.MonkeyPatch) -> Robot:
    """An editor who sees the posts through the pooler, and whose program looks again every second."""
    del blog
    monkeypatch.setattr(feed, "POLL", 1.0)
    robot = launch(pooled_url, lock_timeout_ms=600)
    robot.says("30 posts")
    return robot


Stranger = Callable[[], list[tuple[Any, ...]]]


def edit_post_7(robot: Robot, title: str) -> None:
    dialog = robot.type_over("Post number 07", title)
    dialog.save()
    dialog.saved()


def test_an_edit_is_saved_and_undone(editor: Robot, sql: Sql, stranger: Stranger) -> None:
    edit_post_7(editor, "Saved through the pooler")
    assert sql(POST_7) == [("Saved through the pooler", 2)]
    assert stranger()
    editor.wait(lambda: editor.action("undoAction").isEnabled())
    editor.trigger("undoAction")
    editor.wait(lambda: sql(POST_7) == [("Post number 07", 3)])
    assert stranger()


def test_a_change_of_many_rows_and_a_search(editor: Robot, sql: Sql, stranger: Stranger) -> None:
    editor.table.selectAll()
    editor.says("30 selected")
    editor.trigger("archivedStatusAction")
    editor.wait(lambda: sql("SELECT count(*) FROM posts WHERE status = 'archived'") == [(30,)])
    editor.search("number 07")
    editor.says("1 post")
    assert stranger()


def test_it_says_that_it_is_not_live_and_looks_by_itself(editor: Robot, sql: Sql, stranger: Stranger) -> None:
    editor.wait(lambda: any(label.text() == "Not live" for label in editor.root.findChildren(QLabel)))
    sql("UPDATE posts SET title = 'Changed elsewhere' WHERE slug = 'post-2'")
    editor.wait(lambda: "Changed elsewhere" in editor.cells("title", 30))
    editor.double_click(editor.cells("title", 30).index("Changed elsewhere"), "title")
    dialog = editor.dialog("postDialog")
    editor.wait(lambda: dialog.text("title") == "Changed elsewhere")
    assert sql(LOCKS) == [(0,)]
    assert sql(LEFT_IDLE) == [(0,)]
    assert stranger()


def test_a_row_that_someone_holds_is_not_waited_for_long(
    editor: Robot, database_url: str, sql: Sql, stranger: Stranger
) -> None:
    editor.open_page("users")
    editor.wait(lambda: "Marta Lindqvist" in editor.cells("name"))
    editor.select(editor.cells("name").index("Marta Lindqvist"))
    with closing(connect(database_url)) as other, other.cursor() as cursor:
        cursor.execute("SET application_name = 'nightly import'; BEGIN")
        cursor.execute("SELECT FROM users WHERE email = 'marta@example.org' FOR UPDATE")
        editor.press(Qt.Key.Key_Space)
        box = editor.dialog("errorBox")
        assert "nightly import" in str(box.root.property("informativeText"))
        box.click("okButton")
    assert stranger()
