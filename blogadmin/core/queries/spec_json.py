"""A list's filter and order as JSON, as saved views keep them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from blogadmin.core.queries.conditions import problem
from blogadmin.core.queries.spec import Condition, Field, Group, ListSpec, Sort

_DEEPEST = 16
_KEYS = frozenset({"search", "sort", "where", "bodies"})


def to_json(spec: ListSpec) -> dict[str, Any]:
    """``spec`` as JSON has it; what is at its default is left out."""
    made: dict[str, Any] = {}
    if spec.search:
        made["search"] = spec.search
    if spec.sort:
        made["sort"] = [[sort.column, sort.descending] for sort in spec.sort]
    if spec.where is not None:
        made["where"] = _group_to_json(spec.where)
    if spec.bodies:
        made["bodies"] = True
    return made


def from_json(
    fields: Mapping[str, Field], data: Mapping[str, Any], sortable: Collection[str] | None = None
) -> ListSpec:
    """What ``data`` means in a listing of ``fields`` (and of ``sortable`` columns, if given).

    Raises ``ValueError`` for everything that this version does not know: half of a filter shows wrong rows.
    """
    unknown = set(data) - _KEYS
    if unknown:
        raise ValueError(f"unknown here: {', '.join(sorted(unknown))}")
    where = data.get("where")
    return ListSpec(
        search=_typed(data.get("search", ""), str),
        sort=tuple(_sort(entry, sortable) for entry in _typed(data.get("sort", []), list)),
        where=None if where is None else _group(fields, where, _DEEPEST),
        bodies=_typed(data.get("bodies", False), bool),
    )


def _group_to_json(group: Group) -> dict[str, Any]:
    parts = [
        _group_to_json(part) if isinstance(part, Group) else _condition_to_json(part) for part in group.parts
    ]
    return {"any" if group.any else "all": parts}


def _condition_to_json(condition: Condition) -> dict[str, Any]:
    value = list(condition.value) if isinstance(condition.value, tuple) else condition.value
    return {"field": condition.field, "op": condition.op, "value": value}


def _group(fields: Mapping[str, Field], data: Any, deepest: int) -> Group:
    if not isinstance(data, dict) or len(data) != 1 or not data.keys() <= {"any", "all"}:
        raise ValueError("a group is neither of all nor of any")
    if not deepest:
        raise ValueError("groups stand in groups too deep")
    [(how, parts)] = data.items()
    return Group(tuple(_part(fields, part, deepest - 1) for part in _typed(parts, list)), any=how == "any")


def _part(fields: Mapping[str, Field], data: Any, deepest: int) -> Condition | Group:
    if not isinstance(data, dict) or "field" not in data:
        return _group(fields, data, deepest)
    if data.keys() != {"field", "op", "value"}:
        raise ValueError("a condition has a field, an operator and a value")
    value = data["value"]
    made = Condition(
        _typed(data["field"], str),
        _typed(data["op"], str),
        tuple(value) if isinstance(value, list) else value,
    )
    wrong = problem(fields, made)
    if wrong is not None:
        raise ValueError(wrong)
    return made


def _sort(data: Any, sortable: Collection[str] | None) -> Sort:
    if not isinstance(data, list) or [type(entry) for entry in data] != [str, bool]:
        raise ValueError("a sort is a column and whether it descends")
    if sortable is not None and data[0] not in sortable:
        raise ValueError(f"cannot be sorted by {data[0]!r}")
    return Sort(*data)


def _typed(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise ValueError(f"{value!r} is no {kind.__name__}")
    return value
