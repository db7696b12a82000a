"""Reads, writes and other work on real threads against a real server."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
import shiboken6
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot
from sqlalchemy import text

from blogadmin.core.database.errors import Cancelled, Duplicate, KnownError, TookTooLong, Unavailable
from blogadmin.gui.control.tasks import Tasks
from blogadmin.gui.control.ticket import Ticket

if TYPE_CHECKING:
    from blogadmin.core.database.engine import Database

Sql = Callable[..., list[tuple[object, ...]]]


def value(statement: str) -> Callable[[Any], Any]:
    """Work that answers with the first value of a statement."""
    return lambda session: session.execute(text(statement)).scalar()


def never(*_args: object) -> None:
    raise AssertionError("this callback must not run")


def never_parts(_session: object) -> Iterator[object]:
    raise AssertionError("this work must not begin")


def sleeping(sql: Sql) -> int:
    """How many statements sleep on the server."""
    found = sql(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND state = 'active' AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()"
    )
    count = found[0][0]
    assert isinstance(count, int)
    return count


@pytest.fixture
def one_reader(database: Database, qapp: object) -> Iterator[Tasks]:
    tasks = Tasks(database, readers=1)
    yield tasks
    tasks.close()


class Gate:
    """Holds a worker inside its work until the test lets it go on."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.open = threading.Event()

    def __call__(self, *_session: object) -> str:
        self.entered.set()
        assert self.open.wait(10)
        return "passed"


# Reading


def test_a_read_answers_in_the_window_thread(tasks: Tasks, qtbot: QtBot) -> None:
    seen: list[tuple[int, int]] = []
    tasks.read("posts", value("SELECT 41 + 1"), lambda n: seen.append((n, threading.get_ident())))
    assert seen == []
    qtbot.waitUntil(lambda: seen == [(42, threading.get_ident())])


def test_a_newer_read_stops_the_older_one_on_the_server(tasks: Tasks, sql: Sql, qtbot: QtBot) -> None:
    tasks.read("posts", value("SELECT pg_sleep(60)"), never, never)
    qtbot.waitUntil(lambda: sleeping(sql) == 1)
    seen: list[int] = []
    tasks.read("posts", value("SELECT 2"), seen.append, never)
    qtbot.waitUntil(lambda: seen == [2])
    qtbot.waitUntil(lambda: sleeping(sql) == 0)


def test_a_newer_read_takes_an_older_one_out_of_the_queue(one_reader: Tasks, qtbot: QtBot) -> None:
    gate = Gate()
    begun: list[str] = []
    one_reader.read("other", gate, lambda _: None)
    assert gate.entered.wait(10)
    for name in ("first", "second"):
        one_reader.read("posts", lambda _session, name=name: begun.append(name), lambda _: None)
    gate.open.set()
    qtbot.waitUntil(lambda: one_reader.outstanding == 0)
    assert begun == ["second"]


def test_reads_of_different_slots_run_side_by_side(tasks: Tasks, qtbot: QtBot) -> None:
    gate = Gate()
    seen: list[int] = []
    tasks.read("posts", gate, lambda _: None)
    tasks.read("users", value("SELECT 1"), seen.append)
    qtbot.waitUntil(lambda: seen == [1])
    gate.open.set()
    qtbot.waitUntil(lambda: tasks.outstanding == 0)


def test_an_answer_that_waits_to_be_delivered_is_not_once_it_was_replaced(tasks: Tasks, qtbot: QtBot) -> None:
    old = tasks.read("posts", value("SELECT 1"), never, never)
    assert old.finished.wait(10)
    seen: list[int] = []
    tasks.read("posts", value("SELECT 2"), seen.append)
    qtbot.waitUntil(lambda: seen == [2])


def test_a_cancel_never_hits_the_next_statement(tasks: Tasks, qtbot: QtBot) -> None:
    """The statement after a cancelled one runs on the same connection, and must come to its end."""
    seen: list[int] = []
    for number in range(60):
        tasks.read("posts", value("SELECT pg_sleep(0.02)"), lambda _: None, never)
        tasks.read("posts", value(f"SELECT {number} FROM pg_sleep(0.005)"), seen.append, never)
        tasks.read("users", value(f"SELECT {number} FROM pg_sleep(0.005)"), seen.append, never)
        qtbot.waitUntil(lambda number=number: seen.count(number) == 2)


def test_cancel_stops_what_runs_on_a_slot(tasks: Tasks, sql: Sql, qtbot: QtBot) -> None:
    ticket = tasks.read("posts", value("SELECT pg_sleep(60)"), never, never)
    qtbot.waitUntil(lambda: sleeping(sql) == 1)
    tasks.cancel("posts")
    assert not ticket.active
    qtbot.waitUntil(lambda: sleeping(sql) == 0)
    assert ticket.finished.wait(10)
    tasks.cancel("posts")
    tasks.cancel("nothing was ever asked for here")


def test_a_cancel_between_two_statements_still_ends_the_work(tasks: Tasks, qtbot: QtBot) -> None:
    gate = Gate()

    def two_statements(session: Any) -> None:
        session.execute(text("SELECT 1"))
        gate()
        session.execute(text("SELECT pg_sleep(60)"))

    ticket = tasks.read("posts", two_statements, never, never)
    assert gate.entered.wait(10)
    ticket.cancel()
    gate.open.set()
    assert ticket.finished.wait(10)
    qtbot.waitUntil(lambda: tasks.outstanding == 0)


def test_a_ticket_is_active_until_its_answer_came(tasks: Tasks, qtbot: QtBot) -> None:
    ticket = tasks.read("posts", value("SELECT 1"), lambda _: None)
    assert ticket.active
    qtbot.waitUntil(lambda: not ticket.active)
    ticket.cancel()
    assert not ticket.dropped


# Streams


def test_a_stream_hands_over_its_parts_and_then_ends(tasks: Tasks, qtbot: QtBot) -> None:
    seen: list[object] = []

    def parts(session: Any) -> Iterator[int]:
        for number in range(3):
            yield session.execute(text("SELECT CAST(:n AS int)"), {"n": number}).scalar()

    tasks.stream("ids", parts, seen.append, lambda: seen.append("end"))
    qtbot.waitUntil(lambda: seen == [0, 1, 2, "end"])


def test_a_stream_takes_parts_from_a_plain_list(tasks: Tasks, qtbot: QtBot) -> None:
    seen: list[object] = []
    tasks.stream("ids", lambda _session: [1, 2], seen.append, lambda: seen.append("end"))
    qtbot.waitUntil(lambda: seen == [1, 2, "end"])


def test_a_replaced_stream_ends_its_generator_on_its_own_thread(tasks: Tasks, qtbot: QtBot) -> None:
    gate = Gate()
    seen: list[object] = []
    ended: list[str] = []

    def endless(_session: object) -> Iterator[int]:
        try:
            yield 1
            gate()
            while True:
                yield 2
        finally:
            ended.append(threading.current_thread().name)

    ticket = tasks.stream("ids", endless, seen.append, never, never)
    qtbot.waitUntil(lambda: seen == [1])
    tasks.read("ids", value("SELECT 1"), lambda _: None)
    gate.open.set()
    assert ticket.finished.wait(10)
    qtbot.waitUntil(lambda: tasks.outstanding == 0)
    assert seen == [1]
    assert ended[0].startswith("blogadmin-read")


def test_a_stream_may_begin_later(tasks: Tasks, qtbot: QtBot) -> None:
    begun: list[float] = []

    def parts(_session: object) -> Iterator[float]:
        yield time.monotonic()

    asked = time.monotonic()
    tasks.stream("ids", parts, begun.append, lambda: None, never, after=0.1)
    qtbot.waitUntil(lambda: len(begun) == 1)
    assert begun[0] - asked >= 0.1


def test_a_stream_that_waits_can_be_hastened(tasks: Tasks, qtbot: QtBot) -> None:
    seen: list[int] = []
    tasks.stream("ids", lambda _session: iter([1]), seen.append, lambda: None, never, after=600).hasten()
    qtbot.waitUntil(lambda: seen == [1])


def test_a_stream_that_is_not_wanted_any_more_waits_no_longer(
    one_reader: Tasks, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = threading.Event()
    bide = Ticket.bide

    def biding(ticket: Ticket) -> None:
        waits.set()
        bide(ticket)

    monkeypatch.setattr(Ticket, "bide", biding)
    ticket = one_reader.stream("ids", never_parts, never, never, never, after=600)
    assert waits.wait(10)
    ticket.cancel()
    assert ticket.finished.wait(10)
    seen: list[object] = []
    one_reader.read("next", value("SELECT 1"), seen.append)
    qtbot.waitUntil(lambda: seen == [1])


def test_a_stream_that_fails_keeps_what_it_has_delivered(tasks: Tasks, qtbot: QtBot) -> None:
    seen: list[object] = []

    def parts(session: Any) -> Iterator[int]:
        yield 1
        session.execute(text("SELECT set_config('statement_timeout', '10', false)"))
        session.execute(text("SELECT pg_sleep(60)"))

    tasks.stream("ids", parts, seen.append, never, seen.append)
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert seen[0] == 1
    assert isinstance(seen[1], TookTooLong)


def test_a_stream_stops_when_its_receiver_is_gone(tasks: Tasks, qtbot: QtBot) -> None:
    gate = Gate()
    owner = QObject()

    def parts(_session: object) -> Iterator[int]:
        gate()
        while True:
            yield 1

    ticket = tasks.stream("ids", parts, never, never, never, owner=owner)
    assert gate.entered.wait(10)
    owner.deleteLater()
    qtbot.waitUntil(lambda: not shiboken6.isValid(owner))
    gate.open.set()
    qtbot.waitUntil(ticket.finished.is_set)
    assert ticket.dropped


# Writing


def test_done_of_a_write_comes_after_its_commit(tasks: Tasks, sql: Sql, qtbot: QtBot) -> None:
    sql("CREATE TABLE note (n int)")
    seen: list[object] = []
    tasks.write(
        lambda session: session.execute(text("INSERT INTO note VALUES (1)")).rowcount,
        lambda count: seen.append((count, sql("SELECT n FROM note"))),
    )
    qtbot.waitUntil(lambda: seen == [(1, [(1,)])])


def test_a_write_that_fails_changes_nothing(tasks: Tasks, sql: Sql, qtbot: QtBot) -> None:
    sql("CREATE TABLE note (n int)")
    seen: list[Exception] = []

    def half(session: Any) -> None:
        session.execute(text("INSERT INTO note VALUES (1)"))
        raise Duplicate("email", "Taken.")

    tasks.write(half, never, seen.append)
    qtbot.waitUntil(lambda: len(seen) == 1)
    assert isinstance(seen[0], Duplicate)
    assert sql("SELECT n FROM note") == []


def test_writes_run_one_after_the_other_and_none_replaces_another(
    tasks: Tasks, sql: Sql, qtbot: QtBot
) -> None:
    sql("CREATE TABLE note (n serial, word text)")
    for word in ("a", "b", "c"):
        statement = f"INSERT INTO note (word) VALUES ('{word}')"
        tasks.write(lambda session, s=statement: session.execute(text(s)) and None, lambda _: None)
    qtbot.waitUntil(lambda: tasks.outstanding == 0)
    assert sql("SELECT word FROM note ORDER BY n") == [("a",), ("b",), ("c",)]


# Other work


def test_other_work_runs_without_a_database(qtbot: QtBot) -> None:
    tasks = Tasks()
    seen: list[object] = []
    tasks.run(threading.get_ident, seen.append)
    qtbot.waitUntil(lambda: len(seen) == 1)
    assert seen[0] != threading.get_ident()
    tasks.close()


def test_without_a_database_a_read_fails_as_unavailable_and_nothing_counts_as_lost(qtbot: QtBot) -> None:
    tasks = Tasks()
    seen: list[Exception] = []
    ticket = tasks.read("posts", value("SELECT 1"), never, seen.append)
    assert ticket.active
    qtbot.waitUntil(lambda: len(seen) == 1)
    assert isinstance(seen[0], Unavailable)
    assert tasks.connection_state == "connected"
    dropped = tasks.read("posts", value("SELECT 1"), never, never)
    dropped.cancel()
    tasks.close()


# Failures


def test_a_known_error_comes_without_the_frames_that_hold_the_session(tasks: Tasks, qtbot: QtBot) -> None:
    seen: list[Exception] = []
    tasks.write(
        lambda session: session.execute(text("INSERT INTO users (email) VALUES (NULL)")), never, seen.append
    )
    qtbot.waitUntil(lambda: len(seen) == 1)
    assert isinstance(seen[0], KnownError)
    assert (seen[0].__traceback__, seen[0].__cause__, seen[0].__context__) == (None, None, None)


def test_a_known_error_that_nobody_takes_is_unhandled(tasks: Tasks, qtbot: QtBot) -> None:
    with qtbot.waitSignal(tasks.unhandled) as caught:
        tasks.write(raising(Duplicate("slug", "Taken.")), never)
    assert caught.args is not None
    assert isinstance(caught.args[0], Duplicate)


def test_cancelled_by_somebody_else_is_told_only_to_who_asked(tasks: Tasks, qtbot: QtBot) -> None:
    tasks.unhandled.connect(never)
    tasks.read("posts", raising(Cancelled("Stopped.")), never)
    seen: list[Exception] = []
    tasks.read("users", raising(Cancelled("Stopped.")), never, seen.append)
    qtbot.waitUntil(lambda: len(seen) == 1 and tasks.outstanding == 0)


@pytest.mark.expects_log
def test_a_bug_is_logged_and_told_to_who_asked(
    tasks: Tasks, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    bug = ZeroDivisionError("no such luck")
    seen: list[Exception] = []
    tasks.read("posts", raising(bug), never, seen.append)
    qtbot.waitUntil(lambda: seen == [bug])
    assert [r.exc_info[1] for r in caplog.records if r.exc_info] == [bug]


@pytest.mark.expects_log
@pytest.mark.parametrize("bug", [ZeroDivisionError("x"), SystemExit(3)])
def test_a_bug_that_nobody_takes_reaches_the_exception_hook(
    tasks: Tasks, qtbot: QtBot, bug: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[BaseException] = []
    monkeypatch.setattr(sys, "excepthook", lambda _kind, exc, _trace: seen.append(exc))
    tasks.run(raising(bug), never)
    qtbot.waitUntil(lambda: seen == [bug])


@pytest.mark.expects_log
def test_the_frames_of_a_bug_hold_no_session(tasks: Tasks, qtbot: QtBot) -> None:
    seen: list[Exception] = []

    def work(session: Any) -> None:
        raise ZeroDivisionError(str(type(session)))

    tasks.read("posts", work, never, seen.append)
    qtbot.waitUntil(lambda: len(seen) == 1)
    trace = seen[0].__traceback__
    frames = []
    while trace is not None:
        frames.append(trace.tb_frame)
        trace = trace.tb_next
    assert frames[-1].f_code.co_name == "work"
    assert frames[-1].f_locals == {}


def raising(exc: BaseException) -> Callable[..., Any]:
    """Work that raises."""

    def work(*_session: object) -> None:
        raise exc

    return work


def test_callbacks_of_an_owner_that_is_gone_are_dropped(tasks: Tasks, qtbot: QtBot) -> None:
    class Receiver(QObject):
        def take(self, _value: object) -> None:
            never()

    gates = [Gate(), Gate()]
    receiver, owner = Receiver(), QObject()
    tasks.read("posts", gates[0], receiver.take)
    tasks.read("users", gates[1], never, never, owner=owner)
    for gone in (receiver, owner):
        gone.deleteLater()
        qtbot.waitUntil(lambda gone=gone: not shiboken6.isValid(gone))
    for gate in gates:
        gate.open.set()
    qtbot.waitUntil(lambda: tasks.outstanding == 0)


def test_a_callback_that_raises_does_not_keep_the_others_waiting(tasks: Tasks, qtbot: QtBot) -> None:
    seen: list[str] = []
    with qtbot.captureExceptions() as caught:
        tasks.run(lambda: 1, lambda n: n / 0)
        tasks.run(lambda: "next", seen.append)
        qtbot.waitUntil(lambda: seen == ["next"] and len(caught) == 1)
    qtbot.waitUntil(lambda: tasks.outstanding == 0)


@pytest.mark.expects_log
def test_another_thread_may_not_ask(tasks: Tasks, qtbot: QtBot) -> None:
    seen: list[object] = []
    tasks.run(lambda: tasks.run(lambda: 1, never), never, seen.append)
    qtbot.waitUntil(lambda: len(seen) == 1)
    assert isinstance(seen[0], RuntimeError)


# Busy


def test_busy_is_told_when_it_begins_and_ends_and_not_in_between(tasks: Tasks, qtbot: QtBot) -> None:
    told: list[bool] = []
    tasks.busy.connect(told.append)
    for number in range(3):
        tasks.read("posts", value(f"SELECT {number}"), lambda _: None)
    tasks.write(value("SELECT 1"), lambda _: tasks.run(lambda: 1, lambda _n: None))
    assert tasks.outstanding == 2
    qtbot.waitUntil(lambda: tasks.outstanding == 0)
    assert told == [True, False]


# Another database


def test_another_database_drops_the_reads_of_the_former(
    tasks: Tasks, wired: Database, sql: Sql, qtbot: QtBot
) -> None:
    sql("CREATE TABLE note (n int)")
    gate = Gate()
    seen: list[object] = []
    tasks.read("posts", value("SELECT pg_sleep(60)"), never, never)
    tasks.write(gate, seen.append)
    with qtbot.waitSignal(tasks.database_changed):
        tasks.set_database(wired)
    assert tasks.database is wired
    tasks.read("posts", value("SELECT 2"), seen.append)
    gate.open.set()
    qtbot.waitUntil(lambda: sorted(map(str, seen)) == ["2", "passed"])
    with qtbot.assertNotEmitted(tasks.database_changed):
        tasks.set_database(wired)
