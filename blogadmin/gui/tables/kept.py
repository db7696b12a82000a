"""What a person has chosen in a list, by id, so that it can be found again in the list that follows."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from blogadmin.core.queries.spec import ListSpec
    from blogadmin.gui.tables.row_order import Order

_WIDE, _NARROW = 8, 4
KEPT_MOST = 500_000
"""More ids than this are not carried from one list to the next."""


class Found(NamedTuple):
    """Where in a list the chosen rows are, as ranges, and the rows of the ids that were marked.

    ``learnt`` are ids of whole segments that were read on the way.
    """

    ranges: tuple[tuple[int, int], ...] = ()
    marks: Mapping[int, int] = {}
    learnt: Mapping[int, array[int]] = {}

    @classmethod
    def joined(cls, parts: Iterable[Found]) -> Found:
        """What was found in the parts of one list, one after the other."""
        ranges: list[tuple[int, int]] = []
        marks: dict[int, int] = {}
        for part in parts:
            ranges += part.ranges
            marks |= part.marks
        return cls(tuple(ranges), marks)


class Unread(NamedTuple):
    """Rows of a list of which nobody has read the ids yet."""

    order: Order
    spec: ListSpec
    ranges: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """These ``ids`` are chosen or, ``inverted``, all but these.

    The rule "all but these" is about rows that a person could see: rows made afterwards have an id above
    ``newest`` and are not chosen. ``marks`` are ids to be found again whether they are chosen or not, such
    as the one under the keyboard cursor. ``unread`` rows belong to ``ids``, too, once they are read.
    """

    ids: frozenset[int] = frozenset()
    inverted: bool = False
    newest: int = 0
    marks: frozenset[int] = field(default_factory=frozenset)
    unread: Unread | None = None

    def __bool__(self) -> bool:
        return bool(self.ids or self.inverted or self.marks or self.unread)

    def find(self, ids: array[int], offset: int = 0) -> Found:
        """Look for them in ``ids``, a part of a list that begins at row ``offset``."""
        # A rule with exceptions that are not known yet would choose these, too.
        ranges = self._ranges(ids, offset) if self.unread is None else ()
        return Found(ranges, self._marked(ids, offset))

    def at(self, rows: Mapping[int, int], total: int) -> Found:
        """The same from the rows at which ids were found in a list of ``total`` rows."""
        here = sorted(row for row_id, row in rows.items() if row_id in self.ids or self._is_new(row_id))
        ranges = _gaps(here, 0, total) if self.inverted else tuple(_runs(here))
        return Found(ranges, {row_id: rows[row_id] for row_id in self.marks if row_id in rows})

    def _is_new(self, row_id: int) -> bool:
        return self.inverted and row_id > self.newest

    def _ranges(self, ids: array[int], offset: int) -> tuple[tuple[int, int], ...]:
        if self.inverted:
            return _gaps(self._excepted(ids, offset), offset, offset + len(ids))
        # Each look through a part makes a number of every id in it: none where there is nothing to find.
        if not self.ids:
            return ()
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
        if not self.marks or self.marks.isdisjoint(ids):
            return {}
        return {row_id: row for row, row_id in enumerate(ids, offset) if row_id in self.marks}


def unpack_ids(packed: bytes) -> array[int]:
    """The ids of a packed chunk (big-endian, eight bytes each) without an object for each."""
    ids = array("q")
    ids.frombytes(packed)
    if sys.byteorder == "little":
        ids.byteswap()
    return ids


def pack_tightly(packed: bytes) -> array[int]:
    """The same in four bytes each where they fit, else in eight; again without an object for each."""
    size = len(packed) // _WIDE
    high = (packed[n::_WIDE] for n in range(_WIDE - _NARROW))
    # Not beyond 31 bits, and not below nothing.
    if any(part != bytes(size) for part in high) or not packed[_WIDE - _NARROW :: _WIDE].isascii():
        return unpack_ids(packed)
    low = bytearray(size * _NARROW)
    for n in range(_NARROW):
        low[n::_NARROW] = packed[_WIDE - _NARROW + n :: _WIDE]
    ids = array("i")
    ids.frombytes(low)
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
