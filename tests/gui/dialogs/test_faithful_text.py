"""Text keeps every character that a person did not touch."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogadmin.gui.dialogs.faithful_text import breaks_as_shown, clean_line, clean_text, inserted, weave

some_text = st.text(st.sampled_from("ab \n\r\t\u00a0\u2028é"), max_size=40)


@given(some_text)
def test_text_that_was_not_edited_comes_back_as_it_was(original: str) -> None:
    assert weave(original, breaks_as_shown(original)) == original


@given(some_text, some_text.map(breaks_as_shown))
def test_an_edit_is_kept_whatever_the_breaks_were(original: str, edited: str) -> None:
    assert breaks_as_shown(weave(original, edited)) == edited


@given(some_text, some_text.map(breaks_as_shown))
def test_no_kind_of_break_appears_that_the_original_did_not_use(original: str, edited: str) -> None:
    used = set(re.findall(r"\r\n|\r|\n", original)) or {"\n"}
    assert set(re.findall(r"\r\n|\r|\n", weave(original, edited))) <= used


@pytest.mark.parametrize(
    ("original", "edited", "expected"),
    [
        ("a\r\nb\r\nc", "a\nB\nc", "a\r\nB\r\nc"),
        ("a\r\nb\r\nc", "a\nb\nnew\nc", "a\r\nb\r\nnew\r\nc"),
        ("a\r\nb\nc\r\nd", "a\nb\nc\nd\ne", "a\r\nb\nc\r\nd\r\ne"),
        ("a\r\nb\nc\r\nd", "b\nc\nd", "b\nc\r\nd"),
        ("a\rb", "a\nx\nb", "a\rx\rb"),
        ("\r\ra\n", "\n\n\n", "\r\r\r"),
        ("a\nb", "a\nx", "a\nx"),
        ("a\r\nb", "", ""),
    ],
)
def test_untouched_lines_keep_their_break_and_new_ones_get_the_usual(
    original: str, edited: str, expected: str
) -> None:
    assert weave(original, edited) == expected


@pytest.mark.parametrize(
    ("pasted", "line", "told"),
    [
        ("Plain title", "Plain title", ""),
        ("Copied with its break\n", "Copied with its break", ""),
        ("two\r\n  lines", "two lines", "Line breaks and tabs became spaces."),
        ("a\tb", "a b", "Line breaks and tabs became spaces."),
        ("a\x00b", "ab", "1 invisible character removed."),
        ("\u202eevil\u202c", "evil", "2 invisible characters removed."),
        ("one\x0btwo", "one two", "Line breaks and tabs became spaces."),
        ("caf\u00e9\u00a0\U0001f600", "caf\u00e9\u00a0\U0001f600", ""),
    ],
)
def test_a_pasted_line_is_cleaned_and_the_person_is_told(pasted: str, line: str, told: str) -> None:
    assert clean_line(pasted) == (line, told)


def test_a_pasted_body_keeps_what_prose_needs() -> None:
    prose = "First\r\n\tsecond\u00a0line\u2028third \u200f\u05d0\u200e"
    assert clean_text(prose) == (prose, "")
    assert clean_text("a\x00b\x07c") == ("abc", "2 invisible characters removed.")


@given(st.text("ab", max_size=8), st.text("abc", max_size=8), st.text("ab", max_size=8))
def test_what_is_new_is_found_between_what_was_there(head: str, new: str, tail: str) -> None:
    before, after = head + tail, head + new + tail
    found = inserted(before, after)
    rest = after[: found.start] + after[found.stop :]
    assert before.startswith(after[: found.start])
    assert before.endswith(after[found.stop :])
    assert len(rest) <= len(before)
