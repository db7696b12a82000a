"""What each constraint of the blog's tables says to a person, and the field beside which it is said.

A test walks the catalogue of a migrated database: a constraint without a sentence here fails it. Databases
that the blog's own application made may carry others; PostgreSQL's naming tells their column.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from blogadmin.core import values
from blogadmin.core.database.errors import Duplicate, Invalid, KnownError, StillReferenced

INTEGER_MAX: Final = 2**31 - 1
LIMITS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "email": values.EMAIL_MAX,
        "name": values.NAME_MAX,
        "title": values.TITLE_MAX,
        "slug": values.SLUG_MAX,
        "role": values.CHOICE_MAX,
        "status": values.CHOICE_MAX,
        "noun": values.CHOICE_MAX,
    }
)
"""Characters that fit into each column of limited length."""


@dataclass(frozen=True, slots=True)
class Says:
    """A field and what is wrong with it; of a CHECK the sentence completes the field's name."""

    field: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key: what to say when its target is gone, and when its target shall go."""

    field: str
    target: str
    missing: str
    kept: str


_TAKEN_ID = (
    "The number of the new row is already taken. Save again; if that does not help, tell the administrator."
)
_STATUS = "is not one of the known statuses. Choose one from the list."

UNIQUE: Final[Mapping[str, Says]] = MappingProxyType(
    {
        "users_pkey": Says("id", _TAKEN_ID),
        "posts_pkey": Says("id", _TAKEN_ID),
        "comments_pkey": Says("id", _TAKEN_ID),
        "saved_views_pkey": Says("id", _TAKEN_ID),
        "ix_users_email": Says(
            "email", "The e-mail address already belongs to another user. Enter another one."
        ),
        "posts_slug_key": Says("slug", "The address is already taken by another post. Choose another one."),
        "posts_public_id_key": Says(
            "public_id", "The public id already belongs to another post. Save again."
        ),
        "saved_views_owner_noun_name_key": Says(
            "name", "You have a view of this name already. Choose another name, or replace that view."
        ),
    }
)
CHECKS: Final[Mapping[str, Says]] = MappingProxyType(
    {
        "users_email_check": Says("email", "is not an e-mail address: it needs one @ and no spaces."),
        "users_name_check": Says("name", f"is required and has at most {values.NAME_MAX} characters."),
        "users_role_check": Says("role", "is not one of the known roles. Choose one from the list."),
        "posts_title_check": Says("title", f"is required and has at most {values.TITLE_MAX} characters."),
        "posts_slug_check": Says("slug", "is required and may not contain spaces, “/”, “?” or “#”."),
        "posts_status_check": Says("status", _STATUS),
        "posts_view_count_check": Says("view_count", "cannot be less than zero."),
        "posts_metadata_check": Says("metadata", "must be a JSON object, in braces: {…}."),
        "posts_body_check": Says("body", "is larger than 5 MB. Shorten it, or split the post."),
        "comments_body_check": Says("body", "is required and at most 5 MB large."),
        "comments_status_check": Says("status", _STATUS),
        "saved_views_name_check": Says("name", f"is required and has at most {values.NAME_MAX} characters."),
        "saved_views_noun_check": Says("noun", "is required."),
        "saved_views_spec_check": Says("spec", "must be a JSON object."),
    }
)
REFERENCES: Final[Mapping[str, Reference]] = MappingProxyType(
    {
        "posts_author_id_fkey": Reference(
            "author_id",
            "users",
            "was deleted meanwhile. Choose another author.",
            "This user still has posts. Give them to another author, or delete them first.",
        ),
        "comments_author_id_fkey": Reference(
            "author_id",
            "users",
            "was deleted meanwhile. Choose another author.",
            "This user still has comments. Give them to another user, or delete them first.",
        ),
        "comments_post_id_fkey": Reference(
            "post_id",
            "posts",
            "was deleted meanwhile.",
            "This post still has comments. Delete them with it, or archive the post instead.",
        ),
    }
)


def duplicate(constraint: str, table: str) -> KnownError:
    """The error of a unique constraint or index."""
    says = UNIQUE.get(constraint)
    if says is None:
        field = column(constraint, table)
        says = UNIQUE.get(_TWINS.get((table, field), ""))
        if says is None:
            return Duplicate(field or None, "The value is already taken by another row. Choose another one.")
    return Duplicate(says.field, says.sentence)


def check(constraint: str, table: str) -> KnownError:
    """The error of a CHECK constraint."""
    says = CHECKS.get(constraint)
    if says is not None:
        return Invalid(says.field, says.sentence)
    field = column(constraint, table)
    if field:
        return Invalid(field, "has a value that the database does not take. Change it.")
    return Invalid(None, f"A rule of the database refuses this (“{constraint}”). Change the values.")


def reference(constraint: str, table: str, text: str) -> KnownError:
    """The error of a foreign key; the side shows in whether ``text`` names the target's table.

    PostgreSQL has one SQLSTATE for both sides. Its sentence names the target only when the target was to
    go, in every language; the words around the names differ.
    """
    key = REFERENCES.get(constraint)
    if key is None:
        if len(re.findall(r'"[^"]+"', text)) > 2:
            return StillReferenced("Other rows still refer to this one. Change or delete them first.")
        return Invalid(column(constraint, table) or None, "refers to a row that is gone. Choose another one.")
    if re.search(rf"\b{key.target}\b", text.replace(constraint, "")):
        return StillReferenced(key.kept)
    return Invalid(key.field, key.missing)


def column(constraint: str, table: str) -> str:
    """The column that PostgreSQL's naming (``table_column_kind``) tells; empty when the name tells none."""
    match = re.fullmatch(r"(?:ix_)?(.+?)(?:_key|_check|_fkey|_not_null|_idx|_pkey)?\d*", constraint)
    name = match.group(1) if match else ""
    return name[len(table) + 1 :] if table and name.startswith(table + "_") else ""


# Other tools name the same uniqueness in their own way.
_TWINS: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("users", "email"): "ix_users_email",
        ("posts", "slug"): "posts_slug_key",
        ("posts", "public_id"): "posts_public_id_key",
    }
)
