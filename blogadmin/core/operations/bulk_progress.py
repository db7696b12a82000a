"""A run over very many rows: what comes next, how much at a time, and what has become of it so far."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from blogadmin.core.database.errors import KnownError, Locked, OutcomeUnknown, TookTooLong, in_words
from blogadmin.core.operations.bulk_values import (
    BulkChange,
    BulkReport,
    ChunkOutcome,
    Fate,
    Rows,
    Step,
    in_pieces,
)

if TYPE_CHECKING:
    from blogadmin.core.operations.removal import Removed

RESTORABLE: Final = 1_000
"""Deleted rows are kept, whole, to be brought back up to this many."""
PER_CHUNK: Final = 0.25
"""Seconds that one transaction should take: others wait no longer for the rows, or for the writer."""
LEAST: Final = 50
MOST: Final = 10_000
"""Rows of one transaction, at least and at most; fewer only when the server cannot do that many in time."""

_FIRST = 500
_PATIENCE = 4
_BUSY = "Someone else is changing it right now. Try again in a moment."


class BulkProgress:
    """Hands out chunks and takes their outcomes; knows no thread and no database.

    ``again`` gives rows that somebody else held locked a second chance after all the others.
    """

    def __init__(self, change: BulkChange, rows: Iterable[Rows], total: int) -> None:
        self.change = change
        self.total = total
        self.looked_at = 0
        """How many rows have been dealt with."""
        self.keeps = change.deletes and total <= RESTORABLE
        """Whether what is deleted shall be kept, to be brought back."""
        self._report = BulkReport(change.noun, change.label_for(total))
        self._source: Iterator[Rows] = iter(rows)
        self._queue: deque[Rows] = deque()
        self._done: dict[Step | None, Rows] = {}
        self._removed: list[Removed] = []
        self._busy: list[Rows] = []
        self._last_pass = False
        self._size = _FIRST
        self._failures = 0

    def next(self) -> Rows | None:
        """The rows of the next chunk; ``None`` when none are left."""
        rows = self._queue.popleft() if self._queue else next(self._source, None)
        if rows is None or len(rows) <= self._size:
            return rows
        self._queue.appendleft(rows.part(self._size, len(rows)))
        return rows.part(0, self._size)

    def again(self) -> bool:
        """Queue the rows that were locked once more; ``False`` if there are none, or it was done before."""
        if not self._busy or self._last_pass:
            return False
        self._last_pass = True
        self._queue.extend(self._busy)
        self._busy.clear()
        return True

    def took(self, outcome: ChunkOutcome, seconds: float) -> None:
        """A chunk was committed; its work took ``seconds``."""
        self._failures = 0
        before = self._report.total
        for rows in outcome.done:
            self._add_done(rows)
        self._add(Fate.UNCHANGED, outcome.unchanged)
        self._add(Fate.MOVED, outcome.moved)
        self._add(Fate.GONE, outcome.gone)
        for reason, ids in outcome.refused.items():
            self._refuse(reason, ids)
        self._removed.extend(outcome.removed)
        for rows in outcome.busy:
            if self._last_pass:
                self._refuse(_BUSY, rows.ids)
            else:
                self._busy.append(rows)
        self.looked_at = self._report.total
        self._adapt(self.looked_at - before, seconds)

    def failed(self, rows: Rows, error: KnownError) -> bool:
        """A chunk was not committed; say whether to go on, with less at a time."""
        if isinstance(error, OutcomeUnknown):
            self._add(Fate.UNCERTAIN, rows.ids)
        else:
            self._queue.appendleft(rows)
        self._failures += 1
        if isinstance(error, Locked | TookTooLong) and self._failures < _PATIENCE:
            self._size = max(1, len(rows) // 4)
            return True
        self.stop(in_words(error))
        return False

    def stop(self, why: str, *, cancelled: bool = False) -> None:
        """End here, and say why."""
        self._report.stopped = why
        self._report.cancelled = cancelled

    def finish(self) -> BulkReport:
        """The report, complete, with the way back."""
        report = self._report
        report.left = [*self._busy, *self._queue, *self._source]
        report.message = report.tell(self.change.done_words(report.count(Fate.DONE)))
        report.inverse = self.change.way_back(report, self._removed)
        return report

    def _adapt(self, number: int, seconds: float) -> None:
        # The last rows of a piece tell more about what every chunk costs than about the rows.
        if 2 * number >= self._size:
            wanted = round(number * PER_CHUNK / max(seconds, 0.001))
            wanted = min(2 * self._size, max(self._size // 4, wanted))
            self._size = min(MOST, max(LEAST, wanted))

    def _add_done(self, rows: Rows) -> None:
        known = self._done.get(rows.step)
        if known is None:
            versions = None if rows.versions is None else array("i")
            known = self._done[rows.step] = Rows(array("q"), versions, rows.step)
            self._report.done.append(known)
        known.ids.extend(rows.ids)
        if known.versions is not None and rows.versions is not None:
            known.versions.extend(rows.versions)

    def _add(self, fate: Fate, ids: array[int]) -> None:
        if ids:
            self._report.others.setdefault(fate, array("q")).extend(ids)

    def _refuse(self, reason: str, ids: array[int]) -> None:
        self._report.refused.setdefault(reason, array("q")).extend(ids)


def forward(ids: array[int] | Iterable[bytes]) -> Iterator[Rows]:
    """``ids`` as the rows of a run."""
    return (Rows(piece) for piece in in_pieces(ids, MOST))
