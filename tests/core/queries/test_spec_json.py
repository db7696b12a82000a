"""Lists as JSON: what is written is read again, and what is not known is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from blogadmin.core import queries
from blogadmin.core.queries.spec import Condition, Group, ListSpec, Sort
from blogadmin.core.queries.spec_json import from_json, to_json

C = Condition
SPECS = [
    ListSpec(),
    ListSpec("50% off", (Sort("title"), Sort("id", descending=True))),
    ListSpec("word", bodies=True),
    ListSpec(where=Group(())),
    ListSpec(
        where=Group(
            (
                C("author_id", "any_of", (1, "me")),
                Group((C("metadata", "key_is", ("k", 5)), C("updated_at", "within", "7d")), any=True),
                C("comments", "between", (1, 2)),
            )
        )
    ),
]


@pytest.mark.parametrize("spec", SPECS, ids=repr)
def test_what_is_written_is_read_again(spec: ListSpec) -> None:
    listing = queries.posts.LISTING
    sent = json.loads(json.dumps(to_json(spec)))
    assert from_json(listing.fields, sent, listing.sortable) == spec


def test_an_empty_list_is_an_empty_object() -> None:
    assert to_json(ListSpec()) == {}


def deep(levels: int) -> dict[str, Any]:
    return {"all": [deep(levels - 1)] if levels else []}


STRANGE = [
    {"columns_of_tomorrow": []},
    {"search": 5},
    {"bodies": 1},
    {"sort": "title"},
    {"sort": [["title"]]},
    {"sort": [["title", 1]]},
    {"sort": [["body", False]]},
    {"where": []},
    {"where": {}},
    {"where": {"none": []}},
    {"where": {"all": [], "any": []}},
    {"where": {"all": {}}},
    {"where": {"all": [5]}},
    {"where": {"all": [{"field": "status", "op": "is"}]}},
    {"where": {"all": [{"field": "status", "op": "is", "value": "draft", "not": True}]}},
    {"where": {"all": [{"field": "status", "op": "like", "value": "draft"}]}},
    {"where": {"all": [{"field": "mood", "op": "is", "value": "draft"}]}},
    {"where": {"all": [{"field": "status", "op": "is", "value": {"draft": 1}}]}},
    {"where": {"all": [{"field": "status", "op": "any_of", "value": [["draft"]]}]}},
    {"where": deep(30)},
]


@pytest.mark.parametrize("strange", STRANGE, ids=str)
def test_what_is_not_known_is_refused(strange: dict[str, Any]) -> None:
    listing = queries.posts.LISTING
    with pytest.raises(ValueError, match=r"."):
        from_json(listing.fields, strange, listing.sortable)
