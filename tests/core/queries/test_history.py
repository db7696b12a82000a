"""What is told of changes, whoever made them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from blogadmin.core.database.errors import NotKept
from blogadmin.core.queries import history
from blogadmin.core.queries.rows import HistoryRow
from blogadmin.core.queries.spec import Condition, Group, ListSpec

Sql = Callable[..., list[tuple[Any, ...]]]
pytestmark = pytest.mark.usefixtures("blog")


def rows(session: Session, spec: ListSpec | None = None) -> list[HistoryRow]:
    found = history.LISTING.first(session, spec or ListSpec())
    assert all(isinstance(row, HistoryRow) for row in found)
    return [row for row in found if isinstance(row, HistoryRow)]


def test_the_last_change_comes_first_with_its_row_and_what_it_was(sql: Sql, session: Session) -> None:
    sql("UPDATE posts SET status = 'published', body = 'Another body' WHERE id = 1")
    last = rows(session)[0]
    assert (last.op, last.noun, last.row_id, last.row) == ("changed", "posts", 1, "Élan vital")
    assert last.what == "body\x1estatus\x1fdraft\x1fpublished"
    assert last.application == "test"
    assert last.login


def test_a_deleted_row_keeps_its_name(sql: Sql, session: Session) -> None:
    sql("DELETE FROM posts WHERE id = 6")
    last = rows(session)[0]
    assert (last.op, last.row, last.what) == ("deleted", "back\\slash", "")


def test_a_password_is_never_told(sql: Sql, session: Session) -> None:
    sql("UPDATE users SET password_hash = 'secret-5' WHERE id = 1")
    assert rows(session)[0].what == "password_hash"
    assert "secret" not in repr(history.of_row(session, "users", 1))
    assert "password_hash" not in (history.fields_after(session, "users", 1, 0) or {})


def test_it_is_filtered_by_table_kind_and_time(sql: Sql, session: Session) -> None:
    sql("UPDATE users SET role = 'editor' WHERE id = 4")
    asked = (
        Condition("noun", "is", "users"),
        Condition("op", "is", "changed"),
        Condition("at", "within", "7d"),
    )
    [found] = rows(session, ListSpec(where=Group(asked)))
    assert found.what == "role\x1fuser\x1feditor"


def test_it_is_searched_by_login(session: Session) -> None:
    login = rows(session)[0].login
    assert rows(session, ListSpec(login[:3]))
    assert not rows(session, ListSpec("nobody-of-that-name"))
    assert "every change is read" in (history.LISTING.slow(ListSpec(login[:3])) or "")


def test_all_ids_are_read_in_order(session: Session) -> None:
    packed = b"".join(history.LISTING.ids(session, ListSpec()))
    ids = [int.from_bytes(packed[at : at + 8], "big") for at in range(0, len(packed), 8)]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 15


def test_a_row_is_known_as_it_was_after_each_change(sql: Sql, session: Session) -> None:
    sql("UPDATE posts SET body = 'Two', title = 'T2' WHERE id = 2")
    sql("UPDATE posts SET metadata = '{\"n\": 12345678901234567890.10}' WHERE id = 2")
    sql("UPDATE posts SET body = 'Three', metadata = NULL WHERE id = 2")
    third, second, first, made = history.of_row(session, "posts", 2)
    assert made.op == "created"
    assert (first.old, first.new, first.body_changed) == ({"title": "50% off"}, {"title": "T2"}, True)
    assert second.new == {"metadata": '{"n": 12345678901234567890.10}'}
    assert third.new == {"metadata": None}
    for entry, body, title, metadata in (
        (made, "Body", "50% off", '{"tags": ["a", "b"]}'),
        (first, "Two", "T2", '{"tags": ["a", "b"]}'),
        (second, "Two", "T2", '{"n": 12345678901234567890.10}'),
        (third, "Three", "T2", None),
    ):
        was = history.fields_after(session, "posts", 2, entry.id)
        assert was is not None
        assert (was["body"], was["title"], was["metadata"]) == (body, title, metadata)
    assert history.fields_before(session, "posts", 2, made.id) is None


def test_a_deleted_row_is_known_as_it_was(sql: Sql, session: Session) -> None:
    sql("UPDATE posts SET body = 'Last words' WHERE id = 6")
    sql("DELETE FROM posts WHERE id = 6")
    gone = history.of_row(session, "posts", 6)[0]
    assert gone.op == "deleted"
    assert history.fields_after(session, "posts", 6, gone.id) is None
    was = history.fields_before(session, "posts", 6, gone.id)
    assert was is not None
    assert (was["body"], was["slug"]) == ("Last words", "back")


def test_a_single_change_is_found_by_its_number(session: Session) -> None:
    [row] = rows(session)[:1]
    entry = history.entry(session, row.id)
    assert entry is not None
    assert (entry.op, entry.login) == (row.op, row.login)
    assert history.entry(session, 10**9) is None


def test_a_database_without_history_is_recognised(sql: Sql, session: Session) -> None:
    assert history.is_kept(session)
    sql("ALTER TABLE audit_log RENAME TO elsewhere")
    assert not history.is_kept(session)


def test_the_list_of_a_database_without_history_says_so(sql: Sql, session: Session) -> None:
    sql("ALTER TABLE audit_log RENAME TO elsewhere")
    for ask in (
        lambda: history.LISTING.first(session, ListSpec()),
        lambda: list(history.LISTING.places.survey(session, ListSpec(), 10)),
        lambda: history.LISTING.estimate(session, ListSpec()),
    ):
        with pytest.raises(NotKept, match="keeps no history"):
            ask()


def test_an_author_is_told_by_name(sql: Sql, session: Session) -> None:
    sql("UPDATE posts SET author_id = 4 WHERE id = 1")
    assert rows(session)[0].what == "author_id\x1fZoë Adams\x1fAnna Berg"


def test_who_changed_a_row_since_a_version_is_found(sql: Sql, session: Session) -> None:
    sql("UPDATE posts SET title = 'One' WHERE id = 1")
    [entry] = history.of_row(session, "posts", 1, 1)
    assert (entry.noun, entry.row_id) == ("posts", 1)
    assert history.latest_login(session, "posts", 1, entry.version - 1) == (entry.login, True)
    assert history.latest_login(session, "posts", 1, entry.version) is None


def test_whether_a_row_is_there_is_known(sql: Sql, session: Session) -> None:
    assert history.exists(session, "comments", 1)
    sql("DELETE FROM comments WHERE id = 1")
    assert not history.exists(session, "comments", 1)


def test_how_many_changes_there_are_is_known_by_the_months(sql: Sql, session: Session) -> None:
    sql("ANALYZE audit_log")
    assert history.LISTING.estimate(session, ListSpec()) == 15
    assert history.LISTING.estimate(session, ListSpec(where=Group((Condition("op", "is", "deleted"),)))) < 15


def test_a_row_that_was_made_anew_was_not_there_in_between(sql: Sql, session: Session) -> None:
    sql("UPDATE posts SET body = 'Two' WHERE id = 6")
    sql("DELETE FROM posts WHERE id = 6")
    sql(
        "INSERT INTO posts (id, public_id, title, slug, body, author_id) OVERRIDING SYSTEM VALUE"
        " VALUES (6, gen_random_uuid(), 'Again', 'again', 'Three', 2)"
    )
    made_again, deleted, changed, _made = history.of_row(session, "posts", 6)
    states = [history.fields_after(session, "posts", 6, e.id) for e in (changed, deleted, made_again)]
    assert [state and state["body"] for state in states] == ["Two", None, "Three"]
