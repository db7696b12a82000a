"""What a person has chosen in a list, by id, so that it can be found again in the list that follows."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

KEPT_MOST = 500_000
"""More ids than this are not carried from one list to the next."""


class Found(NamedTuple):
    """Where in a list the chosen rows are, as ranges, and the rows of the ids that were marked."""

    ranges: tuple[tuple[int, int], ...] = ()
    marks: Mapping[int, int] = {}


@dataclass(frozen=True, slots=True)
class Kept:
    """These ``ids`` are chosen or, ``inverted``, all but these.

    The rule "all but these" is about rows that a person could see: rows made afterwards have an id above
    ``newest`` and are not chosen. ``marks`` are ids to be found again whether they are chosen or not, such
    as the one under the keyboard cursor.
    """

    ids: frozenset[int] = frozenset()
    inverted: bool = False
    newest: int = 0
    marks: frozenset[int] = field(default_factory=frozenset)

    def __bool__(self) -> bool:
        return bool(self.ids or self.inverted or self.marks)

    def find(self, ids: array[int], offset: int = 0) -> Found:
        """Look for them in ``ids``, a part of a list that begins at row ``offset``."""
        return Found(self._ranges(ids, offset), self._marked(ids, offset))

    def _ranges(self, ids: array[int], offset: int) -> tuple[tuple[int, int], ...]:
        if self.inverted:
            return _gaps(self._excepted(ids, offset), offset, offset + len(ids))
        # Telling that there is none costs a sixth of telling where they are.
        if self.ids.isdisjoint(ids):
            return ()
        return tuple(_runs(row for row, row_id in enumerate(ids, offset) if row_id in self.ids))

    def _excepted(self, ids: array[int], offset: int) -> Iterable[int]:
        if not ids or (self.ids.isdisjoint(ids) and max(ids) <= self.newest):
            return ()
        newest, excepted = self.newest, self.ids
        return (row for row, id_ in enumerate(ids, offset) if id_ > newest or id_ in excepted)

    def _marked(self, ids: array[int], offset: int) -> dict[int, int]:
        if self.marks.isdisjoint(ids):
            return {}
        return {row_id: row for row, row_id in enumerate(ids, offset) if row_id in self.marks}


def unpack_ids(packed: bytes) -> array[int]:
    """The ids of a packed chunk (big-endian, eight bytes each) without an object for each."""
    ids = array("q")
    ids.frombytes(packed)
    if sys.byteorder == "little":
        ids.byteswap()
    return ids


def _runs(rows: Iterable[int]) -> Iterable[tuple[int, int]]:
    """Neighbours among ascending ``rows`` as ranges."""
    start = stop = -1
    for row in rows:
        if row != stop:
            if start >= 0:
                yield start, stop
            start = row
        stop = row + 1
    if start >= 0:
        yield start, stop


def _gaps(rows: Iterable[int], start: int, stop: int) -> tuple[tuple[int, int], ...]:
    """What ascending ``rows`` leave of ``start`` to ``stop``, as ranges."""
    gaps: list[tuple[int, int]] = []
    for row in rows:
        if row > start:
            gaps.append((start, row))
        start = row + 1
    if start < stop:
        gaps.append((start, stop))
    return tuple(gaps)
