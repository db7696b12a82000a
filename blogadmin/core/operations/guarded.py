"""Saving one row that a person edited, without overwriting what others did to it meanwhile.

SQLAlchemy's UPDATE carries the version that the person began with in its WHERE, so between the check and the
change there is no gap. Fields that nobody here changed are never sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import inspect
from sqlalchemy.orm import Session, load_only
from sqlalchemy.orm.attributes import flag_modified, set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from blogadmin.core.database.errors import Conflict, FieldConflict, Invalid, NotFound, NotPermitted
from blogadmin.core.metadata_json import same_json
from blogadmin.core.models import Comment, Post, User
from blogadmin.core.operations.wording import gone_message

ModelT = TypeVar("ModelT", User, Post, Comment)
Check = Callable[[Any], str | None]
"""Tells what is wrong with a field's value, completing the field's name, or ``None``."""

_UNREAD = "password_hash"


@dataclass(frozen=True, slots=True)
class Saved:
    """A row that was saved: its version now, and the changed fields as they were."""

    version: int
    old: Mapping[str, Any]


def validate(values: Mapping[str, Any], checks: Mapping[str, Check]) -> None:
    """Raise ``Invalid`` for the first value that its field cannot take, ``KeyError`` for an unknown field."""
    for name, value in values.items():
        problem = checks[name](value)
        if problem:
            raise Invalid(name, problem)


def save(
    session: Session,
    model: type[ModelT],
    id: int,  # noqa: A002 - the operations' own field
    version: int,
    base: Mapping[str, Any],
    values: Mapping[str, Any],
) -> Saved | None:
    """Set ``values`` on the row if it is as the person saw it; ``None`` when it holds them already.

    ``base`` is what the person saw, at ``version``. A row of a later version in which nothing of ``base``
    moved is as they saw it. Raises ``Conflict``, ``NotFound``, or ``NotPermitted`` when the server changed
    nothing without telling why. The session is rolled back before the last two are told apart.
    """
    row = _load(session, model, id, values)
    if row.version != version:
        conflict = _conflict(session, model, id, base, values)
        if conflict.theirs or not values.keys() <= base.keys():
            raise conflict
    seen = row.version
    _spare_reading_again(row)
    old = {name: getattr(row, _attribute(name)) for name in values if name != _UNREAD}
    changed = {name: v for name, v in values.items() if name not in old or not _same(old[name], v)}
    if not changed:
        return None
    for name, value in changed.items():
        setattr(row, _attribute(name), value)
        # SQLAlchemy compares with ==, to which 1 and true in metadata are the same.
        flag_modified(row, _attribute(name))
    try:
        session.flush()
    except StaleDataError:
        session.rollback()
        conflict = _conflict(session, model, id, base, values)
        if conflict.version == seen:
            raise NotPermitted("The database kept the row as it was: your login may not change it.") from None
        raise conflict from None
    saved = Saved(row.version, {name: old[name] for name in changed if name in old})
    session.expire(row)
    return saved


def _spare_reading_again(row: User | Post | Comment) -> None:
    # After an UPDATE SQLAlchemy reads what the server may have made and was not loaded: once more to the
    # server for nothing, and in vain where Python has no date for it. Nobody sees these: the row expires.
    unloaded = inspect(row).unloaded
    for attribute in inspect(type(row)).column_attrs:
        if attribute.key in unloaded and attribute.columns[0].server_default is not None:
            set_committed_value(row, attribute.key, None)


def _load(session: Session, model: type[ModelT], id_: int, names: Iterable[str]) -> ModelT:
    # Only what is needed: a row with a date that Python cannot read can still be edited, and no hash is read.
    wanted = [getattr(model, _attribute(name)) for name in names if name != _UNREAD]
    only = load_only(model.version, *wanted, raiseload=True)
    row = session.get(model, id_, options=[only], populate_existing=True)
    if row is None:
        raise NotFound(gone_message(1, model.__tablename__))
    return row


def _conflict(
    session: Session, model: type[ModelT], id_: int, base: Mapping[str, Any], values: Mapping[str, Any]
) -> Conflict:
    row = _load(session, model, id_, base)
    now = {name: getattr(row, _attribute(name)) for name in base if name != _UNREAD}
    theirs = {name: value for name, value in now.items() if not _same(value, base[name])}
    fields = tuple(
        FieldConflict(name, base[name], theirs[name], mine)
        for name, mine in values.items()
        if name in theirs and not _same(theirs[name], mine)
    )
    return Conflict(
        "Someone else changed this after you opened it. Nothing was saved.",
        version=row.version,
        fields=fields,
        theirs=theirs,
    )


def _attribute(name: str) -> str:
    return "metadata_" if name == "metadata" else name


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
