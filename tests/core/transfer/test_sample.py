"""The sample blog keeps every rule of the database, hangs together, and looks alive whenever it is loaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from blogadmin.core import values
from blogadmin.core.database.engine import Database
from blogadmin.core.transfer import UNUSABLE_HASH, sample

Sql = Callable[..., list[tuple[Any, ...]]]


def test_every_text_of_the_sample_could_be_typed_into_the_program() -> None:
    for user in sample.users():
        assert values.email_problem(user["email"]) is None
        assert values.line_problem(user["name"], values.NAME_MAX) is None, user["name"]
    for post in sample.posts():
        assert values.slug_problem(post.slug) is None
        assert values.line_problem(post.head["title"], values.TITLE_MAX) is None, post.slug
        assert values.text_problem(post.body, multiline=True) is None, post.slug
        assert post.body.strip()
        assert set(post.head) <= {
            *("title", "status", "author", "days_ago", "edited_days_ago", "views", "tags", "cover"),
            "publish_in_days",
        }, post.slug
    for comment in sample.comments():
        assert values.text_problem(comment["body"], multiline=True) is None


def test_the_sample_shows_every_role_and_status() -> None:
    assert {user["role"] for user in sample.users()} == set(values.Role)
    assert {post.head["status"] for post in sample.posts()} == set(values.PostStatus)
    assert {comment["status"] for comment in sample.comments()} == set(values.CommentStatus)
    assert any(not user.get("active", True) for user in sample.users())
    assert len(sample.posts()) >= 40
    assert len(sample.comments()) >= 90


def test_loading_makes_all_of_it(database: Database, sql: Sql) -> None:
    made = sample.load(database)

    assert made == {
        "users": len(sample.users()),
        "posts": len(sample.posts()),
        "comments": len(sample.comments()),
    }
    for noun, count in made.items():
        assert sql(f"SELECT count(*) FROM {noun}") == [(count,)]
    assert sql("SELECT DISTINCT password_hash FROM users") == [(UNUSABLE_HASH,)]


def test_the_sample_begins_without_a_history_and_what_follows_has_one(database: Database, sql: Sql) -> None:
    sample.load(database)
    assert sql("SELECT count(*) FROM audit_log") == [(0,)]
    sql("UPDATE users SET name = 'Another' WHERE id = 1")
    assert sql("SELECT noun, op FROM audit_log") == [("users", "changed")]


def test_bodies_arrive_letter_for_letter(database: Database, sql: Sql) -> None:
    sample.load(database)

    stored = dict(sql("SELECT slug, body FROM posts"))
    assert stored == {post.slug: post.body for post in sample.posts()}


def test_it_hangs_together_in_time(database: Database, sql: Sql) -> None:
    sample.load(database)

    for wrong in (
        "SELECT slug FROM posts JOIN users u ON u.id = author_id WHERE posts.created_at < u.created_at",
        "SELECT slug FROM posts WHERE updated_at < created_at OR updated_at > now()",
        "SELECT c.body FROM comments c JOIN users u ON u.id = author_id WHERE c.created_at < u.created_at",
        "SELECT c.body FROM comments c JOIN posts p ON p.id = post_id WHERE c.created_at < p.created_at",
        "SELECT body FROM comments WHERE created_at > now()",
        (
            "SELECT slug FROM posts WHERE status = 'scheduled'"
            " AND (metadata->>'publish_at' IS NULL OR (metadata->>'publish_at')::timestamptz < now())"
        ),
        "SELECT slug FROM posts WHERE status IN ('draft', 'review', 'scheduled') AND view_count > 0",
        (
            "SELECT slug FROM posts p WHERE status IN ('draft', 'review', 'scheduled')"
            " AND EXISTS (SELECT FROM comments WHERE post_id = p.id)"
        ),
    ):
        assert sql(wrong) == [], wrong


def test_the_blog_was_alive_yesterday(database: Database, sql: Sql) -> None:
    sample.load(database)

    assert sql("SELECT max(created_at) > now() - interval '3 days' FROM comments") == [(True,)]
    assert sql("SELECT max(updated_at) > now() - interval '3 days' FROM posts") == [(True,)]
    by_time = [key for (key,) in sql("SELECT id FROM comments ORDER BY created_at, id")]
    assert by_time == sorted(by_time)


@pytest.mark.parametrize("noun", ["users", "posts"])
def test_a_database_with_rows_is_left_alone(database: Database, sql: Sql, noun: str) -> None:
    sql("INSERT INTO users (email, name, password_hash) VALUES ('a@example.org', 'A', '!')")
    if noun == "posts":
        sql(
            "INSERT INTO posts (public_id, title, body, slug, author_id)"
            " SELECT gen_random_uuid(), 'T', '', 't', id FROM users"
        )

    with pytest.raises(sample.NotEmpty, match="There are users in this database already"):
        sample.load(database)

    assert sql("SELECT count(*) FROM users") == [(1,)]


def test_loading_twice_is_refused(database: Database, sql: Sql) -> None:
    made = sample.load(database)

    with pytest.raises(sample.NotEmpty):
        sample.load(database)

    assert sql("SELECT count(*) FROM comments") == [(made["comments"],)]


def test_right_to_left_and_other_scripts_are_in_it(database: Database, sql: Sql) -> None:
    sample.load(database)

    assert sql("SELECT slug FROM posts WHERE title ~ '[ء-ي]'") == [("letter-from-the-lighthouse",)]
    assert sql("SELECT slug FROM posts WHERE title ~ '川'") == [("kawa-no-oto",)]
    assert sql("SELECT count(*) >= 3 FROM posts WHERE body LIKE '%```%'") == [(True,)]
    assert sql("SELECT max(length(title)) > 140 FROM posts") == [(True,)]
