"""Chosen rows of which only the first and the last are known, carried to where those two are in the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from blogadmin.gui.tables.row_order import LOST, Order
from blogadmin.gui.tables.row_ranges import RowRanges


class Spans(NamedTuple):
    """``ends`` are the ids of the first and last row of each range, ``rows`` the ranges themselves."""

    ends: tuple[tuple[int, int], ...] = ()
    rows: RowRanges = RowRanges()

    @classmethod
    def among(cls, rows: RowRanges, order: Order) -> Spans:
        """Those ranges of ``rows`` whose ends are known, but not all between them."""
        ends: list[tuple[int, int]] = []
        ranges: list[tuple[int, int]] = []
        for start, stop in rows.clipped(0, order.total):
            first, last = order.known(start, start + 1), order.known(stop - 1, stop)
            if not first or not last or LOST in (first[0], last[0]) or order.known(start, stop) is not None:
                continue
            ends.append((first[0], last[0]))
            ranges.append((start, stop))
        return cls(tuple(ends), RowRanges(ranges))

    @property
    def ids(self) -> frozenset[int]:
        """The ids at the ends."""
        return frozenset(row_id for pair in self.ends for row_id in pair)

    def found(self, rows: Mapping[int, int]) -> RowRanges:
        """The ranges again, by the rows that the ids have now; without those that lack an end."""
        pairs = (
            sorted((rows[first], rows[last])) for first, last in self.ends if first in rows and last in rows
        )
        return RowRanges((first, last + 1) for first, last in pairs)


def known_ids(rows: RowRanges, order: Order) -> frozenset[int]:
    """The ids of those of ``rows`` that are known."""
    known: Iterable[int] = (
        row_id
        for start, stop in order.stretches()
        for part in rows.clipped(start, stop)
        for row_id in order.known(*part) or ()
    )
    return frozenset(known) - {LOST}
