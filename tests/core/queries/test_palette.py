"""Going to posts and users by a part of what they are called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from blogadmin.core import queries
from blogadmin.core.queries import palette
from blogadmin.core.queries.palette import Found

Sql = Callable[..., list[tuple[Any, ...]]]


def named(session: Session, text: str, limit: int = 20) -> list[tuple[str, int]]:
    return [(found.noun, found.id) for found in queries.palette.find(session, text, limit)]


@pytest.mark.usefixtures("blog")
def test_posts_and_users_are_found_with_what_shows_them(session: Session) -> None:
    assert queries.palette.find(session, "snake_c") == (Found("posts", 4, "snake_case", "snake"),)
    assert queries.palette.find(session, "zoe@ex") == (Found("users", 1, "Zoë Adams", "zoe@example.org"),)


@pytest.mark.usefixtures("blog")
def test_the_likeliest_comes_first(session: Session, sql: Sql) -> None:
    sql("UPDATE posts SET title = 'The bergamot' WHERE id = 1")
    sql("UPDATE posts SET title = 'BERG' WHERE id = 2")
    sql("UPDATE posts SET title = 'Bergen in winter' WHERE id = 3")
    sql("UPDATE posts SET title = 'An iceberg' WHERE id = 4")
    assert named(session, "berg") == [
        ("posts", 2),
        ("posts", 3),
        ("users", 2),
        ("users", 4),
        ("posts", 1),
        ("posts", 4),
    ]
    assert named(session, "berg", 2) == [("posts", 2), ("posts", 3)]


@pytest.mark.usefixtures("blog")
def test_a_number_is_an_id_first(session: Session) -> None:
    assert named(session, "3") == [("posts", 3), ("users", 3)]
    assert named(session, "#3") == [("posts", 3), ("users", 3)]
    assert named(session, "50") == [("posts", 2), ("posts", 3)]
    assert named(session, "9" * 30) == []
    assert named(session, "²") == []


@pytest.mark.usefixtures("blog")
def test_signs_mean_themselves_and_nothing_is_an_error(session: Session) -> None:
    assert named(session, "50%") == [("posts", 2)]
    assert named(session, "anna_") == [("users", 2)]
    assert named(session, "back\\") == [("posts", 6)]
    for text in ("", "  ", "\x00", "\ud800", "%", "_", "'", "\\"):
        named(session, text)
    assert named(session, "") == named(session, "\x00") == []


@pytest.mark.usefixtures("blog")
def test_few_letters_are_found_at_a_beginning(session: Session) -> None:
    assert named(session, "an") == [("users", 2), ("users", 4)]
    assert ("posts", 1) in named(session, "él")
    assert named(session, "anna be") == [("users", 2), ("users", 4)]


def test_what_stands_anywhere_among_many_is_found(session: Session, sql: Sql) -> None:
    sql(
        "INSERT INTO users (name, email, password_hash) SELECT 'User ' || g, g || '@example.org', 'x'"
        " FROM generate_series(1, 6000) g"
    )
    sql("UPDATE users SET name = 'A hidden needle' WHERE id = 1")
    assert named(session, "needle") == [("users", 1)]
    assert len(named(session, "user")) == 20


@pytest.mark.usefixtures("blog")
def test_what_takes_too_long_is_left_out(session: Session, sql: Sql, monkeypatch: pytest.MonkeyPatch) -> None:
    assert named(session, "snake") != []
    monkeypatch.setattr(palette, "_SECONDS", 0.05)
    sql("BEGIN; LOCK TABLE posts IN ACCESS EXCLUSIVE MODE")
    try:
        assert named(session, "snake") == []
        assert named(session, "zoë") == [("users", 1)]
    finally:
        sql("ROLLBACK")


def test_other_failures_are_told(session: Session, sql: Sql) -> None:
    sql("ALTER TABLE posts RENAME COLUMN title TO heading")
    with pytest.raises(DBAPIError):
        named(session, "word")
