"""A save of which nobody can tell whether it arrived, and a save that hits a fault of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from blogadmin.core.database.changes import Changes
from blogadmin.core.database.errors import OutcomeUnknown, Unavailable
from blogadmin.core.operations.operation import Outcome
from blogadmin.gui.control import unsettled
from blogadmin.gui.dialogs.edit_state import EditState, Phase
from blogadmin.gui.dialogs.post import PostDialog
from tests.gui.dialogs.conftest import Sql, add_post, click, field, ready, retype, words
from tests.gui.recorder import Recorder

Make = Callable[[type[PostDialog]], PostDialog]


def saved() -> Outcome:
    """What the server says later of an edit that came through."""
    return Outcome(Changes.of("posts", updated=[1]), "Post saved")


def not_saved() -> Outcome:
    """What it says of one that did not."""
    raise Unavailable("Lost before anything was saved.")


@dataclass(frozen=True)
class Cut:
    """A save over a connection that breaks during COMMIT; ``later`` is what the server says afterwards."""

    later: Callable[[], Outcome] | None
    label: str = "Edit post"

    def apply(self, session: Any) -> Outcome:
        error = OutcomeUnknown("The connection was lost while saving.")
        error.later = self.later
        raise error


class CutDialog(PostDialog):
    """Saves over a connection that breaks; without ``then`` the server cannot be asked afterwards."""

    then: Callable[[], Outcome] | None = None

    def edit_operation(self, state: EditState, values: Mapping[str, Any]) -> Cut:
        return Cut(self.then)

    def create_operation(self, values: Mapping[str, Any]) -> Cut:
        return Cut(self.then, "Create post")


@dataclass(frozen=True)
class Fault:
    """An operation with a fault in it."""

    label: str = "Edit post"

    def apply(self, session: Any) -> Outcome:
        raise ZeroDivisionError


class FaultyDialog(PostDialog):
    """Saves with a fault in the program."""

    def edit_operation(self, state: EditState, values: Mapping[str, Any]) -> Fault:
        return Fault()


@pytest.fixture(autouse=True)
def only_the_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is asked but when the connection is said to be restored."""
    monkeypatch.setattr(unsettled, "PAUSE", 3_600_000)


@pytest.fixture
def cut(make: Make, post: int, qtbot: QtBot) -> Callable[[Callable[[], Outcome] | None], PostDialog]:
    """Type a title and save it over a connection that breaks."""

    def cut(then: Callable[[], Outcome] | None) -> PostDialog:
        dialog = make(CutDialog)
        assert isinstance(dialog, CutDialog)
        dialog.then = then
        dialog.open_for(post)
        ready(dialog, qtbot)
        retype(dialog, "title", "Mine")
        click(dialog, "saveButton")
        qtbot.waitUntil(lambda: words(dialog, "errorMessage") != "")
        assert words(dialog, "errorMessage").startswith("The connection broke while saving. Nobody can tell")
        assert field(dialog, "title").text() == "Mine"
        return dialog

    return cut


@pytest.fixture
def dialog(cut: Callable[[Callable[[], Outcome] | None], PostDialog]) -> PostDialog:
    """The window after that, when the server cannot be asked."""
    return cut(None)


def test_looking_finds_that_it_was_not_saved(dialog: PostDialog, qtbot: QtBot) -> None:
    click(dialog, "lookButton")
    qtbot.waitUntil(lambda: words(dialog, "errorMessage") == "It was not saved.")
    qtbot.waitUntil(lambda: field(dialog, "retryButton").isVisible())
    assert field(dialog, "title").text() == "Mine"


def test_looking_finds_that_it_was_saved(dialog: PostDialog, sql: Sql, qtbot: QtBot) -> None:
    sql("UPDATE posts SET title = 'Mine'")
    told: list[object] = []
    dialog.services.hub.changed.connect(lambda changes, _by: told.append(changes.touched("posts")))
    row_id = dialog.state.id
    with qtbot.waitSignal(dialog.finished):
        click(dialog, "lookButton")
    assert told == [frozenset({row_id})]


def test_looking_finds_that_others_changed_it(dialog: PostDialog, sql: Sql, qtbot: QtBot) -> None:
    sql("UPDATE posts SET title = 'Theirs'")
    click(dialog, "lookButton")
    qtbot.waitUntil(lambda: "Someone changed this post meanwhile: title." in words(dialog, "errorMessage"))
    assert field(dialog, "title").text() == "Mine"


def test_looking_finds_that_it_was_deleted(dialog: PostDialog, sql: Sql, qtbot: QtBot) -> None:
    sql("DELETE FROM posts")
    click(dialog, "lookButton")
    qtbot.waitUntil(lambda: words(dialog, "errorMessage") == "This post was deleted meanwhile.")
    click(dialog, "createAgainButton")
    assert field(dialog, "title").text() == "Mine"
    assert dialog.state.id is None


def test_looking_while_the_server_is_away_can_be_repeated(dialog: PostDialog, qtbot: QtBot) -> None:
    database = dialog.services.tasks.database
    dialog.services.tasks.set_database(None)
    click(dialog, "lookButton")
    qtbot.waitUntil(lambda: words(dialog, "errorMessage").startswith("Still nobody can tell."))
    dialog.services.tasks.set_database(database)
    click(dialog, "lookButton")
    qtbot.waitUntil(lambda: words(dialog, "errorMessage") == "It was not saved.")


# The server is back: nobody has to look

Cutting = Callable[[Callable[[], Outcome] | None], PostDialog]


def test_what_was_not_saved_is_known_as_soon_as_the_server_is_back(cut: Cutting, qtbot: QtBot) -> None:
    dialog = cut(not_saved)
    dialog.services.tasks.connection_restored.emit()
    qtbot.waitUntil(lambda: words(dialog, "errorMessage") == "It was not saved.")
    qtbot.waitUntil(lambda: field(dialog, "retryButton").isVisible())


def test_what_was_saved_is_known_as_soon_as_the_server_is_back(
    cut: Cutting, messages: Recorder, qtbot: QtBot
) -> None:
    dialog = cut(saved)
    with qtbot.waitSignal(dialog.finished):
        dialog.services.tasks.connection_restored.emit()
    assert [toast.text for toast in messages.toasts] == ["It was saved: Post saved"]
    assert messages.errors == []


def test_what_was_typed_after_an_uncertain_save_is_kept(cut: Cutting, qtbot: QtBot) -> None:
    dialog = cut(saved)
    retype(dialog, "slug", "typed-since")
    dialog.services.tasks.connection_restored.emit()
    qtbot.waitUntil(lambda: words(dialog, "errorMessage").startswith("It was saved. What you typed since"))
    assert field(dialog, "slug").text() == "typed-since"
    assert dialog.isVisible()


def test_what_becomes_of_a_save_does_not_disturb_the_one_after_it(
    cut: Cutting, sql: Sql, qtbot: QtBot
) -> None:
    dialog = cut(saved)
    assert isinstance(dialog, CutDialog)
    dialog.then = None
    click(dialog, "saveButton")
    qtbot.waitUntil(lambda: dialog.services.tasks.outstanding == 0)
    with qtbot.waitSignal(dialog.services.controller.committed):
        dialog.services.tasks.connection_restored.emit()
    assert dialog.isVisible()
    assert words(dialog, "errorMessage").startswith("The connection broke while saving.")


def test_the_next_row_hears_nothing_of_the_former(
    cut: Cutting, anna: int, sql: Sql, messages: Recorder, qtbot: QtBot
) -> None:
    other = add_post(sql, anna, "Another", "another")
    dialog = cut(not_saved)
    dialog.open_for(other)
    ready(dialog, qtbot)
    dialog.services.tasks.connection_restored.emit()
    qtbot.waitUntil(lambda: [error.title for error in messages.errors] == ["“Edit post” was not saved"])
    assert words(dialog, "errorMessage") == ""


@pytest.fixture
def new_post(make: Make, anna: int, qtbot: QtBot) -> CutDialog:
    """The window after a new post was filled in and the connection broke while saving it."""
    dialog = make(CutDialog)
    assert isinstance(dialog, CutDialog)
    dialog.then = lambda: Outcome(Changes.of("posts", created=[77]), "Post created", created_id=77)
    dialog.open_new(author_id=anna)
    retype(dialog, "title", "Mine")
    retype(dialog, "slug", "mine")
    click(dialog, "saveButton")
    qtbot.waitUntil(lambda: words(dialog, "errorMessage").startswith("The connection broke"))
    return dialog


def test_a_new_row_that_was_made_is_known_as_soon_as_the_server_is_back(
    new_post: CutDialog, qtbot: QtBot
) -> None:
    made: list[object] = []
    new_post.saved.connect(made.append)
    told: list[object] = []
    new_post.services.hub.changed.connect(lambda changes, _by: told.append(changes.touched("posts")))
    with qtbot.waitSignal(new_post.finished):
        new_post.services.tasks.connection_restored.emit()
    assert (made, told) == ([77], [frozenset({77})])


def test_a_new_row_that_was_not_made_can_be_saved_again(new_post: CutDialog, qtbot: QtBot) -> None:
    new_post.then = not_saved
    click(new_post, "saveButton")
    qtbot.waitUntil(lambda: words(new_post, "errorMessage").startswith("The connection broke"))
    new_post.services.tasks.connection_restored.emit()
    qtbot.waitUntil(lambda: words(new_post, "errorMessage") == "It was not saved.")
    qtbot.waitUntil(lambda: field(new_post, "retryButton").isVisible())
    assert field(new_post, "title").text() == "Mine"


def test_what_was_typed_into_a_new_row_since_is_kept(new_post: CutDialog, qtbot: QtBot) -> None:
    retype(new_post, "title", "Mine and more")
    new_post.services.tasks.connection_restored.emit()
    qtbot.waitUntil(lambda: "copy it from here" in words(new_post, "errorMessage"))
    assert field(new_post, "title").text() == "Mine and more"


@pytest.mark.expects_log
def test_a_fault_of_ours_loses_nothing_either(
    make: Make, post: int, messages: Recorder, qtbot: QtBot
) -> None:
    dialog = make(FaultyDialog)
    dialog.open_for(post)
    ready(dialog, qtbot)
    retype(dialog, "title", "Mine")
    click(dialog, "saveButton")
    qtbot.waitUntil(lambda: words(dialog, "errorMessage") != "")
    assert words(dialog, "errorMessage").startswith("Not saved. Something unexpected happened")
    assert dialog.state.phase is Phase.READY
    assert field(dialog, "title").text() == "Mine"
    assert [type(bug) for bug in messages.bugs] == [ZeroDivisionError]
