"""Every condition of a filter, alone and in groups, against rows that it must and must not find."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from blogadmin.core import queries
from blogadmin.core.models import Post
from blogadmin.core.queries.abilities import Abilities
from blogadmin.core.queries.conditions import problem
from blogadmin.core.queries.filters import condition
from blogadmin.core.queries.spec import OPS, Condition, Field, Group, Kind, ListSpec, Sort

Sql = Callable[..., list[tuple[Any, ...]]]
C = Condition
POSTS = {
    "status is": (C("status", "is", "draft"), [1, 6]),
    "status is not": (C("status", "is_not", "draft"), [2, 3, 4, 5]),
    "status any of": (C("status", "any_of", ("review", "archived")), [4, 5]),
    "status any of nothing": (C("status", "any_of", ()), []),
    "author": (C("author_id", "is", 1), [1, 4]),
    "author is not": (C("author_id", "is_not", 1), [2, 3, 5, 6]),
    "authors": (C("author_id", "any_of", (1, 4)), [1, 4, 5]),
    "no author": (C("author_id", "any_of", ()), []),
    "an id beyond integer": (C("author_id", "is", 2**40), []),
    "before a day": (C("updated_at", "before", "2024-03-03T00:00Z"), [1, 3]),
    "after a day": (C("updated_at", "after", "2024-03-04T00:00Z"), [2, 4, 5]),
    "between times": (C("updated_at", "between", ("2024-03-02T00:00Z", "2024-03-04T00:00Z")), [3, 6]),
    "created before a span": (C("created_at", "before", "1y"), [1, 2, 3, 4, 5, 6]),
    "created after a span": (C("created_at", "after", "1d"), []),
    "a tag": (C("tags", "contains", "b"), [2, 4]),
    "a tag that is a text": (C("tags", "contains", "a"), [2]),
    "a tag with quotes": (C("tags", "contains", '"q"'), [6]),
    "without a tag": (C("tags", "is_not", "b"), [1, 3, 5, 6]),
    "some tag": (C("tags", "any_of", ("a", "é")), [2, 6]),
    "no tag": (C("tags", "any_of", ()), []),
    "a key": (C("metadata", "has_key", "tags"), [2, 3, 4, 6]),
    "a key with signs": (C("metadata", "has_key", "'\"%"), []),
    "key is a number": (C("metadata", "key_is", ("other", 1)), [5]),
    "key is a typed number": (C("metadata", "key_is", ("other", "1")), [5]),
    "key is a text": (C("metadata", "key_is", ("tags", "a")), [3]),
    "key is another": (C("metadata", "key_is", ("other", "x")), []),
    "with comments": (C("comments", "at_least", 1), [1, 2, 5]),
    "with two comments": (C("comments", "at_least", 2), [1]),
    "without comments": (C("comments", "is", 0), [3, 4, 6]),
    "with three comments": (C("comments", "is", 3), [1]),
    "up to one comment": (C("comments", "at_most", 1), [2, 3, 4, 5, 6]),
    "one to three comments": (C("comments", "between", (1, 3)), [1, 2, 5]),
    "any number": (C("comments", "at_least", 0), [1, 2, 3, 4, 5, 6]),
    "views": (C("view_count", "is", 5), [1, 2]),
    "many views": (C("view_count", "at_least", 5), [1, 2, 3]),
    "few views": (C("view_count", "at_most", 1), [4, 5]),
    "some views": (C("view_count", "between", (1, 5)), [1, 2, 5, 6]),
    "views beyond integer": (C("view_count", "at_most", 2**40), [1, 2, 3, 4, 5, 6]),
}
USERS = {
    "role": (C("role", "is", "user"), [3, 4]),
    "active": (C("is_active", "is", True), [1, 2, 4]),
    "inactive": (C("is_active", "is", False), [3]),
    "two posts": (C("posts", "at_least", 2), [1, 2]),
    "created": (C("created_at", "between", ("2024-01-02T00:00Z", "2024-01-03T00:00Z")), [2]),
    "updated": (C("updated_at", "within", "24h"), [1, 2, 3, 4]),
}
COMMENTS = {
    "status": (C("status", "is", "approved"), [1, 5]),
    "author": (C("author_id", "is", 2), [1, 3]),
    "created": (C("created_at", "after", "2024-04-04T00:00Z"), [4, 5]),
}
HISTORY = {
    "who": (C("login", "is", "writer_a%"), [2, 4]),
    "somebody else": (C("login", "is_not", "writer_a%"), [1, 3, 5]),
    "somebody in other letters": (C("login", "is", "WRITER_A%"), []),
    "part of who": (C("login", "contains", "ITER_"), [2, 3, 4]),
    "a sign that means itself": (C("login", "contains", "a%"), [2, 4]),
    "no sign for one letter": (C("login", "contains", "w_iter"), []),
    "where": (C("application", "contains", "PSQL"), [5]),
    "one row": (C("row_id", "is", 3), [3]),
}
BY_NOUN = {"posts": POSTS, "users": USERS, "comments": COMMENTS, "history": HISTORY}
CASES = [(noun, name) for noun, cases in BY_NOUN.items() for name in cases]


def found(session: Session, noun: str, where: Group, **more: Any) -> list[int]:
    listing = getattr(queries, noun).LISTING
    spec = ListSpec(where=where, sort=(Sort("id"),), **more)
    ids = [row.id for row in listing.first(session, spec)]
    packed = b"".join(listing.ids(session, spec))
    assert [id_ for (id_,) in struct.iter_unpack("!q", packed)] == ids
    return ids


@pytest.fixture
def changes(blog: None, sql: Sql) -> None:
    """Five changes of the history, by logins that no test could all sign in as; ids from 1."""
    # Nobody else may write there: the triggers are off for this connection, which only a superuser can do.
    sql("SET session_replication_role = replica")
    sql("DELETE FROM audit_log")
    sql(
        "INSERT INTO audit_log (id, at, transaction, login, application, noun, row_id, op, version)"
        " OVERRIDING SYSTEM VALUE SELECT id, now(), id, login, application, 'posts', id, 'changed', 1"
        " FROM (VALUES (1, 'anna', 'blogadmin'), (2, 'writer_a%', 'blog'), (3, 'writer_ab', ''),"
        " (4, 'writer_a%', 'blog'), (5, 'postgres', 'psql')) AS made (id, login, application)"
    )
    sql("RESET session_replication_role")


@pytest.mark.usefixtures("changes")
@pytest.mark.parametrize(("noun", "name"), CASES)
def test_a_condition_finds_its_rows(session: Session, noun: str, name: str) -> None:
    asked, expected = BY_NOUN[noun][name]
    assert problem(getattr(queries, noun).LISTING.fields, asked) is None
    assert found(session, noun, Group((asked,))) == expected


def test_every_operator_of_every_field_is_tried() -> None:
    tried = {(noun, case.field, case.op) for noun, cases in BY_NOUN.items() for case, _ids in cases.values()}
    kinds = {(getattr(queries, noun).LISTING.fields[field].kind, op) for noun, field, op in tried}
    assert kinds == {(kind, op) for kind, ops in OPS.items() for op in ops}


@pytest.mark.usefixtures("blog")
def test_groups_hold_together_or_apart(session: Session) -> None:
    draft, first = C("status", "is", "draft"), C("author_id", "is", 1)
    assert found(session, "posts", Group((draft, first))) == [1]
    assert found(session, "posts", Group((draft, first), any=True)) == [1, 4, 6]
    nested = Group((Group((draft, first), any=True), Group((C("view_count", "at_most", 2),))))
    assert found(session, "posts", nested) == [4, 6]
    assert found(session, "posts", nested, search="snake") == [4]


@pytest.mark.usefixtures("blog")
def test_an_empty_group_asks_for_nothing(session: Session) -> None:
    everything = [1, 2, 3, 4, 5, 6]
    assert found(session, "posts", Group(())) == everything
    assert found(session, "posts", Group((Group((), any=True),), any=True)) == everything
    assert found(session, "posts", Group((Group(()), C("status", "is", "draft")), any=True)) == [1, 6]


@pytest.mark.usefixtures("blog")
def test_periods_follow_the_servers_clock(session: Session, sql: Sql) -> None:
    moments = {1: "now()", 2: "now() - interval '40 days'", 3: "now() - interval '400 days'"}
    for id_, moment in moments.items():
        sql(f"UPDATE posts SET created_at = {moment} WHERE id = {id_}")

    def within(value: str) -> list[int]:
        return found(session, "posts", Group((C("created_at", "within", value),)))

    assert (
        within("24h") == within("7d") == within("today") == within("this_week") == within("this_month") == [1]
    )
    assert within("6w") == [1, 2]
    assert within("2y")[:3] == [1, 2, 3]
    assert 1 in within("this_year")
    assert not {1, 2, 3} & set(within("yesterday"))


@pytest.mark.usefixtures("blog")
def test_a_period_ends_where_the_next_begins(session: Session, sql: Sql) -> None:
    sql("UPDATE posts SET created_at = now() - interval '1 month' WHERE id = 1")
    sql("UPDATE posts SET created_at = now() + interval '2 days' WHERE id = 2")
    assert found(session, "posts", Group((C("created_at", "within", "last_month"),))) == [1]
    assert found(session, "posts", Group((C("created_at", "within", "today"),))) == []


@pytest.mark.usefixtures("blog")
def test_me_is_who_has_the_name_or_address_of_the_login(session: Session, sql: Sql) -> None:
    mine = Group((C("author_id", "is", "me"),))
    assert found(session, "posts", mine) == []
    [(login,)] = sql("SELECT current_user::text")
    sql("UPDATE users SET email = %s || '@example.org' WHERE id = 2", (login,))
    assert found(session, "posts", mine) == [2, 6]
    assert found(session, "posts", Group((C("author_id", "is_not", "me"),))) == [1, 3, 4, 5]
    assert found(session, "posts", Group((C("author_id", "any_of", ("me", 4)),))) == [2, 5, 6]
    assert found(session, "posts", Group((C("author_id", "any_of", ("me",)),))) == [2, 6]
    sql("UPDATE users SET name = upper(%s) WHERE id = 4", (login,))
    assert found(session, "posts", mine) == [2, 5, 6]


@pytest.mark.usefixtures("blog")
def test_keys_are_found_without_their_index_too(session: Session, sql: Sql) -> None:
    sql("UPDATE posts SET metadata = %s WHERE id = 1", (json.dumps({'a"b': {"deep": 1}}),))
    filters = queries.posts.LISTING.filters
    where = Group((C("metadata", "has_key", 'a"b'), C("metadata", "has_key", "deep")), any=True)
    for able in (Abilities(), Abilities(keys=False)):
        made = condition(filters, where, able)
        assert made is not None
        assert list(session.scalars(select(Post.id).where(made))) == [1]


WRONG = [
    C("body", "is", "x"),
    C("status", "contains", "draft"),
    C("status", "is", "nonsense"),
    C("status", "any_of", "draft"),
    C("author_id", "is", "7"),
    C("author_id", "is", True),
    C("author_id", "is", 2**70),
    C("created_at", "within", "7 days"),
    C("created_at", "within", 7),
    C("created_at", "before", "2024-02-30"),
    C("created_at", "before", "0001-01-01"),
    C("created_at", "between", ("2024-01-01", "9999-12-31")),
    C("created_at", "between", "2024-01-01"),
    C("tags", "contains", "a\x00"),
    C("tags", "contains", "\ud800"),
    C("tags", "contains", "a" * 2000),
    C("metadata", "key_is", "x"),
    C("metadata", "key_is", ("x", None)),  # type: ignore[arg-type]
    C("view_count", "between", (1,)),
    C("view_count", "is", "1"),
    C("view_count", "is"),
]


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_what_cannot_be_asked_is_refused(session: Session, wrong: Condition) -> None:
    for where in (Group((wrong,)), Group((Group((wrong,), any=True),))):
        with pytest.raises(ValueError, match=wrong.field):
            queries.posts.LISTING.first(session, ListSpec(where=where))


def test_a_flag_is_neither_a_number_nor_a_word() -> None:
    fields = {"is_active": Field(Kind.FLAG)}
    assert problem(fields, C("is_active", "is", 1)) is not None
    assert problem(fields, C("is_active", "is", "true")) is not None
    assert problem(fields, C("is_active", "is", False)) is None
