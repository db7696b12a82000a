"""Columns: what is missing is added, naive times are converted, another type is a misfit."""

from __future__ import annotations

import re
from typing import Final

import sqlalchemy as sa
from sqlalchemy.schema import CreateColumn

from blogadmin.core.database.adopt import catalogue, models
from blogadmin.core.database.adopt.findings import Findings

_NAIVE: Final = re.compile(r"timestamp(\(\d\))? without time zone")
_ZONED: Final = "timestamp with time zone"


def compare(findings: Findings, model: sa.Table, wanted: catalogue.Table, found: catalogue.Table) -> set[str]:
    """Compare all columns; return the names of those whose values can be examined further."""
    usable: set[str] = set()
    for column in model.columns:
        here = found.columns.get(column.name)
        if here is None:
            _add(findings, model, column)
        elif _compare_one(findings, found, here, wanted.columns[column.name]):
            usable.add(column.name)
    _note_extra(findings, model, found)
    return usable


def _add(findings: Findings, model: sa.Table, column: sa.Column[object]) -> None:
    needs_value = not column.nullable and column.server_default is None
    problem = "is missing, and the rows that are there would have no value in it"
    if not needs_value or findings.rows_are_fine(model.name, column.name, "true", problem):
        findings.alter(model.name, f"ADD COLUMN {models.sql(CreateColumn(column))}")


def _compare_one(
    findings: Findings, found: catalogue.Table, here: catalogue.Column, wanted: catalogue.Column
) -> bool:
    table, name = found.name, here.name
    if here.computed:
        findings.misfit(table, name, "is computed by the database, so nobody can edit it")
        return False
    if wanted.type == _ZONED and _NAIVE.fullmatch(here.type):
        _convert(findings, found, here, wanted)
    elif here.type.replace("(6)", "") != wanted.type:
        holding = findings.count(table, f'"{name}" IS NOT NULL')
        findings.misfit(table, name, f"is of the type {here.type} and should be {wanted.type}", holding)
        return False
    else:
        _compare_default(findings, found, here, wanted)
    if wanted.not_null and not here.not_null:
        if findings.rows_are_fine(table, name, f'"{name}" IS NULL', "has rows without a value"):
            findings.alter(table, f'ALTER COLUMN "{name}" SET NOT NULL')
    elif here.not_null and not wanted.not_null:
        findings.notes.append(f"{table}.{name} may not be empty here, although blogadmin allows it.")
    return True


def _convert(
    findings: Findings, found: catalogue.Table, here: catalogue.Column, wanted: catalogue.Column
) -> None:
    table, name = found.name, here.name
    views = catalogue.views_on(findings.connection, found.oid, here.number)
    if views:
        problem = (
            f"holds times without a zone and cannot be converted while {', '.join(views)} uses it."
            " Drop what uses it, adopt, and make it again"
        )
        findings.misfit(table, name, problem, findings.count(table, f'"{name}" IS NOT NULL'))
    if findings.zone is None:
        findings.naive.append(f"{table}.{name}")
        return
    # The old default may itself be naive ("the time in UTC, without a zone"): it must not survive.
    if here.default is not None:
        findings.alter(table, f'ALTER COLUMN "{name}" DROP DEFAULT')
    findings.alter(
        table, f'ALTER COLUMN "{name}" TYPE {_ZONED} USING "{name}" AT TIME ZONE \'{findings.zone}\''
    )
    findings.alter(table, f'ALTER COLUMN "{name}" SET DEFAULT {wanted.default}')
    _note_zone(findings)
    _note_clock_changes(findings, table, name, findings.zone)


def _note_zone(findings: Findings) -> None:
    note = (
        "From now on times come with their zone: the blog's own application must expect that, and if it"
        f" sends times without one, its sessions must be set to {findings.zone}."
    )
    if note not in findings.notes:
        findings.notes.append(note)


def _note_clock_changes(findings: Findings, table: str, name: str, zone: str) -> None:
    instant = f"\"{name}\" AT TIME ZONE '{zone}'"
    skipped = findings.count(table, f"({instant}) AT TIME ZONE '{zone}' <> \"{name}\"")
    if skipped:
        findings.notes.append(
            f"{table}.{name}: {_times(skipped)} into an hour that the clocks of {zone} skipped;"
            " these move by that hour."
        )
    twice = findings.count(
        table,
        " OR ".join(
            f"({instant} {shift} interval '1 hour') AT TIME ZONE '{zone}' = \"{name}\"" for shift in "+-"
        ),
    )
    if twice:
        findings.notes.append(
            f"{table}.{name}: {_times(twice)} into an hour that the clocks of {zone} showed twice;"
            " standard time is assumed."
        )


def _times(count: int) -> str:
    return "1 time falls" if count == 1 else f"{count:,} times fall"


def _compare_default(
    findings: Findings, found: catalogue.Table, here: catalogue.Column, wanted: catalogue.Column
) -> None:
    table, name = found.name, here.name
    if name == "id":
        if here.default is None and not here.identity:
            _number_rows(findings, found)
    elif wanted.default is None:
        return
    elif here.default is None:
        findings.alter(table, f'ALTER COLUMN "{name}" SET DEFAULT {wanted.default}')
    elif here.default != wanted.default and here.default != "CURRENT_TIMESTAMP":
        findings.notes.append(f"{table}.{name} keeps its own default, {here.default}.")


def _number_rows(findings: Findings, found: catalogue.Table) -> None:
    sequence = f"{found.name}_id_seq"
    if sequence in findings.names_taken:
        findings.misfit(found.name, "id", f"is not numbered by the database, and {sequence} is taken")
        return
    findings.setup += [
        f"CREATE SEQUENCE {sequence} AS integer OWNED BY {found.name}.id",
        f"SELECT setval('{sequence}', coalesce(max(id), 0) + 1, false) FROM {found.name}",  # noqa: S608
    ]
    findings.alter(found.name, f"ALTER COLUMN \"id\" SET DEFAULT nextval('{sequence}')")


def _note_extra(findings: Findings, model: sa.Table, found: catalogue.Table) -> None:
    for column in found.columns.values():
        if column.name in model.columns or not column.not_null:
            continue
        if column.default is None and not column.identity and not column.computed:
            findings.notes.append(
                f"{found.name}.{column.name} must have a value, and blogadmin does not know the column:"
                " it can edit rows but not create any until the column has a default."
            )
