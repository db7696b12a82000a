"""What lists and dialogs read about posts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Text,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from blogadmin.core.metadata_json import MetadataProblem, parse_metadata
from blogadmin.core.models import Comment, Post, User
from blogadmin.core.queries import filters
from blogadmin.core.queries.cells import Tags
from blogadmin.core.queries.columns import (
    NOT_PYTHON,
    Column,
    cannot_open,
    counted,
    moment,
    plain,
    shared,
    shown_time,
    text,
)
from blogadmin.core.queries.details import PostDetail
from blogadmin.core.queries.listing import Listing
from blogadmin.core.queries.rows import Dependents, PostRow, SlugOwner
from blogadmin.core.queries.spec import Sort
from blogadmin.core.values import SLUG_MAX, PostStatus

_COMMENTS = select(func.count()).where(Comment.post_id == Post.id).correlate(Post).scalar_subquery()
_TAGS = Post.metadata_["tags"]
# Anything but a list stays on the server: it may be long, and only lists are shown.
_TAG_LIST = case((func.jsonb_typeof(_TAGS) == "array", cast(_TAGS, Text)))
_SLUGS_AT_ONCE = 50

LISTING: Listing[PostRow] = Listing(
    "posts",
    PostRow,
    {
        "id": plain(Post.id),
        "title": text(Post.title),
        "slug": text(Post.slug),
        "status": shared(Post.status),
        "author_id": Column(shown=Post.author_id),
        "author": Column(shown=User.name, order=(User.name, User.id), searched=User.name, via=Post.author),
        "author_active": Column(shown=User.is_active, via=Post.author),
        "comments": counted(_COMMENTS),
        "view_count": shared(Post.view_count),
        "tags": Column(shown=type_coerce(_TAG_LIST, Tags()), order=(_TAG_LIST,), indexed=False),
        "created_at": moment(Post.created_at),
        "updated_at": moment(Post.updated_at),
        "version": Column(shown=Post.version),
        "snippet": Column(shown=literal_column("''", Text)),
    },
    default_sort=(Sort("updated_at", descending=True),),
    filters={
        "status": filters.choice(Post.status, PostStatus),
        "author_id": filters.person(Post.author_id),
        "created_at": filters.time(Post.created_at),
        "updated_at": filters.time(Post.updated_at),
        "tags": filters.tags(Post.metadata_),
        "metadata": filters.key(Post.metadata_),
        "comments": filters.number_of(Comment.post_id, Post.id),
        "view_count": filters.number(Post.view_count),
    },
    has_bodies=True,
)
"""The list of posts, the one touched last at the top."""


def detail(session: Session, id: int) -> PostDetail | None:  # noqa: A002 - the same name for every noun
    """Everything a dialog shows of one post, or ``None`` if there is none.

    Raises ``Invalid`` for a row that holds a date that cannot be shown.
    """
    try:
        row = session.execute(_DETAIL, {"id": id}).one_or_none()
    except NOT_PYTHON:
        raise cannot_open(LISTING.why_unreadable(session, id)) from None
    if row is None:
        return None
    metadata, problem = _read_metadata(row.metadata)
    return PostDetail(**{**row._asdict(), "metadata": metadata, "metadata_problem": problem})


def owner_of_slug(session: Session, slug: str) -> SlugOwner | None:
    """The post that has this slug already, or ``None``."""
    row = session.execute(select(Post.id, Post.title).where(Post.slug == slug)).one_or_none()
    return SlugOwner(*row) if row is not None else None


def free_slug(session: Session, slug: str, except_id: int | None = None) -> str:
    """``slug`` if no post but ``except_id`` has it, else the first free one of ``slug-2``, ``slug-3``, …"""
    number = 1
    while True:
        wanted = [_numbered(slug, n) for n in range(number, number + _SLUGS_AT_ONCE)]
        taken = set(session.scalars(_TAKEN, {"slugs": wanted, "except_id": except_id}))
        free = next((candidate for candidate in wanted if candidate not in taken), None)
        if free is not None:
            return free
        number += _SLUGS_AT_ONCE


def dependents(session: Session, ids: Sequence[int]) -> Dependents:
    """How many comments stand under the posts of ``ids`` together."""
    return Dependents(posts=0, comments=session.scalar(_DEPENDENTS, {"ids": list(ids)}) or 0)


def _numbered(slug: str, number: int) -> str:
    end = "" if number == 1 else f"-{number}"
    return slug[: SLUG_MAX - len(end)] + end


def _read_metadata(text: str | None) -> tuple[Any, str | None]:
    if text is None:
        return None, None
    try:
        return parse_metadata(text), None
    except MetadataProblem as problem:
        try:
            return json.loads(text), problem.message
        except NOT_PYTHON:
            return None, problem.message


_DEPENDENTS = (
    select(func.count())
    .select_from(Comment)
    .where(Comment.post_id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
)
_TAKEN = select(Post.slug).where(
    Post.slug == any_(bindparam("slugs", type_=ARRAY(Text))),
    Post.id.is_distinct_from(bindparam("except_id", type_=BigInteger)),
)
_DETAIL = (
    select(
        Post.id,
        Post.public_id,
        Post.title,
        Post.slug,
        Post.body,
        Post.status,
        Post.view_count,
        # As text: the driver's own reading would raise for what only this program's rules forbid.
        cast(Post.metadata_, Text).label("metadata"),
        Post.author_id,
        User.name.label("author_name"),
        User.email.label("author_email"),
        Post.version,
        shown_time(Post.created_at).label("created_at"),
        shown_time(Post.updated_at).label("updated_at"),
        _COMMENTS.label("comments"),
    )
    .join(Post.author)
    .where(Post.id == bindparam("id"))
)
