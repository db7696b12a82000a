"""The comparison as a whole: which tables there are, and what each lacks."""

from __future__ import annotations

import difflib
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection, text
from sqlalchemy.schema import CreateTable

from blogadmin.core.database import schema
from blogadmin.core.database.adopt import catalogue, columns, finding, history, models, triggers
from blogadmin.core.database.adopt.constraints import Constraints
from blogadmin.core.database.adopt.findings import Findings
from blogadmin.core.database.adopt.plan import Plan, Refused

_KINDS: Final = {
    "v": "is a view",
    "m": "is a materialized view",
    "f": "is a foreign table",
    "p": "is a partitioned table",
}


def zone_name(connection: Connection, name: str) -> str:
    """The server's spelling of a time zone. Raises ``Refused`` for a name that it does not know."""
    known = list(connection.scalars(text("SELECT name FROM pg_timezone_names ORDER BY name")))
    by_key = {zone.casefold(): zone for zone in known}
    wanted = name.strip().casefold()
    if wanted in by_key:
        return by_key[wanted]
    by_key |= {zone.rpartition("/")[2].casefold(): zone for zone in known if "/" in zone}
    near = [by_key[key] for key in difflib.get_close_matches(wanted.rpartition("/")[2], by_key, cutoff=0.8)]
    hint = f"Did you mean {' or '.join(near)}?" if near else "Names look like Europe/Berlin, or UTC."
    raise Refused(f"The server knows no time zone “{name}”. {hint} Nothing was changed.")


def is_stamped(connection: Connection) -> bool:
    """Whether the database stands at the newest revision. Raises ``Refused`` for any other of ours."""
    revision = schema.recorded(connection)
    if revision in (None, schema.head()):
        return revision is not None
    if revision in {step.revision for step in schema.migrations()}:
        raise Refused("This database is one of blogadmin's own, of an older version: upgrade it instead.")
    raise Refused(
        f"This database is at a revision that this blogadmin does not know ({revision}): a newer one made it."
        " Update this program; nothing was changed."
    )


def survey(connection: Connection, zone: str | None) -> Plan:
    """Compare the database with the models. Raises ``Refused`` when there is nothing to compare."""
    tables = _tables(connection)
    if tables.keys().isdisjoint(schema.TABLES):
        raise Refused(_why_nothing_is_there(connection))
    findings = Findings(connection, zone)
    _agree_on_schema(findings, tables)
    finding.look_for_trigrams(findings)
    whole = {name: table for name, table in tables.items() if _is_table(findings, table)}
    _compare_tables(findings, whole)
    for model in models.TABLES:
        if model.name not in tables:
            _make(findings, model, tables)
    finding.compare_words(findings, whole.get("posts"))
    triggers.compare(findings, whole)
    history.compare(findings, whole.get(history.TABLE), made=history.TABLE not in tables)
    if not is_stamped(connection):
        _stamp(findings)
    return findings.plan()


def _tables(connection: Connection) -> dict[str, catalogue.Table]:
    oids = {model.name: catalogue.find(connection, model.name) for model in models.TABLES}
    return {name: catalogue.read(connection, oid) for name, oid in oids.items() if oid is not None}


def _compare_tables(findings: Findings, tables: dict[str, catalogue.Table]) -> None:
    pairs = [(model, tables[model.name]) for model in models.TABLES if model.name in tables]
    wanted = {model.name: models.described(findings.connection, model) for model, _ in pairs}
    usable = {
        model.name: columns.compare(findings, model, wanted[model.name], found) for model, found in pairs
    }
    for model, found in pairs:
        Constraints(findings, model, wanted[model.name], found, usable).compare()


def _make(findings: Findings, model: sa.Table, tables: dict[str, catalogue.Table]) -> None:
    indexes = (models.index_sql(i, findings.extensions) for i in sorted(model.indexes, key=models.name_of))
    findings.tables += [models.sql(CreateTable(model)), *filter(None, indexes)]
    if model.name == history.TABLE:
        return
    # Whoever may write the blog's tables needs ours as well: a new table belongs to its maker alone.
    for writer in catalogue.writers(findings.connection, _first(tables).oid):
        findings.tables += [
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON {model.name} TO {writer}",
            f"GRANT USAGE ON SEQUENCE {model.name}_id_seq TO {writer}",
        ]


def _first(tables: dict[str, catalogue.Table]) -> catalogue.Table:
    """One of the blog's own tables: it shows where they are, and who may write."""
    return next(table for table in tables.values() if table.name in schema.TABLES)


def _why_nothing_is_there(connection: Connection) -> str:
    elsewhere = {name: catalogue.schemas_with(connection, name) for name in ("users", "posts")}
    both = [name for name in elsewhere["users"] if name in elsewhere["posts"]]
    if both:
        return (
            f"The tables users and posts are in the schema {both[0]}, where this login does not look."
            f" Let an administrator run ALTER ROLE … SET search_path TO {both[0]}, and try again."
        )
    return (
        "There is no blog in this database: none of the tables users, posts and comments. Upgrade it instead."
    )


def _agree_on_schema(findings: Findings, tables: dict[str, catalogue.Table]) -> None:
    first = _first(tables)
    findings.schema = first.schema
    findings.names_taken = catalogue.names_taken(findings.connection, first.schema)
    for table in tables.values():
        if table.schema != first.schema:
            problem = f"is in the schema {table.schema}, and {first.name} is in {first.schema}"
            findings.misfit(table.name, "", problem)
    # New tables and indexes are made in the first schema of the path, which need not be the blog's.
    path: list[str] = findings.connection.scalar(text("SELECT CAST(current_schemas(false) AS text[])")) or []
    if path[:1] != [first.schema]:
        order = [first.schema, *(name for name in path if name != first.schema)]
        findings.setup.append("SET LOCAL search_path TO " + ", ".join(f'"{name}"' for name in order))


def _is_table(findings: Findings, table: catalogue.Table) -> bool:
    if table.name == history.TABLE:
        return history.is_ours(findings, table)
    if table.kind != "r":
        what = _KINDS.get(table.kind, "is something else")
        findings.misfit(table.name, "", f"{what} and must be an ordinary table")
    return table.kind == "r"


def _stamp(findings: Findings) -> None:
    table = schema.REVISION_TABLE
    if catalogue.find(findings.connection, table) is None:
        findings.stamp.append(
            f"CREATE TABLE {table} (\n"
            "    version_num VARCHAR(32) NOT NULL,\n"
            f"    CONSTRAINT {table}_pkc PRIMARY KEY (version_num)\n)"
        )
    findings.stamp.append(f"INSERT INTO {table} (version_num) VALUES ('{schema.head()}')")  # noqa: S608
    if catalogue.find(findings.connection, schema.FORMER_TABLE) is not None:
        findings.notes.append(
            "The blog's own migration history stays as it is. Tell its tool to leave the tables saved_views,"
            f" {table}, {history.TABLE} and what begins with {history.TABLE}_, and the column body_search"
            " alone, or its next comparison will offer to drop them."
        )
