"""The shape of every write: a frozen value that knows how to apply itself to a session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from blogadmin.core.database.changes import Changes

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a committed operation did: the rows, a sentence for the status line, and the way back.

    ``inverse`` undoes it as a new, version-checked change; ``None`` where there is no way back.
    ``created_id`` is the id of the row that a create operation made; ``rest`` what of the operation was not
    done, because it was stopped on its way.
    """

    changes: Changes
    message: str
    inverse: Operation | None = None
    created_id: int | None = None
    rest: Operation | None = None


class Operation(Protocol):
    """A change that a person asked for. Nothing of it happens until ``apply`` runs inside a session."""

    @property
    def label(self) -> str:
        """Words for menus and history, such as "Edit post"."""
        ...

    def apply(self, session: Session) -> Outcome:
        """Do the change; the caller commits. Raises a known error of ``database.errors`` or the driver's."""
        ...
