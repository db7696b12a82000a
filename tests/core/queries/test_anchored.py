"""Places in a list: what is read between anchors is the list, whatever happens to the rows at its anchors."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy.orm import Session

from blogadmin.core.database.engine import Database
from blogadmin.core.queries import comments, posts, users
from blogadmin.core.queries.listing import Listing
from blogadmin.core.queries.places import STRIDE, Key, Part
from blogadmin.core.queries.spec import ListSpec, Sort
from tests.conftest import client

Sql = Callable[..., list[tuple[Any, ...]]]
POSTS = 3 * STRIDE + 70
PLACES = posts.LISTING.places

ORDERS = [
    ListSpec(),
    ListSpec(sort=(Sort("title"),)),
    ListSpec(sort=(Sort("title", descending=True),)),
    ListSpec(sort=(Sort("slug"),)),
    ListSpec(sort=(Sort("author"),)),
    ListSpec(sort=(Sort("author", descending=True),)),
    ListSpec(sort=(Sort("id", descending=True),)),
    ListSpec(search="odd"),
    ListSpec(search="Person 3", sort=(Sort("author"),)),
]
MIXED = [
    ListSpec(sort=(Sort("status", descending=True), Sort("title"))),
    ListSpec(sort=(Sort("tags"),)),
    ListSpec(sort=(Sort("tags", descending=True), Sort("author"))),
    ListSpec(sort=(Sort("comments", descending=True),)),
]


@pytest.fixture(scope="module")
def filled(make_template: Callable[[Callable[[str], object]], str]) -> str:
    """Posts with many equal titles, authors and times, and many without tags."""
    return make_template(fill)


def fill(url: str) -> None:
    with client(url) as sql:
        insert(sql)


def insert(sql: Sql) -> None:
    sql(
        "INSERT INTO users (name, email, password_hash) SELECT 'Person ' || n % 4, n || '@example.org', 'x'"
        " FROM generate_series(1, 7) n"
    )
    sql(
        "INSERT INTO posts (public_id, body, title, slug, status, author_id, metadata, updated_at)"
        " SELECT gen_random_uuid(), 'Body', (array['even', 'odd', 'Ödd', ''''])[1 + n %% 4] || n / 50,"
        " 'slug-' || n, (array['draft', 'review'])[1 + n %% 2], 1 + n * 13 %% 7,"
        " CASE WHEN n %% 3 = 0 THEN jsonb_build_object('tags', jsonb_build_array('t' || n %% 5)) END,"
        " '2026-01-01Z'::timestamptz + n / 9 * interval '1.000001 hours' FROM generate_series(1, %s) n",
        (POSTS,),
    )


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A reader's session, as the lists get one."""
    with database.reader() as opened:
        yield opened


def unpacked(packed: bytes) -> list[int]:
    return list(struct.unpack(f">{len(packed) // 8}q", packed))


def in_order(session: Session, spec: ListSpec, listing: Listing[Any] = posts.LISTING) -> list[int]:
    return [row_id for chunk in listing.ids(session, spec) for row_id in unpacked(chunk)]


def surveyed(session: Session, spec: ListSpec) -> tuple[list[Part], list[Key]]:
    parts = list(PLACES.survey(session, spec, 0))
    return parts, [tuple(key) for part in parts for key in json.loads(part.keys)]


def segments(session: Session, spec: ListSpec, keys: Sequence[Key], newest: int) -> list[list[int]]:
    stops: list[Key | None] = [*keys[1:], None]
    return [
        unpacked(PLACES.between(session, spec, start, stop, newest, STRIDE))
        for start, stop in zip(keys, stops, strict=True)
    ]


@pytest.mark.parametrize("spec", ORDERS, ids=str)
def test_what_lies_between_anchors_is_the_list(session: Session, spec: ListSpec) -> None:
    ids = in_order(session, spec)
    parts, keys = surveyed(session, spec)
    found = segments(session, spec, keys, parts[0].newest)
    assert [row_id for segment in found for row_id in segment] == ids
    assert {len(segment) for segment in found[:-1]} <= {STRIDE}
    assert {part.total for part in parts} == {len(ids)}
    assert unpacked(parts[0].ids) == ids[:STRIDE]
    assert parts[0].newest == POSTS


@pytest.mark.parametrize("spec", [*ORDERS, *MIXED], ids=str)
def test_a_short_list_comes_as_ids(session: Session, spec: ListSpec) -> None:
    parts = list(PLACES.survey(session, spec, POSTS))
    assert [row_id for part in parts for row_id in unpacked(part.ids)] == in_order(session, spec)
    assert not any(part.anchored or part.keys for part in parts)


@pytest.mark.parametrize("spec", MIXED, ids=str)
def test_an_order_that_no_index_follows_comes_as_ids_however_long(session: Session, spec: ListSpec) -> None:
    assert not any(part.anchored for part in PLACES.survey(session, spec, 0))


@pytest.mark.parametrize("spec", MIXED, ids=str)
def test_a_key_may_have_nulls_and_mixed_directions(session: Session, spec: ListSpec) -> None:
    arranged, _values = posts.LISTING.arranged(spec)
    assert arranged is not None
    try:
        object.__setattr__(arranged, "seekable", True)
        parts, keys = surveyed(session, spec)
    finally:
        object.__setattr__(arranged, "seekable", False)
    found = segments(session, spec, keys, parts[0].newest)
    assert [row_id for segment in found for row_id in segment] == in_order(session, spec)
    some = in_order(session, spec)[100:700:50]
    told = PLACES.locate(session, spec, some, keys)
    assert told == {row_id: (100 + 50 * n) // STRIDE for n, row_id in enumerate(some)}


def test_an_anchor_stands_when_its_row_is_deleted_or_moves(session: Session, sql: Sql) -> None:
    spec = ListSpec(sort=(Sort("title"),))
    ids = in_order(session, spec)
    parts, keys = surveyed(session, spec)
    sql("DELETE FROM posts WHERE id = %s", (ids[STRIDE],))
    sql("UPDATE posts SET title = 'ÿ' WHERE id = %s", (ids[2 * STRIDE],))
    sql(
        "INSERT INTO posts (public_id, body, title, slug, author_id)"
        " VALUES (gen_random_uuid(), '', %s, 'new', 1)",
        (keys[1][0],),
    )
    found = segments(session, spec, keys, parts[0].newest)
    assert found[0] == ids[:STRIDE]
    assert found[1] == ids[STRIDE + 1 : 2 * STRIDE]
    assert found[2] == ids[2 * STRIDE + 1 : 3 * STRIDE]
    assert found[3] == [*ids[3 * STRIDE :], ids[2 * STRIDE]]


def test_ids_between_far_anchors_come_at_once(session: Session) -> None:
    parts, keys = surveyed(session, ListSpec())
    found = PLACES.between(session, ListSpec(), keys[1], keys[3], parts[0].newest, None)
    assert unpacked(found) == in_order(session, ListSpec())[STRIDE : 3 * STRIDE]


@pytest.mark.parametrize("spec", [*ORDERS, *MIXED], ids=str)
def test_rows_are_found_by_their_number_from_either_end(session: Session, spec: ListSpec) -> None:
    ids = in_order(session, spec)
    assert unpacked(PLACES.at(session, spec, 30, 20, backwards=False)) == ids[30:50]
    assert unpacked(PLACES.at(session, spec, 30, 20, backwards=True)) == ids[::-1][30:50]


@pytest.mark.parametrize("spec", ORDERS, ids=str)
def test_a_row_is_located_among_anchors(session: Session, spec: ListSpec) -> None:
    ids = in_order(session, spec)
    _parts, keys = surveyed(session, spec)
    told = PLACES.locate(session, spec, [*ids, 999_999], keys)
    assert told == {row_id: row // STRIDE for row, row_id in enumerate(ids)}
    assert PLACES.locate(session, spec, ids[:3], keys[1:]) == {}
    assert PLACES.locate(session, spec, [], keys) == {}


def test_rows_made_since_are_told(session: Session) -> None:
    assert PLACES.newer(session, ListSpec(), POSTS - 2, 10) == [POSTS - 1, POSTS]
    assert len(PLACES.newer(session, ListSpec(), 0, 10)) == 10


def test_a_search_for_what_no_text_can_hold_finds_nothing(session: Session) -> None:
    spec = ListSpec(search="a\x00b")
    assert list(PLACES.survey(session, spec, 0)) == []
    assert PLACES.between(session, spec, ("1",), None, 1, None) == b""
    assert PLACES.at(session, spec, 0, 5, backwards=False) == b""
    assert PLACES.locate(session, spec, [1], [("1",)]) == {}
    assert PLACES.newer(session, spec, 0, 5) == []
    assert PLACES.estimate(session, spec) == 0


def test_a_survey_of_which_the_connection_is_lost_ends_without_another_error(session: Session) -> None:
    parts = PLACES.survey(session, ListSpec(), most=10_000)
    next(parts)
    session.connection().invalidate()
    parts.close()
    session.rollback()


def test_an_empty_list_has_no_places(session: Session) -> None:
    assert list(PLACES.survey(session, ListSpec(search="nothing has this"), 0)) == []


def test_the_number_of_rows_is_told_roughly_with_and_without_a_filter(session: Session, sql: Sql) -> None:
    sql("ANALYZE posts")
    assert PLACES.estimate(session, ListSpec()) == POSTS
    assert 0 < PLACES.estimate(session, ListSpec(search="odd")) < POSTS


@pytest.mark.parametrize("listing", [users.LISTING, comments.LISTING])
def test_every_noun_has_places(session: Session, listing: Listing[Any]) -> None:
    for name in sorted(listing.sortable):
        spec = ListSpec(sort=(Sort(name),))
        ids = [row_id for part in listing.places.survey(session, spec, 0) for row_id in unpacked(part.ids)]
        assert ids == in_order(session, spec, listing)
