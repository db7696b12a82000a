"""What a condition may say, told before any statement is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from blogadmin.core.queries import times
from blogadmin.core.queries.spec import OPS, Condition, Field, Group, Kind

ME = "me"
"""The person who is signed in to the database, as the value of a ``PERSON``."""
_LARGEST = 2**63
_LONGEST = 1000


def problem(fields: Mapping[str, Field], condition: Condition) -> str | None:
    """Why ``condition`` cannot be asked of a listing with these ``fields``, or ``None`` if it can."""
    field = fields.get(condition.field)
    if field is None:
        return f"cannot be filtered by {condition.field!r}"
    if condition.op not in OPS[field.kind]:
        return f"{condition.field} has no operator {condition.op!r}"
    if not _ALLOWED[field.kind](field, condition.op, condition.value):
        return f"{condition.field} cannot be compared with {condition.value!r}"
    return None


def check(fields: Mapping[str, Field], group: Group) -> None:
    """Raise ``ValueError`` for the first condition of ``group`` that cannot be asked."""
    for condition in group.conditions():
        wrong = problem(fields, condition)
        if wrong is not None:
            raise ValueError(wrong)


def _one_or_any(valid: Callable[[Any], bool], op: str, value: Any) -> bool:
    if op == "any_of":
        return isinstance(value, tuple) and all(valid(entry) for entry in value)
    return valid(value)


def _choice(field: Field, op: str, value: Any) -> bool:
    return _one_or_any(lambda entry: entry in field.choices, op, value)


def _person(_field: Field, op: str, value: Any) -> bool:
    return _one_or_any(lambda entry: entry == ME or _number(entry), op, value)


def _words(_field: Field, _op: str, value: Any) -> bool:
    return _text(value)


def _flag(_field: Field, _op: str, value: Any) -> bool:
    return isinstance(value, bool)


def _time(_field: Field, op: str, value: Any) -> bool:
    if op == "between":
        return (
            _is_pair(value)
            and times.moment(str(value[0])) is not None
            and times.end(str(value[1])) is not None
        )
    if not isinstance(value, str):
        return False
    if op == "within":
        return times.span(value) is not None or times.period(value) is not None
    return times.span(value) is not None or times.moment(value) is not None


def _tags(_field: Field, op: str, value: Any) -> bool:
    return _one_or_any(_text, op, value)


def _key(_field: Field, op: str, value: Any) -> bool:
    if op == "has_key":
        return _text(value)
    return _is_pair(value) and _text(value[0]) and (_text(value[1]) or _number(value[1]))


def _numeric(_field: Field, op: str, value: Any) -> bool:
    if op == "between":
        return _is_pair(value) and all(_number(entry) for entry in value)
    return _number(value)


def _number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -_LARGEST <= value < _LARGEST


def _text(value: Any) -> bool:
    return (
        isinstance(value, str)
        and len(value) <= _LONGEST
        and "\x00" not in value
        and not any("\ud800" <= ch <= "\udfff" for ch in value)
    )


def _is_pair(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 2


_ALLOWED: dict[Kind, Callable[[Field, str, Any], bool]] = {
    Kind.CHOICE: _choice,
    Kind.PERSON: _person,
    Kind.TEXT: _words,
    Kind.FLAG: _flag,
    Kind.TIME: _time,
    Kind.TAGS: _tags,
    Kind.KEY: _key,
    Kind.NUMBER: _numeric,
}
