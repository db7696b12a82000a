"""Adopting makes the history, and mends what somebody broke of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from blogadmin.core.database import adopt, schema
from blogadmin.core.database.engine import Database
from blogadmin.core.models import recording
from tests.conftest import connect

Sql = Callable[..., list[tuple[Any, ...]]]
pytestmark = pytest.mark.usefixtures("small_blog")


@pytest.fixture
def without_history(database: Database, sql: Sql) -> Database:
    """A blog that knows no history, and was never migrated."""
    sql(f"DROP TABLE {schema.REVISION_TABLE}, audit_log")
    for name in recording.FUNCTIONS:
        sql(f"DROP FUNCTION {name} CASCADE")
    return database


def test_a_blog_without_a_history_gets_one(without_history: Database, sql: Sql) -> None:
    sql("GRANT SELECT ON posts TO pg_monitor; GRANT UPDATE ON posts TO pg_signal_backend")

    done = adopt.apply(without_history)

    assert any("keeps every change" in note for note in done.notes)
    assert schema.inspect(without_history).kind == "current"
    sql("UPDATE posts SET title = 'New' WHERE id = 1")
    assert sql("SELECT noun, op, tableoid::regclass::text ~ '_\\d' FROM audit_log") == [
        ("posts", "changed", True)
    ]
    may = "has_table_privilege('{}', 'audit_log', '{}')"
    rights = [("pg_monitor", "SELECT"), ("pg_monitor", "INSERT"), ("pg_signal_backend", "SELECT")]
    assert sql("SELECT " + ", ".join(may.format(*right) for right in rights)) == [(True, False, False)]
    assert sql("SELECT count(*) FROM pg_proc WHERE proname ~ '^blogadmin_rec' AND proacl IS NULL") == [(0,)]


@pytest.mark.parametrize(
    ("harm", "statements"),
    [
        ("DROP TRIGGER z_changed ON posts", 1),
        ("ALTER TABLE users DISABLE TRIGGER z_deleted", 1),
        ("DROP TRIGGER z_truncated ON comments", 1),
        ("DROP TRIGGER a_recorded ON audit_log", 1),
        ("DROP INDEX ix_audit_log_request_id", 1),
        ("DROP TABLE audit_log_default", 2),
        ("ALTER FUNCTION blogadmin_record_posts SECURITY INVOKER", 1),
        ("ALTER FUNCTION blogadmin_record_users SET search_path = public", 1),
        ("DROP FUNCTION blogadmin_tell", 2),
        ("ALTER TABLE audit_log DISABLE ROW LEVEL SECURITY", 3),
        ("DROP POLICY a_readable ON audit_log", 3),
        ("DROP POLICY a_readable ON audit_log; CREATE POLICY a_readable ON audit_log USING (true)", 3),
        ("DROP FUNCTION blogadmin_readable CASCADE", 4),
    ],
)
def test_what_is_broken_is_mended(database: Database, sql: Sql, harm: str, statements: int) -> None:
    sql(harm)

    done = adopt.apply(database)

    assert len(done.statements) == statements
    assert adopt.plan(database).is_empty
    sql("UPDATE posts SET title = 'New' WHERE id = 1; UPDATE users SET name = 'New' WHERE id = 1")
    assert sql("SELECT count(*) FROM audit_log") == [(2,)]


def test_a_table_of_the_blog_s_own_by_that_name_stays(without_history: Database, sql: Sql) -> None:
    sql("CREATE TABLE audit_log (id int)")

    found = adopt.plan(without_history)

    assert [str(misfit) for misfit in found.misfits] == [
        "audit_log is a table of the blog's own, and the history needs this name. Rename it"
    ]
    assert not found.can_apply


def test_a_schema_with_a_difficult_name_is_no_trouble(
    without_history: Database, database_url: str, sql: Sql
) -> None:
    name = 'It\'s 100% "odd"'
    quoted = '"It\'s 100% ""odd"""'
    sql(f"CREATE SCHEMA {quoted}")
    for table in schema.TABLES:
        sql(f"ALTER TABLE {table} SET SCHEMA {quoted}".replace("%", "%%"), ())
    sql(
        "DROP FUNCTION blogadmin_touch, blogadmin_touch_post, blogadmin_search CASCADE;DROP TABLE saved_views"
    )
    path = "-c search_path=" + quoted.replace(" ", "\\ ")
    with closing(
        Database(without_history.url.update_query_dict({"options": path}).render_as_string(False))
    ) as odd:
        adopt.apply(odd)
        with closing(connect(database_url)) as raw, raw.cursor() as cursor:
            cursor.execute("SELECT set_config('search_path', %s, false)", (quoted,))
            cursor.execute("UPDATE posts SET title = 'New' WHERE id = 1; SELECT count(*) FROM audit_log")
            assert cursor.fetchall() == [(1,)]
            cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = %s", (name,))
            assert cursor.fetchall()[0][0] >= 9
