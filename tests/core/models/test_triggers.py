"""The database keeps versions and times, whoever writes: our sessions, psql, the blog's application."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from blogadmin.core.models import FUNCTIONS

Sql = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(autouse=True)
def rows(sql: Sql) -> None:
    sql("INSERT INTO users (email, name, password_hash) VALUES ('ada@example.org', 'Ada', 'x')")
    sql(
        "INSERT INTO posts (public_id, title, body, slug, author_id)"
        " SELECT gen_random_uuid(), 'One', 'Text', 'one-' || id, id FROM users"
    )
    sql("INSERT INTO comments (post_id, author_id, body) SELECT id, author_id, 'Well said' FROM posts")


def versions(sql: Sql, table: str) -> list[int]:
    return [row[0] for row in sql(f"SELECT version FROM {table} ORDER BY id")]


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("users", "name = 'Ada King'"),
        ("users", "password_hash = 'y'"),
        ("users", "is_active = false"),
        ("posts", "title = 'Two'"),
        ("posts", "metadata = '{}'"),
        ("posts", "view_count = 7, status = 'published'"),
        ("comments", "status = 'spam'"),
    ],
)
def test_any_client_s_change_raises_the_version_and_the_time(sql: Sql, table: str, change: str) -> None:
    assert versions(sql, table) == [1]
    sql(f"UPDATE {table} SET {change}")
    assert versions(sql, table) == [2]
    assert sql(f"SELECT updated_at > created_at FROM {table}") == [(True,)]


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("posts", "view_count = view_count + 1"),
        ("posts", "title = title, view_count = view_count + 1"),
        ("users", "name = name"),
        ("comments", "body = body"),
    ],
)
def test_a_page_view_or_an_idle_update_is_no_change(sql: Sql, table: str, change: str) -> None:
    before = sql(f"SELECT updated_at FROM {table}")
    sql(f"UPDATE {table} SET {change}")
    assert versions(sql, table) == [1]
    assert sql(f"SELECT updated_at FROM {table}") == before


def test_the_counter_itself_is_kept(sql: Sql) -> None:
    sql("UPDATE posts SET view_count = view_count + 5")
    sql("UPDATE posts SET view_count = view_count + 1, title = 'Two'")
    assert sql("SELECT view_count, version, title FROM posts") == [(6, 2, "Two")]


@pytest.mark.parametrize("table", ["users", "posts", "comments"])
def test_a_client_s_own_version_and_time_are_overruled(sql: Sql, table: str) -> None:
    before = sql(f"SELECT updated_at FROM {table}")
    sql(f"UPDATE {table} SET version = 99, updated_at = '2001-01-01'")
    assert versions(sql, table) == [1]
    assert sql(f"SELECT updated_at FROM {table}") == before
    column = "name" if table == "users" else "body"
    sql(f"UPDATE {table} SET version = 99, updated_at = '2001-01-01', {column} = 'Else'")
    assert versions(sql, table) == [2]
    assert sql(f"SELECT updated_at > created_at FROM {table}") == [(True,)]


def test_each_row_of_a_large_update_gets_its_own_version(sql: Sql) -> None:
    sql(
        "INSERT INTO posts (public_id, title, body, slug, author_id)"
        " SELECT gen_random_uuid(), 'P', 'Text', 'p-' || n, (SELECT min(id) FROM users)"
        " FROM generate_series(1, 50) AS n"
    )
    sql("UPDATE posts SET title = 'Changed' WHERE title = 'P' AND id % 2 = 0")
    sql("UPDATE posts SET status = 'archived'")
    assert sql("SELECT version, title, count(*) FROM posts GROUP BY 1, 2 ORDER BY 1, 2") == [
        (2, "One", 1),
        (2, "P", 25),
        (3, "Changed", 25),
    ]


def test_the_functions_do_not_look_at_the_caller_s_search_path(sql: Sql) -> None:
    settings = sql("SELECT proname::text, proconfig FROM pg_proc WHERE proname LIKE 'blogadmin%'")
    assert {name for name, _ in settings} == set(FUNCTIONS)
    assert [name for name, config in settings if "search_path=pg_catalog, pg_temp" not in config] == []
