"""Views: the ones that everybody has, the saved ones, and those that cannot be read here."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from blogadmin.core import queries
from blogadmin.core.queries.spec import Condition, Group, ListSpec, Sort
from blogadmin.core.queries.spec_json import from_json, to_json
from blogadmin.core.queries.views import View

Sql = Callable[..., list[tuple[Any, ...]]]
POSTS = queries.posts.LISTING


def default(session: Session, noun: str, name: str, me: int | None = None) -> list[int]:
    [view] = [view for view in queries.views.defaults(noun, me) if view.name == name]
    return [row.id for row in getattr(queries, noun).LISTING.first(session, view.spec)]


@pytest.mark.usefixtures("blog")
def test_the_default_views(session: Session, sql: Sql) -> None:
    assert default(session, "posts", "My drafts", 1) == [1]
    assert default(session, "posts", "My drafts") == []
    assert default(session, "posts", "Published this week") == []
    sql("UPDATE posts SET title = title || '!' WHERE id IN (3, 4)")
    assert default(session, "posts", "Published this week") == [3]
    sql("UPDATE posts SET created_at = '2024-01-01Z' WHERE id = 6")
    assert default(session, "posts", "Never published") == [6, 1, 4]
    assert default(session, "users", "Inactive authors") == [3]
    sql("UPDATE users SET is_active = false WHERE id IN (1, 4)")
    sql("UPDATE posts SET author_id = 1 WHERE author_id = 4")
    assert default(session, "users", "Inactive authors") == [3, 1]


def test_default_views_can_be_saved(session: Session) -> None:
    for noun in ("users", "posts", "comments"):
        listing = getattr(queries, noun).LISTING
        for view in (*queries.views.defaults(noun), *queries.views.defaults(noun, 7)):
            assert listing.slow(view.spec) is None
            assert from_json(listing.fields, to_json(view.spec), listing.sortable) == view.spec
    assert queries.views.defaults("comments") == ()


def save(sql: Sql, name: str, spec: dict[str, Any], noun: str = "posts", **more: Any) -> None:
    values = {"owner": "somebody", "shared": False, **more}
    sql(
        "INSERT INTO saved_views (noun, name, spec, owner, shared)"
        " VALUES (%s, %s, %s, coalesce(%s, current_user), %s)",
        (noun, name, json.dumps(spec), values["owner"], values["shared"]),
    )


def test_saved_views_are_mine_first_then_shared_ones(session: Session, sql: Sql) -> None:
    [(login,)] = sql("SELECT current_user::text")
    spec = ListSpec("qt", (Sort("title"),), Group((Condition("tags", "contains", "qt"),)))
    save(sql, "Zebra", {**to_json(spec), "columns": ["title", "gone", "status"]}, owner=None)
    save(sql, "apple", {}, owner=None, shared=True)
    save(sql, "Theirs", {}, shared=True)
    save(sql, "Hidden", {})
    save(sql, "People", {}, noun="users", owner=None)
    views = queries.views.saved(session, POSTS)
    assert [view.name for view in views] == ["apple", "Zebra", "Theirs"]
    assert [view.own for view in views] == [True, True, False]
    assert [view.shared for view in views] == [True, False, True]
    assert views[1] == View("posts", "Zebra", spec, ("title", "status"), 1, 1, str(login), own=True)
    assert [view.name for view in queries.views.saved(session, queries.users.LISTING)] == ["People"]


def test_a_view_of_tomorrow_is_listed_and_says_that_it_cannot_be_shown(session: Session, sql: Sql) -> None:
    for number, spec in enumerate(
        ({"mood": 1}, {"columns": "title"}, {"columns": [1]}, {"sort": [["mood", False]]})
    ):
        save(sql, f"View {number}", spec, owner=None)
    views = queries.views.saved(session, POSTS)
    assert len(views) == 4
    for view in views:
        assert view.spec == ListSpec()
        assert view.problem is not None
        assert "newer version" in view.problem


def test_a_database_without_the_table_has_no_saved_views(session: Session, sql: Sql) -> None:
    sql("DROP TABLE saved_views")
    assert queries.views.saved(session, POSTS) == ()
