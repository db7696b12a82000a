"""The comments page: a plain list of what readers wrote, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blogadmin.core import operations, queries
from blogadmin.core.values import CommentStatus
from blogadmin.gui.pages.noun import BulkAction, Noun
from blogadmin.gui.pages.posts import status_label
from blogadmin.gui.tables.columns import CellKind, Column

if TYPE_CHECKING:
    from blogadmin.core.operations.bulk_run import Change
    from blogadmin.core.operations.operation import Operation

_VERBS = {
    CommentStatus.APPROVED: ("Approve", "check-circle"),
    CommentStatus.SPAM: ("Spam", "alert-triangle"),
    CommentStatus.TRASH: ("Trash", "trash"),
}


def _status_action(status: CommentStatus) -> BulkAction:
    def make(ids: tuple[int, ...]) -> Operation:
        return operations.comments.SetCommentStatus(ids, status.value)

    def change(_nothing: Any) -> Change:
        return operations.bulk_run.SetColumn("comments", "status", status.value)

    text, icon = _VERBS[status]
    return BulkAction(f"{status.value}StatusAction", text, icon, make, change)


def _listing() -> Any:
    return queries.comments.LISTING


COMMENTS = Noun(
    key="comments",
    title="Comments",
    singular="comment",
    plural="comments",
    icon="message",
    columns=(
        Column("body", "Comment", CellKind.TITLE, 60, lambda c: c.body),
        Column(
            "status",
            "Status",
            CellKind.STATUS,
            14,
            lambda c: status_label(c.status),
            value=lambda c: c.status,
        ),
        Column("author", "Author", CellKind.PERSON, 22, lambda c: c.author),
        Column("post", "Post", CellKind.TEXT, 36, lambda c: c.post),
        Column("created_at", "Written", CellKind.TIME, 18, lambda c: "", value=lambda c: c.created_at),
        Column(
            "updated_at",
            "Updated",
            CellKind.TIME,
            18,
            lambda c: "",
            value=lambda c: c.updated_at,
            hidden=True,
        ),
        Column("id", "ID", CellKind.NUMBER, 8, lambda c: str(c.id), hidden=True),
    ),
    listing=_listing,
    search_hint="Search comment, author, post…",
    first_use="No comments yet. They appear here as soon as readers write some.",
    bulk=tuple(_status_action(status) for status in _VERBS),
    can_delete=False,
)
