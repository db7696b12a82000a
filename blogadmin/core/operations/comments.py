"""What can be done to comments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from blogadmin.core import values
from blogadmin.core.operations.bulk import Words, set_column
from blogadmin.core.operations.guarded import Check, one_of, validate
from blogadmin.core.operations.operation import Outcome
from blogadmin.core.operations.wording import counted

CHECKS: Mapping[str, Check] = {"status": one_of(values.CommentStatus)}
STATUS_WORDS = {
    values.CommentStatus.PENDING: Words("put back to pending", "pending"),
    values.CommentStatus.APPROVED: Words("approved", "approved"),
    values.CommentStatus.SPAM: Words("marked as spam", "marked as spam"),
    values.CommentStatus.TRASH: Words("moved to the trash", "in the trash"),
}


@dataclass(frozen=True, slots=True)
class SetCommentStatus:
    """Decide about comments."""

    ids: tuple[int, ...]
    status: str

    @property
    def label(self) -> str:
        """Words for menus and history."""
        return f"Set status of {counted(len(self.ids), 'comments')}"

    def apply(self, session: Session) -> Outcome:
        """Change those that have another one. Raises ``Invalid``, and ``NotFound`` when none exists."""
        validate({"status": self.status}, CHECKS)
        words = STATUS_WORDS[values.CommentStatus(self.status)]
        return set_column(session, "comments", self.ids, "status", str(self.status), words, self.label)
