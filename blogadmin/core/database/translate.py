"""From what the driver, SQLAlchemy or Python raised to the error family, in an editor's words.

Judged by SQLSTATE and constraint name, not by message texts: those change with the server's language. Only
while connecting is there nothing but the text; there an unknown one still counts as "not reachable".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import psycopg2
from sqlalchemy import exc as sa_exc

from blogadmin.core import values
from blogadmin.core.database import constraints
from blogadmin.core.database.errors import (
    Invalid,
    KnownError,
    Locked,
    NotPermitted,
    ReadOnly,
    ServerFull,
    TookTooLong,
    Unavailable,
)

Rows = tuple[Mapping[str, Any], ...]
"""The values of a statement, one mapping for each row sent."""

LOST = "The connection to the database was lost before anything was saved. Try again."
RETRY_STATES = frozenset({"40001", "40P01"})
"""SQLSTATEs of a serialization failure and a deadlock: the same unit of work may succeed when repeated."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What is known about a database error: SQLSTATE, libpq's fields (never DETAIL), the values sent."""

    state: str | None
    text: str
    constraint: str = ""
    table: str = ""
    column: str = ""
    source: str = ""
    params: Rows = field(default=(), repr=False)

    def field_where(self, fits: Callable[[str, Any], bool]) -> str | None:
        """The one column whose value ``fits``, or ``None`` when none or several do."""
        found = {
            name
            for row in self.params
            for key, value in row.items()
            # SQLAlchemy numbers the rows of a multi-row INSERT: title__0, title__1.
            if fits(name := re.sub(r"__\d+$", "", key), value)
        }
        return found.pop() if len(found) == 1 else None


def known(exc: BaseException) -> KnownError | None:
    """The known error that ``exc``, not one itself, stands for; ``None`` when it is a bug."""
    if isinstance(exc, sa_exc.TimeoutError):
        return Unavailable("All connections of this program are busy. Try again in a moment.")
    if isinstance(exc, sa_exc.PendingRollbackError):
        # Code 8s2b: the connection was lost and the session used again; any other is a bug of ours.
        return Unavailable(LOST) if exc.code == "8s2b" else None
    if isinstance(exc, sa_exc.StatementError) and exc.orig is not None:
        lost = isinstance(exc, sa_exc.DBAPIError) and exc.connection_invalidated
        return _of_driver(exc.orig, _rows(exc.params), lost=lost)
    return _of_driver(exc, (), lost=False)


def failure(exc: BaseException) -> Failure | None:
    """What a driver's error tells, whether wrapped by SQLAlchemy or not; ``None`` for any other exception."""
    params = _rows(exc.params) if isinstance(exc, sa_exc.StatementError) else ()
    orig = exc.orig if isinstance(exc, sa_exc.StatementError) else exc
    return _failure(orig, params) if isinstance(orig, psycopg2.Error) else None


def describe(exc: BaseException) -> str:
    """Name an error for the log: its class, SQLSTATE and constraint. Never its text, which may hold rows."""
    orig = exc.orig if isinstance(exc, sa_exc.StatementError) and exc.orig is not None else exc
    words = [type(orig).__name__]
    told = failure(orig)
    if told is not None:
        words += [told.state or "no SQLSTATE", told.constraint]
    elif isinstance(orig, sa_exc.SQLAlchemyError) and orig.code:
        words.append(orig.code)
    return " ".join(word for word in words if word)


def _of_driver(orig: BaseException, params: Rows, *, lost: bool) -> KnownError | None:
    if not isinstance(orig, psycopg2.Error):
        return _of_python(orig)
    told = _failure(orig, params)
    if told.state is None:
        return _without_state(orig, told.text, lost=lost)
    by_state = _BY_STATE.get(told.state) or _BY_CLASS.get(told.state[:2])
    return by_state(told) if by_state else None


def _failure(orig: psycopg2.Error, params: Rows) -> Failure:
    diag = orig.diag
    return Failure(
        state=orig.pgcode,
        text=diag.message_primary or str(orig),
        constraint=diag.constraint_name or "",
        table=diag.table_name or "",
        column=diag.column_name or "",
        source=diag.source_function or "",
        params=params,
    )


def _rows(params: Any) -> Rows:
    rows = params if isinstance(params, list | tuple) else (params,)
    return tuple(row for row in rows if isinstance(row, Mapping))


# --- Raised before anything reached the server


def _of_python(exc: BaseException) -> KnownError | None:
    if isinstance(exc, UnicodeEncodeError) and values.text_problem(exc.object[exc.start : exc.end]):
        return Invalid(None, "Some text contains half of a character (a lone surrogate). Type it again.")
    if isinstance(exc, ValueError) and "NUL (0x00)" in str(exc):
        return Invalid(None, "Some text contains a NUL character, which PostgreSQL cannot store. Remove it.")
    if isinstance(exc, RecursionError) and "json" in _packages(exc.__traceback__):
        return Invalid("metadata", f"is nested too deeply (at most {values.METADATA_MAX_DEPTH} levels).")
    return None


def _packages(trace: TracebackType | None) -> Iterator[str]:
    while trace is not None:
        yield trace.tb_frame.f_globals.get("__name__", "").partition(".")[0]
        trace = trace.tb_next


# --- No SQLSTATE: the connection failed, or could not be made

_CONNECTING: tuple[tuple[str, type[KnownError], str], ...] = (
    (
        r"password authentication failed|no password supplied|authentication failed",
        NotPermitted,
        "The server did not accept this name and password. Check both.",
    ),
    (
        r"role .* does not exist|not permitted to log in|pg_hba\.conf|permission denied for database",
        NotPermitted,
        "The server does not let this login in. Check the name, or ask the server’s administrator.",
    ),
    (
        r"database .* does not exist",
        Unavailable,
        "The server has no database of this name. Check the address.",
    ),
    (
        r"too many (clients|connections)|remaining connection slots",
        Unavailable,
        "The server takes no more connections at the moment. Try again later.",
    ),
    (
        r"starting up|shutting down|recovery mode|not yet accepting",
        Unavailable,
        "The server is starting or stopping. Try again in a moment.",
    ),
    (
        r"could not translate host name",
        Unavailable,
        "There is no server of this name on the network. Check the address and the network.",
    ),
    (
        r"timeout expired|timed out",
        Unavailable,
        "The server did not answer in time. Check the network and try again.",
    ),
    (
        r"unsupported startup parameter",
        Unavailable,
        "The connection pooler must be told: ignore_startup_parameters = extra_float_digits,options",
    ),
    (
        r"certificate|does not support SSL|SSL error",
        Unavailable,
        "The connection could not be secured as the address demands. Ask the server’s administrator.",
    ),
    (
        r"connection to server .* failed|could not connect",
        Unavailable,
        "The server cannot be reached. Check that it runs and that the address is right.",
    ),
)


def _without_state(orig: psycopg2.Error, text: str, *, lost: bool) -> KnownError | None:
    # A plain DatabaseError without SQLSTATE is libpq giving up in the middle of an answer.
    if lost or type(orig) in {psycopg2.OperationalError, psycopg2.DatabaseError} or "already closed" in text:
        for pattern, kind, sentence in _CONNECTING:
            if re.search(pattern, text):
                return kind(sentence)
        return Unavailable(LOST)
    return None


# --- By SQLSTATE


def _too_long(told: Failure) -> KnownError:
    name = told.field_where(lambda n, v: isinstance(v, str) and len(v) > constraints.LIMITS.get(n, len(v)))
    if name is None:
        return Invalid(None, "One of the texts is too long. Shorten it.")
    return Invalid(name, f"is too long (at most {constraints.LIMITS[name]:,} characters).")


def _out_of_range(told: Failure) -> KnownError:
    name = told.field_where(lambda _n, v: isinstance(v, int) and abs(v) > constraints.INTEGER_MAX)
    if name is None:
        return Invalid(None, "One of the numbers is too large for the database.")
    return Invalid(name, f"is too large (at most {constraints.INTEGER_MAX:,}).")


def _wrong_form(told: Failure) -> KnownError:
    if told.source.startswith("json"):
        return Invalid("metadata", "is not valid JSON. Correct it.")
    return Invalid(None, "One of the values has a form that the database does not take.")


def _wrong_character(told: Failure) -> KnownError:
    if told.source.startswith("json"):
        return Invalid("metadata", "contains \\u0000, which PostgreSQL cannot store. Remove it.")
    return Invalid(None, "Some text contains a character that this database cannot store. Remove it.")


def _not_permitted(told: Failure) -> KnownError:
    return NotPermitted(
        _own_words(told) or "Your login may not do this. Ask the database’s administrator for the right to."
    )


def _stopped(told: Failure) -> KnownError:
    # Our own cancel never comes this far: the engine knows it by the connection. The words are a courtesy.
    if "user request" in told.text:
        return TookTooLong(
            "Someone stopped this on the server, perhaps its administrator. Nothing was saved."
        )
    return TookTooLong("The server stopped this because it took too long. Nothing was saved.")


def _own_words(told: Failure) -> str:
    # A rule that the blog's owner wrote as a trigger explains itself better than we could.
    return told.text if told.source == "exec_stmt_raise" else ""


def _say(kind: type[KnownError], sentence: str) -> Callable[[Failure], KnownError]:
    return lambda _told: kind(sentence)


def _no_field(sentence: str) -> Callable[[Failure], KnownError]:
    return lambda _told: Invalid(None, sentence)


_LOCKED = _say(Locked, "Someone else is changing the same thing right now. Try again in a moment.")
_LARGE = _no_field("What you entered is too large for the database. Shorten it.")
_UNAVAILABLE = _say(Unavailable, LOST)
_STOPPING = _say(Unavailable, "The server is starting or stopping. Try again in a moment.")
_EXHAUSTED = _say(Unavailable, "The server is overloaded at the moment. Try again later.")

_BY_STATE: Mapping[str, Callable[[Failure], KnownError]] = {
    "23505": lambda told: constraints.duplicate(told.constraint, told.table),
    "23P01": lambda told: constraints.duplicate(told.constraint, told.table),
    "23503": lambda told: constraints.reference(told.constraint, told.table, told.text),
    "23001": lambda told: constraints.reference(told.constraint, told.table, told.text),
    "23514": lambda told: constraints.check(told.constraint, told.table),
    "23502": lambda told: Invalid(told.column or None, "is required."),
    "22001": _too_long,
    "22003": _out_of_range,
    "22007": _no_field("One of the dates has a form that the database does not take."),
    "22008": _no_field("One of the dates is out of range."),
    "22P02": _wrong_form,
    "22P05": _wrong_character,
    "22021": _wrong_character,
    "54000": _LARGE,
    "54001": _LARGE,
    "42501": _not_permitted,
    "P0001": lambda told: Invalid(None, told.text),
    "25006": _say(
        ReadOnly, "The database takes no changes at the moment, so nothing was saved. Try again later."
    ),
    "53100": _say(
        ServerFull, "The server’s disk is full, so nothing was saved. Tell its administrator, then try again."
    ),
    "55P03": _LOCKED,
    "55006": _LOCKED,
    "40P01": _LOCKED,
    "40001": _LOCKED,
    "57014": _stopped,
    "57P01": _UNAVAILABLE,
    "57P02": _UNAVAILABLE,
    "57P03": _STOPPING,
    "57P04": _say(Unavailable, "The database was deleted on the server."),
    "57P05": _UNAVAILABLE,
    "25P03": _UNAVAILABLE,
    "28000": _say(NotPermitted, "The server does not let this login in. Ask its administrator."),
    "28P01": _say(NotPermitted, "The server did not accept this name and password. Check both."),
    "3D000": _say(Unavailable, "The server has no database of this name. Check the address."),
}
_BY_CLASS: Mapping[str, Callable[[Failure], KnownError]] = {
    "08": _UNAVAILABLE,
    "53": _EXHAUSTED,
    "58": _say(
        Unavailable,
        "The server has a problem of its own, often after an update without a restart."
        " Tell its administrator.",
    ),
}
