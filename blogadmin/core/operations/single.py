"""What making and editing one row have in common, whatever the noun."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar, Self, TypeVar

from sqlalchemy.orm import Session

from blogadmin.core.database.changes import Changes
from blogadmin.core.models import Post, User
from blogadmin.core.operations.bulk import table_of
from blogadmin.core.operations.guarded import Check, save, validate
from blogadmin.core.operations.operation import Operation, Outcome
from blogadmin.core.operations.wording import one

_NO_WAY_BACK = "password_hash"
_NAMES = ("title", "name")
RowT = TypeVar("RowT", Post, User)


@dataclass(frozen=True, slots=True)
class Edit:
    """Change some fields of a row: ``values``. ``base`` is what the person saw at ``version``.

    ``back``: it takes a change back, so what somebody else wrote since stays, even where it is the same.
    Each noun's own edit says which table it is and what its columns take.
    """

    id: int
    version: int
    base: Mapping[str, Any] = field(repr=False)
    values: Mapping[str, Any] = field(repr=False)
    back: bool = False

    noun: ClassVar[str]
    checks: ClassVar[Mapping[str, Check]]

    def __post_init__(self) -> None:
        """Keep copies that nobody else can change."""
        object.__setattr__(self, "base", MappingProxyType(dict(self.base)))
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))

    @property
    def label(self) -> str:
        """Words for menus and history."""
        return f"Edit {one(self.noun)}"

    @property
    def about(self) -> str:
        """Which row, and what of it: "“A title”: slug, status"."""
        names = (seen.get(name) for seen in (self.base, self.values) for name in _NAMES)
        name = next((name for name in names if name), None)
        row = f"“{name}”" if name else f"No. {self.id}"
        fields = ", ".join(_plain(field) for field in self.values)
        return f"{row}: {fields}" if fields else row

    def apply(self, session: Session) -> Outcome:
        """Save. Raises ``Invalid``, ``Conflict``, ``NotFound``, ``NotPermitted``."""
        validate(self.values, self.checks)
        table = table_of(self.noun)
        saved = (
            save(session, table, self.id, self.version, self.base, self.values, back=self.back)
            if self.values
            else None
        )
        if saved is None:
            return Outcome(Changes(), "Nothing changed")
        changes = Changes.of(self.noun, updated=[self.id])
        return Outcome(changes, f"{one(self.noun).capitalize()} saved", self._back(saved.version, saved.old))

    def _back(self, version: int, old: Mapping[str, Any]) -> Self | None:
        # The old hash is never read, so there is no way back from a new one.
        if _NO_WAY_BACK in self.values:
            return None
        return type(self)(self.id, version, {name: self.values[name] for name in old}, old, back=True)


def _plain(field: str) -> str:
    return (
        field.removesuffix("_id").removeprefix("is_").replace("password_hash", "password").replace("_", " ")
    )


def insert(
    session: Session, row: RowT, delete: Callable[[tuple[int, ...], tuple[int, ...]], Operation]
) -> Outcome:
    """Insert ``row``; ``delete(ids, versions)`` makes the way back."""
    session.add(row)
    session.flush()
    noun = row.__tablename__
    inverse = delete((row.id,), (row.version,))
    return Outcome(Changes.of(noun, created=[row.id]), f"{one(noun).capitalize()} created", inverse, row.id)
