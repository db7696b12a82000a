"""Committing, undoing, and who is told what, on a real database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import text

from blogadmin.core.database.changes import Changes
from blogadmin.core.database.errors import (
    Cancelled,
    Conflict,
    Duplicate,
    Invalid,
    KnownError,
    Locked,
    NotFound,
    OutcomeUnknown,
    Unavailable,
)
from blogadmin.core.operations.operation import Operation, Outcome
from blogadmin.gui.control.controller import Controller
from blogadmin.gui.control.hub import ChangeHub
from blogadmin.gui.control.tasks import Tasks
from blogadmin.gui.control.undo import LIMIT, UndoHistory
from tests.gui.control.test_tasks import Gate, Sql, never
from tests.gui.recorder import Recorder


@dataclass(frozen=True)
class Rename:
    """Give the one note another name, if it still has the one that was seen."""

    seen: str
    name: str
    label: str = "Rename note"
    reversible: bool = True

    def apply(self, session: Any) -> Outcome:
        found = session.execute(text("SELECT name FROM note FOR UPDATE")).scalar()
        if found is None:
            raise NotFound("The note was deleted meanwhile.")
        if found != self.seen:
            raise Conflict("Someone else renamed the note.", version=0)
        session.execute(text("UPDATE note SET name = :name"), {"name": self.name})
        back = Rename(self.name, self.seen, self.label) if self.reversible else None
        return Outcome(Changes.of("posts", updated=[1]), f"Renamed to {self.name}", back)


@dataclass(frozen=True)
class Fail:
    """An operation that always fails in the same way."""

    error: Exception
    label: str = "Fail"
    values: Any = None

    def apply(self, session: Any) -> Outcome:
        session.execute(text("UPDATE note SET name = 'half done'"))
        raise self.error


@pytest.fixture(autouse=True)
def note(sql: Sql) -> Callable[[], object]:
    """A table with one note; gives its name."""
    sql("CREATE TABLE note AS SELECT 'a' AS name")
    return lambda: sql("SELECT name FROM note")[0][0]


@pytest.fixture
def commit(controller: Controller, qtbot: QtBot) -> Callable[..., Outcome]:
    """Commit and wait for it."""

    def commit(op: Operation, **given: Any) -> Outcome:
        with qtbot.waitSignal(controller.committed) as caught:
            controller.commit(op, **given)
        assert caught.args is not None
        return caught.args[0]

    return commit


def back(undo: UndoHistory, qtbot: QtBot, step: Callable[[], None]) -> None:
    """Take a step of the history and wait until it is over."""
    step()
    qtbot.waitUntil(lambda: not undo._under_way)


# Success


def test_after_a_commit_history_views_and_asker_hear_of_it_in_this_order(
    controller: Controller,
    hub: ChangeHub,
    undo: UndoHistory,
    note: Callable[[], object],
    messages: Recorder,
    qtbot: QtBot,
) -> None:
    heard: list[object] = []
    undo.changed.connect(lambda: heard.append(("history", undo.undo_text)))
    hub.changed.connect(lambda changes, initiator: heard.append((changes, initiator)))
    controller.commit(
        Rename("a", "b"), initiator="me", done=lambda outcome: heard.append((outcome.message, note()))
    )
    qtbot.waitUntil(lambda: len(heard) == 3)
    changes = Changes.of("posts", updated=[1])
    assert heard == [("history", "Undo rename note"), (changes, "me"), ("Renamed to b", "b")]
    assert [(t.text, t.action) for t in messages.toasts] == [("Renamed to b", "Undo")]


def test_an_operation_with_no_way_back_is_told_without_one_and_clears_nothing(
    commit: Callable[..., Outcome], undo: UndoHistory, messages: Recorder, qtbot: QtBot
) -> None:
    commit(Rename("a", "b"))
    commit(Rename("b", "c", reversible=False))
    assert [(t.text, t.action) for t in messages.toasts[1:]] == [("Renamed to c", None)]
    assert undo.can_undo


def test_without_a_toast_the_words_go_to_the_status_line(
    commit: Callable[..., Outcome], messages: Recorder
) -> None:
    commit(Rename("a", "b"), toast=False)
    assert (messages.toasts, messages.statuses) == ([], ["Renamed to b"])


def test_nothing_is_announced_when_nothing_changed(hub: ChangeHub, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(hub.changed):
        hub.announce(Changes())


# Failure


def test_an_error_that_the_asker_shows_is_not_shown_again(
    controller: Controller, messages: Recorder, note: Callable[[], object], qtbot: QtBot
) -> None:
    seen: list[KnownError] = []
    error = Invalid("title", "is too long.")
    controller.commit(Fail(error), failed=lambda e: seen.append(e) or True, done=never)
    qtbot.waitUntil(lambda: seen == [error])
    assert messages.errors == []
    assert note() == "a"


@pytest.mark.parametrize(
    ("error", "title", "words"),
    [
        (Invalid("author_id", "is required."), "This could not be done", "Author is required."),
        (Invalid("title", "The title is odd."), "This could not be done", "The title is odd."),
        (Locked("Bob is busy."), "This could not be done", "Bob is busy."),
        (OutcomeUnknown("Look."), "It is not certain whether this was saved", "Look."),
    ],
)
def test_an_error_that_nobody_shows_is_shown(
    controller: Controller, messages: Recorder, qtbot: QtBot, error: KnownError, title: str, words: str
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    if isinstance(error, OutcomeUnknown):
        controller._tell(window, error)
    else:
        controller.commit(Fail(error), initiator=window, failed=lambda _e: False)
    qtbot.waitUntil(lambda: len(messages.errors) == 1)
    told = messages.errors[0]
    assert (told.parent, told.title, told.text) == (window, title, words)


def test_cancelled_is_told_to_the_asker_and_shown_to_nobody(
    controller: Controller, messages: Recorder, tasks: Tasks, qtbot: QtBot
) -> None:
    seen: list[KnownError] = []
    controller.commit(Fail(Cancelled("Stopped.")), failed=lambda e: seen.append(e) or False)
    controller.commit(Fail(Cancelled("Stopped.")))
    qtbot.waitUntil(lambda: len(seen) == 1 and tasks.outstanding == 0)
    assert messages.errors == []


@pytest.mark.expects_log
def test_a_bug_is_shown_and_the_asker_can_go_on(
    controller: Controller, messages: Recorder, qtbot: QtBot
) -> None:
    bug = ZeroDivisionError()
    seen: list[KnownError] = []
    controller.commit(Fail(bug), failed=lambda e: seen.append(e) or False)
    controller.commit(Fail(bug))
    qtbot.waitUntil(lambda: messages.bugs == [bug, bug])
    assert [str(e) for e in seen] == ["Something unexpected happened, so nothing was saved."]
    assert messages.errors == []


def test_who_is_gone_is_not_called_but_the_rest_happens(
    controller: Controller, messages: Recorder, undo: UndoHistory, tasks: Tasks, qtbot: QtBot
) -> None:
    gate = Gate()
    tasks.write(gate, lambda _: None)
    asker = QObject()
    controller.commit(Rename("a", "b"), initiator=asker, done=never)
    controller.commit(Fail(NotFound("Gone.")), initiator=asker, failed=never)
    asker.deleteLater()
    qtbot.waitUntil(lambda: not shiboken6.isValid(asker))
    gate.open.set()
    qtbot.waitUntil(lambda: len(messages.errors) == 1)
    assert messages.errors[0].parent is None
    assert undo.can_undo


def test_a_failed_read_that_nobody_handles_is_shown(
    controller: Controller, tasks: Tasks, messages: Recorder, qtbot: QtBot
) -> None:
    tasks.run(lambda: Fail(NotFound("Gone.")).apply(_NoSession()), never)
    qtbot.waitUntil(lambda: [e.text for e in messages.errors] == ["Gone."])
    del controller


class _NoSession:
    def execute(self, *_args: object) -> None:
        """Nothing to do it on."""


# Duplicates


@pytest.fixture
def anna(sql: Sql) -> int:
    """A user with a post; gives the user's id."""
    rows = sql(
        "INSERT INTO users (email, name, password_hash) VALUES ('anna@example.org', 'Anna Berg', 'x')"
        " RETURNING id"
    )
    sql(
        "INSERT INTO posts (public_id, title, slug, body, author_id)"
        " VALUES (gen_random_uuid(), 'First', 'first', 'Words', %s)",
        (rows[0][0],),
    )
    owner = rows[0][0]
    assert isinstance(owner, int)
    return owner


@pytest.mark.parametrize(
    ("field", "value", "owner"), [("email", "anna@example.org", "Anna Berg"), ("slug", "first", "First")]
)
def test_a_duplicate_says_whose_the_value_is(
    controller: Controller, anna: int, qtbot: QtBot, field: str, value: str, owner: str
) -> None:
    seen: list[Any] = []
    controller.commit(
        Fail(Duplicate(field, "Taken."), values={field: value}), failed=lambda e: seen.append(e) or True
    )
    qtbot.waitUntil(lambda: len(seen) == 1)
    assert (seen[0].field, seen[0].owner) == (field, owner)
    assert str(seen[0]) == f"“{value}” already belongs to “{owner}”. Enter another one."
    if field == "email":
        assert seen[0].owner_id == anna


@pytest.mark.parametrize(
    ("error", "values"),
    [
        (Duplicate("slug", "Taken."), {"slug": "nobody has it"}),
        (Duplicate("email", "Taken."), {"email": "nobody@example.org"}),
        (Duplicate("slug", "Taken."), {"slug": 3}),
        (Duplicate("public_id", "Taken."), {}),
        (Duplicate(None, "Taken."), {}),
        (Duplicate("email", "Taken.", 3, "Anna"), {"email": "anna@example.org"}),
        (Duplicate("email", "Taken."), {"email": "lone \ud800"}),
    ],
)
def test_a_duplicate_whose_owner_cannot_be_told_stays_as_it_is(
    controller: Controller, qtbot: QtBot, error: Duplicate, values: dict[str, object]
) -> None:
    seen: list[KnownError] = []
    controller.commit(Fail(error, values=values), failed=lambda e: seen.append(e) or True)
    qtbot.waitUntil(lambda: seen == [error])


# Undo and redo


def test_undo_and_redo_are_commits_of_their_own(
    controller: Controller,
    commit: Callable[..., Outcome],
    undo: UndoHistory,
    hub: ChangeHub,
    note: Callable[[], object],
    messages: Recorder,
    qtbot: QtBot,
) -> None:
    commit(Rename("a", "b"))
    commit(Rename("b", "c"))
    told: list[object] = []
    hub.changed.connect(lambda changes, initiator: told.append((changes, initiator)))
    for step, name in ((undo.undo, "b"), (undo.undo, "a"), (undo.redo, "b"), (undo.redo, "c")):
        back(undo, qtbot, step)
        assert note() == name
    assert told == [(Changes.of("posts", updated=[1]), controller)] * 4
    assert (undo.can_undo, undo.can_redo) == (True, False)
    assert [t.text for t in messages.toasts[2:]] == [f"Renamed to {name}" for name in "babc"]


def test_with_nothing_to_take_back_nothing_happens(undo: UndoHistory, controller: Controller) -> None:
    undo.undo()
    undo.redo()
    assert (undo.undo_text, undo.redo_text) == ("Undo", "Redo")
    assert not undo.can_undo
    assert not undo.can_redo
    del controller


def test_a_new_change_ends_the_way_forth(
    commit: Callable[..., Outcome], undo: UndoHistory, qtbot: QtBot
) -> None:
    commit(Rename("a", "b"))
    back(undo, qtbot, undo.undo)
    assert undo.redo_text == "Redo rename note"
    commit(Rename("a", "z"))
    assert not undo.can_redo


def test_the_undo_of_a_note_takes_back_that_very_change(
    commit: Callable[..., Outcome], undo: UndoHistory, messages: Recorder, sql: Sql, qtbot: QtBot
) -> None:
    commit(Rename("a", "b"))
    commit(Rename("b", "a", label="Other"))
    commit(Rename("a", "b", label="Third"))
    back(undo, qtbot, messages.toasts[0].act)
    assert sql("SELECT name FROM note") == [("a",)]
    assert undo.undo_text == "Undo third"
    back(undo, qtbot, messages.toasts[0].act)
    assert sql("SELECT name FROM note") == [("a",)]


def test_only_one_step_is_under_way_at_a_time(
    commit: Callable[..., Outcome], undo: UndoHistory, note: Callable[[], object], qtbot: QtBot
) -> None:
    commit(Rename("a", "b"))
    commit(Rename("b", "c"))
    undo.undo()
    assert not undo.can_undo
    undo.undo()
    undo.redo()
    qtbot.waitUntil(lambda: undo.can_redo)
    assert note() == "b"


@pytest.mark.parametrize("change", ["UPDATE note SET name = 'theirs'", "DELETE FROM note"])
def test_a_step_that_others_made_impossible_is_dropped_and_told(
    commit: Callable[..., Outcome],
    undo: UndoHistory,
    messages: Recorder,
    sql: Sql,
    qtbot: QtBot,
    change: str,
) -> None:
    commit(Rename("a", "b"))
    sql(change)
    back(undo, qtbot, undo.undo)
    assert not undo.can_undo
    assert not undo.can_redo
    assert [e.title for e in messages.errors] == ["“Rename note” cannot be undone"]


@pytest.mark.parametrize("error", [Unavailable("Gone."), Cancelled("Stopped.")])
def test_a_step_that_may_work_later_stays(
    controller: Controller, undo: UndoHistory, messages: Recorder, qtbot: QtBot, error: KnownError
) -> None:
    undo.push(Outcome(Changes(), "", Fail(error)), "Change")
    back(undo, qtbot, undo.undo)
    assert undo.can_undo
    assert [e.title for e in messages.errors] == ["“Change” cannot be undone"]
    del controller


@pytest.mark.expects_log
def test_a_bug_in_a_step_drops_it_and_is_shown_as_a_bug(
    controller: Controller, undo: UndoHistory, messages: Recorder, qtbot: QtBot
) -> None:
    bug = ZeroDivisionError()
    undo.push(Outcome(Changes(), "", Fail(bug)), "Change")
    back(undo, qtbot, undo.undo)
    assert (messages.bugs, messages.errors, undo.can_undo) == ([bug], [], False)
    del controller


def test_a_step_without_a_way_back_can_not_be_redone(
    controller: Controller, undo: UndoHistory, qtbot: QtBot
) -> None:
    undo.push(Outcome(Changes(), "", Rename("a", "b", reversible=False)), "Change")
    back(undo, qtbot, undo.undo)
    assert not undo.can_redo
    del controller


def test_another_database_forgets_the_history_even_while_a_step_is_under_way(
    commit: Callable[..., Outcome], undo: UndoHistory, tasks: Tasks, qtbot: QtBot
) -> None:
    commit(Rename("a", "b"))
    back(undo, qtbot, undo.undo)
    undo.redo()
    tasks.set_database(None)
    qtbot.waitUntil(lambda: not undo._under_way)
    assert not undo.can_undo
    assert not undo.can_redo


def test_a_step_that_fails_after_the_history_was_cleared_is_only_told(
    controller: Controller, undo: UndoHistory, tasks: Tasks, messages: Recorder, qtbot: QtBot
) -> None:
    undo.push(Outcome(Changes(), "", Rename("not so", "b")), "Change")
    undo.undo()
    undo.clear()
    qtbot.waitUntil(lambda: len(messages.errors) == 1)
    assert not undo.can_undo
    del controller, tasks


def test_the_history_has_an_end(undo: UndoHistory) -> None:
    for number in range(LIMIT + 5):
        undo.push(Outcome(Changes(), "", Rename("a", "b")), f"Change {number}")
    assert len(undo._back) == LIMIT
    assert undo.undo_text == f"Undo change {LIMIT + 4}"
