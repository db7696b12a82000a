"""What dialogs show of one row: everything, texts too. Plain Python: the window may name the types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


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
