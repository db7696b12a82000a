"""Three-way merges of metadata by key."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blogadmin.core.merge_json import ABSENT, JsonClash, merge_json
from blogadmin.core.metadata_json import same_json

KEYS = st.sampled_from(["a", "b", "c"])
LEAVES = st.none() | st.booleans() | st.integers(0, 2) | st.lists(st.sampled_from("xyz"), max_size=3)
OBJECTS = st.dictionaries(KEYS, LEAVES | st.dictionaries(KEYS, LEAVES, max_size=2), max_size=3)
METADATA = st.none() | OBJECTS


@pytest.mark.parametrize(
    ("base", "theirs", "mine", "result"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, {"a": 3}, {"a": 3, "b": 2}),
        ({"a": 1, "b": 1}, {"a": 1}, {"a": 2, "b": 1}, {"a": 2}),
        (None, {"a": 1}, {"b": 1}, {"a": 1, "b": 1}),
        ({"a": 1}, None, {"a": 1, "b": 1}, {"b": 1}),
        ({"a": 1, "b": 1}, {"a": 1}, {"b": 1}, {}),
        ({"a": 1, "b": 1}, None, {"b": 1}, None),
        ({"o": {"x": 1, "y": 1}}, {"o": {"x": 2, "y": 1}}, {"o": {"x": 1, "y": 2}}, {"o": {"x": 2, "y": 2}}),
        ({}, {"o": {"x": 1}}, {"o": {"y": 1}}, {"o": {"x": 1, "y": 1}}),
        ({"t": ["p"]}, {"t": ["p", "g"]}, {"t": ["p", "m"]}, {"t": ["p", "m", "g"]}),
        ({"t": ["p", "q"]}, {"t": ["q"]}, {"t": ["n", "p", "q"]}, {"t": ["n", "q"]}),
        ({}, {"t": ["a"]}, {"t": ["a", "b"]}, {"t": ["a", "b"]}),
    ],
)
def test_keys_merge(base: Any, theirs: Any, mine: Any, result: Any) -> None:
    merged = merge_json(base, theirs, mine)
    assert merged.clashes == ()
    assert merged.value == result


@pytest.mark.parametrize(
    ("base", "theirs", "mine", "clash"),
    [
        ({"a": 1}, {"a": 2}, {"a": 3}, JsonClash(("a",), 1, 2, 3)),
        ({"a": 1}, {}, {"a": 3}, JsonClash(("a",), 1, ABSENT, 3)),
        ({"a": 0}, {"a": True}, {"a": 1}, JsonClash(("a",), 0, True, 1)),
        ({"o": {"x": 1}}, {"o": {"x": 2}}, {"o": {"x": 3}}, JsonClash(("o", "x"), 1, 2, 3)),
        # In another order they are no set any more.
        (
            {"t": ["a", "b"]},
            {"t": ["b", "a"]},
            {"t": ["a", "b", "c"]},
            JsonClash(("t",), ["a", "b"], ["b", "a"], ["a", "b", "c"]),
        ),
        ({"t": [1]}, {"t": [1, 2]}, {"t": [1, 3]}, JsonClash(("t",), [1], [1, 2], [1, 3])),
    ],
)
def test_a_key_that_both_changed_is_asked_about(base: Any, theirs: Any, mine: Any, clash: JsonClash) -> None:
    merged = merge_json(base, theirs, mine)
    assert merged.clashes == (clash,)
    assert same_json(merged.decided({clash.path: clash.mine}), mine)
    assert same_json(merged.decided({clash.path: clash.theirs}), theirs)


def test_other_keys_stand_whatever_is_chosen() -> None:
    merged = merge_json({"a": 1, "b": 1}, {"a": 2, "b": 2}, {"a": 3, "b": 1, "c": 1})
    assert merged.decided({("a",): 3}) == {"a": 3, "b": 2, "c": 1}
    assert merged.decided({("a",): ABSENT}) == {"b": 2, "c": 1}


@settings(deadline=None)
@given(METADATA, METADATA)
def test_a_side_that_did_nothing_yields(base: Any, other: Any) -> None:
    for theirs, mine in ((base, other), (other, base), (other, other)):
        merged = merge_json(base, theirs, mine)
        assert merged.clashes == ()
        assert same_json(merged.value, other)


@settings(deadline=None)
@given(METADATA, METADATA, METADATA)
def test_both_sides_clash_in_the_same_keys(base: Any, theirs: Any, mine: Any) -> None:
    one, two = merge_json(base, theirs, mine), merge_json(base, mine, theirs)
    assert {c.path for c in one.clashes} == {c.path for c in two.clashes}
    for clash in one.clashes:
        other = next(c for c in two.clashes if c.path == clash.path)
        assert (repr(clash.theirs), repr(clash.mine)) == (repr(other.mine), repr(other.theirs))


@settings(deadline=None)
@given(METADATA, OBJECTS, OBJECTS)
def test_no_new_key_is_lost(base: Any, theirs: dict[str, Any], mine: dict[str, Any]) -> None:
    merged = merge_json(base, theirs, mine)
    kept = merged.value.keys() | {clash.path[0] for clash in merged.clashes}
    assert (theirs.keys() | mine.keys()) - (base or {}).keys() <= kept
