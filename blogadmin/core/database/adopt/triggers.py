"""The functions and triggers of the models: ours by name, so a differing one is made anew."""

from __future__ import annotations

import re
from typing import Final

from blogadmin.core.database.adopt import catalogue
from blogadmin.core.database.adopt.findings import Findings
from blogadmin.core.models import FUNCTIONS, TRIGGERS, recording

# Bits of pg_trigger.tgtype.
_BITS: Final = {"ROW": 1, "BEFORE": 2, "INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}
_PARTS: Final = re.compile(
    r"CREATE TRIGGER \w+ (?P<when>BEFORE|AFTER) (?P<events>[A-Z ]+) ON \w+.* FOR EACH (?P<each>ROW|STATEMENT)"
    r"(?P<condition> WHEN .+)? EXECUTE FUNCTION (?P<function>\w+)\("
)


def compare(findings: Findings, tables: dict[str, catalogue.Table]) -> None:
    """Add the functions and triggers that are missing or differ; ``tables`` are those that exist."""
    schema = catalogue.quoted(findings.connection, findings.schema)
    for name, statement in FUNCTIONS.items():
        _compare_function(findings, name, recording.placed(statement, schema).strip())
    for (table, name), statement in TRIGGERS.items():
        _compare_trigger(findings, tables.get(table), name, statement)


def _compare_function(findings: Findings, name: str, statement: str) -> None:
    here = catalogue.function(findings.connection, findings.schema, name)
    head, body, _ = statement.split("$body$")
    if (
        here is None
        or (here.body, here.as_owner) != (body, "SECURITY DEFINER" in head)
        or "search_path=pg_catalog, pg_temp" not in here.settings
    ):
        findings.triggers.append(statement)
    if here is None and name in recording.FUNCTIONS and name not in recording.FOR_ALL:
        findings.access.append(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")


def same_trigger(table: catalogue.Table, statement: str) -> catalogue.Trigger | None:
    """The trigger of ``table`` that does what ``statement`` would make, whatever its name and argument."""
    parts = _PARTS.match(statement)
    assert parts is not None, statement  # noqa: S101 - our own statements
    words = (parts["when"], parts["each"], *parts["events"].split())
    kind = sum(_BITS.get(word, 0) for word in words)
    wanted = (parts["function"], kind, parts["condition"] is None)
    return next((t for t in table.triggers if (t.function, t.kind, t.always) == wanted), None)


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
