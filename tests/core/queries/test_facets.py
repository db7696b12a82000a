"""Counts beside the values of a field: exact, or at least so many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from blogadmin.core import queries
from blogadmin.core.queries import facets
from blogadmin.core.queries.facets import Facets
from blogadmin.core.queries.spec import Condition, Group, ListSpec

Sql = Callable[..., list[tuple[Any, ...]]]
C = Condition


@pytest.mark.usefixtures("blog")
def test_values_are_counted_the_most_frequent_first(session: Session, sql: Sql) -> None:
    posts, users, comments = queries.posts.LISTING, queries.users.LISTING, queries.comments.LISTING
    everything = ListSpec()
    assert posts.facets(session, everything, "status").values[:2] == (("draft", 2), ("published", 2))
    assert posts.facets(session, everything, "author_id", 2) == Facets(((1, 2), (2, 2)), exact=True)
    assert posts.facets(session, everything, "tags").values == (("b", 2), ('"q"', 1), ("a", 1), ("é", 1))
    assert users.facets(session, everything, "is_active").values == ((True, 3), (False, 1))
    assert users.facets(session, everything, "role").values[0] == ("user", 2)
    assert dict(comments.facets(session, everything, "status").values)["approved"] == 2


@pytest.mark.usefixtures("blog")
def test_a_field_is_counted_without_its_own_conditions(session: Session) -> None:
    draft, first = C("status", "is", "draft"), C("author_id", "is", 1)
    listing = queries.posts.LISTING

    def status(where: Group, search: str = "") -> dict[Any, int]:
        return dict(listing.facets(session, ListSpec(search, where=where), "status").values)

    assert len(status(Group((draft,)))) == 4
    assert status(Group((draft, first))) == {"draft": 1, "review": 1}
    assert status(Group((draft, first), any=True)) == {"draft": 2, "review": 1}
    assert status(Group((first,)), "snake") == {"review": 1}
    assert status(Group((first,)), "\x00") == {}


@pytest.mark.usefixtures("blog")
def test_texts_are_counted_too(session: Session) -> None:
    spec = ListSpec("body", bodies=True)
    assert sum(number for _value, number in queries.posts.LISTING.facets(session, spec, "status").values) == 6


def test_only_values_are_counted(session: Session) -> None:
    for field in ("created_at", "comments", "metadata", "nonsense"):
        with pytest.raises(ValueError, match=field):
            queries.posts.LISTING.facets(session, ListSpec(), field)


@pytest.mark.usefixtures("blog")
def test_when_time_runs_out_the_rows_made_last_are_counted(
    session: Session, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    sql(
        "INSERT INTO users (name, email, password_hash)"
        " SELECT 'u', g || '@x.org', 'x' FROM generate_series(1, 40000) g"
    )
    sql("UPDATE users SET role = 'editor' WHERE id > 40000")
    monkeypatch.setattr(facets, "EXACT_FOR", 0.001)
    monkeypatch.setattr(facets, "NEWEST", 10)
    monkeypatch.setattr(facets, "_FOR_NEWEST", 10.0)
    # Sure to take longer than a millisecond, and quick over ten rows.
    spec = ListSpec("u x.org", where=Group((C("posts", "at_most", 3),)))
    found = queries.users.LISTING.facets(session, spec, "role")
    assert not found.exact
    assert dict(found.values) == {"editor": 4, "user": 6}


@pytest.mark.usefixtures("blog")
def test_when_even_that_takes_too_long_nothing_is_told(
    session: Session, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    sql(
        "INSERT INTO users (name, email, password_hash)"
        " SELECT 'u', g || '@x.org', 'x' FROM generate_series(1, 40000) g"
    )
    monkeypatch.setattr(facets, "EXACT_FOR", 0.001)
    monkeypatch.setattr(facets, "NEWEST", 10**6)
    monkeypatch.setattr(facets, "_FOR_NEWEST", 0.001)
    before = session.connection().exec_driver_sql("SHOW statement_timeout").scalar_one()
    spec = ListSpec("u x.org", where=Group((C("posts", "at_most", 3),)))
    assert queries.users.LISTING.facets(session, spec, "role") == Facets((), exact=False)
    assert session.connection().exec_driver_sql("SHOW statement_timeout").scalar_one() == before


def test_other_failures_are_not_taken_for_a_lack_of_time(session: Session, sql: Sql) -> None:
    sql("ALTER TABLE users RENAME COLUMN role TO part")
    with pytest.raises(DBAPIError):
        queries.users.LISTING.facets(session, ListSpec(), "role")
