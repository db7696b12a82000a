"""What the blog's columns may hold: roles, statuses, lengths and the one rule for text.

Plain Python, so that both halves of the program, imports and the command line share it. The database
guards the same rules with CHECK constraints; checking here first lets a person read a sentence beside
the field instead of a refusal after the round trip.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Role(StrEnum):
    """What a user may do on the blog."""

    USER = "user"
    EDITOR = "editor"
    MODERATOR = "moderator"
    ADMIN = "admin"


class PostStatus(StrEnum):
    """Where a post stands between idea and archive."""

    DRAFT = "draft"
    REVIEW = "review"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class CommentStatus(StrEnum):
    """What the moderators decided about a comment."""

    PENDING = "pending"
    APPROVED = "approved"
    SPAM = "spam"
    TRASH = "trash"


class RecordedNoun(StrEnum):
    """The tables whose changes the history keeps."""

    USERS = "users"
    POSTS = "posts"
    COMMENTS = "comments"


class HistoryOp(StrEnum):
    """What became of a row."""

    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"


EMAIL_MAX = 320
NAME_MAX = 100
TITLE_MAX = 200
SLUG_MAX = 200
CHOICE_MAX = 20
BODY_MAX_BYTES = 5 * 1024 * 1024
METADATA_MAX_BYTES = 64 * 1024
METADATA_MAX_DEPTH = 32
PASSWORD_MIN = 10
PASSWORD_MAX = 1024

# The same expressions stand in the CHECK constraints of the models; PostgreSQL reads them as they are.
EMAIL_PATTERN = r"^[^@[:space:][:cntrl:]]+@[^@[:space:][:cntrl:]]+$"
SLUG_PATTERN = r"^[^/?#[:space:][:cntrl:]]+$"

# \x7f-\x9f, the second block of controls, is in PostgreSQL's [:cntrl:], too.
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f-\x9f]+@[^@\s\x00-\x1f\x7f-\x9f]+")
_SLUG = re.compile(r"[^/?#\s\x00-\x1f\x7f-\x9f]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_NONCHARACTER = re.compile("[\ufffe\uffff]")


def text_problem(text: str, *, multiline: bool = False) -> str | None:
    """Tell why ``text`` cannot be stored and shown unaltered, or ``None`` if it can.

    The answer completes "This field …". ``multiline`` allows line breaks and tabs, and the invisible
    direction marks that real prose in right-to-left languages needs.
    """
    if "\x00" in text:
        return "contains a NUL character, which PostgreSQL cannot store. Remove it."
    if _SURROGATE.search(text):
        return "contains half of a character (a lone surrogate). Type the character again."
    if _NONCHARACTER.search(text):
        return "contains a code that is not a character (U+FFFE or U+FFFF). Remove it."
    if _CONTROL.search(text):
        return "contains an invisible control character. Remove it."
    if multiline:
        return None
    if any(ch in text for ch in "\n\r\t\u2028\u2029"):
        return "must be a single line without tabs."
    if _INVISIBLE.search(text):
        return "contains an invisible formatting character. Remove it."
    return None


def too_long(text: str, limit: int) -> str | None:
    """Tell by how much ``text`` exceeds ``limit`` characters, or ``None`` if it fits."""
    over = len(text) - limit
    if over <= 0:
        return None
    return f"is {over:,} character{'' if over == 1 else 's'} too long (at most {limit:,})."


def email_problem(text: str) -> str | None:
    """Tell why ``text`` is no e-mail address, or ``None``; as strict as the database, not stricter."""
    if not text:
        return "is required."
    if _EMAIL.fullmatch(text) is None:
        return "is not an e-mail address: it needs one @ and no spaces."
    return text_problem(text) or too_long(text, EMAIL_MAX)


def slug_problem(text: str) -> str | None:
    """Tell why ``text`` cannot be the last part of a post's address, or ``None`` if it can."""
    if not text:
        return "is required."
    if _SLUG.fullmatch(text) is None:
        return "may not contain spaces, “/”, “?” or “#”."
    return text_problem(text) or too_long(text, SLUG_MAX)


def line_problem(text: str, limit: int) -> str | None:
    """Tell why ``text`` cannot be a name or title of at most ``limit`` characters, or ``None``."""
    if not text.strip():
        return "is required."
    return text_problem(text) or too_long(text, limit)
