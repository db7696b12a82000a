"""What happens to workers when the server is slow, silent, gone and back, and when the program ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from pytestqt.qtbot import QtBot
from sqlalchemy import text

from blogadmin.core.database.errors import OutcomeUnknown, TookTooLong, Unavailable
from blogadmin.gui.control.tasks import Tasks
from blogadmin.settings import Settings
from tests.faults.proxy import FaultProxy
from tests.gui.control.test_tasks import Gate, Sql, never, raising, sleeping, value

if TYPE_CHECKING:
    from blogadmin.core.database.engine import Database


@pytest.fixture
def far(wired: Database, qapp: object) -> Iterator[Tasks]:
    """Workers whose server is behind the proxy."""
    tasks = Tasks(wired)
    yield tasks
    tasks.close()


def ours() -> list[str]:
    """The program's threads that run now."""
    return [t.name for t in threading.enumerate() if t.name.startswith("blogadmin-")]


def read(tasks: Tasks, qtbot: QtBot, statement: str = "SELECT 1") -> object:
    """The answer to a statement, or the error."""
    seen: list[object] = []
    tasks.read("test", value(statement), seen.append, seen.append)
    qtbot.waitUntil(lambda: len(seen) == 1, timeout=15_000)
    return seen[0]


# Too long


def test_a_read_beyond_its_limit_is_stopped_and_said_to_take_too_long(
    tasks: Tasks, sql: Sql, qtbot: QtBot
) -> None:
    seen: list[Exception] = []
    tasks.read("posts", value("SELECT pg_sleep(60)"), never, seen.append, limit=0.2)
    qtbot.waitUntil(lambda: len(seen) == 1)
    assert isinstance(seen[0], TookTooLong)
    qtbot.waitUntil(lambda: sleeping(sql) == 0)
    assert read(tasks, qtbot) == 1


def test_each_part_of_a_stream_has_the_whole_limit(tasks: Tasks, qtbot: QtBot) -> None:
    seen: list[object] = []

    def parts(session: Any) -> Iterator[int]:
        for number in range(8):
            session.execute(text("SELECT pg_sleep(0.2)"))
            yield number

    tasks.stream("ids", parts, seen.append, lambda: seen.append("end"), seen.append, limit=1)
    qtbot.waitUntil(lambda: len(seen) == 9)
    assert seen[-1] == "end"


@pytest.mark.parametrize("way", ["read", "write"])
def test_work_on_a_silent_server_loses_its_socket(
    far: Tasks, proxy: FaultProxy, qtbot: QtBot, way: str
) -> None:
    seen: list[Exception] = []

    def work(session: Any) -> None:
        session.execute(text("SELECT 1"))
        proxy.swallow()
        session.execute(text("SELECT 2"))

    if way == "read":
        far.read("posts", work, never, seen.append, limit=2)
    else:
        far.write(work, never, seen.append, limit=2)
    qtbot.waitUntil(lambda: len(seen) == 1, timeout=20_000)
    assert isinstance(seen[0], Unavailable)


def test_a_commit_that_is_never_answered_is_severed(far: Tasks, proxy: FaultProxy, qtbot: QtBot) -> None:
    seen: list[Exception] = []

    def work(session: Any) -> None:
        session.execute(text("INSERT INTO users (email, name, password_hash) VALUES ('a@b.c', 'A', 'x')"))
        session.connection().exec_driver_sql("SELECT 1")
        proxy.swallow()

    far.write(work, never, seen.append, limit=2)
    qtbot.waitUntil(lambda: len(seen) == 1, timeout=30_000)
    assert isinstance(seen[0], Unavailable | OutcomeUnknown)


def test_the_limit_is_a_little_more_than_the_servers_own(database: Database, qtbot: QtBot) -> None:
    tasks = Tasks(database)
    gates = [Gate(), Gate()]
    ticket = tasks.read("posts", gates[0], never)
    assert ticket.limit == 20.0
    assert tasks.write(gates[1], never, limit=3).limit == 3
    for gate in gates:
        gate.open.set()
    tasks.close()


def test_without_a_limit_on_the_server_there_is_none_here(database_url: str, qtbot: QtBot) -> None:
    from blogadmin.core.database.engine import Database

    with closing(Database(database_url, Settings(statement_timeout_ms=0))) as database:
        tasks = Tasks(database)
        seen: list[int] = []
        assert tasks.read("posts", value("SELECT 1"), seen.append).limit is None
        qtbot.waitUntil(lambda: seen == [1])
        tasks.close()


# Lost and found


def test_a_lost_server_is_noticed_and_so_is_its_return(far: Tasks, proxy: FaultProxy, qtbot: QtBot) -> None:
    assert read(far, qtbot) == 1
    proxy.refuse()
    proxy.kill()
    with qtbot.waitSignal(far.connection_lost) as lost:
        assert isinstance(read(far, qtbot), Unavailable)
    assert lost.args is not None
    assert isinstance(lost.args[0], Unavailable)
    assert far.connection_state == "lost"
    assert 0 < far.next_retry_in() <= 0.5
    assert isinstance(read(far, qtbot), Unavailable)
    proxy.pass_through()
    with qtbot.waitSignal(far.connection_restored, timeout=10_000):
        assert far.outstanding == 0
    assert far.connection_state == "connected"
    assert far.next_retry_in() == 0
    assert read(far, qtbot) == 1


def test_the_pause_between_two_attempts_grows(far: Tasks, proxy: FaultProxy, qtbot: QtBot) -> None:
    proxy.refuse()
    assert isinstance(read(far, qtbot), Unavailable)
    dates: list[float] = []
    far.retry_changed.connect(lambda: dates.append(far.next_retry_in()))
    for attempt in range(2):
        far.retry_now()
        assert far.next_retry_in() == 0
        qtbot.waitUntil(lambda attempt=attempt: len(dates) == 2 * attempt + 2)
    assert 0.5 < dates[1] <= 1.0
    assert 1.0 < dates[3] <= 2.0


def test_retry_now_asks_at_once(far: Tasks, proxy: FaultProxy, qtbot: QtBot) -> None:
    proxy.refuse()
    assert isinstance(read(far, qtbot), Unavailable)
    proxy.pass_through()
    with qtbot.waitSignal(far.connection_restored):
        far.retry_now()
        far.retry_now()


def test_the_next_answer_ends_the_loss(far: Tasks, proxy: FaultProxy, qtbot: QtBot) -> None:
    proxy.refuse()
    assert isinstance(read(far, qtbot), Unavailable)
    proxy.pass_through()
    with qtbot.waitSignal(far.connection_restored):
        assert read(far, qtbot) == 1


def test_an_unknown_outcome_asks_the_server_before_it_is_called_lost(
    far: Tasks, proxy: FaultProxy, qtbot: QtBot
) -> None:
    seen: list[Exception] = []
    far.connection_lost.connect(never)
    with qtbot.waitSignals([far.retry_changed, far.busy]):
        far.read("posts", raising(OutcomeUnknown("Who knows.")), never, seen.append)
    assert read(far, qtbot) == 1
    assert far.connection_state == "connected"


def test_an_unknown_outcome_of_a_server_that_is_gone_is_a_loss(
    far: Tasks, proxy: FaultProxy, qtbot: QtBot
) -> None:
    def work(_session: object) -> None:
        proxy.refuse()
        proxy.kill()
        raise OutcomeUnknown("Who knows.")

    with qtbot.waitSignal(far.connection_lost, timeout=10_000):
        far.read("posts", work, never, lambda _exc: None)


def test_a_failure_elsewhere_does_not_count_as_a_loss(tasks: Tasks, qtbot: QtBot) -> None:
    seen: list[Exception] = []
    tasks.run(raising(Unavailable("Another server.")), never, seen.append)
    qtbot.waitUntil(lambda: len(seen) == 1)
    assert tasks.connection_state == "connected"


def test_another_database_ends_the_loss_of_the_former(
    far: Tasks, database: Database, proxy: FaultProxy, qtbot: QtBot
) -> None:
    proxy.refuse()
    assert isinstance(read(far, qtbot), Unavailable)
    far.retry_now()
    with qtbot.waitSignal(far.connection_restored):
        far.set_database(database)
    assert read(far, qtbot) == 1


# The end


@pytest.mark.parametrize("way", ["read", "write"])
def test_closing_stops_work_that_sleeps_on_the_server(tasks: Tasks, sql: Sql, qtbot: QtBot, way: str) -> None:
    work = value("SELECT pg_sleep(60)")
    if way == "read":
        tasks.read("posts", work, never, never)
    else:
        tasks.write(work, never, never)
    qtbot.waitUntil(lambda: sleeping(sql) == 1)
    tasks.close(2.0)
    assert ours() == []
    qtbot.waitUntil(lambda: sleeping(sql) == 0)


def test_closing_wakes_workers_that_wait_for_a_silent_server(
    far: Tasks, proxy: FaultProxy, qtbot: QtBot
) -> None:
    silent = threading.Event()

    def work(session: Any) -> None:
        session.execute(text("SELECT 1"))
        proxy.swallow()
        silent.set()
        session.execute(text("SELECT 2"))

    far.read("posts", work, never, never)
    assert silent.wait(10)
    far.close(2.0)
    # The guard's own attempt to connect ends with its time limit.
    assert [name for name in ours() if name != "blogadmin-guard"] == []


def test_closing_lets_writes_that_were_asked_for_finish(tasks: Tasks, sql: Sql, qtbot: QtBot) -> None:
    sql("CREATE TABLE note (n int)")
    for number in range(5):
        statement = f"INSERT INTO note SELECT {number} FROM pg_sleep(0.02)"
        tasks.write(lambda session, s=statement: session.execute(text(s)) and None, never, never)
    tasks.close(10.0)
    assert sql("SELECT count(*) FROM note") == [(5,)]


@pytest.mark.expects_log
def test_a_worker_that_nothing_can_stop_does_not_keep_the_program(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    tasks = Tasks()
    gate = Gate()
    tasks.run(gate, never, never)
    assert gate.entered.wait(10)
    tasks.close(0.2)
    assert "A worker could not be stopped." in caplog.text
    gate.open.set()


def test_after_closing_nothing_is_delivered_and_nothing_begun(tasks: Tasks, qtbot: QtBot) -> None:
    late = tasks.run(lambda: 1, never, never)
    assert late.finished.wait(10)
    tasks.close()
    tasks.close()
    ticket = tasks.read("posts", never, never, never)
    assert not ticket.active
    tasks.retry_now()
    with qtbot.assertNotEmitted(tasks.busy, wait=20):
        pass
    assert ours() == []


def test_no_thread_runs_before_it_is_needed(database: Database, qapp: object) -> None:
    tasks = Tasks(database)
    assert ours() == []
    tasks.close()
