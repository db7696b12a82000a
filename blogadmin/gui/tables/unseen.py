"""What others did to the rows of a list since it was loaded, as far as that costs nothing to know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from typing import Any, NamedTuple

from blogadmin.core.database.changes import Changes
from blogadmin.gui.tables.cells import Entry

Key = Callable[[Entry], tuple[Any, ...]]
"""What places a row in the order of the list."""

WATCHED = 10_000
"""Rows of which it is remembered where they stood."""


class News(NamedTuple):
    """Loaded again, how many rows would a list gain, how many would stand elsewhere, how many be gone?"""

    created: int = 0
    moved: int = 0
    gone: int = 0


class Unseen:
    """Collects until ``clear``. A row counts once, however often it changes."""

    def __init__(self) -> None:
        self._created: set[int] = set()
        self._gone: set[int] = set()
        self._moved: set[int] = set()
        self._keys: dict[int, tuple[Any, ...]] = {}

    @property
    def news(self) -> News:
        """What there is to tell."""
        return News(len(self._created), len(self._moved - self._gone), len(self._gone))

    def clear(self) -> None:
        """The list is loaded again."""
        self._created.clear()
        self._gone.clear()
        self._moved.clear()
        self._keys.clear()

    @property
    def watching(self) -> bool:
        """Whether there is anything to compare."""
        return bool(self._keys)

    def forget_places(self) -> None:
        """Another list is shown, in which all rows stand where they belong."""
        self._keys.clear()

    def note(self, changes: Changes, noun: str, shown: Set[int], *, narrowed: bool) -> None:
        """Take in what others did to rows of ``noun``.

        ``shown`` has the ids of rows that are known to be in the list; one that is ``narrowed`` by a search
        or a filter has no others for sure.
        """
        nothing: frozenset[int] = frozenset()
        created = changes.created.get(noun, nothing)
        deleted = changes.deleted.get(noun, nothing)
        # A row that comes back with its id stands where it was.
        back = created & self._gone
        self._gone -= back
        self._created |= created - back - shown
        gone = deleted & shown if narrowed else deleted - self._created
        self._gone |= gone
        self._created -= deleted

    def found(self, created: Iterable[int]) -> None:
        """These rows were found to belong to the list, though it was loaded without them."""
        self._created.update(created)

    def watch(self, entries: Iterable[Entry], key: Key) -> None:
        """These rows will be read again: remember where they stand."""
        for entry in entries:
            if entry.row is not None and len(self._keys) < WATCHED:
                self._keys.setdefault(entry.id, key(entry))

    def compare(self, entries: Mapping[int, Entry], missing: Set[int], key: Key) -> None:
        """These rows were read again: do they still stand where they did? Those ``missing`` are gone."""
        self._gone |= self._keys.keys() & missing
        for row_id in self._keys.keys() & entries.keys():
            entry = entries[row_id]
            if entry.row is not None and key(entry) != self._keys[row_id]:
                self._moved.add(row_id)
            else:
                # Also one that was changed back.
                self._moved.discard(row_id)
