"""Deleting any number of rows."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, false, or_, select
from sqlalchemy.orm import Session

from blogadmin.core.operations import posts, users
from blogadmin.core.operations.bulk import among, table_of
from blogadmin.core.operations.bulk_back import restore
from blogadmin.core.operations.bulk_change import KEPT, Many, tell_missing
from blogadmin.core.operations.bulk_values import BulkReport, ChunkOutcome, Rows
from blogadmin.core.operations.chunks import apply_bounded
from blogadmin.core.operations.operation import Operation
from blogadmin.core.operations.removal import HANGS_ON, Removed, remove
from blogadmin.core.operations.wording import counted


@dataclass(frozen=True, slots=True)
class DeleteMany(Many):
    """Delete posts (``with_comments``: those under them, too) or users who have written nothing.

    Can be undone for up to ``RESTORABLE`` rows.
    """

    noun: str
    with_comments: bool = False
    deletes = True

    def label_for(self, total: int) -> str:
        """Words for menus and history."""
        return f"Delete {counted(total, self.noun)}"

    def done_words(self, number: int) -> str:
        """What has been done to ``number`` rows."""
        return f"{counted(number, self.noun)} deleted"

    def check(self) -> None:
        """Raise ``KeyError`` for a noun that is never deleted."""
        if self.noun not in HANGS_ON:
            raise KeyError(self.noun)

    def already(self) -> ColumnElement[bool]:
        """No row that is there is deleted already."""
        return false()

    def blocked(self) -> ColumnElement[bool]:
        """Condition that others hang on a row, and are not to go with it."""
        if self.with_comments and self.noun == "posts":
            return false()
        own = table_of(self.noun).c.id
        columns = (table_of(noun).c[column] for noun, column in HANGS_ON[self.noun])
        return or_(*(exists().where(column == own) for column in columns))

    def way_back(self, report: BulkReport, removed: list[Removed]) -> Operation | None:
        """Bring back what was kept."""
        del report
        own = tuple(id_ for one in removed if one.noun == self.noun for id_ in one.ids)
        if not own:
            return None
        if self.noun == "posts":
            return restore(removed, posts.DeletePosts(own, with_comments=self.with_comments))
        return restore(removed, users.DeleteUsers(own))

    def apply_chunk(self, session: Session, rows: Rows, *, keep: bool = False) -> ChunkOutcome:
        """Delete the rows."""
        return apply_bounded(session, rows, lambda s, part: self._apply(s, part, keep=keep))

    def _apply(self, session: Session, rows: Rows, *, keep: bool) -> ChunkOutcome:
        table = table_of(self.noun)
        held = (
            select(table.c.id)
            .where(among(table.c.id, rows.ids), self.unmoved(self.noun))
            .order_by(table.c.id)
            .with_for_update(nowait=True)
        )
        ids = session.scalars(held).all()
        outcome = ChunkOutcome()
        blocked = set(session.scalars(select(table.c.id).where(among(table.c.id, ids), self.blocked())))
        outcome.refuse(_BLOCKED[self.noun], sorted(blocked))
        free = [id_ for id_ in ids if id_ not in blocked]
        parts = [(self.noun, among(table.c.id, free))]
        if self.with_comments and self.noun == "posts":
            parts.insert(0, ("comments", among(table_of("comments").c.post_id, free)))
        removed = [remove(session, noun, where, keep=keep) for noun, where in parts]
        done = removed[-1].ids
        outcome.comments = array("q", removed[0].ids if len(removed) > 1 else ())
        outcome.done.append(Rows(array("q", done)))
        # What others refer to must be inserted first.
        outcome.removed = tuple(reversed(removed)) if keep else ()
        outcome.refuse(KEPT, sorted(set(free).difference(done)))
        tell_missing(session, self.noun, rows, set(ids), false(), self.moved(self.noun), outcome)
        return outcome


_BLOCKED = {
    "posts": "It has comments. Delete them too, or archive it instead.",
    "users": "They have written posts or comments. Give those to someone else first.",
}
