"""What can be done to any number of rows: a column set, tags added and removed, rows deleted.

Each is a frozen value that ``Controller.run_bulk`` applies in chunks; ``preview`` tells beforehand what it
would do.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, false, func, select
from sqlalchemy.orm import Session

from blogadmin.core.operations.bulk import among, table_of
from blogadmin.core.operations.bulk_column import SetColumn
from blogadmin.core.operations.bulk_delete import DeleteMany
from blogadmin.core.operations.bulk_progress import RESTORABLE
from blogadmin.core.operations.bulk_tags import AddTags, RemoveTags
from blogadmin.core.operations.bulk_values import in_pieces
from blogadmin.core.operations.wording import counted

__all__ = ["AddTags", "Change", "DeleteMany", "Preview", "RemoveTags", "SetColumn", "preview", "server_time"]

_AT_ONCE = 50_000

Change = SetColumn | AddTags | RemoveTags | DeleteMany


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do, counted before it is made.

    ``total`` rows were asked for; of these are ``gone`` deleted, ``already`` so, ``blocked`` not changeable,
    and ``changed_meanwhile`` changed after ``since``. ``as_of`` is the server's clock.
    """

    noun: str
    total: int
    gone: int
    already: int
    blocked: int
    changed_meanwhile: int
    undoable: bool
    as_of: datetime

    @property
    def would_change(self) -> int:
        """How many rows would be changed."""
        return self.total - self.gone - self.already - self.blocked

    @property
    def sentence(self) -> str:
        """For the person: "12,431 posts, 17 changed meanwhile"."""
        parts = [counted(self.total, self.noun)]
        for number, words in (
            (self.changed_meanwhile, "changed meanwhile"),
            (self.gone, "deleted meanwhile"),
            (self.already, "so already"),
            (self.blocked, "that cannot be changed"),
        ):
            if number:
                parts.append(f"{number:,} {words}")
        return ", ".join(parts)


def preview(
    session: Session, change: Change, ids: array[int] | Iterable[bytes], since: datetime | None = None
) -> Preview:
    """Count what ``change`` would do to ``ids``. Raises ``Invalid`` when nothing of it can be done."""
    change.check()
    table = table_of(change.noun)
    already, blocked = change.already(), change.blocked()
    moved = false() if since is None else table.c.updated_at > since
    sums = [0, 0, 0, 0]
    total = 0
    for piece in in_pieces(ids, _AT_ONCE):
        total += len(piece)
        counts = (
            func.count(),
            func.count().filter(already),
            func.count().filter(and_(blocked, ~already)),
            func.count().filter(moved),
        )
        found = session.execute(select(*counts).select_from(table).where(among(table.c.id, piece))).one()
        sums = [before + more for before, more in zip(sums, found, strict=True)]
    undoable = not change.deletes or total <= RESTORABLE
    gone = total - sums[0]
    return Preview(change.noun, total, gone, sums[1], sums[2], sums[3], undoable, server_time(session))


def server_time(session: Session) -> datetime:
    """The server's clock, for ``since``."""
    return session.execute(select(func.clock_timestamp())).scalar_one()
