"""What dialogs and choosers read about users."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from blogadmin.core import queries
from blogadmin.core.database.errors import Invalid
from blogadmin.core.queries.rows import Dependents, UserChoice

Sql = Callable[..., list[tuple[Any, ...]]]
pytestmark = pytest.mark.usefixtures("blog")


def suggested(session: Session, text: str, limit: int = 20) -> list[int]:
    return [choice.id for choice in queries.users.suggest(session, text, limit)]


def test_a_dialog_gets_everything_but_the_hash(session: Session) -> None:
    anna = queries.users.detail(session, 2)
    assert anna is not None
    assert (anna.id, anna.name, anna.email, anna.role) == (2, "anna berg", "anna_b@example.org", "editor")
    assert (anna.is_active, anna.version, anna.posts, anna.comments) == (True, 1, 2, 2)
    assert anna.created_at == datetime(2024, 1, 2, tzinfo=UTC)
    assert "secret" not in repr(anna)
    assert not hasattr(anna, "password_hash")


def test_there_is_no_detail_of_nobody(session: Session) -> None:
    assert queries.users.detail(session, 99) is None
    assert queries.users.choice(session, 99) is None


def test_a_user_whose_dates_cannot_be_shown_is_told_about(session: Session, sql: Sql) -> None:
    sql("UPDATE users SET created_at = 'infinity' WHERE id = 2")
    with pytest.raises(Invalid, match="created_at: the date is too far away"):
        queries.users.detail(session, 2)


def test_suggestions_begin_with_names_that_begin_with_the_text(session: Session, sql: Sql) -> None:
    sql(
        "INSERT INTO users (name, email, password_hash, is_active) VALUES"
        " ('Carl Annas', 'carl@example.org', 'x', true),"
        " ('Joanna', 'jo@example.org', 'x', true),"
        " ('Nobody', 'anna@example.net', 'x', true),"
        " ('Anna Aal', 'aal@example.net', 'x', false)"
    )
    assert suggested(session, "ANNA") == [4, 2, 8, 7, 5, 6]
    assert suggested(session, " anna  berg ") == [4, 2]
    assert suggested(session, "anna", 2) == [4, 2]


def test_special_characters_of_patterns_are_themselves(session: Session) -> None:
    assert suggested(session, "anna_") == [2]
    assert suggested(session, "100%") == [3]
    assert suggested(session, "%") == [3]
    assert suggested(session, "\\") == []
    assert suggested(session, "\x00") == []


def test_no_text_suggests_the_active_first(session: Session) -> None:
    assert suggested(session, " ") == [4, 1, 2, 3]


def test_a_choice_names_the_person(session: Session) -> None:
    assert queries.users.choice(session, 3) == UserChoice(3, "Bert 100%", "bert@example.com", False)


def test_the_owner_of_an_address_is_found_by_exactly_that_address(session: Session) -> None:
    owner = queries.users.owner_of_email(session, "zoe@example.org")
    assert owner is not None
    assert owner.id == 1
    assert queries.users.owner_of_email(session, "Zoe@example.org") is None


def test_dependents_are_counted_for_all_together(session: Session) -> None:
    assert queries.users.dependents(session, [1, 2]) == Dependents(posts=4, comments=3)
    assert queries.users.dependents(session, [99]) == Dependents(posts=0, comments=0)
    assert queries.users.dependents(session, []) == Dependents(posts=0, comments=0)
