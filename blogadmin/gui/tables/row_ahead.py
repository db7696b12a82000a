"""Where the rows of a list are as long as only its beginning and its probable length are known.

Near both ends rows are counted from there. Elsewhere counting would take a second, so the list is entered at
a mark: a row of which it is known only about how many come before it. What is shown around it are rows of the
list as they follow each other; only their numbers are a guess.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from blogadmin.core.queries.places import STRIDE, Key
from blogadmin.core.queries.spec import ListSpec
from blogadmin.gui.tables.kept import unpack_ids
from blogadmin.gui.tables.row_order import LOST, Order, Places, Segmented, Way

COUNTED = 50_000
"""Rows that are counted from either end of a list: some ten milliseconds."""
REACH = 40
"""Segments within which a jump stays with rows that are known, so that one may scroll back to them."""

Origin = Literal["start", "end"] | int
"""What a segment is counted from: an end of the list, or a mark."""


@dataclass(frozen=True, slots=True)
class ByNumber:
    """Count rows from the nearer end of the list."""

    segment: int
    offset: int
    count: int
    backwards: bool

    def ids(self, places: Places, session: Any, spec: ListSpec) -> array[int]:
        """The ids of the rows that have these numbers now."""
        found = unpack_ids(places.at(session, spec, self.offset, self.count, backwards=self.backwards))
        return _turned(found, self.count) if self.backwards else found


@dataclass(frozen=True, slots=True)
class ByMark:
    """Count rows from a mark that stands ``distance`` rows before the segment, or behind its first row."""

    segment: int
    key: Key
    distance: int
    count: int

    def ids(self, places: Places, session: Any, spec: ListSpec) -> array[int]:
        """The ids of the rows that stand there now."""
        backwards = self.distance < 0
        offset = -self.distance - self.count if backwards else self.distance
        found = unpack_ids(places.beside(session, spec, self.key, offset, self.count, backwards=backwards))
        return _turned(found, self.count) if backwards else found


def _turned(ids: array[int], count: int) -> array[int]:
    """Ids that were read towards the beginning, in order; where the list ended, empty places come first."""
    found = array("q", [LOST] * (count - len(ids)))
    found.extend(reversed(ids))
    return found


class Ahead(Segmented):
    """A list of which the first rows are known, and about how many there are.

    Segments that are counted from the same end or mark continue each other. Between two that are not there is
    always one that stays unknown: its rows would repeat others, or leave some out.
    """

    whole = False

    def __init__(self, head: array[int], total: int) -> None:
        super().__init__(max(total, len(head)), 2**63 - 1)
        self.head = head
        self._marks: Sequence[Key] | None = None
        self._origins: dict[int, Origin] = {0: "start"}
        self._entered: dict[int, int] = {}

    def expect(self, total: int) -> None:
        """The list is about that long."""
        self.learnt.clear()
        self.total = max(total, len(self.head))
        self._marks = None
        self._origins, self._entered = {0: "start"}, {}

    def mark(self, keys: Sequence[Key]) -> None:
        """Take in keys of rows that lie about evenly over the list, in its order; there may be none."""
        self._marks = keys

    def wants_marks(self, row: int) -> bool:
        """Whether the row is found quickly only from a mark, and nobody has looked for marks yet."""
        segment = row // STRIDE
        return self._marks is None and segment not in self._origins and self._is_far(segment)

    def ways(self, row: int) -> list[Way]:
        """See ``Order``. Also empty for rows that would not fit in between those that are known."""
        segment = row // STRIDE
        if row >= self.total or self.learnt.get(segment) is not None:
            return []
        origin = self._origins.get(segment)
        if origin is None:
            origin = self._origin_of(segment)
            if origin is None:
                return []
            # Another segment may be asked for before this one is known.
            self._origins[segment] = origin
        return [self._way(segment, origin)]

    def agrees(self, later: Order) -> bool:
        """See ``Order``."""
        if later.known(0, len(self.head)) != self.head:
            return False
        starts = {segment * STRIDE: ids for segment, ids in self.learnt.items()}
        return all(later.known(start, start + len(ids)) == ids for start, ids in starts.items())

    def _of(self, segment: int) -> array[int] | None:
        return super()._of(segment) or (self.head if segment == 0 else None)

    def _segments(self) -> Collection[int]:
        return {*self.learnt, 0}

    def _is_far(self, segment: int) -> bool:
        return min(segment * STRIDE, self.total - segment * STRIDE) > COUNTED

    def _nearer_end(self, segment: int) -> Origin:
        start, stop = segment * STRIDE, min((segment + 1) * STRIDE, self.total)
        return "end" if self.total - stop < start else "start"

    def _origin_of(self, segment: int) -> Origin | None:
        """What to count a segment from; ``None`` where it would not fit to both of its neighbours."""
        if self.total <= 2 * COUNTED:
            return self._nearer_end(segment)
        beside: set[Origin] = {self._origins[s] for s in (segment - 1, segment + 1) if s in self._origins}
        if beside:
            return beside.pop() if len(beside) == 1 else None
        if not self._is_far(segment) or not self._marks:
            return self._nearer_end(segment)
        near = min(self._origins, key=lambda known: abs(known - segment))
        if abs(near - segment) <= REACH:
            return self._origins[near]
        # The n-th of so many marks stands in the middle of the n-th part of the list.
        mark = min(segment * STRIDE * len(self._marks) // self.total, len(self._marks) - 1)
        # It is let stand where it is wanted: half a part is less than the guess may be wrong by.
        self._entered.setdefault(mark, segment)
        return mark

    def _way(self, segment: int, origin: Origin) -> Way:
        start, stop = segment * STRIDE, min((segment + 1) * STRIDE, self.total)
        if isinstance(origin, int):
            distance = start - self._entered[origin] * STRIDE
            return ByMark(segment, (self._marks or ())[origin], distance, stop - start)
        backwards = origin == "end"
        return ByNumber(segment, self.total - stop if backwards else start, stop - start, backwards)
