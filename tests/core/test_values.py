"""The rules for text are the database's own: what they let pass is stored and comes back unaltered."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blogadmin.core import values

Sql = Callable[..., list[tuple[Any, ...]]]

NAUGHTY = Path(__file__).parents[3] / "shared" / "data" / "blns.json"

# Every code point there is, lone surrogates included, and more of those that make trouble.
ANY_TEXT = st.text(
    st.one_of(
        st.characters(),
        st.characters(categories=["Cc", "Cf", "Cs", "Zs", "Zl", "Zp"]),
        st.sampled_from("\x00\x85\xa0\u2028\ufeff\ufffe\uffff\U0001f600@ /?#"),
    )
)
with_database = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a\x00b", "NUL"),
        ("half \ud83d", "lone surrogate"),
        ("\udc00", "lone surrogate"),
        ("a\ufffe", "not a character"),
        ("\uffff", "not a character"),
        ("bell\x07", "control character"),
        ("\x7f", "control character"),
        ("\x0b", "control character"),
    ],
)
def test_what_cannot_be_stored_or_shown_is_refused_everywhere(text: str, words: str) -> None:
    for multiline in (False, True):
        problem = values.text_problem(text, multiline=multiline)
        assert problem is not None
        assert words in problem


@pytest.mark.parametrize("text", ["a\nb", "a\tb", "a\r\nb", "a\u2028b", "\u202eabc", "a\u200bb", "\ufeffa"])
def test_breaks_and_marks_belong_in_prose_and_not_in_a_line(text: str) -> None:
    assert values.text_problem(text, multiline=True) is None
    assert values.text_problem(text) is not None


@pytest.mark.parametrize("text", ["", "Grüße 😀", "日本語", "שלום", "e\u0301", "a\xa0b"])
def test_ordinary_text_of_any_language_has_no_problem(text: str) -> None:
    assert values.text_problem(text) is None
    assert values.text_problem(text, multiline=True) is None


def test_a_text_that_is_too_long_says_by_how_much() -> None:
    assert values.too_long("x" * 5, 5) is None
    assert values.too_long("x" * 1505, 5) == "is 1,500 characters too long (at most 5)."
    assert values.too_long("😀" * 6, 5) == "is 1 character too long (at most 5)."


@pytest.mark.parametrize(
    ("check", "text", "words"),
    [
        (values.email_problem, "", "required"),
        (values.email_problem, "no at sign", "needs one @"),
        (values.email_problem, "a@b@c", "needs one @"),
        (values.email_problem, "a b@c", "no spaces"),
        (values.email_problem, "a\x85b@c", "no spaces"),
        (values.email_problem, "a\x9fb@c", "no spaces"),
        (values.email_problem, "a\u202e@b", "invisible"),
        (values.email_problem, "a" * 320 + "@b", "too long"),
        (values.slug_problem, "", "required"),
        (values.slug_problem, "a/b", "may not contain"),
        (values.slug_problem, "a b", "may not contain"),
        (values.slug_problem, "a\x80b", "may not contain"),
        (values.slug_problem, "s" * 201, "1 character too long"),
        (lambda text: values.line_problem(text, 3), "  ", "required"),
        (lambda text: values.line_problem(text, 3), "abcd", "too long"),
        (lambda text: values.line_problem(text, 3), "a\n", "single line"),
    ],
)
def test_a_wrong_value_is_told_in_words_that_complete_the_field(
    check: Callable[[str], str | None], text: str, words: str
) -> None:
    problem = check(text)
    assert problem is not None
    assert words in problem
    assert problem.endswith(".")


@pytest.mark.parametrize("text", ["a@b", "ä.ö+tag@ü.example", "x" * 318 + "@b"])
def test_an_e_mail_address_needs_little(text: str) -> None:
    assert values.email_problem(text) is None


@pytest.mark.parametrize("text", ["a", "größe", "日本", "a_b-c.d", "100%"])
def test_a_slug_may_be_of_any_language(text: str) -> None:
    assert values.slug_problem(text) is None


@with_database
@given(text=ANY_TEXT)
def test_text_without_a_problem_comes_back_unaltered(sql: Sql, text: str) -> None:
    if values.text_problem(text, multiline=True) is None:
        assert sql("SELECT %s::text", (text,)) == [(text,)]


@pytest.fixture
def row(sql: Sql) -> None:
    sql("INSERT INTO users (email, name, password_hash) VALUES ('ada@example.org', 'Ada', 'x')")
    sql(
        "INSERT INTO posts (public_id, title, body, slug, author_id)"
        " SELECT gen_random_uuid(), 'One', 'Text', 'one', id FROM users"
    )


EMAILS = st.builds("{}@{}".format, ANY_TEXT, ANY_TEXT)


@with_database
@given(email=EMAILS, name=ANY_TEXT, slug=ANY_TEXT)
@pytest.mark.usefixtures("row")
def test_what_our_rules_let_pass_the_database_takes(sql: Sql, email: str, name: str, slug: str) -> None:
    """The other way round is not promised: beside some servers' notion of a blank ours is the stricter."""
    if values.email_problem(email) is None:
        assert sql("UPDATE users SET email = %s RETURNING email", (email,)) == [(email,)]
    if values.line_problem(name, values.NAME_MAX) is None:
        assert sql("UPDATE users SET name = %s RETURNING name", (name,)) == [(name,)]
    if values.line_problem(name, values.TITLE_MAX) is None:
        assert sql("UPDATE posts SET title = %s RETURNING title", (name,)) == [(name,)]
    if values.slug_problem(slug) is None:
        assert sql("UPDATE posts SET slug = %s RETURNING slug", (slug,)) == [(slug,)]


def test_naughty_strings_come_back_unaltered_or_are_refused(sql: Sql) -> None:
    if not NAUGHTY.is_file():
        pytest.skip(f"the Big List of Naughty Strings is not at {NAUGHTY.name} beside the checkout")
    strings: list[str] = json.loads(NAUGHTY.read_text("utf-8"))
    passed = [text for text in strings if values.text_problem(text, multiline=True) is None]
    assert [sql("SELECT %s::text", (text,))[0][0] for text in passed] == passed
    assert len(passed) > 0.95 * len(strings), "the rule refuses little of what people really type"


def test_the_words_of_the_columns_fit_into_them() -> None:
    for choices in (values.Role, values.PostStatus, values.CommentStatus):
        assert all(len(choice.value) <= values.CHOICE_MAX for choice in choices)
