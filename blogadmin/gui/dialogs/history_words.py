"""A change in an editor's words: what was done to which kind of row, and to which of its fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from blogadmin.core.values import HistoryOp, RecordedNoun
from blogadmin.gui.theme import ROLE, STATUS

NOTHING: Final = "none"
SINGULAR: Final[Mapping[str, str]] = {
    RecordedNoun.USERS: "user",
    RecordedNoun.POSTS: "post",
    RecordedNoun.COMMENTS: "comment",
}
"""A row of each table in a sentence."""
FIELDS: Final[Mapping[str, str]] = {
    "title": "title",
    "slug": "slug",
    "body": "text",
    "status": "status",
    "author_id": "author",
    "metadata": "metadata",
    "name": "name",
    "email": "e-mail",
    "role": "role",
    "is_active": "active",
    "password_hash": "password",
    "post_id": "post",
    "public_id": "public id",
    "created_at": "created",
    "id": "number",
}
"""What each recorded column is called, as the forms call it, in the order in which fields are told."""
_OPS: Final = {HistoryOp.CREATED: "Created", HistoryOp.CHANGED: "Changed", HistoryOp.DELETED: "Deleted"}
_ORDER: Final = {name: place for place, name in enumerate(FIELDS)}
_FIELD, _VALUE = "\x1e", "\x1f"


def field_words(name: str) -> str:
    """What a column is called: "text" for ``body``."""
    return FIELDS.get(name, name.replace("_", " "))


def in_order(names: Iterable[str]) -> list[str]:
    """The columns as the forms have them, unknown ones last."""
    return sorted(names, key=lambda name: (_ORDER.get(name, len(_ORDER)), name))


def op_words(op: str, noun: str) -> str:
    """What was done: "Changed post"."""
    done = next((words for known, words in _OPS.items() if known == op), op)
    return f"{done} {SINGULAR.get(noun, noun)}"


def value_words(name: str, value: Any) -> str:
    """A short value as people read it: a status or role by its label, a yes or no, nothing as "none"."""
    if name == "is_active":
        return "yes" if value in (True, "true") else "no"
    if value is None or value == "":
        return NOTHING
    if name == "status" and value in STATUS:
        return STATUS[value].label
    if name == "role" and value in ROLE:
        return ROLE[value].label
    return str(value)


def what_words(what: str) -> str:
    """What a list tells of a change: "text, status: Draft → Published"."""
    if not what:
        return ""
    told = {name: values for name, *values in (part.split(_VALUE) for part in what.split(_FIELD))}
    return ", ".join(_one(name, told[name]) for name in in_order(told))


def _one(name: str, values: list[str]) -> str:
    words = field_words(name)
    # A long change is cut off by the list in the middle of anything.
    if len(values) != len(("before", "after")):
        return words
    return f"{words}: {value_words(name, values[0])} → {value_words(name, values[1])}"
