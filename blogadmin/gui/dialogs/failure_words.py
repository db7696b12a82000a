"""What a failed save says at the top of a dialog, and which way out it offers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from blogadmin.core.database.errors import (
    KnownError,
    Locked,
    NotFound,
    NotPermitted,
    OutcomeUnknown,
    ReadOnly,
    ServerFull,
    TookTooLong,
    Unavailable,
)


class WayOut(Enum):
    """What the bar's link does."""

    NONE = auto()
    RETRY = auto()
    CREATE_AGAIN = auto()
    LOOK = auto()


@dataclass(frozen=True, slots=True)
class Said:
    """A strong half sentence, the rest, and the way out."""

    strong: str
    text: str
    way_out: WayOut = WayOut.NONE


_KEPT = "What you typed is still here."
_FOUND_OUT = "As soon as the server is back this is found out; until then look before you save again."


def fields_need_attention(count: int) -> str:
    """The bar over a form with errors at its fields."""
    return f"Not saved: {count} field{' needs' if count == 1 else 's need'} attention."


def say_failure(error: KnownError, noun: str) -> Said:
    """Tell why nothing was saved, for an error that concerns no single field."""
    for kind, strong, text, way_out in _SAYINGS:
        if isinstance(error, kind):
            by = getattr(error, "by", "") or "Someone else"
            return Said(strong.format(noun=noun, by=by), text.format(noun=noun, told=error), way_out)
    return Said("Not saved.", f"{error} {_KEPT}", WayOut.RETRY if error.retryable else WayOut.NONE)


_SAYINGS: tuple[tuple[type[KnownError], str, str, WayOut], ...] = (
    (
        Unavailable,
        "The server cannot be reached.",
        "Nothing was saved; what you typed is still here.",
        WayOut.RETRY,
    ),
    (
        OutcomeUnknown,
        "The connection broke while saving.",
        f"Nobody can tell yet whether the {{noun}} was saved. {_KEPT} {_FOUND_OUT}",
        WayOut.LOOK,
    ),
    (
        Locked,
        "{by} is changing this {noun} right now.",
        f"Nothing was saved. {_KEPT} Try again in a moment.",
        WayOut.RETRY,
    ),
    (
        NotFound,
        "This {noun} was deleted meanwhile.",
        f"Nothing was saved. {_KEPT}",
        WayOut.CREATE_AGAIN,
    ),
    (NotPermitted, "Not saved.", f"{{told}} {_KEPT}", WayOut.NONE),
    (
        ReadOnly,
        "The database takes no changes at the moment.",
        f"Nothing was saved. {_KEPT} Try again later.",
        WayOut.RETRY,
    ),
    (
        ServerFull,
        "The server’s disk is full.",
        f"Nothing was saved. {_KEPT} Tell the server’s administrator, then try again.",
        WayOut.RETRY,
    ),
    (
        TookTooLong,
        "The server took too long and gave up.",
        f"Nothing was saved. {_KEPT} Try again; if it happens again, tell the administrator.",
        WayOut.RETRY,
    ),
)
