"""Each way in which a save can fail: told in plain words, the dialog open, everything typed still there."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any
from urllib.parse import quote

import pytest
from PySide6.QtTest import QTest
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
