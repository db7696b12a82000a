"""The posts page: everything that is written, from draft to archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blogadmin.core import operations, queries
from blogadmin.core.values import TITLE_MAX, PostStatus, line_problem
from blogadmin.gui.pages.noun import BulkAction, BulkMenu, Noun
from blogadmin.gui.tables.columns import CellEdit, CellKind, Column
from blogadmin.gui.theme import STATUS

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from blogadmin.core.operations.bulk_run import Change
    from blogadmin.core.operations.operation import Operation
    from blogadmin.gui.control.services import Services
    from blogadmin.gui.dialogs.edit_dialog import EditDialog


def _dialog(services: Services, parent: QWidget) -> EditDialog:
    from blogadmin.gui.dialogs.post import PostDialog

    return PostDialog(services, parent)


_VERBS = {
    PostStatus.DRAFT: ("Back to draft", "pencil"),
    PostStatus.REVIEW: ("Send to review", "eye"),
    PostStatus.SCHEDULED: ("Mark as scheduled", "clock"),
    PostStatus.PUBLISHED: ("Publish", "send"),
    PostStatus.ARCHIVED: ("Archive", "archive"),
}


def _status_action(status: PostStatus) -> BulkAction:
    def make(ids: tuple[int, ...]) -> Operation:
        return operations.posts.SetStatus(ids, status.value)

    def change(_nothing: Any) -> Change:
        return operations.bulk_run.SetColumn("posts", "status", status.value)

    text, icon = _VERBS[status]
    return BulkAction(f"{status.value}StatusAction", text, icon, make, change)


def _give_to(author_id: int) -> Change:
    return operations.bulk_run.SetColumn("posts", "author_id", author_id)


def _add_tags(tags: tuple[str, ...]) -> Change:
    return operations.bulk_run.AddTags(tags)


def _remove_tags(tags: tuple[str, ...]) -> Change:
    return operations.bulk_run.RemoveTags(tags)


def _edit(*sent: Any) -> Operation:
    return operations.posts.EditPost(*sent)


def _listing() -> Any:
    return queries.posts.LISTING


def status_label(word: str) -> str:
    """The status as people read it; an unknown word stays as it is."""
    return STATUS[word].label if word in STATUS else word


POSTS = Noun(
    key="posts",
    title="Posts",
    singular="post",
    plural="posts",
    icon="file-text",
    columns=(
        Column(
            "title",
            "Title",
            CellKind.TITLE,
            52,
            lambda p: p.title,
            detail=lambda p: f"/{p.slug}",
            excerpt=lambda p: p.snippet,
            tooltip=lambda p: f"{p.title}\n/{p.slug}",
            required=True,
            edit=CellEdit(
                lambda p: p.title,
                _edit,
                problem=lambda title: line_problem(title, TITLE_MAX),
            ),
        ),
        Column("slug", "Slug", CellKind.TEXT, 30, lambda p: p.slug, hidden=True, required=True),
        Column(
            "status",
            "Status",
            CellKind.STATUS,
            14,
            lambda p: status_label(p.status),
            value=lambda p: p.status,
            edit=CellEdit(
                lambda p: p.status,
                _edit,
                choices=tuple((status.value, STATUS[status.value].label) for status in PostStatus),
            ),
        ),
        Column(
            "author",
            "Author",
            CellKind.PERSON,
            22,
            lambda p: p.author,
            value=lambda p: p.author_active,
            required=True,
        ),
        Column("tags", "Tags", CellKind.TEXT, 18, lambda p: ", ".join(p.tags)),
        Column("comments", "Comments", CellKind.NUMBER, 11, lambda p: f"{p.comments:,}"),
        Column("view_count", "Views", CellKind.NUMBER, 10, lambda p: f"{p.view_count:,}"),
        Column("updated_at", "Updated", CellKind.TIME, 18, lambda p: "", value=lambda p: p.updated_at),
        Column(
            "created_at",
            "Created",
            CellKind.TIME,
            18,
            lambda p: "",
            value=lambda p: p.created_at,
            hidden=True,
        ),
        Column("id", "ID", CellKind.NUMBER, 8, lambda p: str(p.id), hidden=True),
    ),
    listing=_listing,
    search_hint="Search title, slug, author…",
    first_use="No posts yet. Write the first one.",
    dialog=_dialog,
    has_bodies=True,
    bulk=(
        _status_action(PostStatus.PUBLISHED),
        _status_action(PostStatus.ARCHIVED),
        BulkMenu(
            "statusMenu",
            "Set status",
            "list",
            tuple(_status_action(s) for s in (PostStatus.DRAFT, PostStatus.REVIEW, PostStatus.SCHEDULED)),
        ),
        BulkAction("authorAction", "Change author…", "user", None, _give_to, "author"),
        BulkMenu(
            "tagsMenu",
            "Tags",
            "tag",
            (
                BulkAction("addTagsAction", "Add tags…", "plus", None, _add_tags, "tags"),
                BulkAction("removeTagsAction", "Remove tags…", "x", None, _remove_tags, "tags"),
            ),
        ),
    ),
)
