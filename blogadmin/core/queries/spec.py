"""What a list shall show, and what comes back when a row cannot be shown: plain values for both halves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sort:
    """One column of an order, by the name that the noun's listing gives it."""

    column: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class ListSpec:
    """Search words and order of a list. An empty ``sort`` means the noun's own default order.

    Ties are always broken by id, so the order is total and two fetches agree on it. Every word of
    ``search`` must be in some searched column; ``%`` and ``_`` mean themselves.
    """

    search: str = ""
    sort: tuple[Sort, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Stands in a list for a row that exists but holds something that Python cannot represent.

    ``reason`` is for the person: "created_at: the date lies outside the years 1 to 9999".
    """

    id: int
    reason: str
