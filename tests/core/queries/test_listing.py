"""Every list: order, search, ids without objects, rows by id, and rows that cannot be shown."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Select, event
from sqlalchemy.orm import Session

from blogadmin.core import queries
from blogadmin.core.database.engine import Database
from blogadmin.core.queries import statements as statements_module
from blogadmin.core.queries.listing import Listing
from blogadmin.core.queries.rows import CommentRow, PostRow, UserRow
from blogadmin.core.queries.spec import ListSpec, Sort, Unreadable
from blogadmin.core.queries.statements import Question

Sql = Callable[..., list[tuple[Any, ...]]]
NOUNS = ("users", "posts", "comments")
DAY = datetime(2024, 1, 1, tzinfo=UTC)


def listing_of(noun: str) -> Listing[Any]:
    return getattr(queries, noun).LISTING


def by(column: str, *, descending: bool = False, search: str = "") -> ListSpec:
    return ListSpec(search, (Sort(column, descending),))


def unpacked(chunks: Iterable[bytes]) -> list[int]:
    return [id_ for chunk in chunks for (id_,) in struct.iter_unpack("!q", chunk)]


def first_ids(session: Session, noun: str, spec: ListSpec) -> list[int]:
    return [row.id for row in listing_of(noun).first(session, spec)]


@pytest.mark.usefixtures("blog")
def test_a_user_is_listed_with_counts_and_without_secrets(session: Session) -> None:
    rows = queries.users.LISTING.rows(session, [1, 2])
    anna = rows[2]
    assert isinstance(anna, UserRow)
    assert anna[:7] == (2, "anna berg", "anna_b@example.org", "editor", True, 2, 2)
    assert anna.created_at == DAY.replace(day=2)
    assert anna.version == 1
    assert "secret" not in repr(rows)


@pytest.mark.usefixtures("blog")
def test_a_post_is_listed_with_author_tags_and_count(session: Session) -> None:
    rows = queries.posts.LISTING.rows(session, [1, 2, 3, 4, 5, 6])
    post = rows[1]
    assert isinstance(post, PostRow)
    assert post[:10] == (1, "Élan vital", "elan", "draft", 1, "Zoë Adams", True, 3, 5, ())
    tags = {id_: row.tags for id_, row in rows.items() if isinstance(row, PostRow)}
    assert tags == {1: (), 2: ("a", "b"), 3: (), 4: (), 5: (), 6: ("é", '"q"')}
    assert isinstance(rows[3], PostRow)
    assert rows[3].author_active is False


@pytest.mark.usefixtures("blog")
def test_a_comment_is_listed_by_its_beginning_on_one_line(session: Session) -> None:
    rows = queries.comments.LISTING.rows(session, [1, 3])
    assert isinstance(rows[1], CommentRow)
    assert rows[1][:7] == (1, "First line and more", "approved", 1, "Élan vital", 2, "anna berg")
    assert isinstance(rows[3], CommentRow)
    assert rows[3].body == ("long words " * 100)[:300].strip()


@pytest.mark.usefixtures("blog")
@pytest.mark.parametrize("noun", NOUNS)
def test_ids_and_first_rows_agree_in_every_order(session: Session, noun: str) -> None:
    listing = listing_of(noun)
    assert listing.sortable
    for column in listing.sortable:
        for descending in (False, True):
            spec = by(column, descending=descending)
            ids = unpacked(listing.ids(session, spec))
            assert ids == first_ids(session, noun, spec)
            assert len(ids) == len(set(ids)) == len(listing.rows(session, ids))


@pytest.mark.usefixtures("blog")
@pytest.mark.parametrize("noun", NOUNS)
def test_reversing_an_order_reverses_its_ties_too(session: Session, noun: str) -> None:
    # Rows without tags stay at the end either way; the next test has them.
    for column in listing_of(noun).sortable - {"tags"}:
        up = first_ids(session, noun, by(column))
        assert first_ids(session, noun, by(column, descending=True)) == up[::-1]


@pytest.mark.usefixtures("blog")
@pytest.mark.parametrize("descending", [False, True])
def test_posts_sort_by_their_tags_and_those_without_come_last(session: Session, descending: bool) -> None:
    rows = queries.posts.LISTING.first(session, by("tags", descending=descending))
    tags = [row.tags for row in rows if isinstance(row, PostRow)]
    tagged = [entry for entry in tags if entry]
    assert len(tagged) == 2
    assert tagged == sorted(tagged, reverse=descending)
    assert tags[-1] == ()


@pytest.mark.usefixtures("blog")
@pytest.mark.parametrize("column", ["posts", "comments"])
def test_users_sort_by_what_is_counted(session: Session, column: str) -> None:
    rows = queries.users.LISTING.first(session, by(column, descending=True))
    counts = [getattr(row, column) for row in rows]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]


@pytest.mark.usefixtures("blog")
def test_the_default_orders(session: Session) -> None:
    assert first_ids(session, "posts", ListSpec()) == [2, 5, 4, 6, 3, 1]
    assert first_ids(session, "comments", ListSpec()) == [4, 5, 2, 3, 1]
    names = [row.name for row in queries.users.LISTING.first(session, ListSpec()) if isinstance(row, UserRow)]
    assert names == ["Anna Berg", "Bert 100%", "Zoë Adams", "anna berg"]


@pytest.mark.usefixtures("blog")
def test_sorting_by_author_sorts_by_name(session: Session) -> None:
    assert first_ids(session, "posts", by("author")) == [5, 3, 1, 4, 2, 6]
    assert first_ids(session, "comments", by("post")) == [3, 4, 1, 2, 5]


@pytest.mark.usefixtures("blog")
def test_several_columns_sort_one_after_the_other(session: Session) -> None:
    spec = ListSpec(sort=(Sort("view_count"), Sort("author", descending=True), Sort("view_count")))
    assert first_ids(session, "posts", spec) == [4, 5, 6, 2, 1, 3]
    assert first_ids(session, "posts", ListSpec(sort=(Sort("slug"), Sort("title")))) == [6, 1, 3, 2, 4, 5]


def test_an_unknown_column_is_refused(session: Session) -> None:
    for column in ("body", "metadata", "password_hash", "id; DROP TABLE posts"):
        with pytest.raises(KeyError):
            queries.posts.LISTING.first(session, by(column))
        with pytest.raises(KeyError):
            list(queries.posts.LISTING.ids(session, by(column)))


SEARCHES = {
    ("posts", "50%"): [2],
    ("posts", "snake_"): [4],
    ("posts", "k\\s"): [6],
    ("posts", "SNAKE"): [4, 5],
    ("posts", "éLAN"): [1],
    ("posts", "off"): [2, 3],
    ("posts", "off anna"): [2],
    ("posts", "  zoë   snake "): [4],
    ("posts", "body"): [],
    ("posts", "%"): [2, 3],
    ("users", "anna_"): [2],
    ("users", "berg example.org"): [2, 4],
    ("users", "100%"): [3],
    ("users", "secret"): [],
    ("comments", "snakes"): [2],
    ("comments", "ÉLAN anna"): [1, 5],
    ("comments", "100%"): [2, 5],
    ("posts", "\x00"): [],
    ("posts", "\ud800"): [],
    ("posts", ""): [1, 2, 3, 4, 5, 6],
    ("posts", " \t "): [1, 2, 3, 4, 5, 6],
    ("posts", "a " * 30): [],
}


@pytest.mark.usefixtures("blog")
def test_search_finds_rows_that_have_every_word(session: Session) -> None:
    specs = {key: by("id", search=key[1]) for key in SEARCHES}
    assert {key: first_ids(session, key[0], spec) for key, spec in specs.items()} == SEARCHES
    ids = {key: unpacked(listing_of(key[0]).ids(session, spec)) for key, spec in specs.items()}
    assert ids == SEARCHES


@pytest.mark.usefixtures("blog")
def test_a_very_long_search_ends_in_a_phrase(session: Session, sql: Sql) -> None:
    title = " ".join(f"w{n}" for n in range(20))
    sql("UPDATE posts SET title = %s WHERE id = 1", (title,))
    assert first_ids(session, "posts", ListSpec(title + " ")) == [1]
    assert first_ids(session, "posts", ListSpec(title.replace("w18 w19", "w19 w18"))) == []


@pytest.mark.usefixtures("blog")
def test_first_takes_no_more_than_asked(session: Session) -> None:
    assert [row.id for row in queries.posts.LISTING.first(session, ListSpec(), 2)] == [2, 5]


@pytest.mark.usefixtures("blog")
def test_rows_that_are_gone_are_absent(session: Session) -> None:
    assert list(queries.posts.LISTING.rows(session, [1, 999, 2**40])) == [1]
    assert queries.posts.LISTING.rows(session, []) == {}


def test_an_empty_list_has_no_chunk(session: Session) -> None:
    for noun in NOUNS:
        assert list(listing_of(noun).ids(session, ListSpec())) == []
        assert listing_of(noun).first(session, ListSpec()) == []


def test_ids_come_in_chunks_of_bounded_size(
    session: Session, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert statements_module.CHUNK == 65_536
    sql(
        "INSERT INTO users (name, email, password_hash)"
        " SELECT 'u' || g %% 7, g || '@example.org', 'x' FROM generate_series(1, 1000) g",
        (),
    )
    monkeypatch.setattr(statements_module, "_CHUNK_BYTES", 300 * 8)
    fresh = Listing("users", UserRow, queries.users.LISTING.columns, queries.users.LISTING.default_sort)
    chunks = list(fresh.ids(session, by("name", descending=True)))
    assert [len(chunk) // 8 for chunk in chunks] == [300, 300, 300, 100]
    expected = [id_ for (id_,) in sql("SELECT id FROM users ORDER BY name DESC, id DESC")]
    assert unpacked(chunks) == expected


def test_a_whole_number_of_chunks_has_no_empty_one(session: Session, sql: Sql) -> None:
    sql(
        "INSERT INTO users (name, email, password_hash)"
        " SELECT 'u', g || '@example.org', 'x' FROM generate_series(1, 65536) g"
    )
    assert [len(chunk) for chunk in queries.users.LISTING.ids(session, by("id"))] == [65_536 * 8]


def test_the_estimate_needs_no_scan_and_works_before_the_first_analyze(session: Session, sql: Sql) -> None:
    assert queries.users.LISTING.estimate(session) == 0
    sql(
        "INSERT INTO users (name, email, password_hash)"
        " SELECT 'u', g || '@example.org', 'x' FROM generate_series(1, 500) g"
    )
    assert queries.users.LISTING.estimate(session) == 500
    sql("ANALYZE users")
    sql("DELETE FROM users WHERE id > 400")
    assert queries.users.LISTING.estimate(session) == 500


def test_statements_are_built_once(session: Session) -> None:
    listing = queries.posts.LISTING
    for make in (listing.statements.first, listing.statements.packed, listing.statements.arranged):
        for question in (Question(()), Question((Sort("title"),), (("part", "few"), ("part", "none")))):
            assert make(question) is make(replace(question))


def statements_of(database: Database, session: Session, work: Callable[[Session], object]) -> list[str]:
    seen: list[str] = []
    engine = session.get_bind().engine

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        work(session)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return seen


def test_joins_are_made_only_for_what_is_sorted_by(database: Database, session: Session) -> None:
    def ids(noun: str, spec: ListSpec) -> str:
        seen = statements_of(database, session, lambda s: list(listing_of(noun).ids(s, spec)))
        return next(statement for statement in seen if "string_agg" in statement)

    assert "JOIN users" not in ids("posts", by("title"))
    assert "JOIN users" in ids("posts", by("author"))
    assert "JOIN users" not in ids("posts", ListSpec("x"))
    assert "JOIN posts" in ids("comments", by("post"))
    assert "JOIN users" not in ids("comments", by("post"))


def test_no_list_reads_bodies_or_hashes(database: Database, session: Session) -> None:
    for noun in NOUNS:
        seen = statements_of(
            database,
            session,
            lambda s, noun=noun: (listing_of(noun).first(s, ListSpec()), listing_of(noun).rows(s, [1])),
        )
        text = " ".join(seen)
        assert "password_hash" not in text
        assert "body" not in text.replace("left(comments.body", "")


def make_many(sql: Sql) -> None:
    sql(
        "INSERT INTO users (name, email, password_hash)"
        " SELECT 'u' || g, g || '@example.org', 'x' FROM generate_series(1, 200) g"
    )
    sql(
        "INSERT INTO posts (public_id, title, slug, body, author_id, updated_at)"
        " SELECT gen_random_uuid(), md5(g::text), 's' || g, 'x', 1 + g %% 200, now() - g * interval '1 min'"
        " FROM generate_series(1, 4000) g",
        (),
    )
    sql("ANALYZE users, posts, comments")


INDEXES: dict[tuple[str, tuple[Sort, ...]], str] = {
    ("posts", ()): "Index Scan Backward using ix_posts_updated_at_id",
    ("posts", (Sort("updated_at"),)): "Index Scan using ix_posts_updated_at_id",
    ("posts", (Sort("slug", descending=True),)): "Index Scan Backward using posts_slug_key",
    ("posts", (Sort("id", descending=True),)): "Index Scan Backward using posts_pkey",
    ("posts", (Sort("author"),)): "Index Scan using ix_users_name_id",
    ("posts", (Sort("author", descending=True),)): "Index Scan Backward using ix_users_name_id",
    ("users", ()): "Index Scan using ix_users_name_id",
    ("users", (Sort("name", descending=True),)): "Index Scan Backward using ix_users_name_id",
    ("users", (Sort("email"),)): "Index Scan using ix_users_email",
}


def test_the_first_rows_come_from_an_index(session: Session, sql: Sql) -> None:
    make_many(sql)
    assert sql("SHOW enable_seqscan") == [("on",)]
    for (noun, sort), index in INDEXES.items():
        plan = plan_of(session, listing_of(noun).statements.first(Question(sort)).limit(40))
        assert index in plan
        assert "Seq Scan on posts" not in plan


def plan_of(session: Session, statement: Select[Any]) -> str:
    compiled = statement.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    lines = session.connection().exec_driver_sql(f"EXPLAIN (COSTS OFF) {compiled}".replace("%", "%%"))
    return "\n".join(line for (line,) in lines)


BAD_ROWS = [
    ("UPDATE posts SET created_at = '10000-01-01' WHERE id = 3", "created_at: the date is too far away"),
    ("UPDATE posts SET created_at = '0044-03-15 BC' WHERE id = 3", "created_at: the date is too far away"),
    ("UPDATE posts SET created_at = 'infinity' WHERE id = 3", "created_at: the date is too far away"),
    ("UPDATE posts SET created_at = '-infinity' WHERE id = 3", "created_at: the date is too far away"),
    (
        """UPDATE posts SET metadata = ('{"tags": [' || repeat('9', 5000) || ']}')::jsonb WHERE id = 3""",
        "tags: the value cannot be read",
    ),
    (
        """UPDATE posts SET created_at = '20000-01-01',
           metadata = ('{"tags": ' || repeat('[', 5000) || repeat(']', 5000) || '}')::jsonb WHERE id = 3""",
        "tags: the value cannot be read; created_at: the date is too far away",
    ),
]


@pytest.mark.usefixtures("blog")
def test_a_row_that_cannot_be_shown_does_not_take_the_others_along(session: Session, sql: Sql) -> None:
    for statement, reason in BAD_ROWS:
        sql("UPDATE posts SET created_at = '2024-02-01Z', metadata = NULL WHERE id = 3")
        sql(statement)
        only_the_third_is_unreadable(session, reason)


def only_the_third_is_unreadable(session: Session, reason: str) -> None:
    rows = queries.posts.LISTING.rows(session, [1, 2, 3, 4, 5, 6])
    assert rows[3] == Unreadable(3, reason)
    assert all(isinstance(rows[id_], PostRow) for id_ in (1, 2, 4, 5, 6))
    first = queries.posts.LISTING.first(session, by("id"), 4)
    assert [row.id for row in first] == [1, 2, 3, 4]
    assert first[2] == Unreadable(3, reason)
    assert queries.posts.LISTING.first(session, by("id"), 2) == [rows[1], rows[2]]


@pytest.mark.usefixtures("blog")
def test_every_row_may_be_unreadable(session: Session, sql: Sql) -> None:
    sql("UPDATE posts SET updated_at = DEFAULT, created_at = 'infinity'")
    first = queries.posts.LISTING.first(session, ListSpec())
    assert len(first) == 6
    assert all(isinstance(row, Unreadable) for row in first)


@pytest.mark.usefixtures("blog")
def test_a_row_mended_while_it_was_looked_at_is_told_as_changed(session: Session) -> None:
    assert queries.posts.LISTING.why_unreadable(session, 1) == "it changed while it was being read"


@pytest.mark.parametrize("noun", NOUNS)
def test_a_listing_declares_the_fields_of_its_rows_in_their_order(noun: str) -> None:
    listing = listing_of(noun)
    assert listing.noun == noun
    assert tuple(listing.columns) == listing._row._fields
    assert {sort.column for sort in listing.default_sort} <= listing.sortable
