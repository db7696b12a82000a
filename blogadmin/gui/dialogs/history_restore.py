"""Puts values of another version into a form, as if somebody typed them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from blogadmin.core.metadata_json import MetadataProblem, parse_metadata
from blogadmin.gui.dialogs.faithful_text import breaks_as_shown
from blogadmin.gui.dialogs.text_fields import TextField

if TYPE_CHECKING:
    from blogadmin.gui.dialogs.fields import Field, Form
    from blogadmin.gui.dialogs.history_read import People


@dataclass(slots=True)
class Restored:
    """Which fields have another value now, what stood in them before, and what could not be done."""

    done: list[str] = field(default_factory=list)
    before: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def restore(form: Form, wanted: Mapping[str, Any], people: People) -> Restored:
    """Put the ``wanted`` values into the fields of their names; the loaded ones stay those to compare with.

    Metadata may come as text. A field that cannot take a value keeps what it has, and is told.
    """
    made = Restored()
    for one in form:
        if one.name in wanted:
            problem = _put(one, wanted[one.name], people, made)
            if problem:
                made.problems.append(f"{one.label} {problem}")
    return made


def form_value(one: Field) -> Any:
    """The value in a field; as text where it is no value."""
    try:
        return one.widget.value()
    except MetadataProblem:
        return one.qt.shown_text() if isinstance(one.qt, TextField) else None


def same_value(one: Field, value: Any) -> bool:
    """Whether the field has that value already. Metadata may come as text."""
    now = form_value(one)
    if one.name == "metadata":
        try:
            value = parse_metadata(value) if isinstance(value, str) else value
        except MetadataProblem:
            return False
    if isinstance(now, str) and isinstance(value, str):
        return breaks_as_shown(now) == breaks_as_shown(value)
    return one.same(now, value)


def _put(one: Field, value: Any, people: People, made: Restored) -> str:
    """Why the value could not be put in, or an empty text."""
    if same_value(one, value):
        return ""
    if one.widget.notice():
        return "cannot be changed here."
    if one.name == "author_id" and people.get(value, "") is None:
        return "cannot be restored: that user was deleted."
    if one.name == "metadata" and isinstance(value, str):
        try:
            value = parse_metadata(value)
        except MetadataProblem as found:
            return f"cannot be restored without damage. {found.message}"
    return _type(one, value, made)


def _type(one: Field, value: Any, made: Restored) -> str:
    before = form_value(one)
    text = one.qt.shown_text() if isinstance(one.qt, TextField) else None
    one.widget.propose(value)
    if not same_value(one, value):
        take_back(one, before if text is None else text)
        return "cannot be restored: this form does not know such a value."
    made.done.append(one.name)
    made.before[one.name] = before if text is None else text
    return ""


def take_back(one: Field, before: Any) -> None:
    """Put in again what stood in the field; in one of several lines that is a text, valid or not."""
    if isinstance(one.qt, TextField):
        one.qt.type_over(str(before))
    else:
        one.widget.propose(before)
