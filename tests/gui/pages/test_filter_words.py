"""What a filter says on the screen."""

from __future__ import annotations

from typing import Any

import pytest

from blogadmin.core.queries.spec import OPS, Condition, Field, Group, Kind
from blogadmin.core.queries.times import PERIODS as KNOWN_PERIODS
from blogadmin.core.queries.times import span
from blogadmin.gui.pages.filter_words import OPERATORS, PERIODS, FilterWords, field_title
from blogadmin.gui.pages.posts import POSTS
from blogadmin.gui.pages.users import USERS

FIELDS = {
    "status": Field(Kind.CHOICE, ("draft", "review", "published")),
    "author_id": Field(Kind.PERSON),
    "login": Field(Kind.TEXT),
    "is_active": Field(Kind.FLAG),
    "updated_at": Field(Kind.TIME),
    "tags": Field(Kind.TAGS),
    "metadata": Field(Kind.KEY),
    "comments": Field(Kind.NUMBER),
}


@pytest.fixture
def words() -> FilterWords:
    words = FilterWords(POSTS.columns, FIELDS)
    words.names[7] = "Anna Kowalczyk"
    return words


@pytest.mark.parametrize(
    ("field", "op", "value", "said"),
    [
        ("status", "is", "review", "In review"),
        ("status", "any_of", ("draft", "review"), "Draft or In review"),
        ("status", "is_not", "published", "not Published"),
        ("status", "is", "unheard_of", "unheard_of"),
        ("author_id", "is", 7, "Anna Kowalczyk"),
        ("author_id", "is", 8, "user no. 8"),
        ("author_id", "is", "me", "me"),
        ("login", "contains", "ann", "contains “ann”"),
        ("login", "is", "anna", "anna"),
        ("login", "is_not", "anna", "not anna"),
        ("is_active", "is", False, "no"),
        ("updated_at", "within", "7d", "last 7 days"),
        ("updated_at", "within", "this_week", "this week"),
        ("updated_at", "within", "1h", "last hour"),
        ("updated_at", "after", "2026-10-12", "from 12 Oct 2026"),
        ("updated_at", "before", "3w", "before 3 weeks ago"),
        ("updated_at", "before", "2026-10-12T10:42", "before 12 Oct 2026, 10:42"),
        ("updated_at", "between", ("2026-10-01", "2026-10-12"), "1 Oct 2026 – 12 Oct 2026"),
        ("tags", "contains", "qt", "qt"),
        ("tags", "any_of", ("qt", "sql"), "qt or sql"),
        ("metadata", "has_key", "lang", "has “lang”"),
        ("metadata", "key_is", ("lang", "en"), "“lang” is “en”"),
        ("comments", "at_least", 1000, "1,000 or more"),
        ("comments", "at_most", 3, "3 or fewer"),
        ("comments", "is", 0, "0"),
        ("comments", "between", (1, 2), "1 to 2"),
        ("elsewhere", "is", 1, "1"),
    ],
)
def test_values(words: FilterWords, field: str, op: str, value: Any, said: str) -> None:
    assert words.value(Condition(field, op, value)) == said


def test_a_field_is_called_as_its_column() -> None:
    titles = [
        field_title(name, POSTS.columns) for name in ("author_id", "updated_at", "view_count", "metadata")
    ]
    assert titles == ["Author", "Updated", "Views", "Metadata"]
    assert field_title("created_at", USERS.columns) == "Joined"


def test_a_group_inside_a_group_is_one_sentence(words: FilterWords) -> None:
    draft, tag = Condition("status", "is", "draft"), Condition("tags", "contains", "qt")
    inner = Group((draft, tag), any=True)
    assert words.chip(Group((inner, tag))) == ("", "(Status: Draft or Tags: qt) and Tags: qt")
    assert words.chip(tag) == ("Tags", "qt")


def test_every_operator_that_is_offered_exists() -> None:
    for kind in Kind:
        assert set(OPERATORS[kind]) <= set(OPS[kind])


def test_every_period_that_is_offered_exists() -> None:
    assert [value for value in PERIODS if value not in KNOWN_PERIODS and span(value) is None] == []
