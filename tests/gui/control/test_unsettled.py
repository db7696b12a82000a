"""What a lost COMMIT did comes out as soon as the server is back, whoever began it, and counts from then."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from blogadmin.core.database import outcome as asking
from blogadmin.core.database.changes import Changes
from blogadmin.core.database.engine import Database
from blogadmin.core.database.errors import KnownError, OutcomeUnknown, Unavailable
from blogadmin.core.operations.bulk_run import SetColumn
from blogadmin.core.operations.bulk_values import BulkReport, Fate
from blogadmin.core.operations.operation import Outcome
from blogadmin.core.operations.users import SetActive
from blogadmin.gui.control import unsettled
from blogadmin.gui.control.bulk import BulkRun
from blogadmin.gui.control.controller import Controller
from blogadmin.gui.control.hub import ChangeHub
from blogadmin.gui.control.tasks import Tasks
from blogadmin.gui.control.undo import UndoHistory
from tests.faults.proxy import FaultProxy
from tests.gui.control.test_tasks import Sql, never
from tests.gui.recorder import Recorder

SPAM = SetColumn("comments", "status", "spam")
SAVED = Outcome(Changes.of("posts", updated=[1]), "Post saved")


@dataclass(frozen=True)
class Lost:
    """An operation whose COMMIT is never answered; ``later`` is what the server says when it is asked."""

    later: Callable[[], Outcome] | None
    label: str = "Edit post"

    def apply(self, session: Any) -> Outcome:
        error = OutcomeUnknown("Nobody knows.")
        error.later = self.later
        raise error


def saved() -> Outcome:
    return SAVED


def not_saved() -> Outcome:
    raise Unavailable("It was lost.")


@pytest.fixture
def only_the_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is asked but when the connection is said to be restored."""
    monkeypatch.setattr(unsettled, "PAUSE", 3_600_000)


@dataclass(frozen=True, slots=True)
class Near:
    """A controller and who hears of what it does; nobody is asked but when the server is back."""

    controller: Controller
    hub: ChangeHub
    undo: UndoHistory
    tasks: Tasks
    messages: Recorder
    qtbot: QtBot

    def told(self, number: int) -> None:
        """Wait until so many errors have been told."""
        self.qtbot.waitUntil(lambda: len(self.messages.errors) == number)


@pytest.fixture
def near(
    controller: Controller,
    hub: ChangeHub,
    undo: UndoHistory,
    tasks: Tasks,
    messages: Recorder,
    only_the_signal: None,
    qtbot: QtBot,
) -> Near:
    del only_the_signal
    return Near(controller, hub, undo, tasks, messages, qtbot)


# Who is told what


def test_what_was_saved_counts_from_then_on(near: Near) -> None:
    told: list[object] = []
    near.hub.changed.connect(lambda changes, initiator: told.append((changes, initiator)))
    done: list[Outcome] = []
    back = Outcome(SAVED.changes, SAVED.message, Lost(saved))
    near.controller.commit(Lost(lambda: back), initiator="me", done=done.append)
    near.told(1)
    error = near.messages.errors[0]
    assert error.title == "It is not known yet whether “Edit post” was saved"
    assert "As soon as the server is back" in error.text
    assert (told, done, near.undo.can_undo) == ([], [], False)
    near.tasks.connection_restored.emit()
    near.qtbot.waitUntil(lambda: done == [back])
    assert told == [(SAVED.changes, "me")]
    assert near.undo.undo_text == "Undo edit post"
    assert [(t.text, t.action) for t in near.messages.toasts] == [("It was saved: Post saved", "Undo")]


def test_what_was_not_saved_is_told_and_read_again(near: Near) -> None:
    window = QWidget()
    near.qtbot.addWidget(window)
    near.controller.commit(Lost(not_saved), initiator=window, done=never)
    near.told(1)
    with near.qtbot.waitSignal(near.hub.lost_track):
        near.tasks.connection_restored.emit()
    near.told(2)
    assert near.messages.errors[1].title == "“Edit post” was not saved"
    assert {error.parent for error in near.messages.errors} == {window}
    assert not near.undo.can_undo


def test_who_shows_errors_is_told_both_times(near: Near) -> None:
    seen: list[KnownError] = []
    near.controller.commit(Lost(not_saved), failed=lambda error: bool(seen.append(error)) or True, done=never)
    near.qtbot.waitUntil(lambda: len(seen) == 1)
    near.tasks.connection_restored.emit()
    near.qtbot.waitUntil(lambda: [type(error) for error in seen] == [OutcomeUnknown, Unavailable])
    assert near.messages.errors == []


def test_a_server_that_was_never_away_is_asked_by_itself(
    controller: Controller, messages: Recorder, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(unsettled, "PAUSE", 10)
    answers = [OutcomeUnknown("Not yet."), OutcomeUnknown("Not yet.")]

    def later() -> Outcome:
        if answers:
            raise answers.pop()
        return SAVED

    controller.commit(Lost(later))
    controller.commit(Lost(saved))
    qtbot.waitUntil(lambda: [t.text for t in messages.toasts] == ["It was saved: Post saved"] * 2)


def test_a_server_that_can_never_tell_is_asked_no_more(
    controller: Controller, messages: Recorder, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(unsettled, "PAUSE", 10)
    asked: list[int] = []

    def later() -> Outcome:
        asked.append(1)
        raise OutcomeUnknown("It does not tell.")

    controller.commit(Lost(later))
    qtbot.waitUntil(lambda: len(messages.errors) == 2)
    assert messages.errors[1].title == "It is not certain whether this was saved"
    assert "Look whether it is done" in messages.errors[1].text
    assert len(asked) == unsettled.ATTEMPTS


def test_what_nobody_can_be_asked_about_is_told_as_it_is(near: Near) -> None:
    near.controller.commit(Lost(None))
    near.told(1)
    assert near.messages.errors[0].text == "Nobody knows."
    near.tasks.connection_restored.emit()
    near.qtbot.waitUntil(lambda: near.tasks.outstanding == 0)
    assert len(near.messages.errors) == 1


@pytest.mark.expects_log
def test_a_fault_while_asking_is_shown(near: Near) -> None:
    def later() -> Outcome:
        raise ZeroDivisionError

    near.controller.commit(Lost(later))
    near.told(1)
    near.tasks.connection_restored.emit()
    near.told(2)
    assert [type(bug) for bug in near.messages.bugs] == [ZeroDivisionError]


def test_in_another_database_nothing_of_the_former_counts(near: Near) -> None:
    near.controller.commit(Lost(lambda: Outcome(Changes(), "", Lost(saved))), done=never)
    near.told(1)
    near.tasks.set_database(None)
    near.told(2)
    near.tasks.connection_restored.emit()
    near.qtbot.waitUntil(lambda: near.tasks.outstanding == 0)
    assert not near.undo.can_undo
    assert near.messages.toasts == []


@pytest.mark.parametrize("was_saved", [True, False])
def test_a_step_of_the_history_waits_for_the_answer(near: Near, was_saved: bool) -> None:
    undo = near.undo
    forth = Outcome(SAVED.changes, "Set back", Lost(saved))
    undo.push(Outcome(Changes(), "", Lost((lambda: forth) if was_saved else not_saved)), "Edit post")
    undo.undo()
    near.told(1)
    assert (undo.can_undo, undo.can_redo) == (False, False)
    near.tasks.connection_restored.emit()
    near.qtbot.waitUntil(lambda: undo.can_undo or undo.can_redo)
    assert (undo.can_undo, undo.can_redo) == (not was_saved, was_saved)


# A server that goes away during COMMIT


@dataclass(frozen=True, slots=True)
class Far:
    """Controller, server and table of a test in which the answer to a COMMIT is lost."""

    controller: Controller
    proxy: FaultProxy
    sql: Sql
    undo: UndoHistory
    messages: Recorder
    qtbot: QtBot

    def lose(self, when: str, table: str, begin: Callable[[], object]) -> None:
        """Let ``begin`` change ``table``, and lose the server ``when`` (before or after) the COMMIT comes."""
        self.sql(f"BEGIN; LOCK TABLE {table} IN SHARE MODE")
        begin()
        self.qtbot.waitUntil(
            lambda: self.sql("SELECT 1 FROM pg_locks WHERE NOT granted") != [], timeout=30_000
        )
        (self.proxy.cut_after if when == "after" else self.proxy.cut_before)(b"COMMIT")
        # Nobody new is let in from here on; what is open goes on until the cut.
        self.proxy.refuse()
        self.sql("COMMIT")

    def spam(self) -> list[int]:
        """The ids of what is spam."""
        rows: list[tuple[Any, ...]] = self.sql("SELECT id FROM comments WHERE status = 'spam' ORDER BY id")
        return [row[0] for row in rows]


@pytest.fixture
def far(
    proxy: FaultProxy,
    hub: ChangeHub,
    undo: UndoHistory,
    messages: Recorder,
    database_url: str,
    sql: Sql,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> Iterator[Far]:
    monkeypatch.setattr(asking, "ASK_FOR", 0.3)
    sql("INSERT INTO users (name, email, password_hash) VALUES ('Ada', 'ada@example.org', 'x')")
    sql(
        "INSERT INTO posts (public_id, title, slug, body, author_id)"
        " VALUES (gen_random_uuid(), 'One', 'one', '', 1)"
    )
    sql("INSERT INTO comments (post_id, author_id, body) SELECT 1, 1, 'x' FROM generate_series(1, 1200)")
    with closing(Database(proxy.url)) as database:
        tasks = Tasks(database)
        yield Far(Controller(tasks, hub, undo, messages), proxy, sql, undo, messages, qtbot)
        tasks.close()


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_tick_is_settled(far: Far, when: str) -> None:
    far.lose(when, "users", lambda: far.controller.commit(SetActive((1,), False)))
    far.qtbot.waitUntil(lambda: len(far.messages.errors) == 1, timeout=30_000)
    assert far.messages.errors[0].title.startswith("It is not known yet")
    far.proxy.pass_through()
    if when == "after":
        far.qtbot.waitUntil(lambda: len(far.messages.toasts) == 1, timeout=30_000)
        assert far.messages.toasts[0].text == "It was saved: 1 user deactivated"
        far.messages.toasts[0].act()
        far.qtbot.waitUntil(lambda: far.undo.can_redo, timeout=30_000)
    else:
        far.qtbot.waitUntil(lambda: len(far.messages.errors) == 2, timeout=30_000)
        assert far.messages.errors[1].title.endswith("was not saved")
        assert not far.undo.can_undo
    assert far.sql("SELECT is_active FROM users") == [(True,)]


# A chunk of very many


def ids(number: int) -> array[int]:
    return array("q", range(1, number + 1))


def run_into_the_cut(far: Far, number: int, when: str) -> tuple[BulkRun, list[str]]:
    """Begin a run over comments whose last chunk's COMMIT is not answered, and wait until it says so."""
    waits: list[str] = []
    made: list[BulkRun] = []

    def begin() -> None:
        made.append(far.controller.run_bulk(SPAM, ids(number)))
        made[0].waits.connect(waits.append)

    far.lose(when, "comments", begin)
    far.qtbot.waitUntil(lambda: bool(waits), timeout=30_000)
    assert made[0].running
    return made[0], waits


def ended(run: BulkRun, qtbot: QtBot) -> BulkReport:
    qtbot.waitUntil(lambda: not run.running, timeout=30_000)
    assert run.report is not None
    return run.report


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_chunk_is_settled_and_undo_covers_what_was_done(far: Far, when: str) -> None:
    run, waits = run_into_the_cut(far, 1200, when)
    assert waits[0].startswith(
        "The connection was lost, and it is not known yet whether the last 500 comments"
    )
    far.proxy.pass_through()
    report = ended(run, far.qtbot)
    done = 500 if when == "after" else 0
    assert (report.count(Fate.DONE), report.count(Fate.LEFT)) == (done, 1200 - done)
    assert report.count(Fate.UNCERTAIN) == 0
    assert len(far.spam()) == done
    assert "lost" in report.stopped
    assert far.undo.can_undo is (when == "after")
    if done:
        far.undo.undo()
        far.qtbot.waitUntil(lambda: far.spam() == [], timeout=30_000)


def test_a_run_whose_last_chunk_came_through_is_whole(far: Far) -> None:
    run, _waits = run_into_the_cut(far, 400, "after")
    far.proxy.pass_through()
    report = ended(run, far.qtbot)
    assert (report.message, report.stopped) == ("400 comments marked as spam", "")


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_run_that_is_cancelled_meanwhile_tells_of_the_chunk_later(far: Far, when: str) -> None:
    run, _waits = run_into_the_cut(far, 1200, when)
    run.cancel()
    report = ended(run, far.qtbot)
    assert report.cancelled
    assert (report.count(Fate.UNCERTAIN), report.count(Fate.LEFT)) == (500, 700)
    assert not far.undo.can_undo
    late: list[BulkReport] = []
    run.settled.connect(late.append)
    run.cancel()
    far.proxy.pass_through()
    far.qtbot.waitUntil(lambda: bool(late), timeout=30_000)
    assert late[0].count(Fate.DONE if when == "after" else Fate.LEFT) == late[0].total == 500
    assert far.messages.toasts[-1].text == late[0].message
    assert not far.controller._runs
    if when == "after":
        far.undo.undo()
        far.qtbot.waitUntil(lambda: far.spam() == [], timeout=30_000)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_step_back_over_very_many_is_settled(far: Far, when: str) -> None:
    first = far.controller.run_bulk(SPAM, ids(400))
    assert ended(first, far.qtbot).count(Fate.DONE) == 400
    far.lose(when, "comments", far.undo.undo)
    far.qtbot.waitUntil(lambda: "not known yet" in (far.messages.statuses or [""])[-1], timeout=30_000)
    assert not far.undo.can_undo
    far.proxy.pass_through()
    far.qtbot.waitUntil(lambda: not far.undo._under_way, timeout=30_000)
    assert (far.undo.can_undo, far.undo.can_redo) == (when == "before", when == "after")
    assert len(far.spam()) == (400 if when == "before" else 0)
