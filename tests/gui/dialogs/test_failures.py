"""Each way in which a save can fail: told in plain words, the dialog open, everything typed still there."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any
from urllib.parse import quote

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from blogadmin.core.database.engine import Database
from blogadmin.gui.control.services import Services
from blogadmin.gui.dialogs.edit_dialog import EditDialog
from blogadmin.gui.dialogs.edit_state import Phase
from blogadmin.gui.dialogs.post import PostDialog
from blogadmin.gui.dialogs.user import UserDialog
from blogadmin.settings import Settings
from tests.conftest import connect
from tests.gui.dialogs.conftest import Sql, add_post, click, field, ready, retype, words
from tests.gui.recorder import Recorder

Make = Callable[[type[EditDialog]], EditDialog]


@pytest.fixture
def database(database_url: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    """The test's database with short patience, or with the ``options`` that a test gives as parameter."""
    options = getattr(request, "param", "")
    mark = "&" if "?" in database_url else "?"
    url = f"{database_url}{mark}options={quote(options)}" if options else database_url
    with closing(Database(url, Settings(lock_timeout_ms=1500))) as opened:
        yield opened


@pytest.fixture
def dialog(make: Make, post: int, qtbot: QtBot) -> EditDialog:
    """The dialog with the post "Slow queries" in it."""
    dialog = make(PostDialog)
    dialog.open_for(post)
    ready(dialog, qtbot)
    return dialog


def fail(dialog: EditDialog, qtbot: QtBot) -> str:
    """Press Save, wait for what is said, and check that the dialog stands as it should."""
    click(dialog, "saveButton")
    qtbot.waitUntil(lambda: words(dialog, "errorMessage") != "")
    assert dialog.isVisible()
    assert dialog.state.phase is Phase.READY
    assert field(dialog, "saveButton").isEnabled()
    return words(dialog, "errorMessage")


def stored(sql: Sql, post: int) -> tuple[Any, ...]:
    return sql("SELECT title, slug, status FROM posts WHERE id = %s", (post,))[0]


def compared(dialog: EditDialog) -> list[str]:
    """The words in the table of both sides, line by line."""
    labels = field(dialog, "conflictTable").findChildren(QLabel)
    return [label.text() for label in labels if label.text()]


# At a field


def test_a_duplicate_address_says_who_has_it(
    make: Make, services: Services, anna: int, marta: int, sql: Sql, qtbot: QtBot
) -> None:
    dialog = make(UserDialog)
    dialog.open_for(anna)
    ready(dialog, qtbot)
    retype(dialog, "email", "marta@example.org")
    assert fail(dialog, qtbot) == "Not saved: 1 field needs attention."
    assert words(dialog, "emailError") == (
        "“marta@example.org” already belongs to “Marta Lindqvist”. Enter another one."
    )
    assert field(dialog, "email").selectedText() == "marta@example.org"
    assert dialog.focusWidget() is field(dialog, "email")
    assert sql("SELECT email FROM users WHERE id = %s", (anna,)) == [("anna@example.org",)]
    QTest.keyClicks(field(dialog, "email"), "a@example.org")
    with qtbot.waitSignal(dialog.finished):
        click(dialog, "saveButton")
    assert sql("SELECT email FROM users WHERE id = %s", (anna,)) == [("a@example.org",)]


def test_a_duplicate_slug_says_which_post_has_it_and_what_is_free(
    dialog: EditDialog, post: int, anna: int, sql: Sql, qtbot: QtBot
) -> None:
    add_post(sql, anna, "Fast queries", "fast-queries")
    retype(dialog, "slug", "fast-queries")
    assert fail(dialog, qtbot) == "Not saved: 1 field needs attention."
    qtbot.waitUntil(lambda: words(dialog, "slugError").endswith("“fast-queries-2” is free."))
    assert "“Fast queries”" in words(dialog, "slugError")
    assert stored(sql, post) == ("Slow queries", "slow-queries", "published")


def test_a_check_of_the_database_is_told_at_its_field(
    dialog: EditDialog, post: int, sql: Sql, qtbot: QtBot
) -> None:
    sql("ALTER TABLE posts ADD CONSTRAINT posts_title_check2 CHECK (title <> 'Forbidden')")
    retype(dialog, "title", "Forbidden")
    assert fail(dialog, qtbot) == "Not saved: 1 field needs attention."
    assert words(dialog, "titleError") == "Title has a value that the database does not take. Change it."
    assert field(dialog, "title").text() == "Forbidden"
    assert stored(sql, post)[0] == "Slow queries"


@pytest.mark.parametrize(
    ("name", "typed", "says"),
    [
        ("title", "t" * 202, "Title is 2 characters too long (at most 200)."),
        ("title", "", "Title is required."),
        ("slug", "two words", "Slug may not contain spaces, “/”, “?” or “#”."),
        ("metadata", '{"a": 1,\n "b" 2}', "Line 2, column 6: A colon is expected after the key."),
        ("metadata", "[1, 2]", "Line 1, column 1: Metadata must be an object: {…}, or nothing."),
    ],
)
def test_a_wrong_value_is_told_before_anything_is_sent(
    dialog: EditDialog, post: int, sql: Sql, qtbot: QtBot, name: str, typed: str, says: str
) -> None:
    widget = field(dialog, name)
    if "\n" in typed:
        widget.type_over(typed)
    else:
        retype(dialog, name, typed)
    assert fail(dialog, qtbot) == "Not saved: 1 field needs attention."
    assert words(dialog, f"{name}Error") == says
    assert dialog.focusWidget() is widget
    assert stored(sql, post) == ("Slow queries", "slow-queries", "published")


def test_show_puts_the_cursor_where_the_json_is_wrong(dialog: EditDialog, qtbot: QtBot) -> None:
    metadata = field(dialog, "metadata")
    metadata.type_over('{"a": 1,\n "b" 2}')
    fail(dialog, qtbot)
    field(dialog, "title").setFocus()
    click(dialog, "showButton")
    cursor = metadata.textCursor()
    assert (cursor.blockNumber(), cursor.positionInBlock()) == (1, 5)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("title", "a\x00b", "Title contains a NUL character"),
        ("slug", "a\x00b", "Slug "),
        ("body", "a\x00b", "Text contains a NUL character"),
    ],
)
def test_nul_is_refused_at_its_field(
    dialog: EditDialog, post: int, sql: Sql, qtbot: QtBot, name: str, text: str, says: str
) -> None:
    dialog.form[name].widget.propose(text)
    assert fail(dialog, qtbot) == "Not saved: 1 field needs attention."
    assert words(dialog, f"{name}Error").startswith(says)
    assert dialog.form[name].widget.value() == text


def test_half_a_character_is_refused_at_its_field(
    dialog: EditDialog, post: int, sql: Sql, qtbot: QtBot
) -> None:
    body = field(dialog, "body")
    body.type_over("smile \U0001f600")
    cursor = body.textCursor()
    # What a broken input method does: it takes away one of the two halves.
    cursor.setPosition(7)
    cursor.setPosition(8, cursor.MoveMode.KeepAnchor)
    cursor.removeSelectedText()
    assert fail(dialog, qtbot) == "Not saved: 1 field needs attention."
    assert words(dialog, "bodyError").startswith("Text contains half of a character")


def test_a_field_that_the_dialog_does_not_have_is_told_in_the_bar(
    dialog: EditDialog, sql: Sql, qtbot: QtBot
) -> None:
    sql("ALTER TABLE posts ADD CONSTRAINT friday_rule CHECK (title <> 'Forbidden')")
    retype(dialog, "title", "Forbidden")
    assert "friday_rule" in fail(dialog, qtbot)
    assert field(dialog, "title").text() == "Forbidden"


# Someone else


def test_a_row_locked_by_someone_says_by_whom(
    dialog: EditDialog, post: int, sql: Sql, database_url: str, qtbot: QtBot
) -> None:
    retype(dialog, "title", "Mine")
    with closing(connect(database_url)) as other, other.cursor() as cursor:
        cursor.execute("BEGIN; SELECT 1 FROM posts WHERE id = %s FOR UPDATE", (post,))
        said = fail(dialog, qtbot)
        cursor.execute("ROLLBACK")
    assert " is changing this post right now. Nothing was saved. What you typed is still here." in said
    assert "test" in said
    assert field(dialog, "title").text() == "Mine"
    with qtbot.waitSignal(dialog.finished):
        click(dialog, "retryButton")
    assert stored(sql, post)[0] == "Mine"


def test_a_row_deleted_meanwhile_can_be_made_again(
    dialog: EditDialog, post: int, sql: Sql, qtbot: QtBot
) -> None:
    retype(dialog, "title", "Mine")
    field(dialog, "body").type_over("My text")
    sql("DELETE FROM posts WHERE id = %s", (post,))
    assert fail(dialog, qtbot).startswith("This post was deleted meanwhile. Nothing was saved.")
    assert field(dialog, "title").text() == "Mine"
    click(dialog, "createAgainButton")
    assert words(dialog, "errorMessage") == "This is a new post now. Saving creates it."
    assert field(dialog, "title").text() == "Mine"
    with qtbot.waitSignal(dialog.finished):
        click(dialog, "saveButton")
    assert sql("SELECT title, slug, body, status, metadata FROM posts") == [
        ("Mine", "slow-queries", "My text", "published", {"tags": ["a"]})
    ]


def test_a_row_that_is_gone_already_cannot_be_edited(make: Make, anna: int, qtbot: QtBot) -> None:
    dialog = make(PostDialog)
    dialog.open_for(12345)
    qtbot.waitUntil(lambda: dialog.state.phase is Phase.FAILED)
    assert words(dialog, "errorMessage").startswith("This post was deleted meanwhile.")
    assert not field(dialog, "saveButton").isEnabled()


def test_other_fields_that_others_changed_are_kept_without_a_question(
    dialog: EditDialog, post: int, sql: Sql, qtbot: QtBot
) -> None:
    retype(dialog, "title", "Mine")
    sql("UPDATE posts SET status = 'archived' WHERE id = %s", (post,))
    with qtbot.waitSignal(dialog.finished):
        click(dialog, "saveButton")
    assert stored(sql, post) == ("Mine", "slow-queries", "archived")


@pytest.fixture
def conflict(dialog: EditDialog, post: int, sql: Sql, qtbot: QtBot) -> EditDialog:
    """The dialog after both changed the title, and the other one the status, too."""
    retype(dialog, "title", "Mine")
    sql("UPDATE posts SET title = 'Theirs', status = 'archived' WHERE id = %s", (post,))
    assert fail(dialog, qtbot) == ("Someone changed this post meanwhile: title, status. Nothing was saved.")
    assert field(dialog, "title").text() == "Mine"
    assert stored(sql, post) == ("Theirs", "slow-queries", "archived")
    return dialog


def test_theirs_is_shown_beside_mine(conflict: EditDialog) -> None:
    table = field(conflict, "conflictTable")
    assert not table.isVisible()
    click(conflict, "showTheirsButton")
    assert table.isVisible()
    assert compared(conflict) == [
        *("As opened", "Theirs", "Mine"),
        *("Title", "Slow queries", "Theirs", "Mine"),
        *("Status", "Published", "Archived", "not changed here"),
    ]
    click(conflict, "showTheirsButton")
    assert not table.isVisible()


def test_saving_mine_over_theirs_sends_only_what_i_changed(
    conflict: EditDialog, post: int, sql: Sql, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(conflict.finished):
        click(conflict, "saveMineButton")
    assert stored(sql, post) == ("Mine", "slow-queries", "archived")


def test_loading_theirs_asks_first(
    conflict: EditDialog, post: int, sql: Sql, messages: Recorder, qtbot: QtBot
) -> None:
    click(conflict, "loadTheirsButton")
    messages.asks[-1].answer("cancel")
    assert field(conflict, "title").text() == "Mine"
    click(conflict, "loadTheirsButton")
    messages.asks[-1].answer("load")
    qtbot.waitUntil(lambda: field(conflict, "title").text() == "Theirs")
    ready(conflict, qtbot)
    assert field(conflict, "status").value() == "archived"
    assert words(conflict, "errorMessage") == ""
    assert not conflict.isWindowModified()


def test_saving_again_without_a_choice_is_a_conflict_again(
    conflict: EditDialog, post: int, sql: Sql, qtbot: QtBot
) -> None:
    click(conflict, "saveButton")
    qtbot.waitUntil(lambda: conflict.state.phase is Phase.READY)
    assert words(conflict, "errorMessage").startswith("Someone changed this post meanwhile")
    assert stored(sql, post)[0] == "Theirs"


def test_mine_goes_over_theirs_even_when_it_is_what_was_there_before(
    conflict: EditDialog, post: int, sql: Sql, qtbot: QtBot
) -> None:
    retype(conflict, "title", "Slow queries")
    with qtbot.waitSignal(conflict.finished):
        click(conflict, "saveMineButton")
    assert stored(sql, post) == ("Slow queries", "slow-queries", "archived")


def test_their_author_is_shown_by_name(
    make: Make, post: int, marta: int, anna: int, sql: Sql, qtbot: QtBot
) -> None:
    noor = sql("INSERT INTO users (email, name, password_hash) VALUES ('noor@x', 'Noor', 'x') RETURNING id")[
        0
    ][0]
    dialog = make(PostDialog)
    dialog.open_for(post)
    ready(dialog, qtbot)
    retype(dialog, "author_id", "marta")
    choices = field(dialog, "authorOffers")
    qtbot.waitUntil(choices.isVisible)
    QTest.keyClick(field(dialog, "author_id"), Qt.Key.Key_Return)
    sql("UPDATE posts SET author_id = %s WHERE id = %s", (noor, post))
    assert fail(dialog, qtbot) == "Someone changed this post meanwhile: author. Nothing was saved."
    click(dialog, "showTheirsButton")
    shown = [
        label.text() for label in field(dialog, "conflictTable").findChildren(type(dialog.trouble.label))
    ]
    assert "Noor <noor@x>" in shown
    assert "Marta Lindqvist <marta@example.org>" in shown


# The server


@pytest.fixture
def reader_only(database_url: str) -> Iterator[str]:
    """A login that may only look."""
    role = f"reader_{uuid.uuid4().hex[:12]}"
    with closing(connect(database_url)) as admin, admin.cursor() as cursor:
        cursor.execute(f'CREATE ROLE "{role}"; GRANT SELECT ON ALL TABLES IN SCHEMA public TO "{role}"')
        yield role
        cursor.execute(f'DROP OWNED BY "{role}"; DROP ROLE "{role}"')


def test_a_login_without_the_right_is_told_so(
    dialog: EditDialog, post: int, sql: Sql, reader_only: str, database: Database, qtbot: QtBot
) -> None:
    retype(dialog, "title", "Mine")
    sql(f"ALTER ROLE CURRENT_USER IN DATABASE {database.url.database} SET role = '{reader_only}'")
    database.close()
    said = fail(dialog, qtbot)
    assert said.startswith("Not saved. ")
    assert "may not" in said
    assert said.endswith("What you typed is still here.")
    assert field(dialog, "title").text() == "Mine"
    assert stored(sql, post)[0] == "Slow queries"


def test_a_server_that_takes_no_changes_is_told_so(
    dialog: EditDialog, post: int, sql: Sql, database: Database, qtbot: QtBot
) -> None:
    retype(dialog, "title", "Mine")
    database.read_only = True
    assert fail(dialog, qtbot).startswith("The database takes no changes at the moment.")
    database.read_only = False
    with qtbot.waitSignal(dialog.finished):
        click(dialog, "retryButton")
    assert stored(sql, post)[0] == "Mine"


@pytest.mark.parametrize("database", ["-c statement_timeout=300"], indirect=True)
def test_a_server_that_takes_too_long_is_told_so(
    dialog: EditDialog, post: int, sql: Sql, qtbot: QtBot
) -> None:
    sql(
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN PERFORM pg_sleep(30); RETURN NEW; END';"
        "CREATE TRIGGER slow BEFORE UPDATE ON posts FOR EACH ROW EXECUTE FUNCTION slow()"
    )
    retype(dialog, "title", "Mine")
    assert fail(dialog, qtbot).startswith("The server took too long and gave up.")
    assert field(dialog, "title").text() == "Mine"
    sql("DROP TRIGGER slow ON posts")
    with qtbot.waitSignal(dialog.finished):
        click(dialog, "retryButton")
    assert stored(sql, post)[0] == "Mine"


def test_a_full_disk_is_told_so(dialog: EditDialog, post: int, sql: Sql, qtbot: QtBot) -> None:
    sql(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN RAISE EXCEPTION SQLSTATE ''53100''; END';"
        "CREATE TRIGGER full_disk BEFORE UPDATE ON posts FOR EACH ROW EXECUTE FUNCTION full_disk()"
    )
    retype(dialog, "title", "Mine")
    assert fail(dialog, qtbot).startswith("The server’s disk is full. Nothing was saved.")
    assert field(dialog, "title").text() == "Mine"


def test_a_row_that_cannot_be_read_can_be_asked_for_again(
    make: Make, post: int, sql: Sql, qtbot: QtBot
) -> None:
    dialog = make(PostDialog)
    database = dialog.services.tasks.database
    assert database is not None
    dialog.services.tasks.set_database(None)
    dialog.open_for(post)
    qtbot.waitUntil(lambda: dialog.state.phase is Phase.FAILED)
    assert words(dialog, "errorMessage").startswith("The post could not be read. There is no connection")
    assert field(dialog, "title").text() == ""
    dialog.services.tasks.set_database(database)
    click(dialog, "retryButton")
    ready(dialog, qtbot)
    assert field(dialog, "title").text() == "Slow queries"
    assert words(dialog, "errorMessage") == ""
