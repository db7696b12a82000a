"""Reads what became of a row, and puts the states to be compared side by side. Touches no widget."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from blogadmin.core import queries
from blogadmin.core.metadata_json import MetadataProblem, format_metadata, parse_metadata
from blogadmin.core.values import HistoryOp
from blogadmin.gui.dialogs.history_diff import Pair
from blogadmin.gui.dialogs.history_words import field_words, in_order, value_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blogadmin.core.queries.details import HistoryEntry

Fields = Mapping[str, Any]
People = Mapping[int, str | None]
"""Names of people by id; empty for one whose name may not be read, ``None`` for one who was deleted."""
_NEVER: Final = frozenset({"id", "password_hash"})


@dataclass(frozen=True, slots=True)
class Past:
    """A row before and after a change, ``None`` where it was not there."""

    before: Fields | None = field(repr=False)
    after: Fields | None = field(repr=False)
    people: People = field(default_factory=dict)


def read_versions(session: Any, noun: str, row_id: int) -> Sequence[HistoryEntry] | None:
    """The changes of a row, the last one first; ``None`` where no history is kept."""
    if not queries.history.is_kept(session):
        return None
    return queries.history.of_row(session, noun, row_id)


def read_past(session: Any, entry: HistoryEntry, people: Iterable[int] = ()) -> Past:
    """The row before and after a change, with the names of its authors and of ``people``."""
    row = (entry.noun, entry.row_id, entry.id)
    before = queries.history.fields_before(session, *row)
    after = queries.history.fields_after(session, *row)
    states = (before or {}, after or {}, entry.old, entry.new)
    ids = {*people, *(state["author_id"] for state in states if state.get("author_id") is not None)}
    return Past(before, after, {person: queries.history.person(session, person) for person in ids})


def as_text(name: str, value: Any, people: People) -> str:
    """A value as it is compared: a body as it is, metadata one key a line, a person by name."""
    if name == "author_id" and value is not None:
        return people.get(value) or f"user no. {value}"
    if name == "metadata":
        return _metadata_text(value)
    if name in ("status", "role", "is_active"):
        return value_words(name, value)
    return "" if value is None else str(value)


def _metadata_text(value: Any) -> str:
    try:
        return format_metadata(parse_metadata(value) if isinstance(value, str) else value)
    except (MetadataProblem, ValueError, RecursionError):
        return str(value)


def pairs(old: Fields | None, new: Fields | None, people: People, label: Callable[[str], str]) -> list[Pair]:
    """The fields of two states side by side; only those that both know, where both were there."""
    names = {*(old or {}), *(new or {})}
    if old is not None and new is not None:
        names = old.keys() & new.keys()

    def text(fields: Fields | None, name: str) -> str | None:
        return None if fields is None else as_text(name, fields.get(name), people)

    return [
        Pair(name, label(name), text(old, name), text(new, name))
        for name in in_order(names)
        if name not in _NEVER
    ]


def password_note(entry: HistoryEntry) -> list[Pair]:
    """That a password was set, which the history knows, and nothing more of it."""
    if entry.op != HistoryOp.CHANGED or "password_hash" not in entry.new:
        return []
    label = field_words("password_hash").capitalize()
    return [Pair("password_hash", label, "", "", "A new one was set. No password is kept in the history.")]
