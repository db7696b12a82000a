"""What can be done to saved views. Only who saved a view changes it, whoever else can see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    cast,
    delete,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from blogadmin.core import values
from blogadmin.core.database.changes import Changes
from blogadmin.core.database.errors import Conflict, Invalid, NotFound, NotPermitted
from blogadmin.core.operations.bulk import table_of
from blogadmin.core.operations.operation import Operation, Outcome

NOUN = "saved_views"
_TABLE = table_of(NOUN)
_MINE = _TABLE.c.owner == cast(literal_column("CURRENT_USER"), Text)


@dataclass(frozen=True, slots=True)
class SaveView:
    """Keep a list of ``noun`` under ``name``; ``spec`` is JSON as ``queries.views`` reads it.

    ``again`` has what else the row shall hold that was deleted: its id, the next version, when it was made.
    """

    noun: str
    name: str
    spec: Mapping[str, Any] = field(repr=False)
    shared: bool = False
    again: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), repr=False)

    @property
    def label(self) -> str:
        """Words for menus and history."""
        return "Save view"

    def apply(self, session: Session) -> Outcome:
        """Insert the row. Raises ``Invalid`` and, through the driver, what becomes ``Duplicate``."""
        _check_name(self.name)
        row = {"noun": self.noun, "name": self.name, "spec": dict(self.spec), "shared": self.shared}
        made = insert(_TABLE).values({**row, **self.again}).returning(_TABLE.c.id, _TABLE.c.version)
        id_, version = session.execute(made).one()
        back = DeleteView(id_, version, left=row)
        return Outcome(Changes.of(NOUN, created=[id_]), f"View “{self.name}” saved", back, id_)


@dataclass(frozen=True, slots=True)
class _Change:
    """Change a view that is still at ``version``, or for a way back still as it was ``left``.

    Only its owner can have moved it, as by what was undone meanwhile.
    """

    id: int
    version: int
    left: Mapping[str, Any] | None = field(default=None, kw_only=True, repr=False)

    def _where(self) -> ColumnElement[bool]:
        same = _TABLE.c.version == self.version
        if self.left is not None:
            same = or_(same, and_(*(_TABLE.c[name] == value for name, value in self.left.items())))
        return and_(_TABLE.c.id == self.id, same, _MINE)

    def _set(self, session: Session, column: str, value: Any) -> tuple[int, Any, str]:
        """Set it; returns the version now, what it was before, and the view's name."""
        was = _TABLE.alias("was")
        changed = session.execute(
            update(_TABLE)
            .where(self._where(), was.c.id == _TABLE.c.id)
            .values({column: value})
            .returning(_TABLE.c.version, was.c[column], _TABLE.c.name)
        ).one_or_none()
        if changed is None:
            raise _why_not(session, self.id, self.version)
        return changed[0], changed[1], changed[2]

    def _outcome(self, message: str, back: Operation) -> Outcome:
        return Outcome(Changes.of(NOUN, updated=[self.id]), message, back)


@dataclass(frozen=True, slots=True)
class UpdateView(_Change):
    """Keep another list under the name of a view."""

    spec: Mapping[str, Any] = field(repr=False, default_factory=lambda: MappingProxyType({}))

    @property
    def label(self) -> str:
        """Words for menus and history."""
        return "Update view"

    def apply(self, session: Session) -> Outcome:
        """Replace it. Raises ``Conflict``, ``NotFound``, ``NotPermitted``."""
        spec = dict(self.spec)
        version, old, name = self._set(session, "spec", spec)
        back = UpdateView(self.id, version, old, left={"spec": spec})
        return self._outcome(f"View “{name}” updated", back)


@dataclass(frozen=True, slots=True)
class RenameView(_Change):
    """Give a view another name."""

    name: str = ""

    @property
    def label(self) -> str:
        """Words for menus and history."""
        return "Rename view"

    def apply(self, session: Session) -> Outcome:
        """Rename. Raises ``Invalid``, ``Conflict``, ``NotFound``, ``NotPermitted``, ``Duplicate``."""
        _check_name(self.name)
        version, old, name = self._set(session, "name", self.name)
        back = RenameView(self.id, version, old, left={"name": self.name})
        return self._outcome(f"View renamed to “{name}”", back)


@dataclass(frozen=True, slots=True)
class ShareView(_Change):
    """Let everybody see a view, or only who saved it."""

    shared: bool = True

    @property
    def label(self) -> str:
        """Words for menus and history."""
        return "Share view" if self.shared else "Stop sharing view"

    def apply(self, session: Session) -> Outcome:
        """Share or not. Raises ``Conflict``, ``NotFound``, ``NotPermitted``."""
        version, old, name = self._set(session, "shared", self.shared)
        done = "shared with everybody" if self.shared else "no longer shared"
        back = ShareView(self.id, version, old, left={"shared": self.shared})
        return self._outcome(f"View “{name}” {done}", back)


@dataclass(frozen=True, slots=True)
class DeleteView(_Change):
    """Delete a view; the rows that it listed stay."""

    @property
    def label(self) -> str:
        """Words for menus and history."""
        return "Delete view"

    def apply(self, session: Session) -> Outcome:
        """Delete the row. Raises ``Conflict``, ``NotFound``, ``NotPermitted``."""
        columns = (_TABLE.c.noun, _TABLE.c.name, _TABLE.c.spec, _TABLE.c.shared)
        gone = session.execute(
            delete(_TABLE).where(self._where()).returning(*columns, _TABLE.c.version, _TABLE.c.created_at)
        ).one_or_none()
        if gone is None:
            raise _why_not(session, self.id, self.version)
        *view, version, made = gone
        again = {"id": self.id, "version": version + 1, "created_at": made}
        changes = Changes.of(NOUN, deleted=[self.id])
        return Outcome(changes, f"View “{gone.name}” deleted", SaveView(*view, again=again))


def _check_name(name: str) -> None:
    problem = values.line_problem(name, values.NAME_MAX)
    if problem:
        raise Invalid("name", problem)


def _why_not(session: Session, id_: int, version: int) -> Exception:
    """Why the server changed no row."""
    now = session.execute(select(_TABLE.c.version, _MINE).where(_TABLE.c.id == id_)).one_or_none()
    if now is None:
        return NotFound("The view was deleted meanwhile.")
    if now[0] != version:
        return Conflict(
            "The view was changed meanwhile. Open the list of views again, then repeat this.", version=now[0]
        )
    if not now[1]:
        return NotPermitted("The view belongs to somebody else. Save it under a name of your own.")
    return NotPermitted("The database kept the view as it was: your login may not change it.")
