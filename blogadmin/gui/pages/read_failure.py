"""Why a list could not be read, in words for somebody who wanted to save nothing."""

from __future__ import annotations

from blogadmin.core.database.errors import KnownError, TookTooLong, Unavailable

_WORDS: tuple[tuple[type[KnownError], str], ...] = (
    (TookTooLong, "The server took too long and gave up. If it happens again, tell its administrator."),
    (Unavailable, "The server cannot be reached."),
)


def why_unread(error: Exception | None, *, shown: bool = False) -> str:
    """A sentence for the person; a bug stays in the log. ``shown``: former rows are on the screen."""
    for kind, words in _WORDS:
        if isinstance(error, kind):
            return f"{words} What is on the screen may be out of date." if shown else words
    if isinstance(error, KnownError):
        return str(error)
    return "Something unexpected happened. The log tells more."
