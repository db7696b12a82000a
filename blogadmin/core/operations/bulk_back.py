"""The way back from a bulk change: each row, if nobody has touched it since, by the step that was taken."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, Integer, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from blogadmin.core.database.changes import Changes
from blogadmin.core.operations.bulk import among, table_of, versions_by_id
from blogadmin.core.operations.bulk_progress import MOST, BulkProgress
from blogadmin.core.operations.bulk_values import BulkReport, ChunkOutcome, Rows, Step
from blogadmin.core.operations.chunks import apply_bounded
from blogadmin.core.operations.operation import Outcome
from blogadmin.core.operations.own_changes import moved_by_us
from blogadmin.core.operations.posts import DeletePosts
from blogadmin.core.operations.removal import Removed, Restore, restoring
from blogadmin.core.operations.users import DeleteUsers
from blogadmin.core.operations.wording import counted


@dataclass(frozen=True, slots=True)
class PutBack:
    """Take a bulk change back (or make it again): rows that somebody else changed since are left alone.

    Twelve bytes a row. ``groups`` say which step to take on which rows at which versions.
    """

    noun: str
    groups: tuple[Rows, ...] = field(repr=False)
    label: str
    deletes = False

    @property
    def total(self) -> int:
        """How many rows."""
        return sum(map(len, self.groups))

    def rows(self) -> Iterator[Rows]:
        """All of them, in pieces."""
        for group in self.groups:
            yield from (group.part(begin, begin + MOST) for begin in range(0, len(group), MOST))

    def label_for(self, total: int) -> str:
        """The label of what is taken back."""
        return self.label

    def done_words(self, number: int) -> str:
        """What has been done to ``number`` rows."""
        return f"{counted(number, self.noun)} set back"

    def way_back(self, report: BulkReport, removed: list[Removed]) -> PutBack | None:
        """The way forth again."""
        return way_back(report)

    def rest(self, report: BulkReport) -> PutBack | None:
        """What of it was not reached."""
        groups = tuple(rows for rows in report.left if len(rows))
        return PutBack(self.noun, groups, self.label) if groups else None

    def apply_chunk(self, session: Session, rows: Rows, *, keep: bool = False) -> ChunkOutcome:
        """Take the step of ``rows``."""
        return apply_bounded(session, rows, self._apply)

    def apply(self, session: Session) -> Outcome:
        """All of it in one transaction, for those who do not want chunks."""
        progress = BulkProgress(self, self.rows(), self.total)
        touched: list[int] = []
        while (rows := progress.next()) is not None:
            outcome = self.apply_chunk(session, rows)
            touched.extend(id_ for done in outcome.done for id_ in done.ids)
            progress.took(outcome, 0)
        report = progress.finish()
        return Outcome(Changes.of(self.noun, updated=touched), report.message, report.inverse)

    def _apply(self, session: Session, rows: Rows) -> ChunkOutcome:
        step = rows.step
        if step is None or rows.versions is None:
            raise ValueError("There is no way back for these rows.")
        wanted = dict(zip(rows.ids, rows.versions, strict=True))
        done = self._take(session, step, wanted)
        missing = {id_: version for id_, version in wanted.items() if id_ not in done}
        if missing and (ours := moved_by_us(session, self.noun, missing, step.column)):
            done |= self._take(session, step, ours)
        outcome = ChunkOutcome(done=[packed(done, step)] if done else [])
        missing = [id_ for id_ in missing if id_ not in done]
        if missing:
            table = table_of(self.noun)
            here = set(session.scalars(select(table.c.id).where(among(table.c.id, missing))))
            outcome.moved.extend(id_ for id_ in missing if id_ in here)
            outcome.gone.extend(id_ for id_ in missing if id_ not in here)
        return outcome

    def _take(self, session: Session, step: Step, versions: Mapping[int, int]) -> dict[int, int]:
        table = table_of(self.noun)
        was = (
            func.unnest(_array(versions.keys(), BigInteger()), _array(versions.values(), Integer()))
            .table_valued("id", "version", name="was")
            .render_derived()
        )
        held = (
            select(table.c.id)
            .join(was, (table.c.id == was.c.id) & (table.c.version == was.c.version))
            .order_by(table.c.id)
            .with_for_update(key_share=True, nowait=True, of=table)
            .subquery("held")
        )
        statement = (
            update(table)
            .where(table.c.id == held.c.id)
            .values(step.values(table))
            .returning(table.c.id, table.c.version)
        )
        return versions_by_id(session.execute(statement))


def packed(versions: dict[int, int], step: Step) -> Rows:
    """Rows that were changed by ``step``, with their versions now."""
    return Rows(array("q", versions), array("i", versions.values()), step)


def way_back(report: BulkReport) -> PutBack | None:
    """What takes back all that ``report`` says was done; the arrays are shared, not copied."""
    groups = tuple(
        Rows(rows.ids, rows.versions, rows.step.inverse)
        for rows in report.done
        if rows.step is not None and len(rows)
    )
    return PutBack(report.noun, groups, report.label) if groups else None


def restore(removed: Iterable[Removed], again: DeletePosts | DeleteUsers) -> Restore | None:
    """What brings deleted rows back; ``None`` when not all could be read. ``again`` is the way forth."""
    return restoring(_joined(removed), (), again)


def _joined(parts: Iterable[Removed]) -> list[Removed]:
    """One for each noun: the way forth is made from the first of them."""
    joined: dict[str, Removed] = {}
    for one in parts:
        before = joined.get(one.noun)
        joined[one.noun] = one if before is None else _both(before, one)
    return list(joined.values())


def _both(one: Removed, two: Removed) -> Removed:
    unread = one.documents is None or two.documents is None
    documents = None if unread else (one.documents or ()) + (two.documents or ())
    return Removed(one.noun, one.ids + two.ids, documents)


def _array(values: Iterable[int], kind: Any) -> Any:
    return bindparam(None, list(values), type_=ARRAY(kind))
