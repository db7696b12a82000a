"""The frozen values that queries answer with. Plain Python, so that the window may name the types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID


class UserRow(NamedTuple):
    """A user as a list shows them; ``posts`` and ``comments`` count what they wrote."""

    id: int
    name: str
    email: str
    role: str
    is_active: bool
    posts: int
    comments: int
    created_at: datetime
    updated_at: datetime
    version: int


class PostRow(NamedTuple):
    """A post as a list shows it. ``tags`` is empty unless the metadata's ``tags`` is a list of strings.

    ``snippet`` shows where a search through bodies hit, each hit between U+0002 and U+0003; otherwise empty.
    """

    id: int
    title: str
    slug: str
    status: str
    author_id: int
    author: str
    author_active: bool
    comments: int
    view_count: int
    tags: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    version: int
    snippet: str = ""


class CommentRow(NamedTuple):
    """A comment as a list shows it: ``body`` is its beginning on one line, ``post`` the post's title."""

    id: int
    body: str
    status: str
    post_id: int
    post: str
    author_id: int
    author: str
    created_at: datetime
    updated_at: datetime
    version: int


class HistoryRow(NamedTuple):
    """A change as a list shows it: ``row`` names what was changed, ``what`` tells in few words how.

    ``noun`` and ``row_id`` say which row it was, ``op`` is a ``HistoryOp``. ``what`` has the changed columns
    parted by U+001E, each its name, and where they are short, after U+001F each, the values before and after.
    """

    id: int
    at: datetime
    login: str
    application: str
    op: str
    noun: str
    row_id: int
    row: str
    what: str
    version: int


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of a row. ``old`` and ``new`` hold the changed fields before and after; metadata as text.

    Texts of bodies are asked for by themselves; ``body_changed`` tells that there is one.
    """

    id: int
    noun: str
    row_id: int
    at: datetime
    login: str
    address: str
    application: str
    op: str
    version: int
    old: Mapping[str, Any] = field(repr=False)
    new: Mapping[str, Any] = field(repr=False)
    body_changed: bool = False


@dataclass(frozen=True, slots=True)
class UserDetail:
    """Everything a dialog shows of a user. The password hash is never part of it."""

    id: int
    email: str
    name: str
    role: str
    is_active: bool
    version: int
    created_at: datetime
    updated_at: datetime
    posts: int
    comments: int


@dataclass(frozen=True, slots=True)
class PostDetail:
    """Everything a dialog shows of a post, its body and metadata whole.

    ``metadata_problem`` tells why the metadata cannot be written back as it stands (a number too long for
    Python, deeper than the limit); ``metadata`` is then as near as Python gets, or ``None``, and an
    operation that changes it is refused.
    """

    id: int
    public_id: UUID
    title: str
    slug: str
    body: str = field(repr=False)
    status: str
    view_count: int
    metadata: Mapping[str, Any] | None = field(repr=False)
    author_id: int
    author_name: str
    author_email: str
    version: int
    created_at: datetime
    updated_at: datetime
    comments: int
    metadata_problem: str | None = None


class UserChoice(NamedTuple):
    """A user who can be chosen, as author for example."""

    id: int
    name: str
    email: str
    is_active: bool


class SlugOwner(NamedTuple):
    """The post that has a slug already."""

    id: int
    title: str


class Dependents(NamedTuple):
    """How many rows hang on some others and would be left without them."""

    posts: int
    comments: int
