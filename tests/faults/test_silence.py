"""A server that falls silent is noticed in time, without a window that freezes, and then all goes on.

The figures are recorded with the test; what is asserted leaves room for a computer that is busy.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from pytestqt.qtbot import QtBot
from sqlalchemy import text

from blogadmin.core.database import engine, outcome, pulse
from blogadmin.core.database.errors import Unavailable
from blogadmin.gui.control import guard
from blogadmin.gui.control.tasks import Tasks
from blogadmin.settings import Settings
from tests.conftest import client, connect
from tests.core.database.feeding import Pooler
from tests.faults.heartbeat import Heartbeat
from tests.faults.network import DeadEnd, NoNetwork
from tests.faults.proxy import FaultProxy

if TYPE_CHECKING:
    from blogadmin.core.database.engine import Database

Record = Callable[[str, object], None]
WITHIN = 30_000
"""Milliseconds; what is promised is half of that."""


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


@pytest.mark.parametrize("resting", [True, False], ids=["at rest", "at work"])
@pytest.mark.parametrize("way", ["read", "write"])
@pytest.mark.slow
def test_a_pooler_that_lets_everybody_in_and_answers_nobody_is_noticed(
    tasks: Tasks, proxy: FaultProxy, qtbot: QtBot, record_property: Record, way: str, resting: bool
) -> None:
    notice(tasks, qtbot, record_property, way, resting, proxy.let_in_and_swallow, lambda: revive(proxy))


@pytest.mark.parametrize("pooled", [False, True], ids=["", "pooled"])
@pytest.mark.parametrize("resting", [True, False], ids=["at rest", "at work"])
@pytest.mark.parametrize("way", ["read", "write"])
@pytest.mark.slow
def test_a_connection_whose_other_half_is_lost_is_noticed(
    database_url: str,
    qapp: object,
    qtbot: QtBot,
    record_property: Record,
    way: str,
    resting: bool,
    pooled: bool,
) -> None:
    """The server is there for everybody else; only the connections that were open lead nowhere."""
    with (Pooler if pooled else FaultProxy)(database_url) as proxy:
        for tasks in workers(proxy.url):
            assert answered(tasks, way, qtbot) == 1
            seen: list[object] = []
            if resting:
                proxy.lose_other_halves()
                ask(tasks, way, "SELECT 1", seen)
            else:
                ask(tasks, way, "SELECT pg_sleep(60)", seen)
                qtbot.wait(200)
                lose_at_work(proxy, database_url)
            began = time.perf_counter()
            with Heartbeat() as heart:
                qtbot.waitUntil(lambda seen=seen: bool(seen), timeout=WITHIN)
            record_property("noticed after, s", round(time.perf_counter() - began, 1))
            assert time.perf_counter() - began < 15
            # A connection that was asked first whether it lives is replaced, and nobody learns of it.
            assert seen == [1] or isinstance(seen[0], Unavailable)
            qtbot.waitUntil(lambda tasks=tasks: tasks.connection_state == "connected", timeout=WITHIN)
            assert answered(tasks, way, qtbot) == 1
            assert heart.gap < 2000


def lose_at_work(proxy: FaultProxy, url: str) -> None:
    """Lose the other halves, and let the server end what it does."""
    proxy.lose_other_halves()
    with client(url) as run:
        run(
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND state = 'active' AND pid <> pg_backend_pid()"
        )


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
    hurry(monkeypatch)
    yield from workers(proxy.url, Settings(connect_timeout=1))


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "LOOK_AFTER", 0.4)
    monkeypatch.setattr(guard, "LOOK_AGAIN", 0.3)
    monkeypatch.setattr(pulse, "HEARD_WITHIN", 0.2)
    monkeypatch.setattr(pulse, "PING_FOR", 0.1)
    monkeypatch.setattr(engine, "PING_AFTER", 0.0)
    monkeypatch.setattr(pulse, "LOOK_FOR", 0.4)


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


@pytest.mark.parametrize("way", ["read", "write"])
def test_an_answer_that_was_lost_on_its_way_is_not_waited_for(
    hasty: Tasks, proxy: FaultProxy, qtbot: QtBot, way: str
) -> None:
    assert answered(hasty, way, qtbot) == 1
    seen: list[object] = []
    ask(hasty, way, "SELECT pg_sleep(0.3)", seen)
    qtbot.wait(100)
    proxy.lose_other_halves()
    began = time.perf_counter()
    qtbot.waitUntil(lambda: bool(seen), timeout=WITHIN)
    assert isinstance(seen[0], Unavailable)
    assert time.perf_counter() - began < 10
    qtbot.waitUntil(lambda: hasty.connection_state == "connected", timeout=WITHIN)
    assert answered(hasty, way, qtbot) == 1


@pytest.mark.parametrize("patience", ["short", pytest.param("real", marks=pytest.mark.slow)])
@pytest.mark.parametrize("arrives", [True, False], ids=["it arrives", "it is lost"])
def test_a_commit_through_a_pooler_that_is_never_answered_is_settled(
    database_url: str,
    sql: Callable[..., object],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Record,
    arrives: bool,
    patience: str,
) -> None:
    """COMMIT bears no mark by which its process could be found; the transaction is asked for instead."""
    if patience == "short":
        hurry(monkeypatch)
    sql("CREATE TABLE counters AS SELECT 0 AS n")
    with Pooler(database_url) as proxy:
        for tasks in workers(proxy.url):
            assert answered(tasks, "write", qtbot) == 1
            seen: list[object] = []
            (proxy.lose_after if arrives else proxy.lose_before)(b"COMMIT")
            tasks.write(add_one, seen.append, seen.append)
            qtbot.waitUntil(proxy.struck.is_set, timeout=WITHIN)
            proxy.pass_through()
            began = time.perf_counter()
            qtbot.waitUntil(lambda seen=seen: bool(seen), timeout=WITHIN)
            took = time.perf_counter() - began
            record_property("told after, s", round(took, 1))
            assert took < (15 if patience == "real" else 8)
            assert seen == ["added"] or isinstance(seen[0], Unavailable)
            assert (seen == ["added"]) == arrives
            assert sql("SELECT n FROM counters") == [(int(arrives),)]


def test_a_long_commit_through_a_pooler_is_left_alone(
    database_url: str, sql: Callable[..., object], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurry(monkeypatch)
    # Who lost the connection to it would not learn what became of it.
    monkeypatch.setattr(outcome, "ASK_FOR", 0.3)
    sql(
        "CREATE TABLE counters AS SELECT 0 AS n;"
        "CREATE FUNCTION ponder() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN PERFORM pg_sleep(3); RETURN NULL; END';"
        "CREATE CONSTRAINT TRIGGER slow AFTER UPDATE ON counters DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION ponder()"
    )
    with Pooler(database_url) as proxy:
        for tasks in workers(proxy.url):
            seen: list[object] = []
            tasks.write(add_one, seen.append, seen.append)
            qtbot.waitUntil(lambda seen=seen: bool(seen), timeout=WITHIN)
            assert seen == ["added"]
            assert tasks.connection_state == "connected"


def add_one(session: Any) -> str:
    session.execute(text("UPDATE counters SET n = n + 1"))
    return "added"


def test_a_worker_who_reckons_between_two_statements_is_left_alone(hasty: Tasks, qtbot: QtBot) -> None:
    seen: list[object] = []
    rested = threading.Event()

    def work(session: Any) -> Any:
        session.execute(text("SELECT 1"))
        rested.wait(2)
        return session.execute(text("SELECT 7")).scalar()

    hasty.read("test", work, seen.append, seen.append)
    qtbot.waitUntil(lambda: bool(seen), timeout=WITHIN)
    assert seen == [7]


@pytest.mark.parametrize("way", ["read", "write"])
def test_many_quick_statements_are_no_silence(hasty: Tasks, qtbot: QtBot, way: str) -> None:
    """Whoever looks finds the server idle most of the time."""
    seen: list[object] = []
    end = time.monotonic() + 2

    def work(session: Any) -> int:
        while time.monotonic() < end:
            session.execute(text("SELECT 1"))
        return 7

    if way == "read":
        hasty.read("test", work, seen.append, seen.append)
    else:
        hasty.write(work, seen.append, seen.append)
    qtbot.waitUntil(lambda: bool(seen), timeout=WITHIN)
    assert seen == [7]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells when something last arrived")
def test_the_end_of_a_long_answer_is_waited_for(proxy: FaultProxy, qtbot: QtBot) -> None:
    """The server rests as soon as it has sent it; over a slow line it is long on its way."""
    with closing(connect(proxy.url)) as raw, raw.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert pulse._hears(raw)
        qtbot.waitUntil(lambda: not pulse._hears(raw), timeout=WITHIN)


def test_a_server_without_a_free_place_has_answered(database: Database, database_url: str, sql: Any) -> None:
    name = database.url.database
    sql(f'ALTER DATABASE "{name}" CONNECTION LIMIT 0')
    sql("CREATE ROLE just_anybody LOGIN PASSWORD 'x'")
    try:
        with closing(
            engine.Database(str(database.url.set(username="just_anybody", password="wrong")))
        ) as theirs:
            assert theirs.look().answered
    finally:
        sql("DROP ROLE just_anybody")
    assert database.look().answered
    database.abort()
    assert database.look().answered, "the program is closing, which says nothing of the server"


def test_a_server_that_is_gone_has_not_answered(database_url: str, proxy: FaultProxy) -> None:
    with closing(engine.Database(proxy.url)) as database:
        assert database.look().answered
        proxy.refuse()
        assert not database.look().answered
