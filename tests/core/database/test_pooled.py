"""Through a pooler of transactions everything holds that holds without one, and strangers inherit nothing.

Each test meets an imitation, which only tells wrong process ids and keeps options back, and, where it is
installed, PgBouncer with two connections for all of us.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from blogadmin.core.database import feed, schema
from blogadmin.core.database.engine import Database
from blogadmin.core.database.errors import (
    Cancelled,
    Invalid,
    KnownError,
    Locked,
    ReadOnly,
    TookTooLong,
    Unavailable,
    translate,
)
from blogadmin.core.queries import posts
from blogadmin.core.queries.limits import time_limit
from blogadmin.core.queries.spec import ListSpec
from blogadmin.core.transfer.generate import generate
from blogadmin.settings import Settings
from tests.conftest import client, connect
from tests.core.database.feeding import Pooler, feeding
from tests.faults.pgbouncer import LOCKS, live_in_new_york, pgbouncer
from tests.faults.proxy import FaultProxy

Sql = Callable[..., list[tuple[Any, ...]]]
OURS = ("timezone", "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
SETTINGS = (*OURS, "default_transaction_read_only", "synchronous_commit", "search_path")
SHOW = f"SELECT {', '.join(f'current_setting({name!r})' for name in SETTINGS)}"
SLEEPING = """
SELECT count(*) FROM pg_stat_activity
WHERE query LIKE '%pg_sleep(60)%' AND state = 'active' AND pid <> pg_backend_pid()
  AND datname = current_database()
"""


@pytest.fixture(params=["imitation", pytest.param("PgBouncer", marks=pytest.mark.slow)])
def pooled_url(request: pytest.FixtureRequest, database_url: str, sql: Sql, tmp_path: Path) -> Iterator[str]:
    """The test's database behind a pooler; its own settings are none that the program would choose."""
    live_in_new_york(sql, database_url)
    if request.param == "imitation":
        with Pooler(database_url) as standing:
            yield standing.url
    else:
        with pgbouncer(database_url, tmp_path) as url:
            yield url


@pytest.fixture
def pooled(pooled_url: str) -> Iterator[Database]:
    with closing(Database(pooled_url, Settings(statement_timeout_ms=14_000, lock_timeout_ms=400))) as opened:
        yield opened


@pytest.fixture
def strangers(pooled_url: str) -> Iterator[Callable[[], set[tuple[Any, ...]]]]:
    """What other clients of the pool find set, on as many of its connections as they come to see."""
    with client(pooled_url) as one, client(pooled_url) as other:

        def look() -> set[tuple[Any, ...]]:
            one("BEGIN")
            found = {one(SHOW)[0], other(SHOW)[0]}
            one("COMMIT")
            return found

        before = look()
        yield look
        assert look() == before


Strangers = Callable[[], set[tuple[Any, ...]]]


def shown(session: Session) -> list[str]:
    return list(session.execute(text(SHOW)).one())[: len(OURS)]


def test_a_reader_has_its_limits_and_cannot_write(pooled: Database, strangers: Strangers) -> None:
    with pooled.reader() as session:
        for _ in range(3):
            assert shown(session) == ["UTC", "14s", "400ms", "30s"]
        with pytest.raises(DBAPIError) as caught:
            session.execute(text("CREATE TABLE lost (id int)"))
    assert isinstance(translate(caught.value), ReadOnly)
    assert strangers()


def test_a_unit_of_work_has_its_limits_in_each_statement(pooled: Database, strangers: Strangers) -> None:
    def unit(session: Session) -> list[list[str]]:
        return [shown(session), shown(session)]

    for _ in range(3):
        assert pooled.transact(unit) == [["UTC", "14s", "400ms", "30s"]] * 2
    assert strangers()


def test_nobody_else_is_kept_from_writing_by_our_readers(
    pooled: Database, pooled_url: str, strangers: Strangers
) -> None:
    for times in range(3):
        with pooled.reader() as session:
            session.execute(text("SELECT 1"))
        pooled.transact(lambda s, n=times: s.execute(text(f"CREATE TABLE made_{n} (id int)")) and None)
    with client(pooled_url) as other:
        other("DROP TABLE made_0")
    assert strangers()


def test_no_plan_is_kept_that_another_process_would_be_asked_for(pooled: Database) -> None:
    with pooled.reader() as session:
        for _ in range(4):
            assert posts.LISTING.first(session, ListSpec(), 3) == []
        assert session.scalars(text("SELECT statement FROM pg_prepared_statements")).all() == []


def test_a_longer_limit_is_that_reading_s_own(pooled: Database, strangers: Strangers) -> None:
    with pooled.reader() as session:
        with time_limit(session, 77):
            assert shown(session)[1] == "77s"
            assert strangers()
        assert shown(session)[1] == "14s"
        with time_limit(session, 0.05), pytest.raises(DBAPIError) as caught:
            session.execute(text("SELECT pg_sleep(10)"))
    assert isinstance(translate(caught.value), TookTooLong)


def test_a_longer_limit_inside_a_unit_ends_with_it(pooled: Database, strangers: Strangers) -> None:
    def unit(session: Session) -> list[str]:
        before = shown(session)[1]
        with time_limit(session, 77):
            inside = shown(session)[1]
        return [before, inside, shown(session)[1]]

    assert pooled.transact(unit) == ["14s", "77s", "14s"]
    assert strangers()


def test_many_rows_in_one_go_have_the_limits_too(pooled: Database, sql: Sql, strangers: Strangers) -> None:
    sql("CREATE TABLE seen (id int, zone text)")
    add = text("INSERT INTO seen VALUES (:id, current_setting('timezone'))")
    pooled.transact(lambda session: session.execute(add, [{"id": 1}, {"id": 2}]) and None)
    assert sql("SELECT id, zone FROM seen ORDER BY id") == [(1, "UTC"), (2, "UTC")]
    assert strangers()


@pytest.mark.parametrize("way", ["read", "write"])
def test_a_cancel_reaches_the_statement_and_nobody_else(pooled: Database, sql: Sql, way: str) -> None:
    ended: list[BaseException | None] = []
    pids: list[int] = []

    def slumber(session: Session) -> None:
        pids.append(pooled.backend_pid(session))
        session.execute(text("SELECT 1"))
        session.execute(text("SELECT pg_sleep(60)"))

    def work() -> None:
        try:
            if way == "read":
                with pooled.reader() as session:
                    slumber(session)
            else:
                pooled.transact(slumber)
        except KnownError as exc:
            ended.append(exc)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        until = time.monotonic() + 20
        while sql(SLEEPING) != [(1,)]:
            assert time.monotonic() < until
        assert not pooled.cancel(pids[0] + 1), "nobody is served by that one"
        assert pooled.cancel(pids[0])
    finally:
        worker.join(20)
        pooled.abort()
        worker.join(20)
    assert isinstance(ended[0], Cancelled)


def test_a_wait_for_a_lock_ends_and_names_who_holds_it(
    pooled: Database, database_url: str, sql: Sql, strangers: Strangers
) -> None:
    sql("CREATE TABLE counters AS SELECT 0 AS n")

    def unit(session: Session) -> None:
        session.execute(text("UPDATE counters SET n = 2"))

    with closing(connect(database_url)) as other, other.cursor() as cursor:
        cursor.execute("SET application_name = 'nightly import'; BEGIN; UPDATE counters SET n = 1")
        began = time.monotonic()
        with pytest.raises(Locked) as caught:
            pooled.transact(unit)
        assert time.monotonic() - began < 5
    assert "nightly import" in caught.value.by
    assert strangers()


@pytest.mark.parametrize("cut", ["cut_before", "cut_after"])
def test_what_is_said_of_a_save_whose_end_was_lost_is_true(pooled_url: str, sql: Sql, cut: str) -> None:
    sql("CREATE TABLE counters AS SELECT 0 AS n")
    with FaultProxy(pooled_url) as proxy, closing(Database(proxy.url)) as shaky:

        def add(session: Session) -> None:
            session.execute(text("UPDATE counters SET n = n + 1"))

        shaky.transact(add)
        for times in range(1, 6):
            getattr(proxy, cut)(b"COMMIT")
            try:
                shaky.transact(add)
            except (DBAPIError, KnownError) as exc:
                said = type(translate(exc))
            else:
                said = None
            assert proxy.struck.is_set()
            proxy.pass_through()
            sql("SELECT FROM counters FOR UPDATE")
            expected = (Unavailable, 1) if cut == "cut_before" else (None, 1 + times)
            assert (said, sql("SELECT n FROM counters")[0][0]) == expected


def test_the_feed_says_that_it_is_not_live_and_locks_nothing(
    pooled_url: str, sql: Sql, strangers: Strangers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "POLL", 0.1)
    with feeding(pooled_url) as (_database, listening, told):
        listening.hold("posts", 1)
        told.wait(lambda events: events.count(feed.LostTrack()) >= 3)
        assert [e.kind for e in told.events if isinstance(e, feed.Standing)] == ["connecting", "not live"]
    assert sql(LOCKS) == [(0,)]
    assert strangers()


def test_an_upgrade_leaves_nothing_behind(
    pooled_url: str, pooled: Database, sql: Sql, strangers: Strangers
) -> None:
    sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    schema.upgrade(pooled_url)
    assert schema.inspect(pooled).kind == "current"
    assert strangers()


def test_what_needs_a_session_is_refused_in_words(pooled: Database) -> None:
    with pytest.raises(Invalid, match="pooler"):
        generate(pooled, 1, 1, 1)


def test_without_a_pooler_nothing_is_brought_along(database: Database) -> None:
    with database.reader() as session:
        current = "SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()"
        assert session.scalar(text(current)) == current
