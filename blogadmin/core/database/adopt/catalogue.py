"""What a table really is, read from PostgreSQL's catalogue as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Column:
    """A column; ``type`` and ``default`` are spelled as PostgreSQL prints them."""

    name: str
    number: int
    type: str
    not_null: bool
    default: str | None
    computed: bool
    identity: bool


@dataclass(frozen=True, slots=True)
class Constraint:
    """A constraint; ``kind`` is ``p`` primary key, ``u`` unique, ``c`` check or ``f`` foreign key."""

    name: str
    kind: str
    columns: tuple[str, ...]
    definition: str
    validated: bool
    refers_to: int


@dataclass(frozen=True, slots=True)
class Index:
    """An index; ``plain`` means that it keeps the usual order, and works. ``predicate``: rows it is for.

    ``operators`` names the operator classes that are not their type's own, in the order of the columns.
    """

    name: str
    columns: tuple[str, ...]
    unique: bool
    method: str
    operators: tuple[str, ...]
    expression: str
    predicate: str
    plain: bool


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger; ``always`` means that it fires whatever changes. ``argument`` is the first one, or empty."""

    name: str
    function: str
    kind: int
    always: bool
    enabled: bool
    argument: str


@dataclass(frozen=True, slots=True)
class Table:
    """A relation and all that hangs on it. ``kind`` is ``r`` for an ordinary table."""

    oid: int
    schema: str
    name: str
    kind: str
    owner: str
    is_ours: bool
    columns: dict[str, Column]
    constraints: tuple[Constraint, ...]
    indexes: tuple[Index, ...]
    triggers: tuple[Trigger, ...]


def find(connection: Connection, name: str) -> int | None:
    """The oid of the relation that an unqualified ``name`` means on this connection, if any."""
    return connection.scalar(text("SELECT CAST(to_regclass(quote_ident(:name)) AS oid)"), {"name": name})


def schemas_with(connection: Connection, name: str) -> list[str]:
    """Schemas that hold a relation called ``name``, whether they are searched or not."""
    return list(connection.scalars(text(_ELSEWHERE), {"name": name}))


def read(connection: Connection, oid: int) -> Table:
    """Everything about the relation with this oid."""
    key = {"oid": oid}
    head = connection.execute(text(_TABLE), key).one()
    columns = {row.name: Column(*row) for row in connection.execute(text(_COLUMNS), key)}
    return Table(
        oid,
        *head,
        columns=columns,
        constraints=tuple(
            Constraint(row.name, row.kind, tuple(row.columns), row.definition, row.validated, row.refers_to)
            for row in connection.execute(text(_CONSTRAINTS), key)
        ),
        indexes=tuple(
            Index(
                row.name,
                tuple(row.columns),
                row.is_unique,
                row.method,
                tuple(row.operators),
                row.expression,
                row.predicate,
                row.plain,
            )
            for row in connection.execute(text(_INDEXES), key)
        ),
        triggers=tuple(
            Trigger(*row[:-1], argument=bytes(row.arguments).partition(b"\0")[0].decode())
            for row in connection.execute(text(_TRIGGERS), key)
        ),
    )


def names_taken(connection: Connection, schema: str) -> set[str]:
    """Names of all relations in ``schema``: indexes share them with tables."""
    return set(connection.scalars(text(_RELATIONS), {"schema": schema}))


def views_on(connection: Connection, oid: int, number: int) -> list[str]:
    """Views that use a column, which PostgreSQL therefore refuses to convert."""
    return list(connection.scalars(text(_VIEWS), {"oid": oid, "number": number}))


def extension_home(connection: Connection, name: str) -> str | None:
    """The schema of an extension, quoted where it must be, or ``None`` without it."""
    return connection.scalar(text(_EXTENSION), {"name": name})


def writers(connection: Connection, oid: int) -> list[str]:
    """Who may change a table without owning it, quoted where it must be; ``PUBLIC`` for everyone."""
    return list(connection.scalars(text(_WRITERS), {"oid": oid}))


@dataclass(frozen=True, slots=True)
class Function:
    """A function: its body, its settings, and whether it runs as its owner."""

    body: str
    settings: tuple[str, ...]
    as_owner: bool


def function(connection: Connection, schema: str, name: str) -> Function | None:
    """The function called ``name`` in ``schema``, whatever it takes, if there is just one."""
    found = connection.execute(text(_FUNCTION), {"schema": schema, "name": name}).all()
    if len(found) != 1:
        return None
    (row,) = found
    return Function(row.prosrc, tuple(row.proconfig or ()), row.prosecdef)


def is_kept_from_others(connection: Connection, oid: int, policy: str, function: str) -> bool:
    """Whether a table shows rows to others by this policy, which asks ``function``."""
    return bool(connection.scalar(text(_POLICY), {"oid": oid, "policy": policy, "function": function}))


def quoted(connection: Connection, name: str) -> str:
    """``name`` as PostgreSQL spells it in a statement."""
    return connection.scalar(text("SELECT quote_ident(:name)"), {"name": name}) or ""


_ELSEWHERE: Final = """
SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = :name AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_t%' ORDER BY 1
"""

_TABLE: Final = """
SELECT n.nspname, c.relname, CAST(c.relkind AS text), pg_get_userbyid(c.relowner),
       pg_has_role(c.relowner, 'USAGE')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = :oid
"""

_COLUMNS: Final = """
SELECT a.attname AS name, a.attnum, format_type(a.atttypid, a.atttypmod), a.attnotnull,
       CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END,
       a.attgenerated <> '', a.attidentity <> ''
FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = :oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""

_CONSTRAINTS: Final = """
SELECT c.conname AS name, CAST(c.contype AS text) AS kind,
       ARRAY(SELECT CAST(a.attname AS text) FROM unnest(c.conkey) WITH ORDINALITY AS k(number, position)
             JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number
             ORDER BY k.position) AS columns,
       pg_get_constraintdef(c.oid) AS definition, c.convalidated AS validated, c.confrelid AS refers_to
FROM pg_constraint c WHERE c.conrelid = :oid AND c.contype IN ('p', 'u', 'c', 'f') ORDER BY c.conname
"""

# "plain" compares each key with its own column: a column of an unusual collation has indexes that follow it.
_INDEXES: Final = """
SELECT c.relname AS name, i.indisunique AS is_unique,
       ARRAY(SELECT CAST(a.attname AS text) FROM unnest(i.indkey) WITH ORDINALITY AS k(number, position)
             JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
             WHERE k.position <= i.indnkeyatts ORDER BY k.position) AS columns,
       m.amname AS method,
       ARRAY(SELECT CAST(o.opcname AS text) FROM generate_series(0, i.indnkeyatts - 1) AS p(n)
             JOIN pg_opclass o ON o.oid = i.indclass[p.n]
             WHERE NOT o.opcdefault ORDER BY p.n) AS operators,
       coalesce(pg_get_expr(i.indexprs, i.indrelid), '') AS expression,
       coalesce(pg_get_expr(i.indpred, i.indrelid), '') AS predicate,
       i.indisvalid AND i.indisready
       AND NOT EXISTS (
         SELECT FROM generate_series(0, i.indnkeyatts - 1) AS p(n)
         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[p.n]
         WHERE i.indoption[p.n] <> 0 OR i.indcollation[p.n] <> a.attcollation
       ) AS plain
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
WHERE i.indrelid = :oid ORDER BY c.relname
"""

_TRIGGERS: Final = """
SELECT t.tgname, p.proname, t.tgtype, t.tgqual IS NULL AND CAST(t.tgattr AS text) = '',
       t.tgenabled IN ('O', 'A'), t.tgargs AS arguments
FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE t.tgrelid = :oid AND NOT t.tgisinternal ORDER BY t.tgname
"""

_RELATIONS: Final = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = :schema
"""

_VIEWS: Final = """
SELECT DISTINCT CAST(CAST(r.ev_class AS regclass) AS text) FROM pg_depend d
JOIN pg_rewrite r ON r.oid = d.objid
WHERE d.classid = CAST('pg_rewrite' AS regclass) AND d.refclassid = CAST('pg_class' AS regclass)
  AND d.refobjid = :oid AND d.refobjsubid = :number AND r.ev_class <> :oid ORDER BY 1
"""

_EXTENSION: Final = """
SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname = :name
"""

_WRITERS: Final = """
SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END
FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
WHERE c.oid = :oid AND a.privilege_type = 'UPDATE' AND a.grantee <> c.relowner ORDER BY 1
"""

_FUNCTION: Final = """
SELECT p.prosrc, p.proconfig, p.prosecdef FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.proname = :name AND n.nspname = :schema
"""

_POLICY: Final = """
SELECT c.relrowsecurity AND bool_or(p.polname = :policy AND p.polcmd = 'r' AND p.polroles = '{0}'
    AND pg_get_expr(p.polqual, p.polrelid) LIKE '%noun = ANY (%' || :function || '()%')
FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid WHERE c.oid = :oid GROUP BY c.relrowsecurity
"""
