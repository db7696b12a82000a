"""A server that falls silent is noticed in time, without a window that freezes, and then all goes on.

The figures are recorded with the test; what is asserted leaves room for a computer that is busy.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from pytestqt.qtbot import QtBot
from sqlalchemy import text

from blogadmin.core.database import engine, pulse
from blogadmin.core.database.errors import Unavailable
from blogadmin.gui.control import guard
from blogadmin.gui.control.tasks import Tasks
from blogadmin.settings import Settings
from tests.faults.heartbeat import Heartbeat
from tests.faults.network import DeadEnd, NoNetwork
from tests.faults.proxy import FaultProxy

if TYPE_CHECKING:
    from blogadmin.core.database.engine import Database

Record = Callable[[str, object], None]
WITHIN = 30_000
"""Milliseconds; what is promised is half of that."""


@pytest.fixture
def proxy(database_url: str) -> Iterator[FaultProxy]:
    with FaultProxy(database_url) as standing:
        yield standing


def workers(url: str, settings: Settings | None = None) -> Iterator[Tasks]:
    """Workers on a database that has answered once, a reader and the writer each."""
    from blogadmin.core.database.engine import Database

    with closing(Database(url, settings)) as database:
        tasks = Tasks(database, readers=1)
        yield tasks
        tasks.close()


@pytest.fixture
def tasks(proxy: FaultProxy, qapp: object) -> Iterator[Tasks]:
    """Workers whose server is behind a proxy."""
    yield from workers(proxy.url)


def ask(tasks: Tasks, way: str, statement: str, seen: list[object]) -> None:
    """Have a reader or the writer run a statement."""

    def work(session: Any) -> Any:
        return session.execute(text(statement)).scalar()

    if way == "read":
        tasks.read("test", work, seen.append, seen.append)
    else:
        tasks.write(work, seen.append, seen.append)


def answered(tasks: Tasks, way: str, qtbot: QtBot) -> object:
    """The answer, or the error."""
    seen: list[object] = []
    ask(tasks, way, "SELECT 1", seen)
    qtbot.waitUntil(lambda: bool(seen), timeout=WITHIN)
    return seen[0]


@pytest.mark.parametrize("resting", [True, False], ids=["at rest", "at work"])
@pytest.mark.parametrize("way", ["read", "write"])
@pytest.mark.slow
def test_a_proxy_that_swallows_everything_is_noticed(
    tasks: Tasks,
    proxy: FaultProxy,
    qtbot: QtBot,
    record_property: Record,
    way: str,
    resting: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "PING_AFTER", 0.0)
    notice(tasks, qtbot, record_property, way, resting, proxy.swallow, lambda: revive(proxy))


def revive(proxy: FaultProxy) -> None:
    proxy.pass_through()
    proxy.kill()


@pytest.fixture
def dead_end() -> Iterator[DeadEnd]:
    try:
        with DeadEnd() as made:
            yield made
    except NoNetwork as why:
        pytest.skip(str(why))


@pytest.mark.parametrize("resting", [True, False], ids=["at rest", "at work"])
@pytest.mark.parametrize("way", ["read", "write"])
@pytest.mark.slow
@pytest.mark.needs_root
def test_a_dead_network_is_noticed(
    dead_end: DeadEnd,
    database_url: str,
    qapp: object,
    qtbot: QtBot,
    record_property: Record,
    way: str,
    resting: bool,
) -> None:
    with FaultProxy(database_url, dead_end.listener) as proxy:
        for tasks in workers(proxy.url):
            notice(tasks, qtbot, record_property, way, resting, dead_end.cut, dead_end.mend)


def notice(
    tasks: Tasks,
    qtbot: QtBot,
    record: Record,
    way: str,
    resting: bool,
    cut: Callable[[], None],
    mend: Callable[[], None],
) -> None:
    """Cut the way to the server, at rest or while a statement runs; see when it is noticed, and mend it."""
    assert answered(tasks, way, qtbot) == 1
    seen: list[object] = []
    if not resting:
        ask(tasks, way, "SELECT pg_sleep(60)", seen)
        qtbot.waitUntil(lambda: tasks.outstanding == 1)
        qtbot.wait(200)
    cut()
    if resting:
        ask(tasks, way, "SELECT 1", seen)
    began = time.perf_counter()
    with Heartbeat() as heart:
        qtbot.waitUntil(lambda: tasks.connection_state == "lost", timeout=WITHIN)
        noticed = time.perf_counter() - began
        qtbot.waitUntil(lambda: bool(seen), timeout=WITHIN)
        failed = time.perf_counter() - began
        mend()
        mended = time.perf_counter()
        qtbot.waitUntil(lambda: tasks.connection_state == "connected", timeout=WITHIN)
        restored = time.perf_counter() - mended
    record("noticed after, s", round(noticed, 1))
    record("failed after, s", round(failed, 1))
    record("restored after, s", round(restored, 1))
    record("longest gap, ms", round(heart.gap))
    assert isinstance(seen[0], Unavailable)
    assert heart.gap < 2000
    assert answered(tasks, way, qtbot) == 1


# The same with the patience of a test


@pytest.fixture
def hasty(proxy: FaultProxy, qapp: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tasks]:
    """Workers behind the proxy who ask soon whether the server is there."""
    monkeypatch.setattr(guard, "LOOK_AFTER", 0.4)
    monkeypatch.setattr(pulse, "PING_FOR", 0.1)
    monkeypatch.setattr(engine, "PING_AFTER", 0.0)
    monkeypatch.setattr(engine, "ASIDE_FOR", 0.4)
    yield from workers(proxy.url, Settings(connect_timeout=1))


@pytest.mark.parametrize("way", ["read", "write"])
def test_a_question_whether_a_connection_lives_is_not_waited_for_without_end(
    hasty: Tasks, proxy: FaultProxy, qtbot: QtBot, way: str
) -> None:
    assert answered(hasty, way, qtbot) == 1
    proxy.swallow()
    assert isinstance(answered(hasty, way, qtbot), Unavailable)
    assert hasty.connection_state == "lost"
    revive(proxy)
    qtbot.waitUntil(lambda: hasty.connection_state == "connected", timeout=WITHIN)
    assert answered(hasty, way, qtbot) == 1


def test_a_search_that_nobody_waits_for_any_more_does_not_hold_up_the_next(
    hasty: Tasks, proxy: FaultProxy, qtbot: QtBot
) -> None:
    seen: list[object] = []
    ask(hasty, "read", "SELECT pg_sleep(60)", seen)
    qtbot.wait(50)
    proxy.swallow()
    ask(hasty, "read", "SELECT 2", seen)
    qtbot.waitUntil(lambda: bool(seen), timeout=WITHIN)
    assert isinstance(seen[0], Unavailable)


def test_a_slow_statement_of_a_server_that_answers_is_left_alone(hasty: Tasks, qtbot: QtBot) -> None:
    seen: list[object] = []
    ask(hasty, "read", "SELECT 7 FROM pg_sleep(2)", seen)
    qtbot.waitUntil(lambda: bool(seen), timeout=WITHIN)
    assert seen == [7]
    assert hasty.connection_state == "connected"


def test_a_server_without_a_free_place_has_answered(database: Database, database_url: str, sql: Any) -> None:
    name = database.url.database
    sql(f'ALTER DATABASE "{name}" CONNECTION LIMIT 0')
    sql("CREATE ROLE just_anybody LOGIN PASSWORD 'x'")
    try:
        with closing(
            engine.Database(str(database.url.set(username="just_anybody", password="wrong")))
        ) as theirs:
            assert theirs.answers()
    finally:
        sql("DROP ROLE just_anybody")
    assert database.answers()
    database.abort()
    assert database.answers(), "the program is closing, which says nothing of the server"


def test_a_server_that_is_gone_has_not_answered(database_url: str, proxy: FaultProxy) -> None:
    with closing(engine.Database(proxy.url)) as database:
        assert database.answers()
        proxy.refuse()
        assert not database.answers()
