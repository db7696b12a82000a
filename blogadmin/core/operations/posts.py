"""What can be done to posts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from slugify import slugify
from sqlalchemy.orm import Session

from blogadmin.core import values
from blogadmin.core.database.changes import Changes
from blogadmin.core.database.errors import StillReferenced
from blogadmin.core.metadata_json import metadata_problem
from blogadmin.core.models import Post
from blogadmin.core.operations.bulk import Words, among, count, set_column, table_of
from blogadmin.core.operations.guarded import Check, a_row, one_of, text_check, validate
from blogadmin.core.operations.operation import Outcome
from blogadmin.core.operations.removal import Hung, Removed, check_all_removed, lock, remove, restoring
from blogadmin.core.operations.single import Edit, insert
from blogadmin.core.operations.wording import counted, listed, sentence

_APOSTROPHES = (("'", ""), ("’", ""))
_BODY_MAX_MB = values.BODY_MAX_BYTES // 1024 // 1024
STATUS_WORDS = {
    values.PostStatus.DRAFT: Words("set to draft", "draft"),
    values.PostStatus.REVIEW: Words("put up for review", "up for review"),
    values.PostStatus.SCHEDULED: Words("scheduled", "scheduled"),
    values.PostStatus.PUBLISHED: Words("published", "published"),
    values.PostStatus.ARCHIVED: Words("archived", "archived"),
}


def propose_slug(title: str) -> str:
    """The slug that a title suggests, in plain letters, digits and hyphens; empty if it has none of them.

    An empty field asks the person for a word of their own; a made-up one would slip through unread.
    """
    return slugify(title, max_length=values.SLUG_MAX, word_boundary=True, replacements=_APOSTROPHES)


def _body_problem(body: str) -> str | None:
    problem = values.text_problem(body, multiline=True)
    if problem is None and len(body.encode()) > values.BODY_MAX_BYTES:
        return f"is larger than {_BODY_MAX_MB} MB. Shorten it, or split the post."
    return problem


def _metadata_check(metadata: Any) -> str | None:
    problem = metadata_problem(metadata)
    return f"cannot be stored. {problem}" if problem else None


CHECKS: Mapping[str, Check] = {
    "title": text_check(lambda title: values.line_problem(title, values.TITLE_MAX)),
    "slug": text_check(values.slug_problem),
    "body": text_check(_body_problem),
    "status": one_of(values.PostStatus),
    "author_id": a_row,
    "metadata": _metadata_check,
}


@dataclass(frozen=True, slots=True)
class CreatePost:
    """Make a post. ``metadata`` is an object as ``parse_metadata`` gives it, or ``None``."""

    title: str
    slug: str
    body: str = field(repr=False)
    status: str
    author_id: int
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def label(self) -> str:
        """Words for menus and history."""
        return "Create post"

    def apply(self, session: Session) -> Outcome:
        """Insert the row. Raises ``Invalid`` and, through the driver, what becomes ``Duplicate``."""
        fields = {name: getattr(self, name) for name in CHECKS}
        validate(fields, CHECKS)
        fields["metadata_"] = fields.pop("metadata")
        return insert(session, Post(**fields), lambda ids, versions: DeletePosts(ids, versions=versions))


class EditPost(Edit):
    """Change some fields of a post. Metadata that Python would write back differently is ``Invalid``."""

    __slots__ = ()
    noun = "posts"
    checks = CHECKS


@dataclass(frozen=True, slots=True)
class SetStatus:
    """Move posts to a status."""

    ids: tuple[int, ...]
    status: str

    @property
    def label(self) -> str:
        """Words for menus and history."""
        return f"Set status of {counted(len(self.ids), 'posts')}"

    def apply(self, session: Session) -> Outcome:
        """Change those that have another one. Raises ``Invalid``, and ``NotFound`` when none exists."""
        validate({"status": self.status}, CHECKS)
        words = STATUS_WORDS[values.PostStatus(self.status)]
        return set_column(session, "posts", self.ids, "status", str(self.status), words, self.label)


@dataclass(frozen=True, slots=True)
class DeletePosts:
    """Delete posts, and with ``with_comments`` the comments under them, which otherwise keep them.

    ``versions``, when given, are those of ``ids``: a row that moved since is left alone; so is one with other
    comments than were ``hung`` on them, if that is given.
    """

    ids: tuple[int, ...]
    with_comments: bool = False
    versions: tuple[int, ...] = ()
    hung: Hung | None = field(default=None, repr=False)

    @property
    def label(self) -> str:
        """Words for menus and history."""
        return "Delete post" if len(self.ids) == 1 else f"Delete {counted(len(self.ids), 'posts')}"

    def once_more(self, versions: Mapping[int, int], hung: Hung) -> DeletePosts:
        """The way forth after the posts came back, at ``versions``, and what ``hung`` on them."""
        return replace(self, ids=tuple(versions), versions=tuple(versions.values()), hung=hung)

    def apply(self, session: Session) -> Outcome:
        """Delete. Raises ``StillReferenced``, ``NotFound``, ``Conflict``."""
        hung = self.hung if self.with_comments else None
        held = lock(session, "posts", self.ids, self.versions, hung)
        if self.with_comments:
            comments = remove(session, "comments", among(table_of("comments").c.post_id, held.ids))
        else:
            comments = Removed("comments", (), ())
            _refuse_if_referenced(session, held.ids)
        posts = remove(session, "posts", among(table_of("posts").c.id, held.ids))
        check_all_removed(posts, held.ids)
        done = listed([(len(posts.ids), "posts"), (len(comments.ids), "comments")])
        return Outcome(
            Changes.of("posts", deleted=posts.ids) | Changes.of("comments", deleted=comments.ids),
            sentence(f"{done} deleted", moved=held.moved, gone=held.gone),
            restoring([posts, comments], (), replace(self, ids=posts.ids)),
        )


def _refuse_if_referenced(session: Session, ids: list[int]) -> None:
    comments = count(session, "comments", among(table_of("comments").c.post_id, ids))
    if comments:
        which = "this post" if len(ids) == 1 else "these posts"
        raise StillReferenced(
            f"{counted(comments, 'comments')} under {which} would be left behind."
            " Delete them too, or archive instead.",
            {"comments": comments},
        )
