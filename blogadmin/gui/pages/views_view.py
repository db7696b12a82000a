"""A view: filter, words, order and columns under a name."""

from __future__ import annotations

from dataclasses import dataclass, replace

from blogadmin.core.queries.spec import Condition, Group, ListSpec
from blogadmin.gui.pages.filter_tree import Part, tidied
from blogadmin.gui.pages.filter_words import ME


@dataclass(frozen=True, slots=True)
class View:
    """A view of one noun. Without an ``id`` it comes with the program, else it is a row of the database.

    ``columns`` is how the columns stood, as ``ListView.save_state`` tells it, or empty. ``problem`` says why
    a view cannot be shown here: a newer program may know what this one does not.
    """

    name: str
    spec: ListSpec
    note: str = ""
    columns: str = ""
    id: int | None = None
    owner: str = ""
    own: bool = False
    shared: bool = False
    version: int = 0
    problem: str = ""

    @property
    def key(self) -> str:
        """What it is remembered by."""
        return f"saved/{self.id}" if self.id is not None else f"default/{self.name}"

    @property
    def about_me(self) -> bool:
        """Whether it asks for whoever looks at it."""
        return self.spec.where is not None and any(c.value == ME for c in self.spec.where.conditions())


def for_person(spec: ListSpec, person: int) -> ListSpec:
    """``spec`` with the id of ``person`` wherever it says "me"."""
    return spec if spec.where is None else replace(spec, where=_named(spec.where, person))


def same(one: ListSpec, other: ListSpec) -> bool:
    """Whether two specifications list the same rows in the same order."""
    return replace(one, where=tidied(one.where)) == replace(other, where=tidied(other.where))


def _named(group: Group, person: int) -> Group:
    return replace(group, parts=tuple(_part(part, person) for part in group.parts))


def _part(part: Part, person: int) -> Part:
    if isinstance(part, Group):
        return _named(part, person)
    return Condition(part.field, part.op, person) if part.value == ME else part
