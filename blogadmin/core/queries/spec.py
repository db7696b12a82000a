"""What a list shall show: plain values that cross from the window to the queries."""

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

    Ties are always broken by id, so the order is total and two fetches agree on it.
    """

    search: str = ""
    sort: tuple[Sort, ...] = ()
