"""A filter in an editor's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from blogadmin.core.queries.spec import Condition, Field, Group, Kind
from blogadmin.core.values import RecordedNoun
from blogadmin.gui.pages.filter_tree import Part
from blogadmin.gui.tables.columns import Column
from blogadmin.gui.theme import ROLE, STATUS
from blogadmin.gui.widgets.times import day, in_zone

ME = "me"
"""The value of a person that means whoever asks."""
PERIODS: Mapping[str, str] = {
    "today": "today",
    "yesterday": "yesterday",
    "7d": "last 7 days",
    "this_week": "this week",
    "last_week": "last week",
    "30d": "last 30 days",
    "this_month": "this month",
    "last_month": "last month",
    "1y": "last 12 months",
    "this_year": "this year",
}
"""Spans and periods that are offered, the nearest first, and how they are called."""
OPERATORS: Mapping[Kind, Mapping[str, str]] = {
    Kind.CHOICE: {"is": "is", "is_not": "is not"},
    Kind.PERSON: {"is": "is", "is_not": "is not"},
    Kind.TEXT: {"contains": "contains", "is": "is", "is_not": "is not"},
    Kind.FLAG: {"is": "is"},
    Kind.TIME: {"within": "within", "after": "from", "before": "before", "between": "between"},
    Kind.TAGS: {"contains": "contain", "is_not": "do not contain"},
    Kind.KEY: {"has_key": "has the key", "key_is": "has key and value"},
    Kind.NUMBER: {"at_least": "at least", "at_most": "at most", "is": "exactly", "between": "between"},
}
"""What a person chooses between, and how it is called; ``any_of`` comes from ticking several."""

_UNITS = {"h": "hour", "d": "day", "w": "week", "m": "month", "y": "year"}
_SPAN = re.compile(r"([0-9]+)([hdwmy])")
_NAMED = {"author_id": "author"}
_TITLES = {"noun": "Table", "row_id": "Row number"}
_TABLES = {noun.value: noun.value.capitalize() for noun in RecordedNoun}


def choice_label(word: str) -> str:
    """A status, role or table as people read it; an unknown word stays as it is."""
    if word in STATUS:
        return STATUS[word].label
    if word in _TABLES:
        return _TABLES[word]
    return ROLE[word].label if word in ROLE else word


def field_title(name: str, columns: tuple[Column, ...]) -> str:
    """What a field is called: as the column that shows it, else its own name in words."""
    shown = _NAMED.get(name, name)
    title = next((column.title for column in columns if column.name == shown), "")
    return title or _TITLES.get(name) or shown.replace("_", " ").capitalize()


class FilterWords:
    """Puts the conditions of one noun into words. ``names`` are people by id, as far as they are known."""

    def __init__(self, columns: tuple[Column, ...], fields: Mapping[str, Field]) -> None:
        self._columns = columns
        self.fields = fields
        self.names: dict[int, str] = {}

    def title(self, name: str) -> str:
        """What the field ``name`` is called."""
        return field_title(name, self._columns)

    def chip(self, part: Part) -> tuple[str, str]:
        """Field and value of a chip; a whole group is all value."""
        if isinstance(part, Group):
            return "", self.sentence(part)
        return self.title(part.field), self.value(part)

    def sentence(self, part: Part) -> str:
        """All of it in one line: "Status: Draft and (Tags: qt or Tags: sql)"."""
        if isinstance(part, Condition):
            return f"{self.title(part.field)}: {self.value(part)}"
        inner = [f"({self.sentence(p)})" if isinstance(p, Group) else self.sentence(p) for p in part.parts]
        return (" or " if part.any else " and ").join(inner)

    def value(self, condition: Condition) -> str:
        """What a condition wants of its field."""
        field = self.fields.get(condition.field)
        words = _VALUES.get(field.kind) if field is not None else None
        return words(self, condition.op, condition.value) if words is not None else str(condition.value)

    def person(self, value: Any) -> str:
        """A person by name, or by number as long as the name is not known."""
        return "me" if value == ME else self.names.get(value, f"user no. {value}")


def period_words(value: str) -> str:
    """A span or period: "last 7 days", "this week"."""
    if value in PERIODS:
        return PERIODS[value]
    span = _SPAN.fullmatch(value)
    if span is None:
        return value.replace("_", " ")
    unit = _UNITS[span[2]]
    return f"last {unit}" if span[1] == "1" else f"last {span[1]} {unit}s"


def moment_words(value: str) -> str:
    """A date, a time or a span before now: "12 Oct 2026"."""
    span = _SPAN.fullmatch(value)
    if span is not None:
        unit = _UNITS[span[2]]
        return f"{span[1]} {unit}{'' if span[1] == '1' else 's'} ago"
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return value
    local = in_zone(read) if read.tzinfo else read
    return day(local) if len(value) == len("2026-10-12") else f"{day(local)}, {local:%H:%M}"


def _several(words: Callable[[Any], str], op: str, value: Any) -> str:
    if op == "any_of":
        return " or ".join(words(one) for one in value) or "nothing"
    return f"not {words(value)}" if op == "is_not" else words(value)


def _choice(_words: FilterWords, op: str, value: Any) -> str:
    return _several(choice_label, op, value)


def _person(words: FilterWords, op: str, value: Any) -> str:
    return _several(words.person, op, value)


def _text(_words: FilterWords, op: str, value: Any) -> str:
    return f"contains “{value}”" if op == "contains" else _several(str, op, value)


def _flag(_words: FilterWords, _op: str, value: Any) -> str:
    return "yes" if value else "no"


def _time(_words: FilterWords, op: str, value: Any) -> str:
    if op == "between":
        return f"{moment_words(value[0])} – {moment_words(value[1])}"
    if op == "within":
        return period_words(value)
    return f"{'from' if op == 'after' else 'before'} {moment_words(value)}"


def _tags(_words: FilterWords, op: str, value: Any) -> str:
    return _several(str, op, value)


def _key(_words: FilterWords, op: str, value: Any) -> str:
    return f"has “{value}”" if op == "has_key" else f"“{value[0]}” is “{value[1]}”"


def _number(_words: FilterWords, op: str, value: Any) -> str:
    if op == "between":
        return f"{value[0]:,} to {value[1]:,}"
    return f"{value:,}" + {"at_least": " or more", "at_most": " or fewer"}.get(op, "")


_VALUES: Mapping[Kind, Callable[[FilterWords, str, Any], str]] = {
    Kind.CHOICE: _choice,
    Kind.PERSON: _person,
    Kind.TEXT: _text,
    Kind.FLAG: _flag,
    Kind.TIME: _time,
    Kind.TAGS: _tags,
    Kind.KEY: _key,
    Kind.NUMBER: _number,
}
