"""Where a list reads: what it asks of the tasks and of a noun's queries, and the answers it gets.

The functions run on a worker; what they return is all that comes back to the window.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, NamedTuple, Protocol

from blogadmin.core.queries.places import Key
from blogadmin.core.queries.spec import ListSpec, Sort
from blogadmin.gui.control.window_turn import WINDOW_TURN
from blogadmin.gui.tables.cells import Entry, by_id, format_rows
from blogadmin.gui.tables.columns import Column
from blogadmin.gui.tables.kept import Found, Kept, pack_tightly
from blogadmin.gui.tables.row_order import LOST, Anchors, Ids, Order, Places, Way
from blogadmin.gui.tables.row_search import find, read_ids, resolved

ANCHORS_FROM = 2_000_000
"""Of lists with more rows than this not every id is kept."""
PATIENCE = 125.0
"""Seconds that a list may take whose order has no index; the queries have said beforehand that it will."""


class Source(Protocol):
    """What a list asks of its noun; ``core.queries`` has one for each."""

    @property
    def default_sort(self) -> tuple[Sort, ...]: ...

    @property
    def places(self) -> Places: ...

    def first(self, session: Any, spec: ListSpec, limit: int = 128) -> Sequence[Any]: ...

    def rows(self, session: Any, ids: Sequence[int], spec: ListSpec | None = None) -> Mapping[int, Any]: ...


class Waits(Protocol):
    """What may begin some time later."""

    def hasten(self) -> None: ...


class Reads(Protocol):
    """The part of the tasks that a list needs."""

    def read(
        self,
        slot: str,
        work: Callable[[Any], Any],
        done: Callable[[Any], object],
        failed: Callable[[Exception], object] | None = None,
        *,
        limit: float | None = None,
    ) -> object: ...

    def stream(
        self,
        slot: str,
        work: Callable[[Any], Iterable[Any]],
        each: Callable[[Any], object],
        done: Callable[[], object],
        failed: Callable[[Exception], object] | None = None,
        *,
        limit: float | None = None,
        after: float = 0,
    ) -> Waits: ...

    def cancel(self, slot: str) -> None: ...


class First(NamedTuple):
    """The first rows of a list, the order that the list has, and whether these are all of its rows."""

    generation: int
    entries: list[Entry]
    order: tuple[Sort, ...]
    whole: bool


class Expected(NamedTuple):
    """The list has about ``total`` rows; ``None`` only tells that more of it has come."""

    generation: int
    total: int | None


class Whole(NamedTuple):
    """Where all rows of a list are, and which of them were chosen in the list before."""

    generation: int
    order: Order
    found: Found


class Answer(NamedTuple):
    """Rows by id, and ids of segments. An id that was ``asked`` for and is not there was deleted."""

    generation: int
    entries: Mapping[int, Entry]
    asked: frozenset[int]
    learnt: Mapping[int, array[int]] = {}
    marks: tuple[Key, ...] | None = None


_PARTS_BETWEEN = 4
"""Parts of a list of ids after which the window hears that more have come, and may say that it has enough."""


class Wish(NamedTuple):
    """Rows to read: those of ``ids``, and in segments that must be learnt first, of ``places`` in them.

    Or else the ``marks`` of the list, without which rows far from its ends are not found quickly.
    """

    spec: ListSpec
    ids: tuple[int, ...]
    ways: tuple[Way, ...] = ()
    places: tuple[tuple[int, slice], ...] = ()
    marks: bool = False

    def __bool__(self) -> bool:
        return bool(self.ids or self.ways or self.marks)


class Asked(NamedTuple):
    """Who asks: what a worker needs to read and to format."""

    listing: Callable[[], Source]
    columns: Sequence[Column]
    generation: int

    def first(self, session: Any, spec: ListSpec, most: int) -> First:
        """The first screen of the list, of ``most`` rows."""
        source = self.listing()
        entries = format_rows(self.columns, source.first(session, spec, most))
        # The best hits of a search in texts come first: that is the order of no column.
        usual = () if spec.bodies and spec.search else source.default_sort
        return First(self.generation, entries, spec.sort or usual, len(entries) < most)

    def survey(self, session: Any, spec: ListSpec, kept: Kept, *, guess: bool) -> Iterator[Expected | Whole]:
        """Where all rows of the list are; with ``guess`` beforehand about how many there are."""
        places = self.listing().places
        if guess:
            yield Expected(self.generation, places.estimate(session, spec))
        WINDOW_TURN.stand_aside()
        kept = resolved(kept, places, session)
        ids: list[array[int]] = []
        found: list[Found] = []
        keys: list[str] = []
        total = newest = known = 0
        # Ended where this ends: what goes wrong while it lets go of the server must be heard.
        with closing(places.survey(session, spec, ANCHORS_FROM)) as parts:
            for number, part in enumerate(parts):
                # The interpreter is not let go in the middle of a part: a paint would wait for it many times.
                WINDOW_TURN.stand_aside()
                total, newest = part.total, part.newest
                if part.anchored:
                    keys.append(part.keys)
                else:
                    more = pack_tightly(part.ids)
                    found.append(kept.find(more, known))
                    known += len(more)
                    ids.append(more)
                if number % _PARTS_BETWEEN == 0:
                    yield Expected(self.generation, None)
        if keys:
            anchors = Anchors(total, newest, keys)
            for segment in {0, anchors.segments - 1}:
                anchors.learn(segment, anchors.way(segment).ids(places, session, spec))
            yield Whole(self.generation, anchors, find(anchors, places, session, spec, kept))
        else:
            yield Whole(self.generation, Ids.joined(ids, newest), Found.joined(found))

    def find(self, session: Any, spec: ListSpec, order: Order, kept: Kept) -> Found:
        """Where in the list the chosen rows are."""
        places = self.listing().places
        return find(order, places, session, spec, resolved(kept, places, session))

    def ids(
        self, session: Any, spec: ListSpec, order: Order, ranges: tuple[tuple[int, int], ...]
    ) -> Iterator[array[int]]:
        """The ids of rows, part by part."""
        return read_ids(order, self.listing().places, session, spec, ranges)

    def rows(self, session: Any, wish: Wish) -> Answer:
        """The rows of some ids, and of some places once their ids are known."""
        WINDOW_TURN.give_way()
        source = self.listing()
        if wish.marks:
            marks = source.places.marks(session, wish.spec)
            return Answer(self.generation, {}, frozenset(), marks=marks)
        learnt = {way.segment: way.ids(source.places, session, wish.spec) for way in wish.ways}
        more = [row_id for segment, place in wish.places for row_id in learnt[segment][place]]
        ids = [row_id for row_id in (*wish.ids, *more) if row_id != LOST]
        found = source.rows(session, ids, wish.spec)
        entries = by_id(format_rows(self.columns, found.values()))
        return Answer(self.generation, entries, frozenset(ids), learnt)
