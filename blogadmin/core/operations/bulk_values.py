"""What a change of very many rows is made of: packed rows, chunks and their outcomes, the report.

A million rows are arrays here, never a million objects. Plain Python: the window uses it, too.
"""

from __future__ import annotations

import csv
import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from blogadmin.core.database.changes import Changes
from blogadmin.core.operations.wording import counted

if TYPE_CHECKING:
    from sqlalchemy import Table
    from sqlalchemy.orm import Session

    from blogadmin.core.operations.operation import Operation
    from blogadmin.core.operations.removal import Removed


class Step(Protocol):
    """What was done to a row, said so that it can be taken back; hashable, one for many rows."""

    @property
    def column(self) -> str:
        """The one column that it is about."""
        ...

    @property
    def inverse(self) -> Step:
        """The step that takes this one back."""
        ...

    def values(self, table: Table) -> dict[str, Any]:
        """The columns to set, as expressions on ``table``."""
        ...


@dataclass(slots=True)
class Rows:
    """Rows to change: ids, and for a way back what to do to them if they still have these ``versions``."""

    ids: array[int] = field(default_factory=lambda: array("q"))
    versions: array[int] | None = None
    step: Step | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def part(self, begin: int, end: int) -> Rows:
        """The rows from ``begin`` up to ``end``."""
        versions = None if self.versions is None else self.versions[begin:end]
        return Rows(self.ids[begin:end], versions, self.step)

    def halves(self) -> tuple[Rows, Rows]:
        """Two parts of about the same size."""
        middle = len(self) // 2
        return self.part(0, middle), self.part(middle, len(self))


def unpacked(chunk: bytes) -> array[int]:
    """The ids of a packed chunk."""
    ids = array("q", chunk)
    if sys.byteorder == "little":
        ids.byteswap()
    return ids


def in_pieces(ids: array[int] | Iterable[bytes], most: int) -> Iterator[array[int]]:
    """``ids``, an array or packed chunks (big-endian int8) as ``Listing.ids`` gives, ``most`` at once."""
    for whole in (ids,) if isinstance(ids, array) else map(unpacked, ids):
        for begin in range(0, len(whole), most):
            yield whole[begin : begin + most]


@dataclass(slots=True)
class ChunkOutcome:
    """What became of the rows of one chunk, once it is committed.

    ``done`` holds the rows at their new versions with the step that was taken; ``busy`` those that somebody
    else held locked; ``removed`` what can bring deleted rows back, ``comments`` those that went with posts.
    """

    done: list[Rows] = field(default_factory=list)
    unchanged: array[int] = field(default_factory=lambda: array("q"))
    moved: array[int] = field(default_factory=lambda: array("q"))
    gone: array[int] = field(default_factory=lambda: array("q"))
    refused: dict[str, array[int]] = field(default_factory=dict)
    busy: list[Rows] = field(default_factory=list)
    removed: tuple[Removed, ...] = ()
    comments: array[int] = field(default_factory=lambda: array("q"))

    def refuse(self, reason: str, ids: Sequence[int]) -> None:
        """Say why rows were not changed."""
        if ids:
            self.refused.setdefault(reason, array("q")).extend(ids)

    def changes(self, noun: str, *, deleted: bool) -> Changes:
        """What views must know."""
        ids = [id_ for rows in self.done for id_ in rows.ids]
        if not deleted:
            return Changes.of(noun, updated=ids)
        return Changes.of(noun, deleted=ids) | Changes.of("comments", deleted=self.comments)

    def __iadd__(self, other: ChunkOutcome) -> ChunkOutcome:
        self.done += other.done
        self.unchanged += other.unchanged
        self.moved += other.moved
        self.gone += other.gone
        for reason, ids in other.refused.items():
            self.refuse(reason, ids)
        self.busy += other.busy
        self.removed += other.removed
        self.comments += other.comments
        return self


class BulkChange(Protocol):
    """A change that can be made to any number of rows of ``noun``, a chunk at a time."""

    @property
    def noun(self) -> str:
        """Whose rows they are."""
        ...

    @property
    def deletes(self) -> bool:
        """Whether the rows go."""
        ...

    def label_for(self, total: int) -> str:
        """Words for menus and history."""
        ...

    def done_words(self, number: int) -> str:
        """What has been done to ``number`` rows: "1,200 posts published"."""
        ...

    def way_back(self, report: BulkReport, removed: list[Removed]) -> Operation | None:
        """What takes back all that was done, ``removed`` being what was kept of deleted rows."""
        ...

    def apply_chunk(self, session: Session, rows: Rows, *, keep: bool = False) -> ChunkOutcome:
        """Change ``rows`` inside the session's transaction; ``keep`` what brings deleted ones back.

        A row that cannot be changed does not lose the others. Raises what concerns all of them.
        """
        ...


@runtime_checkable
class ChunkedBack(BulkChange, Protocol):
    """A way back that brings its own rows: it is committed in chunks, too."""

    @property
    def total(self) -> int:
        """How many rows."""
        ...

    def rows(self) -> Iterator[Rows]:
        """All of them, in pieces."""
        ...

    def rest(self, report: BulkReport) -> Operation | None:
        """What of it was not reached."""
        ...


class Fate(StrEnum):
    """What became of a row, in the words of the report."""

    DONE = "done"
    UNCHANGED = "unchanged"
    MOVED = "changed meanwhile"
    GONE = "gone"
    REFUSED = "refused"
    UNCERTAIN = "not certain"
    LEFT = "not reached"


@dataclass(slots=True)
class BulkReport:
    """What became of every row; complete once the run has ended.

    ``stopped`` says why rows were not reached, "" when all were; ``cancelled`` that the person wanted it so.
    ``inverse`` takes all of it back, ``None`` where there is no way back.
    """

    noun: str
    label: str
    done: list[Rows] = field(default_factory=list)
    others: dict[Fate, array[int]] = field(default_factory=dict)
    refused: dict[str, array[int]] = field(default_factory=dict)
    left: list[Rows] = field(default_factory=list)
    stopped: str = ""
    cancelled: bool = False
    message: str = ""
    inverse: Operation | None = None

    def count(self, fate: Fate) -> int:
        """How many rows met ``fate``."""
        return sum(len(ids) for one, _reason, ids in self._all() if one is fate)

    @property
    def total(self) -> int:
        """How many rows there are in the report."""
        return sum(len(ids) for _fate, _reason, ids in self._all())

    def write_csv(self, path: Path) -> None:
        """Write a line for each row: id, result, reason. Raises ``OSError``."""
        with path.open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(("id", "result", "reason"))
            for fate, reason, ids in self._all():
                lines.writerows((id_, fate.value, reason) for id_ in ids)

    def tell(self, done_words: str) -> str:
        """Everything in one sentence, beginning with ``done_words``."""
        parts = [done_words]
        for fate, words in _TOLD.items():
            if number := self.count(fate):
                parts.append(f"{number:,} {words if number != 1 else words.replace('were', 'was')}")
        if self.left:
            parts.append(f"{counted(self.count(Fate.LEFT), self.noun)} not reached")
        told = "; ".join(parts)
        return f"{told}. {self.stopped}" if self.stopped else told

    def _all(self) -> Iterator[tuple[Fate, str, array[int]]]:
        yield from ((Fate.DONE, "", rows.ids) for rows in self.done)
        yield from ((fate, "", ids) for fate, ids in self.others.items())
        yield from ((Fate.REFUSED, reason, ids) for reason, ids in self.refused.items())
        yield from ((Fate.LEFT, self.stopped, rows.ids) for rows in self.left)


_TOLD = {
    Fate.UNCHANGED: "were so already",
    Fate.MOVED: "changed meanwhile and were left alone",
    Fate.GONE: "were deleted meanwhile",
    Fate.REFUSED: "were refused",
    Fate.UNCERTAIN: "may or may not have been saved",
}
