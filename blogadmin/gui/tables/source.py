"""Where a list reads: what it asks of the tasks and of a noun's queries, and the answers it gets.

The functions run on a worker; what they return is all that comes back to the window.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from blogadmin.core.queries.spec import ListSpec, Sort
from blogadmin.gui.tables.cells import Entry, by_id, format_rows
from blogadmin.gui.tables.columns import Column
from blogadmin.gui.tables.kept import Found, Kept, unpack_ids
from blogadmin.gui.tables.row_cache import BLOCK


class Source(Protocol):
    """What a list asks of its noun; ``core.queries`` has one for each."""

    @property
    def default_sort(self) -> tuple[Sort, ...]: ...

    def first(self, session: Any, spec: ListSpec, limit: int = 128) -> Sequence[Any]: ...

    def ids(self, session: Any, spec: ListSpec) -> Iterator[bytes]: ...

    def rows(self, session: Any, ids: Sequence[int]) -> Mapping[int, Any]: ...


class Reads(Protocol):
    """The part of the tasks that a list needs."""

    def read(
        self,
        slot: str,
        work: Callable[[Any], Any],
        done: Callable[[Any], object],
        failed: Callable[[Exception], object] | None = None,
    ) -> object: ...

    def stream(
        self,
        slot: str,
        work: Callable[[Any], Iterable[Any]],
        each: Callable[[Any], object],
        done: Callable[[], object],
        failed: Callable[[Exception], object] | None = None,
    ) -> object: ...

    def cancel(self, slot: str) -> None: ...


class First(NamedTuple):
    """The first rows of a list, and the order that the list has."""

    generation: int
    entries: list[Entry]
    order: tuple[Sort, ...]


class Chunk(NamedTuple):
    """The next ids of a list, and which of its rows were chosen in the list before."""

    generation: int
    ids: array[int]
    found: Found


class Answer(NamedTuple):
    """Rows by id. An id that was ``asked`` for and is not there was deleted."""

    generation: int
    entries: Mapping[int, Entry]
    asked: frozenset[int]


class Asked(NamedTuple):
    """Who asks: what a worker needs to read and to format."""

    listing: Callable[[], Source]
    columns: Sequence[Column]
    generation: int

    def first(self, session: Any, spec: ListSpec) -> First:
        """The first screens of the list."""
        source = self.listing()
        entries = format_rows(self.columns, source.first(session, spec, BLOCK))
        return First(self.generation, entries, spec.sort or source.default_sort)

    def ids(self, session: Any, spec: ListSpec, kept: Kept) -> Iterator[Chunk]:
        """The ids of the whole list, part by part."""
        offset = 0
        for packed in self.listing().ids(session, spec):
            ids = unpack_ids(packed)
            yield Chunk(self.generation, ids, kept.find(ids, offset))
            offset += len(ids)

    def rows(self, session: Any, ids: Sequence[int]) -> Answer:
        """The rows of some ids."""
        found = self.listing().rows(session, ids)
        entries = by_id(format_rows(self.columns, found.values()))
        return Answer(self.generation, entries, frozenset(ids))
