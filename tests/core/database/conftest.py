"""A blog that was there before its history began, and logins with few rights."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from sqlalchemy import make_url

from tests.conftest import connect


@pytest.fixture
def small_blog(database_url: str) -> None:
    """Two users, two posts, a comment; not recorded, as the connection says that it copies."""
    with closing(connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "INSERT INTO users (id, email, name, password_hash)"
            " VALUES (1, 'ada@example.org', 'Ada', 'secret'), (2, 'ben@example.org', 'Ben', 'secret');"
            "INSERT INTO posts (id, public_id, title, body, slug, author_id) VALUES"
            " (1, gen_random_uuid(), 'One', 'First body', 'one', 1),"
            " (2, gen_random_uuid(), 'Two', 'Second body', 'two', 2);"
            "INSERT INTO comments (id, post_id, author_id, body) VALUES (1, 1, 2, 'Well said');"
            "SELECT setval(pg_get_serial_sequence(t, 'id'), 100)"
            " FROM unnest(ARRAY['users', 'posts', 'comments']) AS t"
        )


@pytest.fixture
def new_login(database_url: str) -> Iterator[Callable[[str], str]]:
    """Make a login: ``new_login("SELECT, INSERT on three tables") -> url``."""
    names: list[str] = []
    with closing(connect(database_url)) as connection, connection.cursor() as cursor:

        def make(rights: str) -> str:
            name = f"login_{uuid.uuid4().hex[:12]}"
            cursor.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'x'")
            names.append(name)
            cursor.execute(f"GRANT {rights} ON users, posts, comments TO {name}")
            cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}")
            return (
                make_url(database_url).set(username=name, password="x").render_as_string(hide_password=False)
            )

        yield make
        for name in names:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", (name,)
            )
            cursor.execute(f"DROP OWNED BY {name}; DROP ROLE {name}")
