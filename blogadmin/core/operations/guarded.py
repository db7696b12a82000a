"""Saving one row that a person edited, without overwriting what others did to it meanwhile.

One UPDATE carries the version that the person began with in its WHERE, so between the check and the change
there is no gap. Fields that nobody here changed are never sent. Only when it hits no row is the row read, to
find out why.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Table, Text, Update, bindparam, cast, func, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from blogadmin.core.database.errors import Conflict, FieldConflict, Invalid, NotFound, NotPermitted
from blogadmin.core.database.units import know_transaction
from blogadmin.core.metadata_json import MetadataProblem, parse_metadata, same_json
from blogadmin.core.operations.own_changes import written_by_others
from blogadmin.core.operations.wording import gone_message

Check = Callable[[Any], str | None]
"""Tells what is wrong with a field's value, completing the field's name, or ``None``."""

_UNREAD = "password_hash"


@dataclass(frozen=True, slots=True)
class Saved:
    """A row that was saved: its version now, and the changed fields as they were."""

    version: int
    old: Mapping[str, Any]


class _Row(NamedTuple):
    """A row as it is now."""

    version: int
    fields: Mapping[str, Any]


def validate(values: Mapping[str, Any], checks: Mapping[str, Check]) -> None:
    """Raise ``Invalid`` for the first value that its field cannot take, ``KeyError`` for an unknown field."""
    for name, value in values.items():
        problem = checks[name](value)
        if problem:
            raise Invalid(name, problem)


def save(
    session: Session,
    table: Table,
    id: int,  # noqa: A002 - the operations' own field
    version: int,
    base: Mapping[str, Any],
    values: Mapping[str, Any],
    *,
    back: bool = False,
) -> Saved | None:
    """Set ``values`` on the row if it is as the person saw it; ``None`` when it holds them already.

    ``base`` is what the person saw, at ``version``. A row of a later version in which nothing of ``base``
    moved is as they saw it; with ``back`` only if nobody else wrote what is to be set, be it the same: to
    take back a change of one's own is not to take back that of somebody who wanted it, too. Raises
    ``Conflict``, ``NotFound``, ``NotPermitted`` when the server changed nothing without telling why, and
    ``Invalid`` when writing JSON back would damage what is stored.
    """
    changed = _differing(values, base)
    saved = _update(session, table, id, version, changed) if changed else None
    if saved is not None:
        return saved if saved.old or _UNREAD in changed else None
    now = _read(session, table, id, {*base, *values})
    if now.version != version:
        written = written_by_others(session, table.name, id, version, values) if back else frozenset()
        conflict = _conflict(now, base, values, written)
        if conflict.theirs or not values.keys() <= base.keys():
            raise conflict
    changed = _differing(values, now.fields)
    if not changed:
        return None
    saved = _update(session, table, id, now.version, changed)
    if saved is None:
        again = _read(session, table, id, base)
        if again.version == now.version:
            raise NotPermitted("The database kept the row as it was: your login may not change it.")
        raise _conflict(again, base, values)
    return saved


def _differing(values: Mapping[str, Any], from_: Mapping[str, Any]) -> dict[str, Any]:
    return {name: v for name, v in values.items() if name not in from_ or not _same(from_[name], v)}


def _update(
    session: Session, table: Table, id_: int, version: int, values: Mapping[str, Any]
) -> Saved | None:
    """Set ``values`` if the row still has ``version``; ``None`` when there is no such row to change."""
    statement = _guarded_update(table, tuple(sorted(values)))
    # Not by the session, which would look for mapped objects in it: a third of what a save costs here.
    parameters = {"_id": id_, "_version": version, **values}
    found = session.connection().execute(statement, parameters).one_or_none()
    if found is None:
        return None
    now, transaction, *were = found
    know_transaction(session, transaction, recorded=now != version)
    readable = sorted(values.keys() - {_UNREAD})
    old = {name: _as_written(table, name, was) for name, was in zip(readable, were, strict=True)}
    return Saved(now, {name: was for name, was in old.items() if not _same(was, values[name])})


@lru_cache(maxsize=256)
def _guarded_update(table: Table, names: tuple[str, ...]) -> Update:
    # The row beside itself tells what it was. Another client's commit may come between the two only if the
    # version stays: then it changed a counter, which nobody edits.
    was = table.alias("was")
    readable = (was.c[name] for name in names if name != _UNREAD)
    old = (cast(column, Text) if isinstance(column.type, JSONB) else column for column in readable)
    return (
        update(table)
        .where(
            table.c.id == bindparam("_id"),
            table.c.version == bindparam("_version"),
            was.c.id == table.c.id,
        )
        .values({name: bindparam(name, type_=table.c[name].type) for name in names})
        .returning(table.c.version, func.txid_current(), *old)
    )


def _as_written(table: Table, name: str, was: Any) -> Any:
    """What a column held. Raises ``Invalid`` for JSON that Python would write back differently.

    The person edits all of it as one text, so a number at its other end would be rounded unseen.
    """
    if not isinstance(table.c[name].type, JSONB):
        return was
    try:
        return parse_metadata(was or "")
    except MetadataProblem as problem:
        raise Invalid(
            name, f"cannot be changed here without damage. What is stored now: {problem.message}"
        ) from None


def _read(session: Session, table: Table, id_: int, names: Iterable[str]) -> _Row:
    # Only what is needed: a row with a date that Python cannot read can still be edited, and no hash is read.
    wanted = [table.c[name] for name in names if name != _UNREAD]
    found = session.execute(select(table.c.version, *wanted).where(table.c.id == id_)).one_or_none()
    if found is None:
        raise NotFound(gone_message(1, table.name))
    version, *fields = found
    return _Row(version, {column.name: field for column, field in zip(wanted, fields, strict=True)})


def _conflict(
    now: _Row, base: Mapping[str, Any], values: Mapping[str, Any], written: Collection[str] = ()
) -> Conflict:
    theirs = {
        name: now.fields[name]
        for name, seen in base.items()
        if name in now.fields and (name in written or not _same(now.fields[name], seen))
    }
    fields = tuple(
        FieldConflict(name, base[name], theirs[name], mine)
        for name, mine in values.items()
        if name in theirs and not _same(theirs[name], mine)
    )
    return Conflict(
        "Someone else changed this after you opened it. Nothing was saved.",
        version=now.version,
        fields=fields,
        theirs=theirs,
    )


def _same(one: Any, two: Any) -> bool:
    if isinstance(one, Mapping) or isinstance(two, Mapping):
        return same_json(one, two)
    return bool(one == two)


def text_check(check: Callable[[str], str | None]) -> Check:
    """A check for a text that must be there at all."""
    return lambda value: check(value) if isinstance(value, str) else "is required."


def one_of(choices: type[StrEnum]) -> Check:
    """A check that a value is one of the words of ``choices``."""
    words = {choice.value for choice in choices}
    return lambda value: (
        None if value in words else "is not one of the known choices. Choose one from the list."
    )


def true_or_false(value: Any) -> str | None:
    """Check that a value is a truth value."""
    return None if isinstance(value, bool) else "must be either on or off."


def a_row(value: Any) -> str | None:
    """Check that a value can be the id of a row."""
    return None if isinstance(value, int) and not isinstance(value, bool) else "is required."
