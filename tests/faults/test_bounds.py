"""Cancel, Quit and a lock: nobody waits long, and the window's thread waits for none of them.

The figures are recorded with the test; what is asserted leaves room for a computer that is busy.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from pytestqt.qtbot import QtBot
from sqlalchemy import text

from blogadmin.core.database.errors import Locked
from blogadmin.gui.control.tasks import Tasks
from blogadmin.settings import Settings
from tests.conftest import connect
from tests.faults.heartbeat import Heartbeat
from tests.faults.proxy import FaultProxy

if TYPE_CHECKING:
    from blogadmin.core.database.engine import Database

Sql = Callable[..., list[tuple[Any, ...]]]
Record = Callable[[str, object], None]
WITHIN = 30_000
SLEEPING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND state = 'active'
  AND query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()
"""


@pytest.fixture
def tasks(database: Database, qapp: object) -> Iterator[Tasks]:
    tasks = Tasks(database)
    yield tasks
    tasks.close()


def sleep(session: Any) -> None:
    session.execute(text("SELECT pg_sleep(60)"))


def never(*_args: object) -> None:
    raise AssertionError("this callback must not run")


@pytest.mark.parametrize("way", ["read", "write"])
def test_cancel_stops_what_runs_on_the_server(
    tasks: Tasks, sql: Sql, qtbot: QtBot, record_property: Record, way: str
) -> None:
    ticket = tasks.read("slow", sleep, never, never) if way == "read" else tasks.write(sleep, never, never)
    qtbot.waitUntil(lambda: sql(SLEEPING) == [(1,)], timeout=WITHIN)
    with Heartbeat() as heart:
        began = time.perf_counter()
        ticket.cancel()
        qtbot.waitUntil(lambda: sql(SLEEPING) == [(0,)], timeout=WITHIN)
        record_property("stopped after, s", round(time.perf_counter() - began, 2))
    record_property("longest gap, ms", round(heart.gap))
    assert heart.gap < 2000


@pytest.mark.parametrize("silent", [False, True], ids=["server answers", "server is silent"])
@pytest.mark.parametrize("way", ["read", "write"])
def test_quit_does_not_wait_for_the_server(
    database_url: str, qapp: object, qtbot: QtBot, sql: Sql, record_property: Record, way: str, silent: bool
) -> None:
    from blogadmin.core.database.engine import Database

    with FaultProxy(database_url) as proxy, closing(Database(proxy.url, Settings(connect_timeout=1))) as far:
        tasks = Tasks(far)
        tasks.read("slow", sleep, never, never) if way == "read" else tasks.write(sleep, never, never)
        qtbot.waitUntil(lambda: sql(SLEEPING) == [(1,)], timeout=WITHIN)
        if silent:
            proxy.swallow()
        began = time.perf_counter()
        tasks.close()
        took = time.perf_counter() - began
        record_property("closed after, s", round(took, 2))
        left = [t for t in threading.enumerate() if t.name.startswith("blogadmin-")]
        # An attempt to connect ends with its own time limit; as a daemon it keeps no process.
        assert all(t.daemon for t in left)
        for thread in left:
            thread.join(10)
    assert took < 10


def test_a_wait_for_a_lock_ends_and_says_for_whom(
    tasks: Tasks, database_url: str, sql: Sql, qtbot: QtBot, record_property: Record
) -> None:
    sql("CREATE TABLE counters AS SELECT 0 AS n")
    seen: list[Exception] = []
    with closing(connect(database_url)) as other, other.cursor() as cursor, Heartbeat() as heart:
        cursor.execute("SET application_name = 'nightly import'; BEGIN; UPDATE counters SET n = 1")
        began = time.perf_counter()
        tasks.write(lambda s: s.execute(text("UPDATE counters SET n = 2")) and None, never, seen.append)
        qtbot.waitUntil(lambda: bool(seen), timeout=WITHIN)
        record_property("told after, s", round(time.perf_counter() - began, 2))
    record_property("longest gap, ms", round(heart.gap))
    assert isinstance(seen[0], Locked)
    assert "nightly import" in seen[0].by
    assert heart.gap < 2000
