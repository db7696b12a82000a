"""One chunk of a bulk change: bounded in time, and no row that cannot be changed loses the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from blogadmin.core.database.errors import in_words, translate
from blogadmin.core.database.translate import failure
from blogadmin.core.operations.bulk_values import ChunkOutcome, Rows

STATEMENT_SECONDS: Final = 20
"""Longest statement within a chunk. A chunk is made to take a fraction of a second; this is for bad days."""

_LOCK_NOT_AVAILABLE = "55P03"
_ABOUT_A_ROW = ("22", "23", "44", "P0")
# A row that its table's policy does not let this login write; the table's own right would fail all of them.
_POLICY = "ExecWithCheckOptions"
# What raises when a wait has timed out. Somebody holds what all rows need, such as their new author.
_TIMED_OUT = "ProcessInterrupts"

Apply = Callable[[Session, Rows], ChunkOutcome]


def apply_bounded(session: Session, rows: Rows, apply: Apply) -> ChunkOutcome:
    """``apply`` the change to ``rows``; those that the server refuses are told with the reason."""
    session.execute(text(f"SET LOCAL statement_timeout = '{STATEMENT_SECONDS}s'"))
    return _halving(session, rows, apply)


def _halving(session: Session, rows: Rows, apply: Apply) -> ChunkOutcome:
    try:
        with session.begin_nested():
            return apply(session, rows)
    except DBAPIError as exc:
        about = _is_about_a_row(exc)
        if about is None:
            raise
        if len(rows) == 1:
            return _one(rows, exc, busy=about == _LOCK_NOT_AVAILABLE)
    first, second = rows.halves()
    outcome = _halving(session, first, apply)
    outcome += _halving(session, second, apply)
    return outcome


def _one(rows: Rows, exc: DBAPIError, *, busy: bool) -> ChunkOutcome:
    if busy:
        return ChunkOutcome(busy=[rows])
    known = translate(exc)
    if known is None:
        raise exc
    outcome = ChunkOutcome()
    outcome.refuse(in_words(known), rows.ids)
    return outcome


def _is_about_a_row(exc: DBAPIError) -> str | None:
    """The SQLSTATE, if another row may well do better."""
    told = failure(exc)
    if told is None or told.state is None:
        return None
    if told.state == _LOCK_NOT_AVAILABLE:
        return None if told.source == _TIMED_OUT else told.state
    of_a_row = told.state[:2] in _ABOUT_A_ROW or told.source == _POLICY
    return told.state if of_a_row else None
