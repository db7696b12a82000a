"""Keys, checks and indexes: the same thing under another name counts as there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import sqlalchemy as sa

from blogadmin.core import values
from blogadmin.core.database.adopt import catalogue, models
from blogadmin.core.database.adopt.findings import Findings


def _words(choices: type[values.Role | values.PostStatus | values.CommentStatus]) -> str:
    *first, last = (choice.value for choice in choices)
    return f"is none of {', '.join(first)} and {last}"


_LINE: Final = "is empty or longer than {:,} characters"
BROKEN_CHECKS: Final = {
    "users_email_check": "is not an e-mail address (one @ and no spaces)",
    "users_name_check": _LINE.format(values.NAME_MAX),
    "users_role_check": _words(values.Role),
    "posts_title_check": _LINE.format(values.TITLE_MAX),
    "posts_slug_check": "is empty or contains a space, “/”, “?” or “#”",
    "posts_status_check": _words(values.PostStatus),
    "posts_view_count_check": "is negative",
    "posts_metadata_check": "is not a JSON object",
    "posts_body_check": f"is larger than {values.BODY_MAX_BYTES // 1024**2} MiB",
    "comments_status_check": _words(values.CommentStatus),
    "comments_body_check": "is empty or too long",
    "saved_views_name_check": _LINE.format(values.NAME_MAX),
    "saved_views_noun_check": _LINE.format(values.CHOICE_MAX),
    "saved_views_spec_check": "is not a JSON object",
}
"""How a row that breaks a check is told to an editor; completes "Its status …"."""


class Constraints:
    """Compares the constraints and indexes of one table that exists with those of its model."""

    def __init__(
        self,
        findings: Findings,
        model: sa.Table,
        wanted: catalogue.Table,
        found: catalogue.Table,
        usable: Mapping[str, set[str]],
    ) -> None:
        """``usable`` names, for each table that exists, the columns whose values can be examined."""
        self._findings = findings
        self._model = model
        self._wanted = wanted
        self._found = found
        self._usable = usable[found.name]
        self._all_usable = usable
        self._names = {constraint.name: constraint for constraint in found.constraints}

    def compare(self) -> None:
        """Add what is missing; what cannot be added is a misfit."""
        self._compare_primary_key()
        for unique in models.of_kind(self._model, sa.UniqueConstraint):
            self._compare_unique(unique)
        for check in models.of_kind(self._model, sa.CheckConstraint):
            self._compare_check(check)
        for index in sorted(self._model.indexes, key=models.name_of):
            self._compare_index(index)
        for key in models.of_kind(self._model, sa.ForeignKeyConstraint):
            self._compare_foreign_key(key)

    def _compare_primary_key(self) -> None:
        wanted = self._model.primary_key
        columns = tuple(wanted.columns.keys())
        here = next((c for c in self._found.constraints if c.kind == "p"), None)
        if here is None:
            if self._no_duplicates(columns):
                self._add(wanted, columns)
        elif here.columns != columns:
            keys = ", ".join(here.columns)
            self._findings.misfit(self._found.name, "id", f"is not the primary key: ({keys}) is")

    def _compare_unique(self, wanted: sa.UniqueConstraint) -> None:
        columns = tuple(wanted.columns.keys())
        if not self._has_index(columns, unique=True) and self._no_duplicates(columns):
            self._add(wanted, columns)

    def _compare_check(self, wanted: sa.CheckConstraint) -> None:
        name = models.name_of(wanted)
        reference = next(c for c in self._wanted.constraints if c.name == name)
        same = [c for c in self._found.constraints if self._same_check(c, reference)]
        if any(c.validated for c in same):
            return
        column = reference.columns[0]
        broken = f"NOT ({wanted.sqltext})"
        if self._usable.issuperset(reference.columns) and not self._findings.rows_are_fine(
            self._found.name, column, broken, BROKEN_CHECKS.get(name, f"breaks the rule {wanted.sqltext}")
        ):
            return
        if same:
            self._findings.alter(self._found.name, f'VALIDATE CONSTRAINT "{same[0].name}"')
        else:
            self._add(wanted, reference.columns)

    def _same_check(self, here: catalogue.Constraint, wanted: catalogue.Constraint) -> bool:
        if here.kind != "c":
            return False
        one, two = here.definition.removesuffix(" NOT VALID"), wanted.definition
        if one == two or set(here.columns) != set(wanted.columns):
            return one == two
        return models.reread(self._findings.connection, self._found, one) == models.reread(
            self._findings.connection, self._found, two
        )

    def _compare_index(self, wanted: sa.Index) -> None:
        columns = tuple(wanted.columns.keys())
        name = models.name_of(wanted)
        unique = bool(wanted.unique)
        if self._has_index(
            columns,
            unique=unique,
            method=models.method_of(wanted),
            operators=models.operators_of(wanted),
            expression=models.expression_of(wanted),
            predicate=models.predicate_of(wanted),
        ):
            return
        statement = models.index_sql(wanted, self._findings.extensions)
        if statement is None or (unique and not self._no_duplicates(columns)):
            return
        if name in self._findings.names_taken:
            self._taken(name, columns[0] if columns else "")
        else:
            self._findings.indexes.append(statement)

    def _compare_foreign_key(self, wanted: sa.ForeignKeyConstraint) -> None:
        (column,) = wanted.columns.keys()
        target = wanted.referred_table.name
        oid = catalogue.find(self._findings.connection, target)
        here = [c for c in self._found.constraints if c.kind == "f" and c.columns == (column,)]
        same = [c for c in here if c.refers_to == oid]
        if any(c.validated for c in same):
            self._note_cascade(column, same[0])
        elif here and not same:
            self._findings.misfit(self._found.name, column, f"refers to another table than {target}")
        elif self._no_orphans(column, target, exists=oid is not None):
            self._add_foreign_key(wanted, column, same)

    def _add_foreign_key(
        self, wanted: sa.ForeignKeyConstraint, column: str, unvalidated: list[catalogue.Constraint]
    ) -> None:
        if unvalidated:
            self._findings.alter(self._found.name, f'VALIDATE CONSTRAINT "{unvalidated[0].name}"')
        elif self._name_is_free(models.name_of(wanted), column):
            self._findings.foreign_keys.append(models.added(wanted))

    def _note_cascade(self, column: str, here: catalogue.Constraint) -> None:
        _, on_delete, action = here.definition.partition(" ON DELETE ")
        if on_delete:
            self._findings.notes.append(
                f"{self._found.name}.{column} keeps its rule for deleting, {action.split(' DEFERRABLE')[0]}."
            )

    def _add(self, wanted: sa.Constraint, columns: tuple[str, ...]) -> None:
        name = models.name_of(wanted)
        has_index = not isinstance(wanted, sa.CheckConstraint)
        if has_index and name in self._findings.names_taken and name not in self._names:
            self._taken(name, columns[0])
        elif self._name_is_free(name, columns[0]):
            statement = models.added(wanted)
            self._findings.alter(self._found.name, statement.removeprefix(f"ALTER TABLE {self._found.name} "))

    def _name_is_free(self, name: str, column: str) -> bool:
        holder = self._names.get(name)
        if holder is not None:
            problem = f"has a rule of its own called {name}: {holder.definition}. Rename or drop it"
            self._findings.misfit(self._found.name, column, problem)
        return holder is None

    def _taken(self, name: str, column: str) -> None:
        problem = f"needs an index called {name}, and something else has that name. Rename that"
        self._findings.misfit(self._found.name, column, problem)

    def _has_index(
        self,
        columns: tuple[str, ...],
        *,
        unique: bool,
        method: str = "btree",
        operators: tuple[str, ...] = (),
        expression: str = "",
        predicate: str = "",
    ) -> bool:
        kind = (columns, method, operators, expression, predicate)
        return any(
            i.plain
            and (i.columns, i.method, i.operators, i.expression, i.predicate) == kind
            and i.unique >= unique
            for i in self._found.indexes
        )

    def _no_duplicates(self, columns: tuple[str, ...]) -> bool:
        if not self._usable.issuperset(columns):
            return True
        table, keys = self._found.name, ", ".join(f'"{column}"' for column in columns)
        twice = f"({keys}) IN (SELECT {keys} FROM {table} GROUP BY {keys} HAVING count(*) > 1)"  # noqa: S608
        problem = "is the same in several rows and must be unique"
        return self._findings.rows_are_fine(table, columns[0], twice, problem)

    def _no_orphans(self, column: str, target: str, *, exists: bool) -> bool:
        if column not in self._usable or (exists and "id" not in self._all_usable.get(target, ())):
            return True
        mine = f'{self._found.name}."{column}"'
        orphan = f"{mine} IS NOT NULL"
        if exists:
            orphan += f" AND NOT EXISTS (SELECT FROM {target} AS target WHERE target.id = {mine})"
        problem = f"names rows of {target} that do not exist"
        return self._findings.rows_are_fine(self._found.name, column, orphan, problem)
