"""Whatever an editor does, no transaction stays open, and who changes the schema need not wait."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from PySide6.QtCore import Qt

from tests.conftest import connect
from tests.e2e.robot import Robot

Sql = Callable[..., list[tuple[Any, ...]]]
LONGEST = 1.0
"""Seconds for which a transaction of ours may wait for its program."""
OPEN = """
SELECT extract(epoch FROM clock_timestamp() - state_change), query FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE 'blogadmin/%'
  AND state LIKE 'idle in transaction%'
"""
ALTER = "SET lock_timeout = '1s'; ALTER TABLE posts DROP COLUMN some_extra_column; RESET lock_timeout"


class Watcher(threading.Thread):
    """Looks at the server again and again for transactions that wait for their program."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.over = threading.Event()
        self.looks = 0
        self.longest = 0.0
        self.query = ""

    def run(self) -> None:
        with closing(connect(self.url)) as own, own.cursor() as cursor:
            while not self.over.wait(0.02):
                cursor.execute(OPEN)
                self.looks += 1
                for age, query in cursor.fetchall():
                    if age > self.longest:
                        self.longest, self.query = float(age), query


@contextmanager
def watched(url: str) -> Iterator[Watcher]:
    watcher = Watcher(url)
    watcher.start()
    try:
        yield watcher
    finally:
        watcher.over.set()
        watcher.join()


def test_no_transaction_waits_while_an_editor_works(
    robot: Robot, database_url: str, record_property: Callable[[str, object], None]
) -> None:
    with watched(database_url) as watcher:
        work(robot)
    record_property("longest idle in a transaction, s", watcher.longest)
    record_property("looks", watcher.looks)
    assert watcher.looks > 10
    assert watcher.longest < LONGEST, watcher.query


def work(robot: Robot) -> None:
    """List, search, scroll, sort, open, type, save, tick, undo, change many."""
    robot.search("number 07")
    robot.says("1 post")
    robot.search("")
    robot.says("30 posts")
    robot.press(Qt.Key.Key_End)
    robot.sort_by("title")
    robot.wait(lambda: robot.cell(0, "title") == "Post number 01")
    robot.double_click(0, "title")
    dialog = robot.dialog("postDialog")
    robot.wait(lambda: dialog.text("title") == "Post number 01")
    dialog.type_into("title", "Post number 00")
    robot.qtbot.wait(1200)
    dialog.save()
    dialog.saved()
    robot.wait(lambda: robot.action("undoAction").isEnabled())
    robot.trigger("undoAction")
    robot.wait(lambda: "Post number 01" in robot.cells("title", 30))
    robot.open_page("users")
    robot.wait(lambda: "Marta Lindqvist" in robot.cells("name"))
    robot.select(robot.cells("name").index("Marta Lindqvist"))
    robot.press(Qt.Key.Key_Space)
    robot.wait(lambda: robot.action("undoAction").isEnabled())
    robot.select(0, 1, 2)
    robot.trigger("activateAction")
    robot.wait(lambda: robot.cells("is_active") is not None)
    robot.qtbot.wait(1200)


@pytest.mark.parametrize("looking", ["list", "dialog"])
def test_who_changes_the_schema_does_not_wait_for_who_is_only_looking(
    robot: Robot, sql: Sql, looking: str
) -> None:
    sql("ALTER TABLE posts ADD COLUMN some_extra_column text")
    robot.trigger("reloadAction")
    robot.says("30 posts")
    if looking == "dialog":
        robot.wait(lambda: robot.cell(0, "title") == "Post number 01")
        robot.double_click(0, "title")
        dialog = robot.dialog("postDialog")
        robot.wait(lambda: dialog.text("title") == "Post number 01")
        dialog.type_into("title", "Something else")
    # The feed, too, by now: it listens a moment after the list.
    robot.wait(lambda: listening(sql))
    sql(ALTER)
    robot.trigger("reloadAction")
    robot.says("30 posts")


def listening(sql: Sql) -> bool:
    """Whether the program's feed is on the server."""
    found = sql(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name LIKE 'blogadmin/%' AND state = 'idle'"
    )
    return found[0][0] >= 2
