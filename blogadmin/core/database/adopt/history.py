"""What the history needs beside its table and triggers: a partition for any time, and who may read it."""

from __future__ import annotations

from typing import Final

from blogadmin.core.database.adopt import catalogue
from blogadmin.core.database.adopt.findings import Findings
from blogadmin.core.models import AuditEntry, recording

TABLE: Final = AuditEntry.__tablename__


def is_ours(findings: Findings, table: catalogue.Table) -> bool:
    """Whether the table of that name can be the history; otherwise it is a misfit."""
    if table.kind != "p":
        findings.misfit(
            table.name, "", "is a table of the blog's own, and the history needs this name. Rename it"
        )
    return table.kind == "p"


def compare(findings: Findings, table: catalogue.Table | None, *, made: bool) -> None:
    """Plan what is missing; ``table`` is the history if it is there, ``made`` if it is going to be."""
    if made:
        partition, trigger = recording.DEFAULT_PARTITION
        findings.tables.append(partition)
        findings.access = [trigger, *recording.ACCESS]
        findings.notes.append(
            f"From now on {TABLE} keeps every change of users, posts and comments, and who may read posts may"
            " read it, but for entries about a table that they may not read. TRUNCATE of these tables is"
            " refused while they have rows, and a transaction that changes them cannot be prepared for a"
            " two-phase commit."
        )
        return
    if table is None:
        return
    if catalogue.find(findings.connection, f"{TABLE}_default") is None:
        findings.access += recording.DEFAULT_PARTITION
    if not catalogue.is_kept_from_others(
        findings.connection, table.oid, recording.POLICY, recording.READABLE
    ):
        findings.access += [f"DROP POLICY IF EXISTS {recording.POLICY} ON {TABLE}", *recording.PRIVACY]
