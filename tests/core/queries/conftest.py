"""A small blog, made by SQL as another client would make it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy.orm import Session

from blogadmin.core.database.engine import Database

Sql = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A reader's session, as the lists get one."""
    with database.reader() as opened:
        yield opened


@pytest.fixture
def blog(sql: Sql) -> None:
    """Four users, six posts, five comments; ids from 1 in the order given."""
    sql(
        "INSERT INTO users (name, email, role, is_active, password_hash, created_at) VALUES"
        " ('Zoë Adams', 'zoe@example.org', 'admin', true, 'secret-1', '2024-01-01Z'),"
        " ('anna berg', 'anna_b@example.org', 'editor', true, 'secret-2', '2024-01-02Z'),"
        " ('Bert 100%', 'bert@example.com', 'user', false, 'secret-3', '2024-01-03Z'),"
        " ('Anna Berg', 'annaxb@example.org', 'user', true, 'secret-4', '2024-01-04Z')"
    )
    posts = [
        ("Élan vital", "elan", "draft", 1, 5, None, "2024-03-01Z"),
        ("50% off", "half-off", "published", 2, 5, '{"tags": ["a", "b"]}', "2024-03-05Z"),
        ("50 offers", "fifty", "published", 3, 9, '{"tags": "a"}', "2024-03-02Z"),
        ("snake_case", "snake", "review", 1, 0, '{"tags": [1, "b"]}', "2024-03-04Z"),
        ("snakeXcase", "snakex", "archived", 4, 1, '{"other": 1}', "2024-03-04Z"),
        ("back\\slash", "back", "draft", 2, 2, '{"tags": ["é", "\\"q\\""]}', "2024-03-03Z"),
    ]
    for post in posts:
        sql(
            "INSERT INTO posts (public_id, body, created_at, title, slug, status, author_id, view_count,"
            " metadata, updated_at) VALUES"
            " (gen_random_uuid(), 'Body', '2024-02-01Z', %s, %s, %s, %s, %s, %s, %s)",
            post,
        )
    sql(
        "INSERT INTO comments (post_id, author_id, body, status, created_at) VALUES"
        " (1, 2, E'First\\n\\n  line\\tand more', 'approved', '2024-04-01Z'),"
        " (1, 3, 'Second about snakes', 'pending', '2024-04-03Z'),"
        " (2, 2, repeat('long words ', 100), 'spam', '2024-04-02Z'),"
        " (5, 1, 'x', 'trash', '2024-04-05Z'),"
        " (1, 4, '100% true', 'approved', '2024-04-04Z')"
    )
