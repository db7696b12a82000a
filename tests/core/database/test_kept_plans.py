"""A plan is kept for what comes again with the same values, and only the time it takes is different."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from blogadmin.core.database import bare_rows
from blogadmin.core.database.engine import Database
from blogadmin.core.database.kept_plans import MOST, KeptText
from blogadmin.core.queries import posts
from blogadmin.core.queries.spec import Condition, Group, ListSpec, Sort

Sql = Callable[..., list[tuple[Any, ...]]]

TITLES = KeptText("SELECT title FROM posts WHERE title LIKE %(like)s ORDER BY id LIMIT %(most)s")
SLOW = KeptText("SELECT count(*) FROM generate_series(1, %(most)s)")
DIVIDED = KeptText("SELECT 1 / (count(*) - %(less)s) FROM posts")
KEPT = text("SELECT statement FROM pg_prepared_statements ORDER BY prepare_time")

pytestmark = pytest.mark.usefixtures("small_blog")


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.reader() as opened:
        yield opened


def titles(session: Session, like: str = "%", most: int = 9) -> list[str]:
    return [title for (title,) in bare_rows.rows(session.connection(), TITLES, {"like": like, "most": most})]


def kept(session: Session) -> list[str]:
    return list(session.scalars(KEPT))


def test_what_comes_again_is_prepared_with_its_values(session: Session) -> None:
    assert titles(session, "%o") == ["Two"]
    assert kept(session) == []
    assert titles(session, "%o") == titles(session, "%o") == ["Two"]
    [statement] = kept(session)
    assert "LIKE '%o' ORDER BY id LIMIT 9" in statement
    used = "SELECT generic_plans, custom_plans FROM pg_prepared_statements"
    assert session.execute(text(used)).one() == (2, 0)


def test_other_values_are_another_statement(session: Session) -> None:
    for _ in range(3):
        assert titles(session) == ["One", "Two"]
        assert titles(session, most=1) == ["One"]
        assert titles(session, "it's 100 % \\ o''") == []
    assert len(kept(session)) == 3


def test_values_that_only_python_takes_for_the_same_are_told_apart(session: Session) -> None:
    shown = KeptText("SELECT CAST(to_jsonb(%(value)s) AS text)")
    for _ in range(3):
        for value, words in ((1, "1"), (True, "true"), (1.0, "1.0")):
            assert bare_rows.rows(session.connection(), shown, {"value": value}) == [(words,)]
    assert len(kept(session)) == 3


def test_rows_are_those_of_now(session: Session, sql: Sql) -> None:
    for _ in range(3):
        titles(session)
    sql("UPDATE posts SET title = 'Changed' WHERE id = 1")
    assert titles(session) == ["Changed", "Two"]


def test_a_plan_that_somebody_threw_away_is_made_anew(session: Session) -> None:
    for _ in range(3):
        titles(session)
    session.execute(text("DEALLOCATE ALL"))
    for _ in range(4):
        assert titles(session) == ["One", "Two"]
    assert len(kept(session)) == 1


def test_a_column_may_become_another_type(session: Session, sql: Sql) -> None:
    count = KeptText("SELECT view_count FROM posts ORDER BY id LIMIT %(most)s")
    for _ in range(3):
        assert bare_rows.rows(session.connection(), count, {"most": 1}) == [(0,)]
    sql("ALTER TABLE posts RENAME view_count TO views; ALTER TABLE posts ADD view_count text DEFAULT 'none'")
    for _ in range(4):
        assert bare_rows.rows(session.connection(), count, {"most": 1}) == [("none",)]


def test_rights_are_looked_at_each_time(database_url: str, new_login: Callable[[str], str], sql: Sql) -> None:
    url = new_login("SELECT")
    with closing(Database(url)) as theirs, theirs.reader() as session:
        for _ in range(3):
            assert titles(session) == ["One", "Two"]
        name = make_url(url).username
        sql(f"REVOKE SELECT ON posts FROM {name}")
        with pytest.raises(DBAPIError, match="permission denied"):
            titles(session)
        sql(f"GRANT SELECT ON posts TO {name}")
        sql("ALTER TABLE posts ENABLE ROW LEVEL SECURITY; CREATE POLICY two ON posts USING (title = 'Two')")
        assert titles(session) == ["Two"]


def test_an_error_is_that_of_the_statement(session: Session) -> None:
    for _ in range(4):
        with pytest.raises(DBAPIError, match="division by zero") as caught:
            bare_rows.rows(session.connection(), DIVIDED, {"less": 2})
        assert caught.value.statement == DIVIDED
    assert bare_rows.rows(session.connection(), DIVIDED, {"less": 1}) == [(1,)]


def test_one_that_was_stopped_can_be_used_again(session: Session) -> None:
    most = {"most": 3_000_000}
    session.execute(text("SET statement_timeout = 1"))
    for _ in range(4):
        with pytest.raises(DBAPIError, match="statement timeout"):
            bare_rows.rows(session.connection(), SLOW, most)
    session.execute(text("SET statement_timeout = 0"))
    assert bare_rows.rows(session.connection(), SLOW, most) == [(3_000_000,)]


def test_no_more_are_kept_than_are_used(session: Session) -> None:
    for most in range(1, MOST + 9):
        for _ in range(2):
            titles(session, most=most)
    statements = kept(session)
    assert len(statements) == MOST
    assert f"LIMIT {MOST + 8};" in statements[-1]
    for _ in range(3):
        assert titles(session, most=1) == ["One"]
    assert len(kept(session)) <= MOST


def test_the_one_used_last_stays(session: Session) -> None:
    for most in range(1, 3 * MOST):
        titles(session, most=most)
        titles(session)
    assert [statement for statement in kept(session) if "LIMIT 9;" in statement]


def test_values_that_cannot_be_looked_up_are_sent_as_ever(session: Session) -> None:
    some = KeptText("SELECT title FROM posts WHERE id = ANY(%(ids)s)")
    for _ in range(3):
        assert bare_rows.rows(session.connection(), some, {"ids": [2]}) == [("Two",)]
    assert kept(session) == []


def test_none_is_kept_where_a_failure_would_end_a_transaction(database: Database) -> None:
    with database.session_scope() as session:
        for _ in range(3):
            assert titles(session) == ["One", "Two"]
        assert kept(session) == []


def test_a_list_that_is_asked_for_again_has_its_plan(session: Session) -> None:
    drafts = Group((Condition("status", "any_of", ("draft", "archived")),))
    specs = [ListSpec(sort=(Sort("author"),)), ListSpec("one"), ListSpec(where=drafts)]
    plain = [posts.LISTING.first(session, spec, 3) for spec in specs]
    assert kept(session) == []
    for _ in range(3):
        assert [posts.LISTING.first(session, spec, 3) for spec in specs] == plain
    assert all("posts.title" in statement for statement in kept(session))
    assert len(kept(session)) >= 2
    assert len(posts.LISTING.first(session, specs[0], 1)) == 1
