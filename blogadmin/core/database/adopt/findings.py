"""What one comparison brings to light, gathered piece by piece and put in order at the end."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, text

from blogadmin.core.database.adopt.plan import Misfit, Plan

_SHOWN = 3


@dataclass(slots=True)
class Findings:
    """Gathers statements by the stage in which they can run, and the reasons why they must not."""

    connection: Connection
    zone: str | None
    schema: str = ""
    names_taken: set[str] = field(default_factory=set)
    extensions: dict[str, str] = field(default_factory=dict)
    setup: list[str] = field(default_factory=list)
    alterations: dict[str, list[str]] = field(default_factory=dict)
    fillings: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    indexes: list[str] = field(default_factory=list)
    foreign_keys: list[str] = field(default_factory=list)
    triggers: list[str] = field(default_factory=list)
    access: list[str] = field(default_factory=list)
    stamp: list[str] = field(default_factory=list)
    misfits: list[Misfit] = field(default_factory=list)
    naive: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def alter(self, table: str, action: str) -> None:
        """Add an action to the one ``ALTER TABLE`` of a table: together they rewrite it once."""
        self.alterations.setdefault(table, []).append(action)

    def misfit(self, table: str, column: str, problem: str, count: int = 0) -> None:
        """Note something that adopting must not change by itself."""
        self.misfits.append(Misfit(table, column, problem, count))

    def rows_are_fine(self, table: str, column: str, wrong: str, problem: str) -> bool:
        """Whether no row of ``table`` fulfils the condition ``wrong``; otherwise it is a misfit."""
        count = self.count(table, wrong)
        if count:
            self.misfit(table, column, problem + self._examples(table, wrong), count)
        return count == 0

    def count(self, table: str, condition: str) -> int:
        """How many rows of ``table`` fulfil an SQL condition."""
        return self.connection.scalar(text(f"SELECT count(*) FROM {table} WHERE {condition}")) or 0  # noqa: S608

    def plan(self) -> Plan:
        """All of it in the order in which it can run."""
        altered = (
            f"ALTER TABLE {table}\n    " + ",\n    ".join(actions)
            for table, actions in self.alterations.items()
        )
        work = [
            *altered,
            *self.fillings,
            *self.tables,
            *self.indexes,
            *self.foreign_keys,
            *self.triggers,
            *self.access,
            *self.stamp,
        ]
        return Plan(
            statements=(*self.setup, *work) if work else (),
            misfits=tuple(self.misfits),
            needs_timezone=tuple(self.naive),
            notes=tuple(self.notes),
        )

    def _examples(self, table: str, condition: str) -> str:
        has_id = text(
            "SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = CAST(:table AS regclass)"
            " AND attname = 'id' AND NOT attisdropped)"
        )
        if not self.connection.scalar(has_id, {"table": table}):
            return ""
        wrong = text(f"SELECT id FROM {table} WHERE {condition} ORDER BY id LIMIT {_SHOWN}")  # noqa: S608
        return ", for example id " + ", ".join(str(value) for value in self.connection.scalars(wrong))
