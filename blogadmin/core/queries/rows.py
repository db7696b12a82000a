"""The rows that lists show, and small answers of queries. Plain Python: the window may name the types.

Named tuples, and nothing that takes longer to load: a window with rows cannot be had before its rows.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


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
