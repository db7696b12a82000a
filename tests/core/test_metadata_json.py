"""Metadata is accepted only if PostgreSQL gives it back as it was typed, and a refusal says where."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blogadmin.core import values
from blogadmin.core.metadata_json import (
    MetadataProblem,
    format_metadata,
    metadata_problem,
    parse_metadata,
    same_json,
)

Sql = Callable[..., list[tuple[Any, ...]]]


@pytest.mark.parametrize("text", ["", "  \n", "null", " null "])
def test_nothing_typed_is_no_metadata(text: str) -> None:
    assert parse_metadata(text) is None


def test_an_object_is_read_as_it_stands() -> None:
    text = '{"tags": ["é", "😀", "\\ud83d\\ude00"], "n": [0, -1, 1.5, 1e3, 9223372036854775807], "x": {}}'
    assert parse_metadata(text) == json.loads(text)


@pytest.mark.parametrize(
    ("text", "words", "line", "column"),
    [
        ('{"a": 1,}', "", 1, None),
        ('{"a" 1}', "A colon", 1, 6),
        ("{a: 1}", "A key in double quotes", 1, 2),
        ('{"a": 1 "b": 2}', "A comma", 1, 9),
        ('{\n  "a": \n}', "A value", 3, 1),
        ('{"a": 1}\n}', "Nothing may follow", 2, 1),
        ('{"a": "b', "no closing quote", 1, 7),
        ('{"a": "b\nc"}', "A line break", 1, 9),
        ('{"a": "\\x"}', "No such escape", 1, 8),
        ("\ufeff{}", "invisible mark", 1, 1),
        ('{"a": NaN}', "NaN", 1, 7),
        ('{"a": [1,\n -Infinity]}', "-Infinity", 2, 2),
        ('{"a": 1,\n "b": {"a": 2, "a": 3}}', '"a" is there twice', 2, 16),
        ('{"a": 1, "\\u0061": 2}', "twice", 1, 10),
        ('{"a": "x\\u0000y"}', "NUL", 1, 7),
        ('{"\\u0000": 1}', "NUL", 1, 2),
        ('{"a": "\\ud800"}', "half of a character", 1, 7),
        ('{"a": "\ud800"}', "half of a character", 1, 7),
        ('{"a": 9223372036854775808}', "too large", 1, 7),
        ('{"a": -9223372036854775809}', "too large", 1, 7),
        ('{"a": ' + "9" * 5000 + "}", "too large", 1, 7),
        ('{"a": 1e400}', "too large", 1, 7),
        ('{"a": 1e22}', "too large", 1, 7),
        ('{"a": 1e99999999999999999999}', "too large", 1, 7),
        ('{"a": 0.1234567890123456789}', "more digits", 1, 7),
        ('{"a": 1e-400}', "more digits", 1, 7),
        (" [1]", "must be an object", 1, 2),
        ('"text"', "must be an object", 1, 1),
        ("{" + '"a":{' * 32 + "}" * 33, "Nested deeper", 1, 161),
        ('{"a":' + "[" * 100_000, "Nested deeper", 1, 37),
        ('{"a": "' + "é" * 40_000 + '"}', "65,536", 1, 1),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_place(
    text: str, words: str, line: int, column: int | None
) -> None:
    with pytest.raises(MetadataProblem) as caught:
        parse_metadata(text)
    problem = caught.value
    assert words in problem.message
    assert problem.message.endswith((".", "nothing."))
    assert problem.line == line
    if column is not None:  # Python versions point at different ends of a trailing comma
        assert problem.column == column


def test_a_syntax_error_of_unknown_words_is_still_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_args: object, **_kw: object) -> None:
        raise json.JSONDecodeError("Something new", "{", 0)

    monkeypatch.setattr(json, "loads", fail)
    with pytest.raises(MetadataProblem, match="This is not JSON"):
        parse_metadata("{")


def test_brackets_inside_texts_are_not_nesting() -> None:
    assert parse_metadata('{"a": "' + "[{" * 100 + '\\"["}') is not None


def test_the_deepest_allowed_object_is_read() -> None:
    depth = values.METADATA_MAX_DEPTH
    assert parse_metadata('{"a":' * (depth - 1) + "{}" + "}" * (depth - 1)) is not None


def test_metadata_is_written_for_people_and_stays_stable() -> None:
    metadata = {"tags": ["é"], "a": {"b": 1.5}}
    text = format_metadata(metadata)
    assert text == '{\n  "tags": [\n    "é"\n  ],\n  "a": {\n    "b": 1.5\n  }\n}'
    assert format_metadata(parse_metadata(text)) == text
    assert format_metadata(None) == ""


@pytest.mark.parametrize(
    "metadata",
    [{"a": float("nan")}, {"a": object()}, {1: "a"}, {"a": b"x"}, {"a": "\x00"}, {"a": 2**63}, [1], "x", 5],
)
def test_values_that_cannot_be_stored_have_a_problem(metadata: object) -> None:
    assert metadata_problem(metadata)


def test_a_value_that_contains_itself_has_a_problem() -> None:
    loop: dict[str, Any] = {}
    loop["loop"] = loop
    assert metadata_problem(loop)
    assert not same_json(loop, loop)


@pytest.mark.parametrize("metadata", [None, {}, {"tags": ["a"], "n": 1.0, "t": True, "d": {"l": [None]}}])
def test_values_that_can_be_stored_have_none(metadata: object) -> None:
    assert metadata_problem(metadata) is None


def test_the_same_json_is_told_apart_from_what_python_only_calls_equal() -> None:
    assert same_json({"a": 1, "b": [1.0]}, {"b": [1], "a": 1})
    assert not same_json({"a": 1}, {"a": True})
    assert not same_json({"a": 0}, {"a": False})
    assert not same_json({}, None)
    assert not same_json({"a": 1}, {1: 1})
    assert not same_json([1, 2], [2, 1])


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.text(max_size=5), JSON, max_size=4))
def test_what_is_accepted_comes_back_from_postgresql(sql: Sql, metadata: dict[str, Any]) -> None:
    if metadata_problem(metadata) is not None:
        return
    [(text,)] = sql("SELECT CAST(%s AS jsonb)::text", (format_metadata(metadata),))
    assert same_json(parse_metadata(text), metadata)
