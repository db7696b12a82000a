"""The history shows no more of a table than the table itself, to whom the server lets read only some."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import psycopg2
import psycopg2.errors
import pytest

from blogadmin.core.database import outcome
from blogadmin.core.database.engine import Database
from blogadmin.core.models import recording
from blogadmin.core.queries import history
from blogadmin.core.queries.rows import HistoryRow
from blogadmin.core.queries.spec import ListSpec
from blogadmin.gui.dialogs.history_entry import with_names
from blogadmin.gui.dialogs.history_read import as_text, read_past, read_versions
from tests.conftest import connect

Sql = Callable[..., list[tuple[Any, ...]]]
NOT_SECRET = ", ".join(name for name in recording.RECORDED["users"] if name not in recording.MASKED)


@pytest.fixture(autouse=True)
def entries(small_blog: None, sql: Sql) -> None:
    """An entry about each table."""
    del small_blog
    sql("UPDATE users SET email = 'ada@lovelace.example' WHERE id = 1")
    sql("UPDATE posts SET title = 'New' WHERE id = 1; UPDATE comments SET body = 'Better' WHERE id = 1")


@pytest.fixture
def login(new_login: Callable[[str], str], sql: Sql) -> Callable[..., str]:
    """Make a login that may read the history, and of the blog's tables what ``grants`` say."""

    def make(*grants: str) -> str:
        url = new_login("REFERENCES")
        with closing(connect(url)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT session_user")
            ((name,),) = cursor.fetchall()
        for grant in ("SELECT ON audit_log", *grants):
            sql(f"GRANT {grant} TO {name}")
        return url

    return make


@pytest.fixture
def shown(login: Callable[..., str]) -> Callable[..., set[str]]:
    """Of which tables entries are shown to a login with ``grants``."""

    def ask(*grants: str) -> set[str]:
        with closing(connect(login(*grants))) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT noun FROM audit_log")
            return {noun for (noun,) in cursor.fetchall()}

    return ask


@pytest.mark.parametrize(
    ("grants", "nouns"),
    [
        (("SELECT ON users, posts, comments",), {"users", "posts", "comments"}),
        (("SELECT ON posts",), {"posts"}),
        (("SELECT ON posts, comments",), {"posts", "comments"}),
        (("SELECT ON posts", "SELECT (id, name, role) ON users"), {"posts"}),
        (("SELECT ON posts", f"SELECT ({NOT_SECRET}) ON users"), {"posts", "users"}),
        (("UPDATE ON users", "SELECT ON comments"), {"comments"}),
        ((), set()),
    ],
)
def test_entries_are_shown_to_those_who_may_read_what_they_are_about(
    shown: Callable[..., set[str]], grants: tuple[str, ...], nouns: set[str]
) -> None:
    assert shown(*grants) == nouns


def test_neither_a_condition_of_ones_own_nor_a_role_shows_more(login: Callable[..., str], sql: Sql) -> None:
    with closing(connect(login("SELECT ON posts"))) as connection, connection.cursor() as cursor:
        # A function that is cheap and tells everybody what it is given would be called first.
        cursor.execute(
            "CREATE FUNCTION pg_temp.tell(jsonb) RETURNS boolean LANGUAGE plpgsql COST 0.0001"
            " AS $$ BEGIN RAISE EXCEPTION 'seen: %', $1; END $$"
        )
        with pytest.raises(psycopg2.Error) as caught:
            cursor.execute("SELECT count(*) FROM audit_log WHERE pg_temp.tell(old) OR noun = 'users'")
        assert 'seen: {"title"' in str(caught.value)
        cursor.execute("SET row_security = off")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("SELECT count(*) FROM audit_log")
    assert {noun for (noun,) in sql("SELECT noun FROM audit_log")} == {"users", "posts", "comments"}


def test_what_is_granted_and_taken_back_counts_at_once(login: Callable[..., str], sql: Sql) -> None:
    with closing(connect(login("SELECT ON posts"))) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        ((name,),) = cursor.fetchall()
        cursor.execute("PREPARE look AS SELECT count(*) FROM audit_log WHERE noun = 'users'")
        counted: list[int] = []
        for change in ("", f"GRANT SELECT ON users TO {name}", f"REVOKE SELECT ON users FROM {name}"):
            if change:
                sql(change)
            cursor.execute("EXECUTE look")
            counted.append(cursor.fetchall()[0][0])
    assert counted == [0, 1, 0]


def test_who_sees_only_some_of_the_history_takes_nothing_for_unsaved(
    login: Callable[..., str], sql: Sql
) -> None:
    """That the history does not name a request proves something only to those who see all of it."""
    xid = sql("BEGIN; CREATE TEMP TABLE mine AS SELECT txid_current() AS id; COMMIT; SELECT id FROM mine")[0][
        0
    ]
    trace = outcome.Trace(xid, "mine", recorded=True)
    with closing(Database(login("SELECT ON users, posts, comments"))) as all_of_it:
        assert not outcome.was_committed(all_of_it, trace)
    with closing(Database(login("SELECT ON posts"))) as some:
        assert outcome.was_committed(some, trace)


@pytest.mark.parametrize(
    ("grants", "was", "name"),
    [
        (("SELECT ON posts",), "1", ""),
        (("SELECT ON posts", "SELECT (id, name) ON users"), "Ada", "Ada"),
    ],
)
def test_who_may_not_read_names_is_told_of_posts_all_the_same(
    login: Callable[..., str], sql: Sql, grants: tuple[str, ...], was: str, name: str
) -> None:
    """The list, a change of it, and what the tab of a dialog reads."""
    sql("UPDATE users SET name = 'Ada' WHERE id = 1; UPDATE posts SET author_id = 2 WHERE id = 1")
    with closing(Database(login(*grants))) as database, database.reader() as session:
        found = history.LISTING.first(session, ListSpec())
        shown = [row for row in found if isinstance(row, HistoryRow)]
        assert [(row.noun, row.row) for row in shown] == [("posts", "New"), ("posts", "New")]
        assert shown[0].what.split("\x1f")[:2] == ["author_id", was]
        assert shown[0].login == sql("SELECT session_user")[0][0]
        assert history.LISTING.rows(session, [row.id for row in shown]) == {row.id: row for row in shown}

        versions = read_versions(session, "posts", 1)
        assert versions is not None
        past = read_past(session, versions[0])
        assert past.people[1] == name
        assert as_text("author_id", 1, past.people) == (name or "user no. 1")
        assert (with_names(session, past.before) or {})["author_id"] == (name or "no. 1")
        assert history.person(session, 77) == (None if name else "")
