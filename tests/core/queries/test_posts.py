"""What dialogs read about posts, metadata that this program would not have written included."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from blogadmin.core import queries
from blogadmin.core.database.errors import Invalid
from blogadmin.core.queries.rows import Dependents, SlugOwner

Sql = Callable[..., list[tuple[Any, ...]]]
pytestmark = pytest.mark.usefixtures("blog")


def test_a_dialog_gets_the_whole_post(session: Session) -> None:
    post = queries.posts.detail(session, 2)
    assert post is not None
    assert (post.id, post.title, post.slug, post.body, post.status) == (
        2,
        "50% off",
        "half-off",
        "Body",
        "published",
    )
    assert (post.author_id, post.author_name, post.author_email) == (2, "anna berg", "anna_b@example.org")
    assert (post.view_count, post.comments, post.version) == (5, 1, 1)
    assert post.metadata == {"tags": ["a", "b"]}
    assert post.metadata_problem is None
    assert post.updated_at == datetime(2024, 3, 5, tzinfo=UTC)
    assert post.public_id.version == 4


def test_a_post_without_metadata_has_none(session: Session) -> None:
    post = queries.posts.detail(session, 1)
    assert post is not None
    assert post.metadata is None
    assert post.metadata_problem is None


def test_there_is_no_detail_of_no_post(session: Session) -> None:
    assert queries.posts.detail(session, 99) is None


def test_a_post_whose_dates_cannot_be_shown_is_told_about(session: Session, sql: Sql) -> None:
    sql("UPDATE posts SET created_at = '10000-01-01' WHERE id = 2")
    with pytest.raises(Invalid, match="created_at: the date is too far away"):
        queries.posts.detail(session, 2)


def test_metadata_that_python_would_alter_is_told_about(session: Session, sql: Sql) -> None:
    sql("""UPDATE posts SET metadata = '{"pi": 3.14159265358979323846}' WHERE id = 2""")
    post = queries.posts.detail(session, 2)
    assert post is not None
    assert post.metadata == {"pi": 3.141592653589793}
    assert post.metadata_problem
    assert "more digits" in post.metadata_problem


def test_metadata_that_python_cannot_read_does_not_keep_the_post_closed(session: Session, sql: Sql) -> None:
    sql("""UPDATE posts SET metadata = ('{"n": ' || repeat('9', 5000) || '}')::jsonb WHERE id = 2""")
    post = queries.posts.detail(session, 2)
    assert post is not None
    assert post.title == "50% off"
    assert post.metadata is None
    assert post.metadata_problem


def test_the_owner_of_a_slug_is_found(session: Session) -> None:
    assert queries.posts.owner_of_slug(session, "elan") == SlugOwner(1, "Élan vital")
    assert queries.posts.owner_of_slug(session, "free") is None


def test_a_free_slug_is_proposed(session: Session, sql: Sql) -> None:
    assert queries.posts.free_slug(session, "free") == "free"
    assert queries.posts.free_slug(session, "elan") == "elan-2"
    assert queries.posts.free_slug(session, "elan", except_id=1) == "elan"
    assert queries.posts.free_slug(session, "elan", except_id=2) == "elan-2"
    sql("UPDATE posts SET slug = 'elan-2' WHERE id = 2")
    assert queries.posts.free_slug(session, "elan") == "elan-3"


def test_a_free_slug_is_found_behind_many_taken_ones(session: Session, sql: Sql) -> None:
    sql(
        "INSERT INTO posts (public_id, title, slug, body, author_id)"
        " SELECT gen_random_uuid(), 'x', 'elan-' || g, '', 1 FROM generate_series(2, 120) g"
    )
    assert queries.posts.free_slug(session, "elan") == "elan-121"


def test_a_long_slug_makes_room_for_its_number(session: Session, sql: Sql) -> None:
    long = "x" * 200
    sql("UPDATE posts SET slug = %s WHERE id = 2", (long,))
    assert queries.posts.free_slug(session, long) == "x" * 198 + "-2"


def test_dependents_are_counted_for_all_together(session: Session) -> None:
    assert queries.posts.dependents(session, [1, 2]) == Dependents(posts=0, comments=4)
    assert queries.posts.dependents(session, []) == Dependents(posts=0, comments=0)


def test_only_the_three_nouns_are_there() -> None:
    with pytest.raises(AttributeError):
        _ = queries.nothing
