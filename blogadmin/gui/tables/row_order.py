"""Where the rows of a list are: which id each has, as far as that is known, and how the rest is found out.

``Ids`` knows all. ``Anchors`` is for lists too long for that, ``Ahead`` (in ``row_ahead``) for those of which
only the beginning and the probable length are known; both learn ids as they are needed, a segment at a time.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from blogadmin.core.queries.places import STRIDE, Key, Part
from blogadmin.core.queries.spec import ListSpec
from blogadmin.gui.tables.kept import unpack_ids

LOST = -(2**63)
"""Stands for the id of a row of which nothing is left but its place."""
NEAR = 1024
SEGMENTS_KEPT = 2048
"""Segments whose ids are remembered, at two kilobytes each."""
KEYS_IN_PART = 256
PARTS_DECODED = 8
"""Parts of the anchors that are read from their text at a time."""
_IDS_AT_ONCE = 65_536


class Places(Protocol):
    """What the queries of a noun tell of places in its list; see ``core.queries.anchored``."""

    def survey(self, session: Any, spec: ListSpec, most: int) -> Generator[Part]: ...

    def estimate(self, session: Any, spec: ListSpec) -> int: ...

    def between(
        self, session: Any, spec: ListSpec, start: Key, stop: Key | None, newest: int, most: int | None
    ) -> bytes: ...

    def at(self, session: Any, spec: ListSpec, offset: int, count: int, *, backwards: bool) -> bytes: ...

    def marks(self, session: Any, spec: ListSpec) -> tuple[Key, ...]: ...

    def beside(
        self, session: Any, spec: ListSpec, key: Key, offset: int, count: int, *, backwards: bool
    ) -> bytes: ...

    def locate(
        self, session: Any, spec: ListSpec, ids: Sequence[int], pivots: Sequence[Key]
    ) -> Mapping[int, int]: ...

    def newer(self, session: Any, spec: ListSpec, newest: int, most: int) -> list[int]: ...


class Way(Protocol):
    """How to find out, on a worker, which rows a segment has."""

    @property
    def segment(self) -> int: ...

    def ids(self, places: Places, session: Any, spec: ListSpec) -> array[int]: ...


@dataclass(frozen=True, slots=True)
class ByKey:
    """Read what lies between two anchors."""

    segment: int
    start: Key
    stop: Key | None
    newest: int

    def ids(self, places: Places, session: Any, spec: ListSpec) -> array[int]:
        """The ids of the segment's rows, those that are left of them."""
        return unpack_ids(places.between(session, spec, self.start, self.stop, self.newest, STRIDE))


class Order(Protocol):
    """Where rows are. ``total`` is their number, ``newest`` the highest id that any of them may have."""

    @property
    def total(self) -> int: ...

    @property
    def newest(self) -> int: ...

    @property
    def whole(self) -> bool:
        """Whether every row has its place, and ``total`` is no guess."""
        ...

    def known(self, start: int, stop: int) -> array[int] | None:
        """The ids of the rows from ``start`` to before ``stop``; ``None`` unless all of them are known."""
        ...

    def row_of(self, row_id: int, near: int) -> int | None:
        """The row of an id, looked for around ``near`` first; ``None`` where that is not known."""
        ...

    def ways(self, row: int) -> list[Way]:
        """How to find out the id of a row and of those around it; empty where they are known."""
        ...

    def learn(self, segment: int, ids: array[int]) -> None:
        """Take in which rows a segment has."""
        ...

    def pin(self, rows: Iterable[int]) -> None:
        """Keep what is known of these rows, and only of these whatever happens."""
        ...

    def stretches(self) -> Iterable[tuple[int, int]]:
        """All rows whose ids are known, as (first, one past the last) in no order."""
        ...

    def agrees(self, later: Order) -> bool:
        """Whether all that is known here is as it is in ``later``, the same list."""
        ...


class Ids:
    """All ids of a list in order, four bytes each where they fit, else eight."""

    whole = True

    def __init__(self, ids: array[int] | None = None) -> None:
        self.ids: array[int] = array("i") if ids is None else ids
        self.newest = max(self.ids, default=0)

    @classmethod
    def joined(cls, parts: Sequence[array[int]], newest: int) -> Ids:
        """The ids of the parts of a list, none of them above ``newest``."""
        # A blog that has come to its two thousand millionth row has all of them in eight bytes.
        typecode = "q" if any(part.typecode == "q" for part in parts) else "i"
        # Of its whole size at once: one that grows leaves holes of all its former sizes behind.
        ids = array(typecode, bytes(array(typecode).itemsize * sum(map(len, parts))))
        at = 0
        for part in parts:
            ids[at : at + len(part)] = part if part.typecode == typecode else array(typecode, part)
            at += len(part)
        made = cls()
        made.ids, made.newest = ids, newest
        return made

    @property
    def total(self) -> int:
        return len(self.ids)

    def known(self, start: int, stop: int) -> array[int] | None:
        return array("q", self.ids[start:stop])

    def row_of(self, row_id: int, near: int) -> int | None:
        # A million ids take some 10 ms, the neighbourhood nothing.
        start = max(0, near - NEAR)
        for first, stop in ((start, start + 2 * NEAR), (0, len(self.ids))):
            try:
                return self.ids.index(row_id, first, stop)
            except ValueError:
                continue
        return None

    def ways(self, row: int) -> list[Way]:
        return []

    def learn(self, segment: int, ids: array[int]) -> None:
        """Nothing: all is known."""

    def pin(self, rows: Iterable[int]) -> None:
        """Nothing: all is kept."""

    def stretches(self) -> Iterable[tuple[int, int]]:
        return [(0, len(self.ids))]

    def agrees(self, later: Order) -> bool:
        if isinstance(later, Ids) and later.ids.typecode == self.ids.typecode:
            # As bytes: number by number a million of them would hold up the window.
            return later.ids == self.ids
        return later.total == self.total and later.known(0, self.total) == self.ids

    def chunks(self) -> Iterator[tuple[int, array[int]]]:
        """The ids in parts that a worker may search without holding up the window, with their first row."""
        for start in range(0, len(self.ids), _IDS_AT_ONCE):
            yield start, array("q", self.ids[start : start + _IDS_AT_ONCE])


class Segmented:
    """Ids of some segments; the one that was learnt or asked for longest ago goes first."""

    def __init__(self, total: int, newest: int) -> None:
        self.total = total
        self.newest = newest
        self.learnt: dict[int, array[int]] = {}
        self._pinned: frozenset[int] = frozenset()

    def known(self, start: int, stop: int) -> array[int] | None:
        """See ``Order``."""
        stop = min(stop, self.total)
        found: array[int] = array("q")
        while start < stop:
            segment, place = divmod(start, STRIDE)
            ids = self._of(segment)
            until = min(stop - segment * STRIDE, STRIDE)
            if ids is None or len(ids) < until:
                return None
            found += ids[place:until]
            start = (segment + 1) * STRIDE
        return found

    def row_of(self, row_id: int, near: int) -> int | None:
        """See ``Order``."""
        segments = sorted(self._segments(), key=lambda segment: abs(segment - near // STRIDE))
        for segment in segments:
            ids = self._of(segment)
            if ids is not None and row_id in ids:
                return segment * STRIDE + ids.index(row_id)
        return None

    def learn(self, segment: int, ids: array[int]) -> None:
        """See ``Order``. What is known already stays; where rows are lacking, places at the end are empty."""
        width = min(STRIDE, self.total - segment * STRIDE)
        if segment in self.learnt or width <= 0:
            return
        ids = ids[:width]
        ids.extend([LOST] * (width - len(ids)))
        self.learnt[segment] = ids
        if len(self.learnt) > SEGMENTS_KEPT:
            oldest = next((s for s in self.learnt if s not in self._pinned), None)
            if oldest is not None:
                del self.learnt[oldest]

    def pin(self, rows: Iterable[int]) -> None:
        """See ``Order``."""
        self._pinned = frozenset(row // STRIDE for row in rows)

    def stretches(self) -> Iterable[tuple[int, int]]:
        """See ``Order``."""
        for segment in [*self._segments()]:
            start = segment * STRIDE
            yield start, start + len(self._of(segment) or ())

    def _segments(self) -> Collection[int]:
        return self.learnt

    def _of(self, segment: int) -> array[int] | None:
        ids = self.learnt.get(segment)
        if ids is not None:
            del self.learnt[segment]
            self.learnt[segment] = ids
        return ids


class Anchors(Segmented):
    """A list of which every ``STRIDE``-th row is remembered by its key: a hundred bytes instead of 2,000.

    ``parts`` are the keys as the server sent them, ``KEYS_IN_PART`` to a part: nothing is made of them
    before they are needed.
    """

    whole = True

    def __init__(self, total: int, newest: int, parts: Sequence[str]) -> None:
        super().__init__(total, newest)
        self._parts = tuple(parts)
        self.segments = -(-total // STRIDE)
        self._ends = frozenset({0, self.segments - 1})
        self._pinned = self._ends
        # No cache of functools: one around a method of ours would hold us until garbage is looked for.
        self._decoded: dict[int, tuple[Key, ...]] = {}

    def ways(self, row: int) -> list[Way]:
        """See ``Order``. At the edge of a segment its neighbour, too, so that a walk goes on there."""
        segment, place = divmod(row, STRIDE)
        wanted = [segment]
        if place < STRIDE // 4:
            wanted.append(segment - 1)
        elif place >= STRIDE - STRIDE // 4:
            wanted.append(segment + 1)
        return [self.way(s) for s in wanted if 0 <= s < self.segments and s not in self.learnt]

    def pin(self, rows: Iterable[int]) -> None:
        """See ``Order``. The ends of the list are always kept, they are walked to from anywhere."""
        super().pin(rows)
        self._pinned |= self._ends

    def agrees(self, later: Order) -> bool:
        """See ``Order``: one that is whole already is followed by none."""
        return later is self

    def way(self, segment: int) -> Way:
        """How to find out which rows a segment has."""
        last = segment + 1 == self.segments
        return ByKey(segment, self.key(segment), None if last else self.key(segment + 1), self.newest)

    def key(self, segment: int) -> Key:
        """The anchor at the beginning of a segment."""
        return self._read(segment // KEYS_IN_PART)[segment % KEYS_IN_PART]

    def keys_of(self, part: int) -> tuple[Key, ...]:
        """All anchors of a part."""
        return self._read(part)

    @property
    def first_keys(self) -> list[Key]:
        """The first anchor of each part."""
        decode = json.JSONDecoder().raw_decode
        return [tuple(decode(part, part.index("[", 1))[0]) for part in self._parts]

    def _read(self, part: int) -> tuple[Key, ...]:
        found = self._decoded.get(part)
        if found is None:
            if len(self._decoded) >= PARTS_DECODED:
                del self._decoded[next(iter(self._decoded))]
            found = self._decoded[part] = tuple(tuple(key) for key in json.loads(self._parts[part]))
        return found
