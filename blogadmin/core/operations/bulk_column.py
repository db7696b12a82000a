"""One column of any number of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, false, select, update
from sqlalchemy.orm import Session

from blogadmin.core.database.errors import Invalid
from blogadmin.core.operations import comments, posts, users
from blogadmin.core.operations.bulk import Words, among, table_of
from blogadmin.core.operations.bulk_back import packed
from blogadmin.core.operations.bulk_change import Many, tell_missing
from blogadmin.core.operations.bulk_values import ChunkOutcome, Rows
from blogadmin.core.operations.chunks import apply_bounded
from blogadmin.core.operations.guarded import Check, validate
from blogadmin.core.operations.wording import counted

_SETTABLE: Mapping[tuple[str, str], Check] = {
    ("posts", "status"): posts.CHECKS["status"],
    ("posts", "author_id"): posts.CHECKS["author_id"],
    ("users", "role"): users.CHECKS["role"],
    ("users", "is_active"): users.CHECKS["is_active"],
    ("comments", "status"): comments.CHECKS["status"],
}


@dataclass(frozen=True, slots=True)
class Put:
    """Set ``column`` to ``value``, where it was ``instead_of``."""

    column: str
    value: Any
    instead_of: Any

    @property
    def inverse(self) -> Put:
        """Set it back."""
        return Put(self.column, self.instead_of, self.value)

    def values(self, table: Table) -> dict[str, Any]:
        """The one column."""
        del table
        return {self.column: self.value}


@dataclass(frozen=True, slots=True)
class SetColumn(Many):
    """Set one column: status or author_id of posts, role or is_active of users, status of comments."""

    noun: str
    column: str
    value: str | int | bool

    def label_for(self, total: int) -> str:
        """Words for menus and history."""
        what = _COLUMN_WORDS.get(self.column, self.column)
        return f"Set {what} of {counted(total, self.noun)}"

    def done_words(self, number: int) -> str:
        """What has been done to ``number`` rows."""
        return f"{counted(number, self.noun)} {self._words()}"

    def check(self) -> None:
        """Raise ``Invalid`` for a value that the column cannot take, ``KeyError`` for another column."""
        validate({self.column: self.value}, {self.column: _SETTABLE[self.noun, self.column]})

    def already(self) -> ColumnElement[bool]:
        """Condition that a row is so already."""
        return table_of(self.noun).c[self.column].is_not_distinct_from(self.value)

    def blocked(self) -> ColumnElement[bool]:
        """Condition that a row cannot be changed."""
        return false()

    def apply_chunk(self, session: Session, rows: Rows, *, keep: bool = False) -> ChunkOutcome:
        """Set it. Raises ``Invalid`` when the value is none, or the author was deleted meanwhile."""
        del keep
        self.check()
        if self.column == "author_id":
            _hold_author(session, self.value)
        return apply_bounded(session, rows, self._apply)

    def _apply(self, session: Session, rows: Rows) -> ChunkOutcome:
        table = table_of(self.noun)
        target = table.c[self.column]
        before = (
            select(table.c.id, target.label("before"))
            .where(among(table.c.id, rows.ids), target.is_distinct_from(self.value), self.unmoved(self.noun))
            .order_by(table.c.id)
            .with_for_update(key_share=True, nowait=True)
            .subquery("before")
        )
        statement = (
            update(table)
            .where(table.c.id == before.c.id)
            .values({self.column: self.value})
            .returning(table.c.id, table.c.version, before.c.before)
        )
        groups: dict[Any, dict[int, int]] = {}
        done: set[int] = set()
        for id_, version, was in session.execute(statement):
            groups.setdefault(was, {})[id_] = version
            done.add(id_)
        outcome = ChunkOutcome([packed(g, Put(self.column, self.value, was)) for was, g in groups.items()])
        tell_missing(session, self.noun, rows, done, self.already(), self.moved(self.noun), outcome)
        return outcome

    def _words(self) -> str:
        words = _STATUS_WORDS.get(self.noun, {}).get(str(self.value)) if self.column == "status" else None
        if words is not None:
            return words.done
        if self.column == "is_active":
            return "activated" if self.value else "deactivated"
        return "given to another author" if self.column == "author_id" else f"set to {self.value}"


_COLUMN_WORDS = {"author_id": "author", "is_active": "active"}
_STATUS_WORDS: Mapping[str, Mapping[str, Words]] = {
    "posts": {status.value: words for status, words in posts.STATUS_WORDS.items()},
    "comments": {status.value: words for status, words in comments.STATUS_WORDS.items()},
}


def _hold_author(session: Session, id_: Any) -> None:
    author = table_of("users")
    held = select(author.c.id).where(author.c.id == id_).with_for_update(read=True, key_share=True)
    if session.scalar(held) is None:
        raise Invalid("author_id", "was deleted meanwhile. Choose someone else.")
