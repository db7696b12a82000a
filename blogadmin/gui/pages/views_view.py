"""What a page makes of a view: what it is remembered by, whom it is about, how its columns stand."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from blogadmin.core.queries.spec import Condition, Group, ListSpec
from blogadmin.core.queries.spec_json import to_json
from blogadmin.gui.pages.filter_tree import Part, tidied
from blogadmin.gui.pages.filter_words import ME

if TYPE_CHECKING:
    from blogadmin.core.queries.views import View


def key_of(view: View) -> str:
    """What a view is remembered by on this computer."""
    return f"saved/{view.id}" if view.id is not None else f"default/{view.name}"


def is_about_me(view: View) -> bool:
    """Whether it asks for whoever looks at it."""
    return view.spec.where is not None and any(c.value == ME for c in view.spec.where.conditions())


def for_person(spec: ListSpec, person: int) -> ListSpec:
    """``spec`` with the id of ``person`` wherever it says "me"."""
    return spec if spec.where is None else spec._replace(where=_named(spec.where, person))


def same(one: ListSpec, other: ListSpec) -> bool:
    """Whether two specifications list the same rows in the same order."""
    return one._replace(where=tidied(one.where)) == other._replace(where=tidied(other.where))


def kept(spec: ListSpec, columns: Iterable[str]) -> dict[str, Any]:
    """A list as the row of a view holds it: filter, words and order, and the columns that are shown."""
    return {**to_json(spec), "columns": list(columns)}


def columns_in(state: str) -> tuple[str, ...]:
    """The columns that show, in their order, in the state that ``ListView.save_state`` tells."""
    entries = json.loads(state)["columns"]
    return tuple(entry["name"] for entry in entries if not entry["hidden"])


def columns_state(shown: Iterable[str], every: Iterable[str]) -> str:
    """A state for ``ListView.restore_state`` in which these columns of ``every`` show, in their order."""
    first = list(shown)
    rest = [name for name in every if name not in first]
    hidden = [{"name": name, "hidden": True} for name in rest]
    return json.dumps({"columns": [{"name": name, "hidden": False} for name in first] + hidden})


def _named(group: Group, person: int) -> Group:
    return group._replace(parts=tuple(_part(part, person) for part in group.parts))


def _part(part: Part, person: int) -> Part:
    if isinstance(part, Group):
        return _named(part, person)
    return Condition(part.field, part.op, person) if part.value == ME else part
