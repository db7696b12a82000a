"""The fourth migration on a history with entries, other owners and readers of its own."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import closing

import psycopg2.extensions
import pytest
from alembic import command

from blogadmin.core.database import schema
from tests.conftest import connect
from tests.migrations.test_history import migrate, query


@pytest.fixture
def raw(empty_database_url: str) -> Iterator[psycopg2.extensions.connection]:
    """A blog with a history of two entries."""
    migrate(empty_database_url, command.upgrade, "0003")
    with closing(connect(empty_database_url)) as connection:
        query(connection, "INSERT INTO users (id, email, name, password_hash) VALUES (1, 'a@b', 'A', '')")
        query(
            connection,
            "INSERT INTO posts (public_id, title, slug, body, author_id)"
            " VALUES (gen_random_uuid(), 'One', 'one', '', 1)",
        )
        yield connection


@pytest.fixture
def role(raw: psycopg2.extensions.connection) -> Iterator[str]:
    name = f"role_{uuid.uuid4().hex[:12]}"
    query(raw, f"CREATE ROLE {name}")
    yield name
    query(raw, f"RESET ROLE; DROP OWNED BY {name} CASCADE; DROP ROLE {name}")


def seen_by(raw: psycopg2.extensions.connection, role: str) -> set[str]:
    query(raw, f"SET ROLE {role}")
    seen = {noun for (noun,) in query(raw, "SELECT noun FROM audit_log")}
    query(raw, "RESET ROLE")
    return seen


def test_who_reads_posts_only_sees_no_users_from_then_on(
    raw: psycopg2.extensions.connection, empty_database_url: str, role: str
) -> None:
    query(raw, f"GRANT SELECT ON posts, audit_log TO {role}")
    assert seen_by(raw, role) == {"users", "posts"}

    schema.upgrade(empty_database_url)

    assert seen_by(raw, role) == {"posts"}
    migrate(empty_database_url, command.downgrade, "0003")
    assert seen_by(raw, role) == {"users", "posts"}


def test_whose_the_history_is_sees_and_may_mend_all_of_it(
    raw: psycopg2.extensions.connection, empty_database_url: str, role: str
) -> None:
    query(raw, f"GRANT CREATE, USAGE ON SCHEMA public TO {role}; ALTER TABLE audit_log OWNER TO {role}")

    schema.upgrade(empty_database_url)

    assert seen_by(raw, role) == {"users", "posts"}
    owner = "SELECT pg_get_userbyid(proowner)::text FROM pg_proc WHERE proname = 'blogadmin_readable'"
    assert query(raw, owner) == [(role,)]
