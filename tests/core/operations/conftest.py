"""A small blog to change, and the two ways to change it: an operation, and another client's SQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from blogadmin.core.database.engine import Database
from blogadmin.core.operations.operation import Operation, Outcome

Sql = Callable[..., list[tuple[Any, ...]]]
Do = Callable[[Operation], Outcome]


@pytest.fixture
def blog(sql: Sql) -> None:
    """Five users (5 has written nothing), four posts, three comments; ids from 1 in the order given."""
    sql(
        "INSERT INTO users (name, email, role, is_active, password_hash) VALUES"
        " ('Ada', 'ada@example.org', 'admin', true, 'hash-of-1'),"
        " ('Ben', 'ben@example.org', 'editor', true, 'hash-of-2'),"
        " ('Cem', 'cem@example.org', 'user', false, 'hash-of-3'),"
        " ('Dot', 'dot@example.org', 'user', true, 'hash-of-4'),"
        " ('Eve', 'eve@example.org', 'user', true, 'hash-of-5')"
    )
    sql(
        "INSERT INTO posts (public_id, title, slug, body, status, author_id, metadata) VALUES"
        """ (gen_random_uuid(), 'One', 'one', 'Body one', 'draft', 1, '{"n": 1}'),"""
        " (gen_random_uuid(), 'Two', 'two', 'Body two', 'draft', 2, NULL),"
        " (gen_random_uuid(), 'Three', 'three', 'Body three', 'published', 2, NULL),"
        " (gen_random_uuid(), 'Four', 'four', 'Body four', 'archived', 4, NULL)"
    )
    sql(
        "INSERT INTO comments (post_id, author_id, body, status) VALUES"
        " (2, 1, 'a', 'pending'), (2, 4, 'b', 'approved'), (3, 4, 'c', 'spam')"
    )


@pytest.fixture
def do(database: Database) -> Do:
    """Apply an operation as the controller does, in a transaction of its own."""

    def apply(operation: Operation) -> Outcome:
        with database.session_scope() as session:
            return operation.apply(session)

    return apply


@pytest.fixture
def everything(sql: Sql) -> Callable[[], dict[str, list[tuple[Any, ...]]]]:
    """All that the blog holds, but for versions and the times of change."""

    def read() -> dict[str, list[tuple[Any, ...]]]:
        return {
            table: sql(
                f"SELECT to_jsonb(t) - 'version' - 'updated_at' FROM {table} t ORDER BY id",
            )
            for table in ("users", "posts", "comments")
        }

    return read
