"""One column of many rows at once: a single UPDATE, and the way back for exactly the rows that it changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Integer,
    Row,
    Table,
    Update,
    any_,
    bindparam,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from blogadmin.core.database.changes import Changes
from blogadmin.core.database.errors import NotFound
from blogadmin.core.database.units import know_transaction
from blogadmin.core.models import Base
from blogadmin.core.operations.operation import Outcome
from blogadmin.core.operations.own_changes import moved_by_us
from blogadmin.core.operations.wording import counted, gone_message, sentence


class Change(NamedTuple):
    """What happened to one row: its version now, the value it has, and the one it had."""

    id: int
    version: int
    now: Any
    before: Any


def table_of(noun: str) -> Table:
    """The table behind a noun."""
    return Base.metadata.tables[noun]


def among(column: ColumnElement[Any], ids: Iterable[int]) -> ColumnElement[bool]:
    """Condition that ``column`` is one of ``ids``; one parameter, however many they are."""
    return column == any_(bindparam(None, list(ids), type_=ARRAY(BigInteger)))


def versions_by_id(rows: Iterable[Row[int, int]]) -> dict[int, int]:
    """Rows of id and version as a mapping."""
    return {row[0]: row[1] for row in rows}


def count(session: Session, noun: str, where: ColumnElement[bool]) -> int:
    """How many rows of ``noun`` there are ``where``."""
    return session.scalar(select(func.count()).select_from(table_of(noun)).where(where)) or 0


def set_everywhere(
    session: Session, noun: str, column: str, value: Any, where: ColumnElement[bool]
) -> tuple[Change, ...]:
    """Set ``column`` in the rows ``where`` it is not ``value`` yet, by one statement."""
    table = table_of(noun)
    target = table.c[column]
    # Locked in the order of their ids: two people with overlapping selections wait instead of deadlocking.
    before = (
        select(table.c.id, target.label("before"))
        .where(where, target.is_distinct_from(value))
        .order_by(table.c.id)
        .with_for_update(key_share=True)
        .subquery("before")
    )
    statement = (
        update(table)
        .where(table.c.id == before.c.id)
        .values({column: value})
        .returning(table.c.id, table.c.version, before.c.before)
    )
    rows = session.execute(statement)
    return tuple(Change(id_, version, value, old) for id_, version, old in rows)


def _turn(session: Session, table: Table, column: str, value: bool, ids: Sequence[int]) -> tuple[Change, ...]:
    """Set a column of two values in the rows ``ids`` where it has the other one."""
    turned = session.connection().execute(_turning(table, column), {"ids": ids, "value": value}).all()
    if not turned:
        return ()
    know_transaction(session, turned[0][2])
    return tuple(Change(id_, version, value, not value) for id_, version, _ in turned)


@cache
def _turning(table: Table, column: str) -> Update:
    # Nothing has to be held in order to know what it was.
    target, value = table.c[column], bindparam("value", type_=Boolean())
    asked = table.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger)))
    turning = update(table).where(asked, target != value).values({column: value})
    return turning.returning(table.c.id, table.c.version, func.txid_current())


@dataclass(frozen=True, slots=True)
class SetBack:
    """Give rows back the value that they had ``before`` a change.

    Those that somebody else changed since are left alone, and those that we gave another value.
    """

    noun: str
    column: str
    changes: tuple[Change, ...] = field(repr=False)
    label: str

    def apply(self, session: Session) -> Outcome:
        """Do it. Raises ``NotFound`` when none of the rows exists any more."""
        done = self.put(session)
        ids = [change.id for change in self.changes]
        gone = count_gone(session, self.noun, ids, len(done))
        moved = len(ids) - len(done) - gone
        return Outcome(
            Changes.of(self.noun, updated=(change.id for change in done)),
            sentence(f"{counted(len(done), self.noun)} set back", moved=moved, gone=gone),
            SetBack(self.noun, self.column, done, self.label) if done else None,
        )

    def put(self, session: Session) -> tuple[Change, ...]:
        """Do it where it can be done, and tell where it was."""
        wanted = {change.id: change.version for change in self.changes}
        versions = self._put(session, wanted)
        missing = {id_: version for id_, version in wanted.items() if id_ not in versions}
        if missing and (ours := moved_by_us(session, self.noun, missing, self.column)):
            versions |= self._put(session, ours)
        return tuple(
            Change(change.id, versions[change.id], change.before, change.now)
            for change in self.changes
            if change.id in versions
        )

    def _put(self, session: Session, versions: Mapping[int, int]) -> dict[int, int]:
        table = table_of(self.noun)
        target = table.c[self.column]
        changes = [change for change in self.changes if change.id in versions]
        was = (
            func.unnest(
                _array("ids", [change.id for change in changes], Integer()),
                _array("versions", [versions[change.id] for change in changes], Integer()),
                _array("olds", [change.before for change in changes], target.type),
            )
            .table_valued("id", "version", "value", name="was")
            .render_derived()
        )
        statement = (
            update(table)
            .where(table.c.id == was.c.id, table.c.version == was.c.version)
            .values({self.column: was.c.value})
            .returning(table.c.id, table.c.version)
        )
        return versions_by_id(session.execute(statement))


@dataclass(frozen=True, slots=True)
class Words:
    """How a change of a column is told: "3 users" + ``done``; "all 5 were" + ``already``."""

    done: str
    already: str


def set_column(
    session: Session, noun: str, ids: Sequence[int], column: str, value: Any, words: Words, label: str
) -> Outcome:
    """Set ``column`` of the rows ``ids`` and tell how many changed. Raises ``NotFound`` if none exists."""
    ids = sorted(set(ids))
    table = table_of(noun)
    if isinstance(table.c[column].type, Boolean) and not table.c[column].nullable:
        done = _turn(session, table, column, value, ids)
    else:
        done = set_everywhere(session, noun, column, value, among(table.c.id, ids))
    gone = count_gone(session, noun, ids, len(done))
    told = f"{counted(len(done), noun)} {words.done}"
    message = told if done else _nothing(len(ids) - gone, words.already)
    return Outcome(
        Changes.of(noun, updated=(change.id for change in done)),
        sentence(message, gone=gone),
        SetBack(noun, column, done, label) if done else None,
    )


def count_gone(session: Session, noun: str, ids: Sequence[int], found: int) -> int:
    """How many of ``ids`` exist no more, when ``found`` are known to. Raises ``NotFound`` if all are gone."""
    if found == len(ids):
        return 0
    here = count(session, noun, among(table_of(noun).c.id, ids))
    if not here:
        raise NotFound(gone_message(len(ids), noun))
    return len(ids) - here


def _nothing(number: int, already: str) -> str:
    every = "it was" if number == 1 else f"all {number:,} were"
    return f"Nothing to change: {every} {already} already"


def _array(name: str, values: list[Any], kind: Any) -> Any:
    return bindparam(name, values, type_=ARRAY(kind))
