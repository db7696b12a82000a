"""The second migration on a database with rows in it, and on servers that do not allow everything."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import psycopg2.extensions
import pytest
from alembic import command
from sqlalchemy import make_url

from blogadmin.core.database import schema
from blogadmin.core.database.engine import Database
from tests.conftest import connect

INDEXES = "SELECT count(*) FROM pg_indexes WHERE indexname LIKE '%trigrams'"


@pytest.fixture
def raw(empty_database_url: str) -> Iterator[psycopg2.extensions.connection]:
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
def owner(raw: psycopg2.extensions.connection, empty_database_url: str) -> Iterator[str]:
    """URL of a login that may make tables, but no extensions."""
    name = f"owner_{uuid.uuid4().hex[:12]}"
    query(raw, f"CREATE ROLE {name} LOGIN PASSWORD 'x'; GRANT USAGE, CREATE ON SCHEMA public TO {name}")
    url = make_url(empty_database_url).set(username=name, password="x")
    yield url.render_as_string(hide_password=False)
    query(raw, f"DROP OWNED BY {name}; DROP ROLE {name}")


def test_rows_are_seen_by_index_alone_after_an_upgrade(
    raw: psycopg2.extensions.connection, empty_database_url: str
) -> None:
    migrate(empty_database_url, command.upgrade, "0001")
    query(
        raw,
        "INSERT INTO users (email, name, password_hash)"
        " SELECT 'u' || g || '@example.org', 'U', 'x' FROM generate_series(1, 3000) g;"
        "INSERT INTO posts (public_id, title, body, slug, author_id)"
        " SELECT gen_random_uuid(), 'Gardens', repeat('Trees ', 80), 'gardens' || id, id FROM users;"
        "INSERT INTO comments (post_id, author_id, body) SELECT id, author_id, 'x' FROM posts",
    )

    schema.upgrade(empty_database_url)

    # A table that was written anew may end with a few pages that were not needed.
    seen = query(raw, "SELECT relname, relallvisible > 0.9 * relpages FROM pg_class" + _TABLES)
    assert seen == [("comments", True), ("posts", True), ("users", True)]
    tidied = query(raw, "SELECT relname, vacuum_count, analyze_count FROM pg_stat_user_tables" + _TABLES)
    assert tidied == [("comments", 1, 1), ("posts", 1, 1), ("users", 1, 1)]


_TABLES = " WHERE relname IN ('users', 'posts', 'comments') ORDER BY 1"


def test_posts_that_are_there_are_found_and_no_edit_was_made(
    raw: psycopg2.extensions.connection, empty_database_url: str
) -> None:
    migrate(empty_database_url, command.upgrade, "0001")
    query(raw, "INSERT INTO users (email, name, password_hash) VALUES ('ada@example.org', 'Ada', 'x')")
    query(
        raw,
        "INSERT INTO posts (public_id, title, body, slug, author_id)"
        " SELECT gen_random_uuid(), 'Gardens', repeat('Trees ', 800000), 'gardens', id FROM users",
    )
    before = query(raw, "SELECT version, updated_at, md5(body) FROM posts")

    migrate(empty_database_url, command.upgrade, "0002")

    assert query(raw, "SELECT version, updated_at, md5(body) FROM posts") == before
    assert query(raw, "SELECT body_search @@ to_tsquery('english', 'garden:A & tree') FROM posts") == [
        (True,)
    ]
    migrate(empty_database_url, command.downgrade, "0001")
    query(raw, "UPDATE posts SET view_count = 1")
    assert query(raw, "SELECT version, updated_at, md5(body) FROM posts") == before


def test_without_the_right_to_make_the_extension_the_rest_is_done(
    raw: psycopg2.extensions.connection, owner: str
) -> None:
    schema.upgrade(owner)

    with closing(Database(owner)) as database:
        assert schema.inspect(database).kind == "current"
    assert query(raw, INDEXES) == [(0,)]
    assert query(raw, "SELECT count(*) FROM pg_indexes WHERE indexname = 'ix_posts_body_search'") == [(1,)]
    migrate(owner, command.downgrade, "base")


def test_an_extension_in_another_schema_is_used_there(
    raw: psycopg2.extensions.connection, empty_database_url: str
) -> None:
    query(raw, 'CREATE SCHEMA "Ext"; CREATE EXTENSION pg_trgm SCHEMA "Ext"')

    schema.upgrade(empty_database_url)

    assert query(raw, INDEXES) == [(2,)]
    migrate(empty_database_url, command.downgrade, "0001")
    assert query(raw, "SELECT extname FROM pg_extension WHERE extname = 'pg_trgm'") == [("pg_trgm",)]


def test_who_may_write_posts_may_save_views(
    raw: psycopg2.extensions.connection, empty_database_url: str
) -> None:
    migrate(empty_database_url, command.upgrade, "0001")
    query(raw, "GRANT SELECT, UPDATE ON posts TO pg_monitor; GRANT SELECT ON posts TO pg_read_all_stats")

    migrate(empty_database_url, command.upgrade, "0002")

    may = (
        "SELECT has_table_privilege('{0}', 'saved_views', 'INSERT'),"
        " has_sequence_privilege('{0}', {1}, 'USAGE')"
    )
    sequence = "'saved_views_id_seq'"
    assert query(raw, may.format("pg_monitor", sequence)) == [(True, True)]
    assert query(raw, may.format("pg_read_all_stats", sequence)) == [(False, False)]


def test_alembic_misses_no_index_that_cannot_be_there(owner: str) -> None:
    schema.upgrade(owner)
    with closing(Database(owner)) as database, database.engine.connect() as connection:
        config = schema._config()
        # Alembic keeps what was standard output when it was imported, perhaps that of another test.
        config.stdout = sys.stdout
        config.attributes["connection"] = connection
        command.check(config)
