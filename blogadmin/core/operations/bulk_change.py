"""What the bulk changes have in common."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import Session

from blogadmin.core.operations.bulk import among, table_of
from blogadmin.core.operations.bulk_back import way_back
from blogadmin.core.operations.bulk_values import BulkReport, ChunkOutcome, Rows
from blogadmin.core.operations.operation import Operation
from blogadmin.core.operations.removal import Removed

KEPT = "The database kept it as it was: your login may not change it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """What the changes have in common. Rows changed after ``since`` (the server's clock) are left alone."""

    since: datetime | None = None
    deletes = False

    def way_back(self, report: BulkReport, removed: list[Removed]) -> Operation | None:
        """Each row by the step that was taken."""
        del removed
        return way_back(report)

    def unmoved(self, noun: str) -> ColumnElement[bool]:
        """Condition that nobody has changed a row since."""
        return true() if self.since is None else table_of(noun).c.updated_at <= self.since

    def moved(self, noun: str) -> ColumnElement[bool]:
        """Condition that somebody has changed a row since."""
        return false() if self.since is None else table_of(noun).c.updated_at > self.since


def tell_missing(
    session: Session,
    noun: str,
    rows: Rows,
    seen: set[int],
    already: ColumnElement[bool],
    moved: ColumnElement[bool],
    outcome: ChunkOutcome,
) -> None:
    """Find out about the rows that were not ``seen``."""
    missing = [id_ for id_ in rows.ids if id_ not in seen]
    if not missing:
        return
    table = table_of(noun)
    found = session.execute(select(table.c.id, already, moved).where(among(table.c.id, missing)))
    states = {id_: (is_so, has_moved) for id_, is_so, has_moved in found}
    outcome.gone.extend(id_ for id_ in missing if id_ not in states)
    for id_, (is_so, has_moved) in states.items():
        if is_so:
            outcome.unchanged.append(id_)
        elif has_moved:
            outcome.moved.append(id_)
        else:
            outcome.refuse(KEPT, [id_])
