"""A unit of work is repeated after a deadlock, learns who is in its way, and knows whether it was saved."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from blogadmin.core.database import engine, errors, outcome, units
from blogadmin.core.database.engine import Database
from blogadmin.core.database.errors import Invalid, Locked, OutcomeUnknown, Unavailable
from blogadmin.settings import Settings
from tests.faults.proxy import FaultProxy

Sql = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(autouse=True)
def table(sql: Sql) -> None:
    sql("CREATE TABLE counters (id int PRIMARY KEY, n int NOT NULL)")
    sql("INSERT INTO counters VALUES (1, 0), (2, 0)")


@pytest.fixture
def shaky(proxy: FaultProxy) -> Iterator[Database]:
    """The database by way of the proxy, already connected once."""
    with closing(Database(proxy.url)) as opened:
        with opened.session_scope() as session:
            session.execute(text("SELECT 1"))
        yield opened


def add(session: Session, counter: int = 1) -> str:
    session.execute(text("UPDATE counters SET n = n + 1 WHERE id = :id"), {"id": counter})
    return "added"


def counted(sql: Sql, counter: int = 1) -> int:
    return sql("SELECT n FROM counters WHERE id = %s", (counter,))[0][0]


def test_a_unit_is_committed_and_its_answer_handed_on(database: Database, sql: Sql) -> None:
    assert database.transact(add) == "added"
    assert counted(sql) == 1


def test_a_unit_that_touches_nothing_is_no_transaction(database: Database) -> None:
    assert database.transact(lambda _session: 7) == 7
    assert database.engine.pool.checkedin() == 0  # pyright: ignore[reportAttributeAccessIssue]


def test_a_unit_that_fails_is_rolled_back_and_not_repeated(database: Database, sql: Sql) -> None:
    runs: list[int] = []

    def unit(session: Session) -> None:
        runs.append(1)
        add(session)
        raise Invalid("n", "is wrong")

    with pytest.raises(Invalid):
        database.transact(unit)
    assert len(runs) == 1
    assert counted(sql) == 0


def test_the_victim_of_a_deadlock_runs_again(database: Database, sql: Sql) -> None:
    both_hold_one = threading.Barrier(2)
    runs: list[int] = []

    def crossing(first: int, second: int) -> Callable[[Session], None]:
        def unit(session: Session) -> None:
            session.execute(text("SET LOCAL deadlock_timeout = '50ms'"))
            add(session, first)
            runs.append(first)
            if len(runs) <= 2:
                both_hold_one.wait(10)
            add(session, second)

        return unit

    workers = [
        threading.Thread(target=database.transact, args=(crossing(*order),)) for order in ((1, 2), (2, 1))
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert len(runs) == 3, "one of the two was the victim and ran twice"
    assert (counted(sql, 1), counted(sql, 2)) == (2, 2)


@pytest.mark.parametrize("state", ["40001", "40P01"])
def test_it_gives_up_after_three_runs(database: Database, state: str) -> None:
    runs: list[int] = []

    def unit(session: Session) -> None:
        runs.append(1)
        session.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{state}'; END $$"))

    with pytest.raises(DBAPIError) as caught:
        database.transact(unit)
    assert len(runs) == 3
    assert isinstance(errors.translate(caught.value), Locked)


def test_a_deadlock_that_an_operation_translated_is_repeated_too(database: Database) -> None:
    runs: list[int] = []

    def unit(session: Session) -> int:
        runs.append(1)
        if len(runs) == 1:
            try:
                session.execute(text("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40P01'; END $$"))
            except DBAPIError as exc:
                raise Locked("Someone else is at it.") from exc
        return len(runs)

    assert database.transact(unit) == 2


@pytest.mark.parametrize("program", ["psql", ""])
def test_a_lock_that_is_not_given_up_names_who_holds_it(database_url: str, program: str) -> None:
    with (
        closing(Database(database_url, Settings(lock_timeout_ms=600))) as database,
        closing(Database(database_url)) as theirs,
        theirs.session_scope() as other,
    ):
        other.execute(text(f"SET application_name = '{program}'"))
        me = other.scalar(text("SELECT current_user"))
        add(other)
        with pytest.raises(Locked) as caught:
            database.transact(add)
    assert caught.value.by == (f"{me} (psql)" if program else me)
    assert str(caught.value).startswith(f"{caught.value.by} is changing")


def test_who_is_in_the_way_can_be_asked_while_waiting(database: Database, sql: Sql) -> None:
    waits = threading.Event()
    pids: list[int] = []

    def wait() -> None:
        with database.session_scope() as session:
            pids.append(database.backend_pid(session))
            waits.set()
            add(session)

    with database.session_scope() as holder:
        add(holder)
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert waits.wait(5)
        while not sql(
            "SELECT 1 FROM pg_stat_activity WHERE pid = %s AND wait_event_type = 'Lock'", (pids[0],)
        ):
            pass
        assert "blogadmin/" in database.blockers(pids[0])
    waiting.join()
    assert database.blockers(pids[0]) == ""


def test_a_wait_that_nobody_can_explain_is_told_without_a_name(shaky: Database, proxy: FaultProxy) -> None:
    proxy.refuse()

    def unit(session: Session) -> None:
        session.execute(text("DO $$ BEGIN PERFORM pg_sleep(0.3); END $$"))
        session.execute(text("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '55P03'; END $$"))

    brisk = Database(proxy.url, Settings(lock_timeout_ms=100))
    with closing(brisk), pytest.raises(DBAPIError):
        brisk.transact(unit)
    with pytest.raises(Locked) as caught:
        shaky.transact(unit)
    assert caught.value.by == ""
    assert str(caught.value).startswith("Someone else is changing")
    assert shaky.blockers(1) == ""


def test_a_commit_that_the_server_never_saw_is_told_as_not_saved(
    shaky: Database, proxy: FaultProxy, sql: Sql
) -> None:
    proxy.cut_before(b"COMMIT")
    with pytest.raises(Unavailable, match="before anything was saved"):
        shaky.transact(add)
    assert proxy.struck.is_set()
    assert counted(sql) == 0


def test_a_commit_whose_answer_was_lost_is_known_to_be_saved(
    shaky: Database, proxy: FaultProxy, sql: Sql
) -> None:
    proxy.cut_after(b"COMMIT")
    assert shaky.transact(add) == "added"
    assert proxy.struck.is_set()
    assert counted(sql) == 1


def add_and_tell(session: Session) -> str:
    transaction = session.scalar(text("UPDATE counters SET n = n + 1 WHERE id = 1 RETURNING txid_current()"))
    assert transaction is not None
    units.know_transaction(session, transaction)
    return "added"


def test_a_unit_that_told_its_transaction_is_not_asked_for_it(shaky: Database, proxy: FaultProxy) -> None:
    proxy.cut_before(b"txid_current_if_assigned")
    assert shaky.transact(add_and_tell) == "added"
    assert not proxy.struck.is_set()


@pytest.mark.parametrize("told", [True, False])
def test_the_transaction_that_is_asked_about_is_the_last_one(
    shaky: Database, proxy: FaultProxy, sql: Sql, told: bool
) -> None:
    def unit(session: Session) -> None:
        add_and_tell(session)
        session.rollback()
        (add_and_tell if told else add)(session)

    proxy.cut_after(b"COMMIT")
    shaky.transact(unit)
    assert counted(sql) == 1


def test_a_commit_that_nobody_can_ask_about_is_told_as_unknown(
    shaky: Database, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcome, "ASK_FOR", 0.3)

    def unit(session: Session) -> None:
        add(session)
        proxy.cut_after(b"COMMIT")
        proxy.refuse()

    with pytest.raises(OutcomeUnknown, match="may or may not"):
        shaky.transact(unit)


def test_a_program_that_closes_does_not_go_on_asking(shaky: Database, proxy: FaultProxy) -> None:
    def unit(session: Session) -> None:
        add(session)
        session.flush()
        proxy.cut_before(b"COMMIT")
        shaky._aborted = True

    with pytest.raises(OutcomeUnknown):
        shaky.transact(unit)


def test_a_lost_answer_to_a_unit_that_only_read_loses_nothing(shaky: Database, proxy: FaultProxy) -> None:
    proxy.cut_before(b"COMMIT")
    assert shaky.transact(lambda session: session.scalar(text("SELECT 1"))) == 1
    assert proxy.struck.is_set()


def test_an_outcome_that_the_unit_itself_does_not_know_stays_unknown(database: Database, sql: Sql) -> None:
    def unit(session: Session) -> None:
        add(session)
        raise OutcomeUnknown("Something else may or may not have been saved.")

    with pytest.raises(OutcomeUnknown, match="Something else"):
        database.transact(unit)
    assert counted(sql) == 0


def test_a_plain_scope_does_not_claim_to_know(shaky: Database, proxy: FaultProxy) -> None:
    proxy.cut_after(b"COMMIT")
    with pytest.raises(OutcomeUnknown), shaky.session_scope() as session:
        add(session)


def test_a_connection_lost_before_the_commit_is_told_as_lost(shaky: Database, proxy: FaultProxy) -> None:
    proxy.cut_after(b"UPDATE")
    with pytest.raises(DBAPIError) as caught:
        shaky.transact(add)
    answer = errors.translate(caught.value)
    assert isinstance(answer, Unavailable)
    assert answer.retryable
    proxy.pass_through()
    assert shaky.transact(add) == "added", "the pool connects again by itself"


def test_the_watch_for_locks_holds_nobody_up_when_the_server_falls_silent(proxy: FaultProxy) -> None:
    """A unit that is severed must end, though the watch's own question is never answered either."""
    began = threading.Event()
    pids: list[int] = []

    def unit(session: Session) -> None:
        pids.append(session.scalar(text("SELECT pg_backend_pid()")) or 0)
        began.set()
        session.execute(text("SELECT pg_sleep(60)"))

    def work() -> None:
        with pytest.raises(DBAPIError):
            silent.transact(unit)

    with closing(Database(proxy.url, Settings(lock_timeout_ms=150))) as silent:
        working = threading.Thread(target=work)
        working.start()
        assert began.wait(10)
        while proxy.open_links < 2:
            """The watch opens its connection a little later."""
        proxy.swallow()
        assert silent.sever(pids[0])
        working.join(10)
        assert not working.is_alive()


def test_a_question_that_is_never_answered_is_given_up(
    shaky: Database, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "ASIDE_FOR", 0.2)
    with shaky.aside() as side, side.cursor() as cursor:
        proxy.swallow()
        with pytest.raises(psycopg2.DatabaseError):
            cursor.execute("SELECT 1")
