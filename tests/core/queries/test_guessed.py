"""Places that are guessed: however wrong the guess, what is read around them is the list as it is."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from blogadmin.core.database.engine import Database
from blogadmin.core.queries import comments, guessed, history, posts, users
from blogadmin.core.queries.listing import Listing
from blogadmin.core.queries.places import Key
from blogadmin.core.queries.spec import Condition, Group, ListSpec, Sort
from tests.conftest import client

Sql = Callable[..., list[tuple[Any, ...]]]
POSTS = 2400
GAP = 1_000_000
PLACES = posts.LISTING.places
PUBLISHED = Group((Condition("status", "is", "published"),))

SEEKABLE = [
    ListSpec(),
    ListSpec(sort=(Sort("id", descending=True),)),
    ListSpec(sort=(Sort("slug"),)),
    ListSpec(sort=(Sort("title", descending=True),)),
    ListSpec(sort=(Sort("status"),)),
    ListSpec(sort=(Sort("status", descending=True),)),
    ListSpec(sort=(Sort("author"),)),
    ListSpec(sort=(Sort("author", descending=True),)),
    ListSpec(sort=(Sort("slug"),), where=PUBLISHED),
    ListSpec(search="odd"),
    ListSpec(search="Person 3", sort=(Sort("author"),)),
]
WITH_NULLS = [
    ListSpec(sort=(Sort("tags"),)),
    ListSpec(sort=(Sort("tags", descending=True),)),
    ListSpec(sort=(Sort("tags", descending=True), Sort("title"))),
]


@pytest.fixture(scope="module")
def filled(make_template: Callable[[Callable[[str], object]], str]) -> str:
    """Posts of which half have one status and most no tags; a gap lies between two thirds of the ids."""
    return make_template(fill)


def fill(url: str) -> None:
    with client(url) as sql:
        sql(
            "INSERT INTO users (name, email, password_hash)"
            " SELECT 'Person ' || n % 4, n || '@example.org', 'x' FROM generate_series(1, 7) n"
        )
        sql(
            "INSERT INTO posts (id, public_id, body, title, slug, status, author_id, metadata, updated_at)"
            " SELECT n + CASE WHEN n > %s THEN %s ELSE 0 END, gen_random_uuid(), 'Body',"
            " (array['even', 'odd', 'Ödd', ''''])[1 + n %% 4] || n / 150, 'slug-' || md5(n::text),"
            " CASE WHEN n %% 2 = 0 THEN 'published' WHEN n %% 3 = 0 THEN 'draft' ELSE 'archived' END,"
            " 1 + n * n %% 7,"
            " CASE WHEN n %% 5 = 0 THEN jsonb_build_object('tags', jsonb_build_array('t' || n %% 3)) END,"
            " '2026-01-01Z'::timestamptz + n / 9 * interval '1.000001 hours' FROM generate_series(1, %s) n",
            (POSTS * 2 // 3, GAP, POSTS),
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


def beside(session: Session, spec: ListSpec, key: Key, offset: int, count: int, *, up: bool) -> list[int]:
    return unpacked(PLACES.beside(session, spec, key, offset, count, backwards=up))


def places(session: Session, spec: ListSpec, marks: tuple[Key, ...]) -> list[int]:
    """The row of each mark; every time the list must be the same around it, up to its ends."""
    ids = in_order(session, spec)
    rows = [ids.index(beside(session, spec, key, 0, 1, up=False)[0]) for key in marks]
    for key, row in [*zip(marks, rows, strict=True)][:: max(1, len(marks) // 12)]:
        assert beside(session, spec, key, 0, 40, up=False) == ids[row : row + 40]
        assert beside(session, spec, key, 30, 20, up=False) == ids[row + 30 : row + 50]
        assert beside(session, spec, key, 0, 40, up=True) == ids[max(row - 40, 0) : row][::-1]
        assert beside(session, spec, key, 30, 20, up=True) == ids[:row][::-1][30:50]
    return rows


def far_off(rows: list[int], total: int) -> float:
    """By what part of the list the marks are away from where an even spread would have them, at worst."""
    return max(abs((n + 0.5) / len(rows) - row / total) for n, row in enumerate(rows))


@pytest.mark.parametrize("analysed", [True, False], ids=["analysed", "never analysed"])
@pytest.mark.parametrize("spec", SEEKABLE, ids=str)
def test_around_a_mark_is_the_list(session: Session, sql: Sql, spec: ListSpec, analysed: bool) -> None:
    if analysed:
        sql("ANALYZE posts")
    marks = PLACES.marks(session, spec)
    rows = places(session, spec, marks)
    assert rows == sorted(rows)
    # Without statistics nothing tells of the gap between the ids, and the guess is a bad one.
    assert not analysed or len(marks) > 50
    assert not analysed or far_off(rows, len(in_order(session, spec))) < 0.1


@pytest.mark.parametrize("spec", WITH_NULLS, ids=str)
def test_a_key_may_have_nulls(session: Session, sql: Sql, spec: ListSpec) -> None:
    sql("ANALYZE posts")
    arranged, _values = posts.LISTING.arranged(spec)
    assert arranged is not None
    assert PLACES.marks(session, spec) == ()
    try:
        object.__setattr__(arranged, "seekable", True)
        marks = PLACES.marks(session, spec)
    finally:
        object.__setattr__(arranged, "seekable", False)
    assert {key[0] is None for key in marks} == {True, False}
    assert far_off(places(session, spec, marks), POSTS) < 0.1


def test_statistics_that_nobody_may_read_are_done_without(session: Session, sql: Sql) -> None:
    sql("ANALYZE posts")
    sql("REVOKE SELECT ON pg_catalog.pg_stats FROM PUBLIC")
    sql("CREATE ROLE guessing_reader")
    try:
        sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO guessing_reader")
        session.execute(text("SET ROLE guessing_reader"))
        marks = PLACES.marks(session, ListSpec())
        session.execute(text("RESET ROLE"))
        assert places(session, ListSpec(), marks)
    finally:
        sql("DROP OWNED BY guessing_reader")
        sql("DROP ROLE guessing_reader")


def test_looking_for_marks_is_given_up_in_time(
    session: Session, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with client(database_url) as other, monkeypatch.context() as patch:
        patch.setattr(guessed, "_SECONDS", 0.05)
        other("BEGIN")
        other("LOCK posts")
        assert PLACES.marks(session, ListSpec()) == ()
        other("ROLLBACK")
    assert PLACES.marks(session, ListSpec())


def test_a_list_without_rows_has_no_marks(session: Session, sql: Sql) -> None:
    assert PLACES.marks(session, ListSpec(search="nothing has this")) == ()
    assert PLACES.marks(session, ListSpec(search="a\x00b")) == ()
    assert PLACES.beside(session, ListSpec(search="a\x00b"), ("1",), 0, 5, backwards=True) == b""
    sql("DELETE FROM posts")
    assert PLACES.marks(session, ListSpec()) == ()


@pytest.mark.parametrize("listing", [users.LISTING, comments.LISTING, history.LISTING])
def test_every_noun_can_be_entered_at_a_mark(session: Session, sql: Sql, listing: Listing[Any]) -> None:
    sql(
        "INSERT INTO comments (body, author_id, post_id)"
        " SELECT 'Body ' || n, 1 + n % 7, 1 + n % 5 FROM generate_series(1, 300) n"
    )
    for name in sorted(listing.sortable):
        spec = ListSpec(sort=(Sort(name),))
        arranged, _values = listing.arranged(spec, session)
        marks = listing.places.marks(session, spec)
        assert arranged is not None
        assert bool(marks) is arranged.seekable
        if marks:
            ids = in_order(session, spec, listing)
            key = marks[len(marks) // 2]
            after = unpacked(listing.places.beside(session, spec, key, 0, 20, backwards=False))
            before = unpacked(listing.places.beside(session, spec, key, 0, 20, backwards=True))
            row = ids.index(after[0])
            assert before[::-1] + after == ids[max(row - 20, 0) : row + 20]
