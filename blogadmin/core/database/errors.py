"""The error family, and the one place that turns a driver's error into it.

Known errors are told to the person in their words; everything else is a bug and goes to the crash
dialog. Nothing here keeps PostgreSQL's DETAIL: it prints whole rows, password hashes included.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple


class KnownError(Exception):
    """Something that can happen to anyone and that a person can act on. ``str()`` is for the person."""

    retryable = False
    """Whether the same operation may simply be tried again."""


class Invalid(KnownError):
    """A value that the column cannot take. ``str()`` completes the field's name: "is too long"."""

    def __init__(self, field: str | None, message: str) -> None:
        super().__init__(message)
        self.field = field


class Duplicate(KnownError):
    """Another row has this value already. ``owner_id`` and ``owner`` name that row where it was found."""

    def __init__(self, field: str | None, message: str, owner_id: int | None = None, owner: str = "") -> None:
        super().__init__(message)
        self.field = field
        self.owner_id = owner_id
        self.owner = owner


class StillReferenced(KnownError):
    """The row cannot go while others hang on it; ``counts`` says how many of which noun."""

    def __init__(self, message: str, counts: Mapping[str, int] | None = None) -> None:
        super().__init__(message)
        self.counts = dict(counts or {})


class FieldConflict(NamedTuple):
    """One field that both sides changed: as it was, as it is in the database, as it was typed."""

    field: str
    base: Any
    theirs: Any
    mine: Any


class Conflict(KnownError):
    """Someone else changed the row after it was opened; nothing was saved.

    ``fields`` holds what both changed, ``theirs`` every field that moved, ``version`` the row's now.
    """

    def __init__(
        self,
        message: str,
        *,
        version: int,
        fields: tuple[FieldConflict, ...] = (),
        theirs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.version = version
        self.fields = fields
        self.theirs = dict(theirs or {})


class NotFound(KnownError):
    """The row was deleted meanwhile."""


class NotPermitted(KnownError):
    """PostgreSQL refused: this login may not do that."""


class NotKept(KnownError):
    """What was asked for is not kept by this database, or not for this login."""


class ReadOnly(KnownError):
    """The server or this session takes no changes at the moment."""

    retryable = True


class Locked(KnownError):
    """Someone else is changing the row; ``by`` names them where the server tells."""

    retryable = True

    def __init__(self, message: str, by: str = "") -> None:
        super().__init__(message)
        self.by = by


class TookTooLong(KnownError):
    """The server stopped the statement after its time limit."""

    retryable = True


class ServerFull(KnownError):
    """The server's disk is full; nothing was saved."""

    retryable = True


class Unavailable(KnownError):
    """The server cannot be reached, or the connection was lost before anything was committed."""

    retryable = True


class OutcomeUnknown(KnownError):
    """The connection was lost during COMMIT: the change may or may not have been saved.

    ``later()``, where there is one, asks the server again: it answers what the work did if that was saved,
    and raises ``Unavailable`` if not, ``OutcomeUnknown`` if still nobody can tell. It may take seconds.
    """

    later: Callable[[], Any] | None = None


class Cancelled(KnownError):
    """A newer request or the person stopped it. Never shown."""


def translate(exc: BaseException) -> KnownError | None:
    """The known error that ``exc`` stands for, ``exc`` itself if it is one, ``None`` when it is a bug."""
    if isinstance(exc, KnownError):
        return exc
    # Late: the window imports this module for the family above, before SQLAlchemy has been loaded.
    from blogadmin.core.database.translate import known

    return known(exc)


def in_words(error: KnownError) -> str:
    """The words of an error as a sentence of their own, away from the field that they may complete."""
    words = str(error)
    field = getattr(error, "field", None)
    if not field or not words[:1].islower():
        return words
    return f"{field.removesuffix('_id').replace('_', ' ').capitalize()} {words}"


def describe(exc: BaseException) -> str:
    """Name an error for the log: its class, SQLSTATE and constraint. Never its text, which may hold rows."""
    from blogadmin.core.database.translate import describe

    return describe(exc)
