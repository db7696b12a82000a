"""The functions and triggers that keep versions: ours by name, so a differing one is made anew."""

from __future__ import annotations

from typing import Final

from blogadmin.core.database.adopt import catalogue
from blogadmin.core.database.adopt.findings import Findings
from blogadmin.core.models import FUNCTIONS, TRIGGERS

# Bits of pg_trigger.tgtype: for each row (1), before (2), insert (4), update (16).
_BEFORE_UPDATE: Final = 1 + 2 + 16
_INSERT: Final = 4


def compare(findings: Findings, tables: dict[str, catalogue.Table]) -> None:
    """Add the functions and triggers that are missing or differ; ``tables`` are those that exist."""
    for name, statement in FUNCTIONS.items():
        if not _same_function(findings, name, statement):
            findings.triggers.append(statement.strip())
    for (table, name), statement in TRIGGERS.items():
        _compare_trigger(findings, tables.get(table), name, statement)


def _same_function(findings: Findings, name: str, statement: str) -> bool:
    here = catalogue.function_source(findings.connection, name)
    body = statement.split("$body$")[1]
    return here is not None and here[0] == body and here[1] == ["search_path=pg_catalog, pg_temp"]


def same_trigger(table: catalogue.Table, statement: str) -> catalogue.Trigger | None:
    """The trigger of ``table`` that does what ``statement`` would make, whatever its name and argument."""
    function = statement.rpartition(" ")[2].partition("(")[0]
    kind = _BEFORE_UPDATE + (_INSERT if " INSERT OR " in statement else 0)
    return next((t for t in table.triggers if (t.function, t.kind, t.always) == (function, kind, True)), None)


def _compare_trigger(findings: Findings, table: catalogue.Table | None, name: str, statement: str) -> None:
    triggers = () if table is None else table.triggers
    same = None if table is None else same_trigger(table, statement)
    if table is not None and same is not None:
        if not same.enabled:
            findings.alter(table.name, f'ENABLE TRIGGER "{same.name}"')
    elif table is not None and name in {t.name for t in triggers}:
        findings.misfit(table.name, "", f"has a trigger of its own called {name}. Rename or drop it")
    else:
        findings.triggers.append(statement)
