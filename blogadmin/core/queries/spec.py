"""What a list shall show, and what comes back when a row cannot be shown: plain values for both halves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

Value = str | int | bool | tuple[str | int, ...] | None
"""What a condition compares with."""


class Sort(NamedTuple):
    """One column of an order, by the name that the noun's listing gives it."""

    column: str
    descending: bool = False


class Kind(StrEnum):
    """What can be asked of a field; ``OPS`` tells the operators of each."""

    CHOICE = "choice"
    PERSON = "person"
    TEXT = "text"
    FLAG = "flag"
    TIME = "time"
    TAGS = "tags"
    KEY = "key"
    NUMBER = "number"


OPS: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        Kind.CHOICE: ("is", "is_not", "any_of"),
        Kind.PERSON: ("is", "is_not", "any_of"),
        Kind.TEXT: ("contains", "is", "is_not"),
        Kind.FLAG: ("is",),
        Kind.TIME: ("within", "before", "after", "between"),
        Kind.TAGS: ("contains", "is_not", "any_of"),
        Kind.KEY: ("has_key", "key_is"),
        Kind.NUMBER: ("is", "at_least", "at_most", "between"),
    }
)
"""The operators that a condition on a field of each kind may have, the usual one first."""


class Field(NamedTuple):
    """Something that a list can be filtered by. ``choices`` are the words of a ``CHOICE``, in their order."""

    kind: Kind
    choices: tuple[str, ...] = ()


class Condition(NamedTuple):
    """One thing that must hold: ``field`` is a name in the listing's ``fields``, ``op`` one of its ``OPS``.

    ``value`` by kind of the field:

    - CHOICE: a word; PERSON: a user's id, or ``"me"`` for whoever is signed in to the database under their
      own name or address; both a tuple of them for ``any_of``.
    - TEXT: what it must contain, in capitals or not, or be to the letter.
    - FLAG: true or false.
    - TIME: for ``within`` a span that ends now (``"24h"``, ``"7d"``, ``"4w"``, ``"6m"``, ``"1y"``) or one of
      ``times.PERIODS``; for ``before`` and ``after`` (from then on) a span, or a date or time in ISO
      form; for ``between`` two dates or times, a last day that is a date included.
    - TAGS: a tag; a tuple of tags for ``any_of``.
    - KEY: for ``has_key`` the key; for ``key_is`` the pair of key and value. ``5`` is also found as ``"5"``.
    - NUMBER: a number; a pair, both included, for ``between``.
    """

    field: str
    op: str
    value: Value = None


class Group(NamedTuple):
    """Conditions and groups that hold together: all of them, or with ``any`` at least one of them.

    A group without parts asks for nothing and is left out.
    """

    parts: tuple[Condition | Group, ...]
    any: bool = False

    def conditions(self) -> Iterator[Condition]:
        """Every condition in it, however deep, in their order."""
        for part in self.parts:
            if isinstance(part, Group):
                yield from part.conditions()
            else:
                yield part


class ListSpec(NamedTuple):
    """Search words, order and filter of a list. An empty ``sort`` means the noun's own default order.

    Ties are always broken by id, so the order is total and two fetches agree on it. Every word of
    ``search`` must be in some searched column; ``%`` and ``_`` mean themselves. With ``bodies`` the search
    is one through the texts themselves, the best hits first unless ``sort`` is given.
    """

    search: str = ""
    sort: tuple[Sort, ...] = ()
    where: Group | None = None
    bodies: bool = False


class Unreadable(NamedTuple):
    """Stands in a list for a row that exists but holds something that Python cannot represent.

    ``reason`` is for the person: "created_at: the date lies outside the years 1 to 9999".
    """

    id: int
    reason: str
