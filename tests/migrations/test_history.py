"""The third migration on a blog with rows, other owners and readers of its own."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import psycopg2.extensions
import pytest
from alembic import command

from blogadmin.core.database import schema
from blogadmin.core.database.engine import Database
from tests.conftest import connect

RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")


@pytest.fixture
def raw(empty_database_url: str) -> Iterator[psycopg2.extensions.connection]:
    migrate(empty_database_url, command.upgrade, "0002")
    with closing(connect(empty_database_url)) as connection:
        yield connection


def query(raw: psycopg2.extensions.connection, statement: str) -> list[tuple[Any, ...]]:
    with raw.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def migrate(url: str, change: Callable[..., object], target: str) -> None:
    with closing(Database(url)) as database, database.engine.connect() as connection:
        config = schema._config()
        config.attributes["connection"] = connection
        change(config, target)


@pytest.fixture
def owner(raw: psycopg2.extensions.connection) -> Iterator[str]:
    """A login to whom the blog's tables belong, and not to who migrates."""
    name = f"owner_{uuid.uuid4().hex[:12]}"
    query(raw, f"CREATE ROLE {name} LOGIN")
    for table in schema.TABLES:
        query(raw, f"ALTER TABLE {table} OWNER TO {name}")
    yield name
    query(raw, f"DROP OWNED BY {name} CASCADE; DROP ROLE {name}")


OWNERS = """
SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class
WHERE relname LIKE 'audit_log%' AND relkind IN ('r', 'p')
UNION SELECT pg_get_userbyid(proowner) FROM pg_proc WHERE proname LIKE 'blogadmin_record%'
UNION SELECT pg_get_userbyid(proowner) FROM pg_proc WHERE proname = 'blogadmin_history_months'
"""


def test_the_history_belongs_to_whom_the_posts_belong(
    raw: psycopg2.extensions.connection, empty_database_url: str, owner: str
) -> None:
    query(raw, f"GRANT CREATE ON SCHEMA public TO {owner}")

    schema.upgrade(empty_database_url)

    assert query(raw, OWNERS) == [(owner,)]
    query(raw, f"SET SESSION AUTHORIZATION {owner}; INSERT INTO users VALUES (1, 'a@b', 'A', '')")
    query(raw, "RESET SESSION AUTHORIZATION")
    assert query(raw, "SELECT login, noun, op FROM audit_log") == [(owner, "users", "created")]
    migrate(empty_database_url, command.downgrade, "0002")
    assert query(raw, "SELECT count(*) FROM pg_class WHERE relname LIKE 'audit_log%'") == [(0,)]
    assert query(raw, "SELECT count(*) FROM pg_proc WHERE proname LIKE 'blogadmin%'") == [(3,)]
    query(raw, "UPDATE users SET name = 'B'; DELETE FROM users")


def test_an_owner_who_could_make_no_months_does_not_get_it(
    raw: psycopg2.extensions.connection, empty_database_url: str, owner: str
) -> None:
    query(raw, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")

    schema.upgrade(empty_database_url)

    assert query(raw, OWNERS) == query(raw, "SELECT current_user::text")
    query(raw, "INSERT INTO users VALUES (1, 'a@b', 'A', '')")
    assert query(raw, "SELECT count(*) FROM audit_log") == [(1,)]


def test_who_may_read_posts_may_read_the_history_and_nobody_may_more(
    raw: psycopg2.extensions.connection, empty_database_url: str
) -> None:
    query(raw, "GRANT SELECT ON posts TO pg_monitor; GRANT UPDATE ON posts TO pg_signal_backend")
    query(raw, "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC")

    schema.upgrade(empty_database_url)

    tables = [
        name
        for (name,) in query(
            raw,
            "SELECT relname::text FROM pg_class WHERE relname LIKE 'audit_log%' AND relkind IN ('r', 'p')",
        )
    ]
    assert len(tables) == 6
    allowed = {
        (role, table, right)
        for role in ("pg_monitor", "pg_signal_backend")
        for table in tables
        for right in RIGHTS
        if query(raw, f"SELECT has_table_privilege('{role}', '{table}', '{right}')") == [(True,)]
    }
    assert allowed == {("pg_monitor", "audit_log", "SELECT")}


def test_a_blog_with_rows_begins_its_history_at_the_next_change(
    raw: psycopg2.extensions.connection, empty_database_url: str
) -> None:
    query(raw, "INSERT INTO users (id, email, name, password_hash) VALUES (1, 'a@b', 'A', '')")

    schema.upgrade(empty_database_url)

    assert query(raw, "SELECT count(*) FROM audit_log") == [(0,)]
    query(raw, "UPDATE users SET name = 'B'")
    assert query(raw, "SELECT op, version, old, new FROM audit_log") == [
        ("changed", 2, {"name": "A"}, {"name": "B"})
    ]
