"""What writes the history, tells listening programs, and refuses to have the history altered.

For each statement that changes users, posts or comments one trigger compares the rows before with the rows
after, as sets: a bulk of 10,000 rows is one INSERT into ``audit_log`` and a few notifications.

The functions that record run as the owner of the tables, so who may change a post needs no right to the
history; who may not read a table is not shown what the history keeps of it (``PRIVACY``). They look for names
in ``pg_catalog`` only; the one table is named with its schema, which is put in when the function is made
(``placed``): in a schema where others may create functions, those cannot get in.
"""

from __future__ import annotations

from typing import Final

from blogadmin.core.models.months import MAKE_MONTHS, MONTHS

CHANNEL: Final = "blogadmin"
"""Where changes are told: ``{"n": noun, "i": [ids], "u": [ids], "d": [ids]}``, created, changed, deleted.

Only the keys that have ids; ``{"n": noun, "all": true}`` when one statement changed more than ``MOST_IDS``.
"""
MOST_IDS: Final = 10_000
_MESSAGE_BYTES: Final = 7_900
# What is left for ids beside braces, keys and the last id, which may reach over the end.
_ID_BYTES: Final = 7_800

MASKED: Final = frozenset({"password_hash"})
"""Columns of which the history tells that they changed, and nothing more."""
BODY: Final = "body"
READABLE: Final = "blogadmin_readable"
"""A function that everybody may call: the tables whose history the login that asks may read."""

RECORDED: Final[dict[str, tuple[str, ...]]] = {
    "users": ("id", "email", "name", "password_hash", "role", "is_active", "created_at"),
    "posts": ("id", "public_id", "title", BODY, "slug", "status", "metadata", "author_id", "created_at"),
    "comments": ("id", "post_id", "author_id", BODY, "status", "created_at"),
}
"""What is recorded of each table.

A fixed list: columns of the blog's own may hold secrets (tokens to reset a password).
"""

_SCHEMA: Final = "@schema@"


def placed(statement: str, schema: str) -> str:
    """``statement`` for tables in ``schema``, which is quoted where it must be."""
    return statement.replace(_SCHEMA, schema)


def _value(row: str, column: str) -> str:
    return """CAST('"***"' AS jsonb)""" if column in MASKED else f"{row}.{column}"


def _whole(row: str, columns: tuple[str, ...]) -> str:
    pairs = ", ".join(f"'{column}', {_value(row, column)}" for column in columns)
    return f"jsonb_build_object({pairs})"


def _changed(row: str, columns: tuple[str, ...]) -> str:
    each = (
        f"CASE WHEN o.{column} IS DISTINCT FROM n.{column}"
        f" THEN jsonb_build_object('{column}', {_value(row, column)}) ELSE '{{}}' END"
        for column in columns
        if column != "id"
    )
    return "\n        || ".join(each)


# Most statements change one row. That one needs no notes of what was done, which cost as much as the entry
# itself: it is told at once. With more rows, or another id, ``one`` stays empty; the server looks for a
# second row before it joins, so it does not compare each row with each.
#
# Summing up versions is the quickest way to see that nothing happened: a page view raises none of them.
# A full join also keeps the server from comparing each row with each, however it planned at the first time.
_RECORD: Final = """
CREATE OR REPLACE FUNCTION blogadmin_record_{table}() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
  one bigint;
  moved boolean;
  made bigint[];
  changed bigint[];
  gone bigint[];
BEGIN
  IF TG_OP = 'UPDATE' THEN
    SELECT n.id, n.version IS DISTINCT FROM o.version INTO one, moved
      FROM old_rows AS o JOIN new_rows AS n ON n.id = o.id WHERE NOT EXISTS (SELECT FROM old_rows OFFSET 1);
    IF moved THEN
      INSERT INTO @schema@.audit_log ({head}, noun, row_id, op, version, old, new)
      SELECT {head_values}, '{table}', n.id, 'changed', n.version,
        {changed_old},
        {changed_new}
      FROM old_rows AS o JOIN new_rows AS n ON n.id = o.id;
      PERFORM pg_notify('{channel}', '{{"n":"{table}","u":[' || one || ']}}');
    END IF;
    IF one IS NOT NULL THEN
      RETURN NULL;
    END IF;
    IF (SELECT sum(version) FROM old_rows) IS NOT DISTINCT FROM (SELECT sum(version) FROM new_rows) THEN
      RETURN NULL;
    END IF;
    WITH noted AS (
      INSERT INTO @schema@.audit_log ({head}, noun, row_id, op, version, old, new)
      SELECT {head_values}, '{table}',
        coalesce(n.id, o.id),
        CASE WHEN o.id IS NULL THEN 'created' WHEN n.id IS NULL THEN 'deleted' ELSE 'changed' END,
        coalesce(n.version, o.version),
        CASE WHEN o.id IS NULL THEN NULL WHEN n.id IS NULL THEN {all_old} ELSE
        {changed_old} END,
        CASE WHEN n.id IS NULL THEN NULL WHEN o.id IS NULL THEN {all_new} ELSE
        {changed_new} END
      FROM old_rows AS o FULL JOIN new_rows AS n ON n.id = o.id
      WHERE (n.version, n.updated_at) IS DISTINCT FROM (o.version, o.updated_at)
      RETURNING row_id, op)
    SELECT array_agg(row_id) FILTER (WHERE op = 'created'), array_agg(row_id) FILTER (WHERE op = 'changed'),
      array_agg(row_id) FILTER (WHERE op = 'deleted') INTO made, changed, gone FROM noted;
  ELSIF TG_OP = 'INSERT' THEN
    WITH noted AS (
      INSERT INTO @schema@.audit_log ({head}, noun, row_id, op, version, old, new)
      SELECT {head_values}, '{table}', n.id, 'created', n.version, NULL, {all_new} FROM new_rows AS n
      RETURNING row_id)
    SELECT array_agg(row_id) INTO made FROM noted;
  ELSE
    WITH noted AS (
      INSERT INTO @schema@.audit_log ({head}, noun, row_id, op, version, old, new)
      SELECT {head_values}, '{table}', o.id, 'deleted', o.version, {all_old}, NULL FROM old_rows AS o
      RETURNING row_id)
    SELECT array_agg(row_id) INTO gone FROM noted;
  END IF;
  PERFORM @schema@.blogadmin_tell('{table}', made, changed, gone);
  RETURN NULL;
END
$body$
"""
# Asked once for a statement, not once for a row.
_HEAD: Final = {
    "at": "(SELECT clock_timestamp())",
    "transaction": "txid_current()",
    "login": "session_user",
    "address": "inet_client_addr()",
    "application": "current_setting('application_name')",
    # A name that somebody made too long must not keep their row from being saved: it is in an index.
    "request_id": "left(nullif(current_setting('blogadmin.request_id', true), ''), 200)",
}
_TELL: Final = f"""
CREATE OR REPLACE FUNCTION blogadmin_tell(noun text, made bigint[], changed bigint[], gone bigint[])
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
  message CONSTANT text := json_strip_nulls(json_build_object('n', noun, 'i', made, 'u', changed, 'd', gone));
  total CONSTANT integer :=
    coalesce(cardinality(made), 0) + coalesce(cardinality(changed), 0) + coalesce(cardinality(gone), 0);
BEGIN
  IF total = 0 THEN
    RETURN;
  ELSIF total > {MOST_IDS} THEN
    PERFORM pg_notify('{CHANNEL}', format('{{"n":"%s","all":true}}', noun));
  ELSIF octet_length(message) <= {_MESSAGE_BYTES} THEN
    PERFORM pg_notify('{CHANNEL}', message);
  ELSE
    PERFORM pg_notify('{CHANNEL}', part.message) FROM (
      SELECT format('{{"n":"%s","%s":[%s]}}', noun, key, string_agg(CAST(id AS text), ',' ORDER BY place))
      FROM (
        SELECT kind.key, one.id, one.place,
          sum(length(CAST(one.id AS text)) + 1) OVER (PARTITION BY kind.key ORDER BY one.place) / {_ID_BYTES}
        FROM (VALUES ('i', made), ('u', changed), ('d', gone)) AS kind (key, ids)
        CROSS JOIN unnest(kind.ids) WITH ORDINALITY AS one (id, place)
      ) AS numbered (key, id, place, part)
      GROUP BY key, part
    ) AS part (message);
  END IF;
END
$body$
"""  # noqa: S608 - our own names
_REFUSE: Final = """
CREATE OR REPLACE FUNCTION blogadmin_refuse() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
  RAISE EXCEPTION 'The history is written by the database itself, and nobody can change it.'
    USING ERRCODE = 'insufficient_privilege';
END
$body$
"""
# A snapshot that is older than the lock on the table may miss rows that TRUNCATE would take.
_REFUSE_TRUNCATE: Final = """
CREATE OR REPLACE FUNCTION blogadmin_refuse_truncate() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
  filled boolean := current_setting('transaction_isolation') IN ('repeatable read', 'serializable')
    AND pg_relation_size(TG_RELID) > 0;
BEGIN
  IF NOT filled THEN
    EXECUTE format('SELECT EXISTS (SELECT FROM %I.%I)', TG_TABLE_SCHEMA, TG_TABLE_NAME) INTO filled;
  END IF;
  IF filled THEN
    RAISE EXCEPTION 'TRUNCATE would leave no history of %. Delete its rows instead.', TG_TABLE_NAME
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NULL;
END
$body$
"""
_SHOWN: Final = ",\n    ".join(
    f"('{table}', CAST('{{{','.join(column for column in columns if column not in MASKED)}}}' AS text[]))"
    for table, columns in RECORDED.items()
)
# Every column that is recorded must be readable, by a grant for the table or one for columns. By name of
# the table and not by a reference to it: nobody shall have to drop this before a table of theirs.
_READABLE: Final = f"""
CREATE OR REPLACE FUNCTION {READABLE}() RETURNS text[] LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $body$
  SELECT coalesce(array_agg(t.noun), '{{}}') FROM (VALUES
    {_SHOWN}
  ) AS t (noun, columns)
  WHERE NOT EXISTS (
    SELECT FROM pg_attribute AS a
    WHERE a.attrelid = to_regclass($home$@schema@$home$ || '.' || t.noun) AND a.attname = ANY (t.columns)
      AND NOT has_column_privilege(a.attrelid, a.attnum, 'SELECT'))
$body$
"""  # noqa: S608 - our own names

FUNCTIONS: Final[dict[str, str]] = {
    "blogadmin_tell": _TELL,
    **{
        f"blogadmin_record_{table}": _RECORD.format(
            table=table,
            channel=CHANNEL,
            head=", ".join(_HEAD),
            head_values=", ".join(_HEAD.values()),
            all_old=_whole("o", columns),
            all_new=_whole("n", tuple(c for c in columns if c != BODY)),
            changed_old=_changed("o", columns),
            changed_new=_changed("n", tuple(c for c in columns if c != BODY)),
        )
        for table, columns in RECORDED.items()
    },
    "blogadmin_refuse": _REFUSE,
    "blogadmin_refuse_truncate": _REFUSE_TRUNCATE,
    MONTHS: MAKE_MONTHS,
    READABLE: _READABLE,
}
"""Functions by name: the statement that makes each, to be ``placed`` first."""


def _events(table: str) -> dict[tuple[str, str], str]:
    """The triggers that record one of the blog's tables; by name they come last."""
    rows = {"created": "NEW", "changed": "OLD NEW", "deleted": "OLD"}
    event = {"created": "INSERT", "changed": "UPDATE", "deleted": "DELETE"}
    record = {
        (table, f"z_{what}"): (
            f"CREATE TRIGGER z_{what} AFTER {event[what]} ON {table} REFERENCING "
            + " ".join(f"{which} TABLE AS {which.lower()}_rows" for which in which_rows.split())
            + f" FOR EACH STATEMENT EXECUTE FUNCTION blogadmin_record_{table}()"
        )
        for what, which_rows in rows.items()
    }
    return record | {
        (table, "z_truncated"): (
            f"CREATE TRIGGER z_truncated BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION blogadmin_refuse_truncate()"
        )
    }


def _unalterable(table: str) -> str:
    return (
        f"CREATE TRIGGER a_unalterable BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION blogadmin_refuse()"
    )


TRIGGERS: Final[dict[tuple[str, str], str]] = {
    **_events("users"),
    **_events("posts"),
    **_events("comments"),
    ("audit_log", "a_unalterable"): _unalterable("audit_log"),
    # Those for each row come to every partition by themselves, however it is made.
    ("audit_log", "a_unalterable_rows"): (
        "CREATE TRIGGER a_unalterable_rows BEFORE UPDATE OR DELETE ON audit_log"
        " FOR EACH ROW EXECUTE FUNCTION blogadmin_refuse()"
    ),
    # What is inserted by no trigger is no record of a change.
    ("audit_log", "a_recorded"): (
        "CREATE TRIGGER a_recorded BEFORE INSERT ON audit_log"
        " FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION blogadmin_refuse()"
    ),
}
"""Triggers by (table, name): the statement that makes each."""

DEFAULT_PARTITION: Final = (
    "CREATE TABLE audit_log_default PARTITION OF audit_log DEFAULT",
    _unalterable("audit_log_default"),
)
"""Where entries go while nobody has made the month's own partition; after ``FUNCTIONS``."""

# Who upgrades need not be who owns the tables; without the right to make partitions the owner is no use here.
_GIVE: Final = f"""
DO $do$
DECLARE
  owner CONSTANT regrole := (SELECT relowner FROM pg_class WHERE oid = CAST('posts' AS regclass));
  home CONSTANT oid := (SELECT relnamespace FROM pg_class WHERE oid = CAST('posts' AS regclass));
  thing text;
BEGIN
  IF owner <> CAST(quote_ident(current_user) AS regrole) AND has_schema_privilege(owner, home, 'CREATE') THEN
    FOREACH thing IN ARRAY ARRAY['TABLE audit_log', 'TABLE audit_log_default',
      {", ".join(f"'FUNCTION {name}'" for name in FUNCTIONS)}]
    LOOP
      EXECUTE format('ALTER %s OWNER TO %s', thing, owner);
    END LOOP;
  END IF;
EXCEPTION WHEN insufficient_privilege THEN
  NULL;
END $do$
"""  # noqa: S608 - our own names
_SHARE: Final = """
DO $do$
DECLARE
  one record;
BEGIN
  FOR one IN
    SELECT DISTINCT CAST(c.oid AS regclass) AS name,
      CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS holder
    FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
    WHERE c.oid IN (CAST('audit_log' AS regclass), CAST('audit_log_default' AS regclass))
      AND a.grantee <> c.relowner
  LOOP
    EXECUTE format('REVOKE ALL ON %s FROM %s', one.name, one.holder);
  END LOOP;
  FOR one IN
    SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS reader
    FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
    WHERE c.oid = CAST('posts' AS regclass) AND a.privilege_type = 'SELECT' AND a.grantee <> c.relowner
  LOOP
    EXECUTE format('GRANT SELECT ON audit_log TO %s', one.reader);
  END LOOP;
END $do$
"""  # noqa: E501
POLICY: Final = "a_readable"
# A query of its own, so that it is asked once and not for each entry. The owner is not asked at all.
_SHOWS: Final = f"noun = ANY (CAST((SELECT {READABLE}()) AS text[]))"
PRIVACY: Final = (
    f"CREATE POLICY {POLICY} ON audit_log FOR SELECT USING ({_SHOWS})",
    "ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY",
)
"""Entries are shown to those who may read what they are about."""
FOR_ALL: Final = frozenset({MONTHS, READABLE})
"""Functions that everybody may call."""
ACCESS: Final = (
    *PRIVACY,
    *(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC" for name in FUNCTIONS if name not in FOR_ALL),
    _GIVE.strip(),
    _SHARE.strip(),
    f"SELECT {MONTHS}()",
)
"""Who may what, and the first partitions; after all else."""
