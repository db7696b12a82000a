"""Every order of one column is read from an index that keeps it, without sorting anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import QueryableAttribute, Session

from blogadmin.core import queries
from blogadmin.core.queries.listing import Listing
from blogadmin.core.queries.spec import ListSpec, Sort
from tests.conftest import client

Sql = Callable[..., list[tuple[Any, ...]]]
NOUNS = ("users", "posts", "comments")
INDEXES = """
SELECT CAST(t.relname AS text), ARRAY(
  SELECT CAST(a.attname AS text)
  FROM unnest(i.indkey) WITH ORDINALITY AS part (number, at)
  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = part.number ORDER BY part.at)
FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
WHERE i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL AND m.amname = 'btree'
"""


@pytest.fixture(scope="module")
def full(make_template: Callable[[Callable[[str], object]], str]) -> str:
    """Name of a database with 1,000 users, 10,000 posts, 20,000 comments."""
    return make_template(fill)


@pytest.fixture
def filled(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue("full" if "full" in request.fixturenames else "template")


def fill(url: str) -> None:
    with client(url) as sql:
        insert(sql)


def insert(sql: Sql) -> None:
    sql(
        "INSERT INTO users (name, email, password_hash, role, is_active, created_at)"
        " SELECT 'u' || g, g || '@example.org', 'x', CASE g %% 3 WHEN 0 THEN 'admin' ELSE 'user' END,"
        " g %% 9 > 0, now() - g * interval '1 h' FROM generate_series(1, 1000) g",
        (),
    )
    sql(
        "INSERT INTO posts (public_id, title, slug, body, author_id, status, view_count, created_at,"
        " updated_at)"
        " SELECT gen_random_uuid(), md5(g::text), 's' || g, 'x', 1 + g %% 1000,"
        " CASE g %% 3 WHEN 0 THEN 'draft' ELSE 'published' END, g %% 500, now() - g * interval '1 h',"
        " now() - g * interval '1 min' FROM generate_series(1, 10000) g",
        (),
    )
    sql(
        "INSERT INTO comments (post_id, author_id, body, status, created_at)"
        " SELECT 1 + g %% 10000, 1 + g %% 1000, md5(g::text),"
        " CASE g %% 3 WHEN 0 THEN 'spam' ELSE 'approved' END, now() - g * interval '1 min'"
        " FROM generate_series(1, 20000) g",
        (),
    )
    sql("VACUUM (ANALYZE) users, posts, comments")


def plan_of(session: Session, listing: Listing[Any], sort: tuple[Sort, ...], limit: int = 40) -> str:
    asked = listing.statements.asked(ListSpec(sort=sort))
    assert asked is not None
    connection = session.connection()
    compiled = listing.statements.first(asked[0]).compile(dialect=connection.dialect)
    sent = compiled.construct_params({**compiled.params, "most": limit})
    lines = connection.exec_driver_sql(f"EXPLAIN (COSTS OFF) {compiled}", dict(sent))
    return "\n".join(line for (line,) in lines)


def plan_of_ids(session: Session, listing: Listing[Any], sort: Sort) -> str:
    asked = listing.statements.asked(ListSpec(sort=(sort,)))
    assert asked is not None
    connection = session.connection()
    compiled = listing.statements.packed(asked[0]).compile(dialect=connection.dialect)
    lines = connection.exec_driver_sql(f"EXPLAIN (COSTS OFF) {compiled}", dict(compiled.params))
    return "\n".join(line for (line,) in lines)


def sorts(plan: str, but: str) -> bool:
    """Whether a node of the plan sorts, other than by ``but``."""
    nodes = {line.strip().removeprefix("->").strip() for line in plan.splitlines()}
    return bool(({"Sort", "Incremental Sort"} - {but}) & nodes)


def indexes_for(listing: Listing[Any], name: str) -> set[tuple[str, tuple[str, ...]]]:
    """Table and columns of every index that an order of one column takes."""
    column = listing.columns[name]
    stored = column.order[0]
    assert isinstance(stored, QueryableAttribute), f"{listing.noun} by {name} is computed"
    table = stored.class_.__tablename__
    found = {(table, ("id",) if stored.key == "id" else (stored.key, "id"))}
    if column.via is not None:
        [(here, _there)] = column.via.property.local_remote_pairs
        found.add((listing.noun, (here.key, "id")))
    return found


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("noun", NOUNS)
def test_no_order_of_one_column_is_sorted_for(session: Session, noun: str) -> None:
    listing: Listing[Any] = getattr(queries, noun).LISTING
    indexed = [name for name in listing.sortable if listing.columns[name].indexed]
    assert len(indexed) >= 5
    for name in indexed:
        for descending in (False, True):
            sort = (Sort(name, descending),)
            assert listing.slow(ListSpec(sort=sort)) is None
            plan = plan_of(session, listing, sort)
            # The rows of one author are few; there, sorting those is what remains.
            few = "Incremental Sort" if listing.columns[name].via is not None else ""
            assert not sorts(plan, but=few), f"{noun} by {name}:\n{plan}"
            assert f"Seq Scan on {noun}" not in plan, f"{noun} by {name}:\n{plan}"


@pytest.mark.parametrize("noun", NOUNS)
def test_an_order_has_its_index_or_is_said_to_take_long(noun: str, sql: Sql) -> None:
    listing: Listing[Any] = getattr(queries, noun).LISTING
    indexes = {(table, tuple(columns)) for table, columns in sql(INDEXES)}
    for name in listing.sortable:
        if listing.slow(ListSpec(sort=(Sort(name),))) is None:
            missing = {index for index in indexes_for(listing, name) if index not in indexes}
            assert not missing, f"{noun} by {name}: no index on {missing}"
        else:
            assert not listing.columns[name].indexed


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("noun", NOUNS)
def test_all_ids_in_a_stored_order_are_read_from_an_index_alone(session: Session, noun: str) -> None:
    listing: Listing[Any] = getattr(queries, noun).LISTING
    stored = [
        name
        for name, column in listing.columns.items()
        if name in listing.sortable and column.indexed and column.via is None
    ]
    assert len(stored) >= 4
    for name in stored:
        for descending in (False, True):
            plan = plan_of_ids(session, listing, Sort(name, descending))
            assert "Index Only Scan" in plan, f"{noun} by {name}:\n{plan}"
            assert not sorts(plan, but=""), f"{noun} by {name}:\n{plan}"


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("noun", NOUNS)
def test_what_has_no_index_is_said_to_take_long(session: Session, noun: str) -> None:
    listing: Listing[Any] = getattr(queries, noun).LISTING
    for name in listing.sortable:
        plan = plan_of(session, listing, (Sort(name),))
        slow = listing.slow(ListSpec(sort=(Sort(name),)))
        assert sorts(plan, but="Incremental Sort") == (slow is not None), plan


@pytest.mark.usefixtures("full")
def test_an_order_of_several_columns_is_right_with_ties_by_id(session: Session, sql: Sql) -> None:
    sorts = (Sort("status"), Sort("view_count", descending=True))
    expected = sql("SELECT id FROM posts ORDER BY status, view_count DESC, id DESC LIMIT 300")
    first = queries.posts.LISTING.first(session, ListSpec(sort=sorts), 300)
    assert [(row.id,) for row in first] == expected
