"""What the models ask for, as SQL to run and as PostgreSQL itself would describe it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import AddConstraint, CreateColumn, CreateIndex, CreateTable

from blogadmin.core.database.adopt import catalogue
from blogadmin.core.models import Base

TABLES: Final = tuple(Base.metadata.sorted_tables)
"""The models' tables; those that others refer to come first."""

_READINGS: Final = 2

C = TypeVar("C", bound=sa.Constraint)

# Any other style of parameters would double every percent sign in what a person reads.
_DIALECT: Final = postgresql.dialect(paramstyle="named")


def sql(element: CreateTable | CreateIndex | CreateColumn | AddConstraint) -> str:
    """The statement (or part of one) that makes ``element``."""
    compiled = str(element.compile(dialect=_DIALECT)).strip()
    return "\n".join(line.rstrip().replace("\t", "    ") for line in compiled.splitlines() if line.strip())


def added(constraint: sa.Constraint) -> str:
    """The statement that adds ``constraint`` to its table."""
    # Isolated, as it is by default, the constraint would be missing from every later CREATE TABLE.
    return sql(AddConstraint(constraint, isolate_from_table=False))


def method_of(index: sa.Index) -> str:
    """The kind of an index: btree or gin."""
    return index.dialect_options["postgresql"]["using"] or "btree"


def operators_of(index: sa.Index) -> tuple[str, ...]:
    """The operator classes of an index that are not their type's own."""
    return tuple(index.dialect_options["postgresql"]["ops"].values())


def expression_of(index: sa.Index) -> str:
    """What an index holds instead of columns, as PostgreSQL prints it, or nothing."""
    return index.info.get("expression", "")


def predicate_of(index: sa.Index) -> str:
    """For which rows an index is, as PostgreSQL prints it, or nothing for all."""
    return index.info.get("predicate", "")


def index_sql(index: sa.Index, extensions: Mapping[str, str]) -> str | None:
    """The statement that makes ``index``, or ``None`` if its extension is not there.

    ``extensions`` names the schema of each, empty for one that is searched anyway.
    """
    needed = index.info.get("extension")
    statement = sql(CreateIndex(index))
    if needed is None:
        return statement
    home = extensions.get(needed)
    for operators in dict.fromkeys(operators_of(index)) if home else ():
        statement = statement.replace(operators, f"{home}.{operators}")
    return None if home is None else statement


def name_of(item: sa.Constraint | sa.Index) -> str:
    """The name that the naming convention gives to a constraint or index."""
    return str(item.name)


def of_kind(table: sa.Table, kind: type[C]) -> list[C]:
    """The constraints of one kind, in the order of their names."""
    return sorted((c for c in table.constraints if isinstance(c, kind)), key=name_of)


def described(connection: Connection, table: sa.Table) -> catalogue.Table:
    """Columns and checks of ``table`` as the catalogue prints them, read from a temporary copy.

    PostgreSQL rewrites expressions when it stores them; only its own spelling of ours can be compared with
    its spelling of what is there.
    """
    copy = _copy(table)
    connection.execute(CreateTable(copy))
    oid = catalogue.find(connection, copy.name)
    found = catalogue.read(connection, cast("int", oid))
    connection.exec_driver_sql(f"DROP TABLE pg_temp.{copy.name}")
    return found


def reread(connection: Connection, table: catalogue.Table, check: str) -> str:
    """A check of ``table`` as PostgreSQL prints it when it has read its own print.

    A dump that is restored has its checks spelled in that way, and no other from then on.
    """
    copy = "blogadmin_reread"
    attempt = connection.begin_nested()
    try:
        connection.exec_driver_sql(
            f'CREATE TEMPORARY TABLE {copy} (LIKE "{table.schema}"."{table.name}")',
            execution_options={"no_parameters": True},
        )
        for number in range(_READINGS):
            connection.exec_driver_sql(
                f"ALTER TABLE pg_temp.{copy} ADD CONSTRAINT c{number} {check}",
                execution_options={"no_parameters": True},
            )
            found = catalogue.read(connection, cast("int", catalogue.find(connection, copy)))
            check = next(c.definition for c in found.constraints if c.name == f"c{number}")
    except DBAPIError:
        # It stands on something that this login may not use.
        pass
    finally:
        attempt.rollback()
    return check


def _copy(table: sa.Table) -> sa.Table:
    columns = [
        sa.Column(column.name, column.type, nullable=column.nullable, server_default=_default(column))
        for column in table.columns
    ]
    checks = [
        sa.CheckConstraint(sa.text(str(check.sqltext)), name=name_of(check))
        for check in of_kind(table, sa.CheckConstraint)
    ]
    name = f"blogadmin_reference_{table.name}"
    return sa.Table(name, sa.MetaData(), *columns, *checks, prefixes=["TEMPORARY"])


def _default(column: sa.Column[Any]) -> Any:
    given = column.server_default
    return given.arg if isinstance(given, sa.DefaultClause) else None
