"""Nobody alters the history by SQL: each attempt ends with SQLSTATE 42501 and no other."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import psycopg2
import psycopg2.errorcodes
import psycopg2.extensions
import pytest

from tests.conftest import connect

Sql = Callable[..., list[tuple[Any, ...]]]
pytestmark = pytest.mark.usefixtures("small_blog")

ENTRY = (
    "(at, transaction, login, application, noun, row_id, op, version)"
    " VALUES (now(), 1, 'nobody', 'forged', 'posts', 1, 'changed', 9)"
)
ALTERATIONS = (
    "UPDATE {} SET login = 'nobody'",
    "UPDATE {} SET login = 'nobody' WHERE false",
    "DELETE FROM {}",
    "DELETE FROM {} WHERE id < 0",
    "TRUNCATE {}",
    f"INSERT INTO {{}} {ENTRY}",
    f"INSERT INTO {{}} {ENTRY} ON CONFLICT DO NOTHING",
    f"WITH forged AS (INSERT INTO {{}} {ENTRY} RETURNING id) SELECT count(*) FROM forged",
)
EVERYTHING = "SELECT, INSERT, UPDATE, DELETE"


def state(connection: psycopg2.extensions.connection, statement: str) -> str | None:
    """With which SQLSTATE the server refuses ``statement``; ``None`` when it does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    except psycopg2.Error as exc:
        return exc.pgcode
    return None


@pytest.fixture
def places(sql: Sql) -> list[str]:
    """The history, with an entry in it, and its partitions."""
    sql("UPDATE posts SET title = 'Changed' WHERE id = 1")
    with_entry = [name for (name,) in sql("SELECT DISTINCT tableoid::regclass::text FROM audit_log")]
    assert with_entry
    return ["audit_log", "audit_log_default", *with_entry]


@pytest.fixture(params=["owner", "writer", "reader", "granted"])
def who(
    request: pytest.FixtureRequest, database_url: str, sql: Sql, new_login: Callable[[str], str]
) -> Iterator[psycopg2.extensions.connection]:
    """Connections of several rights; ``granted`` was given every right to the history by its owner."""
    urls = {"owner": lambda: database_url, "reader": lambda: new_login("SELECT")}
    url = urls.get(request.param, lambda: new_login(EVERYTHING))()
    if request.param == "granted":
        with closing(connect(url)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT session_user")
            name = cursor.fetchall()[0][0]
        for table in (t for (t,) in sql("SELECT relname::text FROM pg_class WHERE relname ~ '^audit_log'")):
            if sql("SELECT relkind FROM pg_class WHERE relname = %s", (table,))[0][0] in ("r", "p"):
                sql(f"GRANT ALL ON {table} TO {name}")
    with closing(connect(url)) as connection:
        yield connection


def test_no_alteration_succeeds(places: list[str], who: psycopg2.extensions.connection, sql: Sql) -> None:
    before = sql("SELECT * FROM audit_log ORDER BY id")

    states = {
        (place, alteration): state(who, alteration.format(place))
        for place in places
        for alteration in ALTERATIONS
        # A partition has no numbering of its own before PostgreSQL 17, which is told first.
        if place == "audit_log" or "INSERT" not in alteration or who.server_version >= 170_000
    }

    assert {key: code for key, code in states.items() if code != "42501"} == {}
    assert sql("SELECT * FROM audit_log ORDER BY id") == before


def test_copies_and_merges_into_the_history_are_refused(
    places: list[str], who: psycopg2.extensions.connection
) -> None:
    columns = "(at, transaction, login, application, noun, row_id, op, version)"
    lines = io.StringIO("2026-01-01\t1\tx\tx\tposts\t1\tchanged\t9\n")
    with who.cursor() as cursor, pytest.raises(psycopg2.Error) as caught:
        cursor.copy_expert(f"COPY {places[0]} {columns} FROM STDIN", lines)
    # PostgreSQL lets nobody copy into a table that it shows them only some rows of.
    assert caught.value.pgcode in ("42501", psycopg2.errorcodes.FEATURE_NOT_SUPPORTED)
    if who.server_version >= 150_000:
        merge = (
            "MERGE INTO audit_log USING (SELECT 1) AS one ON true WHEN MATCHED THEN {}"
            f" WHEN NOT MATCHED THEN INSERT {ENTRY}"
        )
        for action in ("DELETE", "UPDATE SET login = 'nobody'"):
            assert state(who, merge.format(action)) == "42501"


def test_a_partition_made_by_hand_is_guarded_too(sql: Sql, database_url: str) -> None:
    sql(
        "CREATE TABLE audit_log_old PARTITION OF audit_log FOR VALUES FROM ('2001-01-01') TO ('2002-01-01');"
        "ALTER TABLE audit_log_old DISABLE TRIGGER USER;"
        "INSERT INTO audit_log_old (id, at, transaction, login, application, noun, row_id, op, version)"
        " OVERRIDING SYSTEM VALUE VALUES (0, '2001-05-05', 1, 'x', 'x', 'posts', 1, 'changed', 1);"
        "ALTER TABLE audit_log_old ENABLE TRIGGER USER"
    )
    with closing(connect(database_url)) as owner:
        for statement in ("UPDATE audit_log_old SET login = 'y'", "DELETE FROM audit_log_old"):
            assert state(owner, statement) == "42501"


@pytest.mark.parametrize("table", ["users", "posts", "comments"])
def test_tables_with_rows_are_not_truncated(sql: Sql, database_url: str, table: str) -> None:
    with closing(connect(database_url)) as owner:
        assert state(owner, f"TRUNCATE {table} CASCADE") == "42501"
        assert state(owner, "TRUNCATE comments, posts, users") == "42501"
    sql("DELETE FROM comments; DELETE FROM posts; DELETE FROM users")
    sql("TRUNCATE users, posts, comments")


def test_rows_that_an_old_snapshot_does_not_see_are_not_truncated(database_url: str, sql: Sql) -> None:
    sql("DELETE FROM comments")
    with closing(connect(database_url)) as owner:
        assert state(owner, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM users") is None
        sql("INSERT INTO comments (post_id, author_id, body) VALUES (1, 1, 'Unseen')")
        assert state(owner, "TRUNCATE comments") == "42501"
        assert state(owner, "ROLLBACK") is None


def test_who_may_write_the_blog_is_recorded_without_a_right_to_the_history(
    new_login: Callable[[str], str], sql: Sql
) -> None:
    with closing(connect(new_login(EVERYTHING))) as writer, writer.cursor() as cursor:
        cursor.execute("INSERT INTO users (email, name, password_hash) VALUES ('x@y', 'X', '')")
        cursor.execute("UPDATE posts SET title = 'Theirs' WHERE id = 1; DELETE FROM comments")
        assert state(writer, "SELECT 1 FROM audit_log") == "42501"
        cursor.execute("SELECT session_user")
        name = cursor.fetchall()[0][0]
    assert sql("SELECT noun, op, login FROM audit_log ORDER BY id") == [
        ("users", "created", name),
        ("posts", "changed", name),
        ("comments", "deleted", name),
    ]


def test_names_of_the_writer_s_own_lead_nobody_astray(new_login: Callable[[str], str], sql: Sql) -> None:
    sql("GRANT CREATE ON SCHEMA public TO PUBLIC")
    with closing(connect(new_login(EVERYTHING))) as writer, writer.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE audit_log (x int); CREATE TEMPORARY TABLE new_rows (id int);"
            "CREATE FUNCTION public.jsonb_build_object(text, character varying) RETURNS jsonb LANGUAGE sql"
            " AS $$ SELECT jsonb '{\"forged\": true}' $$; SET search_path = pg_temp, public, pg_catalog"
        )
        cursor.execute("UPDATE public.posts SET title = 'Theirs' WHERE id = 1")
    assert sql("SELECT new FROM public.audit_log") == [({"title": "Theirs"},)]
    sql("DROP FUNCTION public.jsonb_build_object(text, character varying)")


@pytest.mark.parametrize("function", ["blogadmin_tell('posts', NULL, NULL, NULL)", "blogadmin_refuse()"])
def test_the_functions_are_nobody_else_s_to_call(new_login: Callable[[str], str], function: str) -> None:
    with closing(connect(new_login(EVERYTHING))) as writer:
        assert state(writer, f"SELECT {function}") == "42501"


def test_all_of_it_belongs_to_the_owner_of_the_posts(sql: Sql) -> None:
    ((owner,),) = sql("SELECT relowner FROM pg_class WHERE relname = 'posts'")
    owners = sql(
        "SELECT DISTINCT relowner FROM pg_class WHERE relname ~ '^audit_log'"
        " UNION SELECT proowner FROM pg_proc WHERE proname ~ '^blogadmin_'"
    )
    assert owners == [(owner,)]
