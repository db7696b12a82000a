"""Runs over very many rows: progress, Cancel, failures in the middle, the way back, and fairness."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from sqlalchemy import text

from blogadmin.core import queries
from blogadmin.core.database.changes import Changes
from blogadmin.core.database.engine import Database
from blogadmin.core.database.errors import Locked
from blogadmin.core.operations.bulk_back import PutBack
from blogadmin.core.operations.bulk_run import DeleteMany, SetColumn
from blogadmin.core.operations.bulk_values import BulkReport, ChunkOutcome, Fate, Rows
from blogadmin.core.queries.spec import ListSpec
from blogadmin.gui.control import bulk
from blogadmin.gui.control.bulk import BulkRun
from blogadmin.gui.control.controller import Controller
from blogadmin.gui.control.hub import ChangeHub
from blogadmin.gui.control.tasks import Tasks
from blogadmin.gui.control.undo import UndoHistory
from tests.faults.proxy import FaultProxy
from tests.gui.control.test_tasks import Gate, Sql, value
from tests.gui.recorder import Recorder

SPAM = SetColumn("comments", "status", "spam")
MANY = 40_000


@pytest.fixture(autouse=True)
def blog(sql: Sql) -> None:
    """A post, and as many comments as ``comments`` makes of it."""
    sql("INSERT INTO users (name, email, password_hash) VALUES ('Ada', 'ada@example.org', 'x')")
    sql(
        "INSERT INTO posts (public_id, title, slug, body, author_id)"
        " VALUES (gen_random_uuid(), 'One', 'one', '', 1)"
    )


@dataclass(frozen=True, slots=True)
class Bench:
    """The test's controller and what a run of it tells; comments of one post to run it over."""

    controller: Controller
    hub: ChangeHub
    messages: Recorder
    undo: UndoHistory
    sql: Sql

    def comments(self, number: int) -> array[int]:
        """Make pending comments; gives their ids."""
        self.sql(
            "INSERT INTO comments (post_id, author_id, body) SELECT 1, 1, 'x' FROM generate_series(1, %s)",
            (number,),
        )
        return array("q", range(1, number + 1))

    def spam(self) -> int:
        """How many comments are spam."""
        number = self.sql("SELECT count(*) FROM comments WHERE status = 'spam'")[0][0]
        assert isinstance(number, int)
        return number

    def through(self, tasks: Tasks) -> Controller:
        """Another controller that works over ``tasks`` and tells the same."""
        return Controller(tasks, self.hub, self.undo, self.messages)


@pytest.fixture
def bench(controller: Controller, hub: ChangeHub, messages: Recorder, undo: UndoHistory, sql: Sql) -> Bench:
    return Bench(controller, hub, messages, undo, sql)


def end(run: BulkRun, qtbot: QtBot) -> BulkReport:
    """Wait for the end of a run."""
    qtbot.waitUntil(lambda: not run.running, timeout=60_000)
    assert run.report is not None
    return run.report


def step(undo: UndoHistory, qtbot: QtBot, take: Callable[[], None]) -> None:
    """Take a step of the history and wait until it is over."""
    take()
    qtbot.waitUntil(lambda: not undo._under_way, timeout=60_000)


def settled(tasks: Tasks, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: tasks.outstanding == 0)


# The whole way


def test_a_run_is_one_step_of_the_history(bench: Bench, qtbot: QtBot) -> None:
    told: list[tuple[Changes, object]] = []
    bench.hub.changed.connect(lambda changes, initiator: told.append((changes, initiator)))
    started: list[BulkRun] = []
    bench.controller.bulk_started.connect(started.append)
    outcomes: list[Any] = []
    bench.controller.committed.connect(outcomes.append)
    seen: list[tuple[int, int]] = []
    run = bench.controller.run_bulk(SPAM, bench.comments(2000), initiator="me")
    run.progressed.connect(lambda done, total: seen.append((done, total)))
    assert (run.running, run.total) == (True, 0)
    report = end(run, qtbot)
    assert bench.spam() == 2000
    assert report.message == "2,000 comments marked as spam"
    assert seen[-1] == (2000, 2000)
    everything = frozenset(range(1, 2001))
    assert frozenset().union(*(changes.updated["comments"] for changes, _ in told)) == everything
    assert {initiator for _, initiator in told} == {"me"}
    assert [(t.text, t.action) for t in bench.messages.toasts] == [(report.message, "Undo")]
    assert bench.undo.undo_text == "Undo set status of 2,000 comments"
    step(bench.undo, qtbot, bench.messages.toasts[0].act)
    assert bench.spam() == 0
    assert bench.undo.redo_text == "Redo set status of 2,000 comments"
    step(bench.undo, qtbot, bench.undo.redo)
    assert bench.spam() == 2000
    assert [t.text for t in bench.messages.toasts[1:]] == ["2,000 comments set back"] * 2
    assert len(started) == len(outcomes) == 3
    assert {initiator for _, initiator in told} == {"me", bench.controller}
    assert not bench.controller._runs, "nothing is kept of runs that are over"


def test_nothing_to_do_is_done_at_once(bench: Bench, qtbot: QtBot) -> None:
    report = end(bench.controller.run_bulk(SPAM, array("q"), toast=False), qtbot)
    assert report.message == "0 comments marked as spam"
    assert not bench.undo.can_undo


def test_all_rows_of_a_filter_are_read_on_the_way(bench: Bench, qtbot: QtBot) -> None:
    bench.comments(1500)
    listing = queries.comments.LISTING
    run = bench.controller.run_bulk(SPAM, lambda session: listing.ids(session, ListSpec()))
    assert end(run, qtbot).count(Fate.DONE) == bench.spam() == 1500
    packed = array("q", range(1, 11))
    packed.byteswap()
    again = bench.controller.run_bulk(SPAM, iter([packed.tobytes()]))
    assert end(again, qtbot).count(Fate.UNCHANGED) == 10


def test_rows_that_cannot_be_read_stop_the_run_before_it_begins(bench: Bench, qtbot: QtBot) -> None:
    def ids(_session: Any) -> Iterator[bytes]:
        raise Locked("Somebody is at it.")

    run = bench.controller.run_bulk(SPAM, ids)
    assert end(run, qtbot).stopped == "Somebody is at it."
    assert isinstance(run.error, Locked)


def test_deleted_posts_come_back_by_the_history(bench: Bench, qtbot: QtBot) -> None:
    bench.comments(3)
    report = end(bench.controller.run_bulk(DeleteMany("posts", with_comments=True), array("q", [1])), qtbot)
    assert report.message == "1 post deleted"
    assert bench.sql("SELECT count(*) FROM comments") == [(0,)]
    step(bench.undo, qtbot, bench.undo.undo)
    assert bench.sql("SELECT count(*) FROM comments") == [(3,)]
    step(bench.undo, qtbot, bench.undo.redo)
    assert bench.sql("SELECT count(*) FROM posts") == [(0,)]


# In the middle


def test_what_is_done_when_it_is_cancelled_stays_and_can_be_taken_back(bench: Bench, qtbot: QtBot) -> None:
    run = bench.controller.run_bulk(SPAM, bench.comments(MANY))
    run.progressed.connect(lambda done, _total: run.cancel() if done > 2000 else None)
    report = end(run, qtbot)
    done = report.count(Fate.DONE)
    assert report.cancelled
    assert 2000 < done < MANY
    assert done == bench.spam()
    assert report.count(Fate.LEFT) == MANY - done
    assert report.message == (
        f"{done:,} comments marked as spam; {MANY - done:,} comments not reached."
        " It was cancelled; what is done stays."
    )
    # The way back is cancelled, too: what it has not reached stays in the history.
    backs: list[BulkRun] = []
    bench.controller.bulk_started.connect(backs.append)
    bench.undo.undo()
    backs[0].progressed.connect(lambda *_: backs[0].cancel())
    qtbot.waitUntil(lambda: not bench.undo._under_way, timeout=60_000)
    left = bench.spam()
    assert 0 < left < done
    assert (bench.undo.can_undo, bench.undo.can_redo) == (True, True)
    step(bench.undo, qtbot, bench.undo.undo)
    assert bench.spam() == 0
    run.cancel()


def test_a_run_can_be_cancelled_while_its_rows_are_still_read(bench: Bench, qtbot: QtBot) -> None:
    bench.comments(10)
    gate = Gate()

    def ids(session: Any) -> Iterator[bytes]:
        gate(session)
        return queries.comments.LISTING.ids(session, ListSpec())

    run = bench.controller.run_bulk(SPAM, ids)
    qtbot.waitUntil(gate.entered.is_set)
    run.cancel()
    report = end(run, qtbot)
    gate.open.set()
    assert report.cancelled
    assert bench.spam() == report.total == 0


def test_a_server_that_goes_away_in_the_middle_leaves_a_true_report(
    bench: Bench, proxy: FaultProxy, wired: Database, qtbot: QtBot
) -> None:
    tasks = Tasks(wired)
    try:
        run = bench.through(tasks).run_bulk(SPAM, bench.comments(20_000))

        def strike(done: int, _total: int) -> None:
            if done > 1000:
                run.progressed.disconnect()
                proxy.cut_before(b"COMMIT")

        run.progressed.connect(strike)
        report = end(run, qtbot)
        assert proxy.struck.is_set()
        assert run.error is not None
        assert report.count(Fate.DONE) == bench.spam() > 1000
        assert report.count(Fate.DONE) + report.count(Fate.LEFT) == 20_000
        assert not report.cancelled
        assert "lost before anything was saved" in report.stopped
        proxy.pass_through()
        step(bench.undo, qtbot, bench.undo.undo)
        assert bench.spam() == 0
    finally:
        tasks.close()


def test_a_step_back_that_never_begins_stays_in_the_history(
    bench: Bench, proxy: FaultProxy, wired: Database, qtbot: QtBot
) -> None:
    tasks = Tasks(wired)
    try:
        controller = bench.through(tasks)
        end(controller.run_bulk(SPAM, bench.comments(10)), qtbot)
        proxy.refuse()
        proxy.kill()
        step(bench.undo, qtbot, bench.undo.undo)
        assert bench.undo.can_undo
        assert [e.title for e in bench.messages.errors] == ["“Set status of 10 comments” cannot be undone"]
    finally:
        tasks.close()


class Broken(SetColumn):
    """A change with a fault of the program's own."""

    __slots__ = ()

    def apply_chunk(self, session: Any, rows: Rows, *, keep: bool = False) -> ChunkOutcome:
        raise ZeroDivisionError


@pytest.mark.expects_log
def test_a_bug_stops_the_run_and_is_shown(bench: Bench, qtbot: QtBot) -> None:
    report = end(bench.controller.run_bulk(Broken("comments", "status", "spam"), bench.comments(3)), qtbot)
    assert report.stopped.startswith("Something unexpected")
    assert report.count(Fate.LEFT) == 3
    assert [type(bug) for bug in bench.messages.bugs] == [ZeroDivisionError]


class Slow(SetColumn):
    """A change that the server cannot make to more than ten rows in time."""

    __slots__ = ()

    def apply_chunk(self, session: Any, rows: Rows, *, keep: bool = False) -> ChunkOutcome:
        if len(rows) > 10:
            session.execute(text("SET LOCAL statement_timeout = 1"))
            session.execute(text("SELECT pg_sleep(10)"))
        return SetColumn.apply_chunk(self, session, rows, keep=keep)


def test_chunks_that_take_too_long_are_made_smaller(bench: Bench, qtbot: QtBot) -> None:
    report = end(bench.controller.run_bulk(Slow("comments", "status", "spam"), bench.comments(40)), qtbot)
    assert report.count(Fate.DONE) == bench.spam() == 40
    assert report.stopped == ""


def test_rows_that_somebody_held_are_tried_again_at_the_end(
    bench: Bench, database: Database, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    ids = bench.comments(10)
    monkeypatch.setattr(bulk, "BUSY_PAUSE", 0.05)
    held = database.sessions()
    with closing(held):
        held.execute(text("SELECT 1 FROM comments WHERE id = 4 FOR UPDATE"))
        run = bench.controller.run_bulk(SPAM, ids)
        run.progressed.connect(lambda *_: held.rollback())
        assert end(run, qtbot).count(Fate.DONE) == 10


# Among others


def test_other_writes_have_their_turn_between_two_chunks(bench: Bench, tasks: Tasks, qtbot: QtBot) -> None:
    run = bench.controller.run_bulk(SPAM, bench.comments(MANY))
    came: list[bool] = []
    run.progressed.connect(
        lambda *_: came or tasks.write(value("SELECT 1"), lambda _one: came.append(run.running))
    )
    qtbot.waitUntil(lambda: bool(came), timeout=30_000)
    run.cancel()
    end(run, qtbot)
    assert came[0]


def test_another_database_ends_a_run_without_a_step_in_its_history(
    bench: Bench, tasks: Tasks, make_database: Callable[[str | None], str], template: str, qtbot: QtBot
) -> None:
    with closing(Database(make_database(template))) as other:
        run = bench.controller.run_bulk(SPAM, bench.comments(20_000))
        run.progressed.connect(lambda *_: tasks.set_database(other) if tasks.database is not other else None)
        report = end(run, qtbot)
        assert report.stopped == "Another database was opened."
        assert report.count(Fate.DONE) > 0
        assert not bench.undo.can_undo
        settled(tasks, qtbot)
        tasks.set_database(None)


def test_the_program_can_end_in_the_middle_of_a_run(bench: Bench, tasks: Tasks, qtbot: QtBot) -> None:
    ids = bench.comments(MANY)
    with closing(Database(tasks.database.url.render_as_string(False))) as theirs:  # pyright: ignore[reportOptionalMemberAccess]
        run = bench.controller.run_bulk(SPAM, ids)
        qtbot.waitUntil(lambda: bench.spam() > 0)
        with theirs.session_scope() as session:
            # So that a chunk hangs: it needs this, and nobody will let it go.
            session.execute(text("LOCK TABLE comments IN SHARE MODE"))
            tasks.close(2.0)
            assert not [t.name for t in threading.enumerate() if t.name.startswith("blogadmin-write")]
    assert run.running
    assert 0 < bench.spam() < MANY


def test_a_way_back_has_its_words() -> None:
    back = PutBack("comments", (Rows(array("q", [1, 2]), array("i", [2, 2]), None),), "Set status")
    assert (back.label_for(2), back.done_words(2), back.total) == ("Set status", "2 comments set back", 2)
