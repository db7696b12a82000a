"""What is still looked for in a list that is on its way."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable

from blogadmin.gui.tables.kept import Kept
from blogadmin.gui.tables.row_ranges import RowRanges


class Sought:
    """What is looked for in the list that is shown, and in which of its rows some of it has been found."""

    def __init__(self) -> None:
        self._kept: Kept | None = None
        self._rows = RowRanges()

    def begin(self, kept: Kept | None, found: Iterable[tuple[int, int]]) -> None:
        """Another list is shown, and in these ranges of it some of ``kept`` was found."""
        self._kept, self._rows = kept, RowRanges(found)

    def add(self, found: Iterable[tuple[int, int]]) -> None:
        """More of it was found, in these ranges."""
        self._rows |= RowRanges(found)

    def forget(self) -> None:
        """Look for nothing any more."""
        self._kept = None

    def still_to_come(self, ids_in: Callable[[RowRanges], array[int] | None]) -> frozenset[int]:
        """Ids that have not been found; ``ids_in`` gives those of rows.

        Told from what has been found: to look through a million ids would hold up the window at each key.
        """
        # Of the rule "all but these" it is the exceptions that have ids.
        if self._kept is None or self._kept.inverted or not self._kept.ids:
            return frozenset()
        return self._kept.ids.difference(ids_in(self._rows) or ())
