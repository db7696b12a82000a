"""Conditions of a filter as SQL, each in the form that an index can serve."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Interval,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    collate,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import QueryableAttribute

from blogadmin.core.models import User
from blogadmin.core.queries import times
from blogadmin.core.queries.abilities import Abilities
from blogadmin.core.queries.conditions import ME
from blogadmin.core.queries.spec import Condition, Field, Group, Kind
from blogadmin.core.queries.words import literally

Clause = Callable[[str, Any, Abilities], ColumnElement[bool]]
"""Makes the SQL of an operator and a value that were found to fit."""
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?")
KEYS = "jsonb_path_query_array(posts.metadata, '$.keyvalue().\"key\"', '{}', true)"
"""The keys of a post's metadata, exactly as the index has them."""


class Filter(NamedTuple):
    """A field of a listing, how it is asked for, and the column that its values are in."""

    field: Field
    clause: Clause
    column: QueryableAttribute[Any]


def condition(filters: Mapping[str, Filter], group: Group, able: Abilities) -> ColumnElement[bool] | None:
    """The SQL of ``group``, or ``None`` if it asks for nothing. Its conditions were checked before."""
    parts = [_part(filters, part, able) for part in group.parts]
    asked = [part for part in parts if part is not None]
    if not asked:
        return None
    return or_(*asked) if group.any else and_(*asked)


def choice(column: QueryableAttribute[str], choices: Iterable[StrEnum]) -> Filter:
    """A word of a few."""
    words = tuple(choice.value for choice in choices)
    return Filter(Field(Kind.CHOICE, words), _equal(column, Text()), column)


def flag(column: QueryableAttribute[bool]) -> Filter:
    """Yes or no."""

    def clause(_op: str, value: Any, _able: Abilities) -> ColumnElement[bool]:
        return column == literal(value)

    return Filter(Field(Kind.FLAG), clause, column)


def number(column: QueryableAttribute[int]) -> Filter:
    """A stored number."""

    def clause(op: str, value: Any, _able: Abilities) -> ColumnElement[bool]:
        if op == "between":
            return column.between(_big(value[0]), _big(value[1]))
        if op == "is":
            return column == _big(value)
        return column >= _big(value) if op == "at_least" else column <= _big(value)

    return Filter(Field(Kind.NUMBER), clause, column)


def person(column: QueryableAttribute[int]) -> Filter:
    """A user, by id."""

    def clause(op: str, value: Any, _able: Abilities) -> ColumnElement[bool]:
        asked = value if op == "any_of" else (value,)
        ids = [entry for entry in asked if entry != ME]
        ways = [column == any_(literal(ids, ARRAY(BigInteger)))] if ids or ME not in asked else []
        if ME in asked:
            ways.append(column == any_(func.array(_ME)))
        return not_(or_(*ways)) if op == "is_not" else or_(*ways)

    return Filter(Field(Kind.PERSON), clause, column)


def text(column: QueryableAttribute[str]) -> Filter:
    """A stored text, in which ``%`` and ``_`` mean themselves."""
    equal = _equal(column, Text())

    def clause(op: str, value: Any, able: Abilities) -> ColumnElement[bool]:
        if op == "contains":
            return column.ilike(literal(f"%{literally(value)}%"))
        return equal(op, value, able)

    return Filter(Field(Kind.TEXT), clause, column)


def time(column: QueryableAttribute[Any]) -> Filter:
    """A point in time."""

    def clause(op: str, value: Any, _able: Abilities) -> ColumnElement[bool]:
        if op == "within":
            begin, after = _within(value)
            return and_(column >= begin, column < after) if after is not None else column >= begin
        if op == "between":
            return and_(column >= times.moment(value[0]), column < times.end(value[1]))
        return column < _point(value) if op == "before" else column >= _point(value)

    return Filter(Field(Kind.TIME), clause, column)


def tags(column: QueryableAttribute[Any]) -> Filter:
    """Words in the list ``tags`` of a JSON object."""

    def has(tag: str) -> ColumnElement[bool]:
        return _contains(column, json.dumps({"tags": [tag]}))

    def clause(op: str, value: Any, _able: Abilities) -> ColumnElement[bool]:
        if op == "any_of":
            return or_(false(), *(has(tag) for tag in value))
        return func.coalesce(not_(has(value)), true()) if op == "is_not" else has(value)

    return Filter(Field(Kind.TAGS), clause, column)


def key(column: QueryableAttribute[Any]) -> Filter:
    """Keys of a JSON object and what stands there."""

    def clause(op: str, value: Any, able: Abilities) -> ColumnElement[bool]:
        if op == "has_key":
            if not able.keys:
                return column.has_key(value)
            return _contains(literal_column(KEYS, JSONB), json.dumps([value]))
        name, wanted = value
        return or_(*(_contains(column, f"{{{json.dumps(name)}: {meant}}}") for meant in _readings(wanted)))

    return Filter(Field(Kind.KEY), clause, column)


def number_of(foreign: QueryableAttribute[int], own: QueryableAttribute[int]) -> Filter:
    """How many rows elsewhere belong to this one."""

    def more_than(count: int) -> ColumnElement[bool]:
        if count < 0:
            return true()
        if not count:
            return select(literal_column("1")).where(foreign == own).correlate(own.class_).exists()
        # Counted for all rows at once: asked row by row, the planner cannot know how few have so many.
        many = select(foreign).group_by(foreign).having(func.count() > _big(count))
        return own.in_(many)

    def clause(op: str, value: Any, _able: Abilities) -> ColumnElement[bool]:
        least, most = value if op == "between" else (value, value)
        ways = []
        if op != "at_most":
            ways.append(more_than(least - 1))
        if op != "at_least":
            ways.append(not_(more_than(most)))
        return and_(*ways)

    return Filter(Field(Kind.NUMBER), clause, own)


def tag_list(metadata: ColumnElement[Any]) -> ColumnElement[Any]:
    """The list of tags of a JSON object, empty if it has none."""
    listed = metadata.op("->")(literal_column("'tags'", Text))
    return case((func.jsonb_typeof(listed) == "array", listed), else_=literal_column("'[]'::jsonb", JSONB))


def _part(
    filters: Mapping[str, Filter], part: Condition | Group, able: Abilities
) -> ColumnElement[bool] | None:
    if isinstance(part, Group):
        return condition(filters, part, able)
    return filters[part.field].clause(part.op, part.value, able)


def _equal(column: QueryableAttribute[Any], type_: Any) -> Clause:
    def clause(op: str, value: Any, _able: Abilities) -> ColumnElement[bool]:
        if op == "any_of":
            return column == any_(literal(list(value), ARRAY(type_)))
        return column != value if op == "is_not" else column == value

    return clause


def _big(value: int) -> ColumnElement[int]:
    return literal(value, BigInteger)


def _contains(column: Any, document: str) -> ColumnElement[bool]:
    return column.op("@>", is_comparison=True)(cast(bindparam(None, document, type_=Text), JSONB))


def _readings(value: str | int) -> list[str]:
    """A value as JSON may have it: what was typed may stand there as text or as what it looks like."""
    if isinstance(value, int):
        return [str(value), json.dumps(str(value))]
    plain = value in ("true", "false", "null") or _NUMBER.fullmatch(value)
    return [json.dumps(value), value] if plain else [json.dumps(value)]


def _point(value: str) -> Any:
    span = times.span(value)
    return times.moment(value) if span is None else func.now() - cast(span, Interval)


def _within(value: str) -> tuple[ColumnElement[Any], ColumnElement[Any] | None]:
    """The first moment of a period, and the first after it; ``None`` when it lasts."""
    named = times.period(value)
    if named is None:
        return _point(value), None
    unit, ago = named
    here = cast(times.offset(), Interval)
    begin = func.date_trunc(unit, func.timezone(here, func.now())) - cast(f"{ago} {unit}", Interval)
    after = begin + cast(f"1 {unit}", Interval)
    return func.timezone(here, begin), func.timezone(here, after)


# In this form, and in the columns' own collation, the trigrams of names and addresses serve it.
_LOGIN = func.regexp_replace(
    collate(cast(literal_column("CURRENT_USER"), Text), "default"),
    literal_column(r"'([\\%_])'"),
    literal_column(r"'\\\1'"),
    literal_column("'g'"),
    type_=Text,
)
_ME = (
    select(User.id)
    .where(or_(User.name.ilike(_LOGIN), User.email.ilike(_LOGIN), User.email.ilike(_LOGIN.concat("@%"))))
    .scalar_subquery()
)
