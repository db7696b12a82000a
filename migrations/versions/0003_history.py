"""The history of users, posts and comments, which nobody can alter, and notifications of every change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


RECORDED = {
    "users": ("id", "email", "name", "password_hash", "role", "is_active", "created_at"),
    "posts": ("id", "public_id", "title", "body", "slug", "status", "metadata", "author_id", "created_at"),
    "comments": ("id", "post_id", "author_id", "body", "status", "created_at"),
}
HEAD = {
    "at": "(SELECT clock_timestamp())",
    "transaction": "txid_current()",
    "login": "session_user",
    "address": "inet_client_addr()",
    "application": "current_setting('application_name')",
    "request_id": "left(nullif(current_setting('blogadmin.request_id', true), ''), 200)",
}
RECORD = """
CREATE FUNCTION blogadmin_record_{table}() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
  made bigint[];
  changed bigint[];
  gone bigint[];
BEGIN
  IF TG_OP = 'UPDATE' THEN
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
TELL = """
CREATE FUNCTION blogadmin_tell(noun text, made bigint[], changed bigint[], gone bigint[])
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
  message CONSTANT text := json_strip_nulls(json_build_object('n', noun, 'i', made, 'u', changed, 'd', gone));
  total CONSTANT integer :=
    coalesce(cardinality(made), 0) + coalesce(cardinality(changed), 0) + coalesce(cardinality(gone), 0);
BEGIN
  IF total = 0 THEN
    RETURN;
  ELSIF total > 10000 THEN
    PERFORM pg_notify('blogadmin', format('{"n":"%s","all":true}', noun));
  ELSIF octet_length(message) <= 7900 THEN
    PERFORM pg_notify('blogadmin', message);
  ELSE
    PERFORM pg_notify('blogadmin', part.message) FROM (
      SELECT format('{"n":"%s","%s":[%s]}', noun, key, string_agg(CAST(id AS text), ',' ORDER BY place))
      FROM (
        SELECT kind.key, one.id, one.place,
          sum(length(CAST(one.id AS text)) + 1) OVER (PARTITION BY kind.key ORDER BY one.place) / 7800
        FROM (VALUES ('i', made), ('u', changed), ('d', gone)) AS kind (key, ids)
        CROSS JOIN unnest(kind.ids) WITH ORDINALITY AS one (id, place)
      ) AS numbered (key, id, place, part)
      GROUP BY key, part
    ) AS part (message);
  END IF;
END
$body$
"""
REFUSE = """
CREATE FUNCTION blogadmin_refuse() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
  RAISE EXCEPTION 'The history is written by the database itself, and nobody can change it.'
    USING ERRCODE = 'insufficient_privilege';
END
$body$
"""
REFUSE_TRUNCATE = """
CREATE FUNCTION blogadmin_refuse_truncate() RETURNS trigger LANGUAGE plpgsql
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
MONTHS = """
CREATE FUNCTION blogadmin_history_months() RETURNS integer LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $body$
DECLARE
  home CONSTANT text := $home$@schema@$home$;
  prefix CONSTANT text := 'audit_log_';
  this CONSTANT timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
  begins timestamp[];
  month timestamp;
  name text;
  bounds text;
  holder text;
BEGIN
  IF NOT (SELECT bool_or(has_any_column_privilege(session_user, CAST(home || '.' || t AS regclass), 'INSERT, UPDATE')
      OR has_table_privilege(session_user, CAST(home || '.' || t AS regclass), 'DELETE'))
      FROM unnest(ARRAY['users', 'posts', 'comments']) AS t) THEN
    RAISE EXCEPTION 'Only who may change the blog may prepare its history.' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF to_regclass(home || '.' || prefix || to_char(this, 'YYYY_MM')) IS NULL
      OR EXISTS (SELECT FROM @schema@.audit_log_default) THEN
    LOCK TABLE ONLY @schema@.audit_log IN SHARE ROW EXCLUSIVE MODE;
  ELSE
    LOCK TABLE ONLY @schema@.audit_log IN SHARE UPDATE EXCLUSIVE MODE;
  END IF;
  begins := ARRAY(
    SELECT m FROM (
      SELECT generate_series(this, this + interval '3 months', interval '1 month')
      UNION SELECT date_trunc('month', at AT TIME ZONE 'UTC') FROM @schema@.audit_log_default
    ) AS wanted (m)
    WHERE to_regclass(home || '.' || prefix || to_char(m, 'YYYY_MM')) IS NULL ORDER BY m);
  FOREACH month IN ARRAY begins LOOP
    name := home || '.' || prefix || to_char(month, 'YYYY_MM');
    bounds := format('FROM (%L) TO (%L)', to_char(month, 'YYYY-MM-DD 00:00:00+00'),
      to_char(month + interval '1 month', 'YYYY-MM-DD 00:00:00+00'));
    EXECUTE format('CREATE TABLE %s (LIKE %s.audit_log)', name, home);
    IF EXISTS (SELECT FROM @schema@.audit_log_default) THEN
      LOCK TABLE @schema@.audit_log_default IN ACCESS EXCLUSIVE MODE;
      ALTER TABLE @schema@.audit_log_default DISABLE TRIGGER USER;
      EXECUTE format('WITH moved AS (DELETE FROM %s.audit_log_default'
        ' WHERE at >= %L AND at < %L RETURNING *) INSERT INTO %s SELECT * FROM moved',
        home, month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC', name);
      ALTER TABLE @schema@.audit_log_default ENABLE TRIGGER USER;
    END IF;
    EXECUTE format('ALTER TABLE %s.audit_log ATTACH PARTITION %s FOR VALUES %s', home, name, bounds);
    EXECUTE format('CREATE TRIGGER a_unalterable BEFORE UPDATE OR DELETE OR TRUNCATE ON %s'
      ' FOR EACH STATEMENT EXECUTE FUNCTION %s.blogadmin_refuse()', name, home);
    -- Default privileges may have given more than reading through audit_log.
    FOR holder IN
      SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END
      FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
      WHERE c.oid = CAST(name AS regclass) AND a.grantee <> c.relowner
    LOOP
      EXECUTE format('REVOKE ALL ON %s FROM %s', name, holder);
    END LOOP;
  END LOOP;
  RETURN cardinality(begins);
END
$body$
"""  # noqa: E501
UNALTERABLE = (
    "CREATE TRIGGER a_unalterable BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION blogadmin_refuse()"
)
FUNCTIONS = (
    "blogadmin_tell",
    *(f"blogadmin_record_{table}" for table in RECORDED),
    "blogadmin_refuse",
    "blogadmin_refuse_truncate",
    "blogadmin_history_months",
)
# Who upgrades need not be who owns the tables; without the right to make partitions the owner is no use here.
GIVE = """
DO $do$
DECLARE
  owner CONSTANT regrole := (SELECT relowner FROM pg_class WHERE oid = CAST('posts' AS regclass));
  home CONSTANT oid := (SELECT relnamespace FROM pg_class WHERE oid = CAST('posts' AS regclass));
  thing text;
BEGIN
  IF owner <> CAST(quote_ident(current_user) AS regrole) AND has_schema_privilege(owner, home, 'CREATE') THEN
    FOREACH thing IN ARRAY ARRAY['TABLE audit_log', 'TABLE audit_log_default',
      {functions}]
    LOOP
      EXECUTE format('ALTER %s OWNER TO %s', thing, owner);
    END LOOP;
  END IF;
EXCEPTION WHEN insufficient_privilege THEN
  NULL;
END $do$
"""
SHARE = """
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


def upgrade() -> None:
    create_table()
    make(TELL)
    for table, columns in RECORDED.items():
        make(record(table, columns))
    for function in (REFUSE, REFUSE_TRUNCATE, MONTHS):
        make(function)
    op.execute("CREATE TABLE audit_log_default PARTITION OF audit_log DEFAULT")
    for name in ("audit_log_default", "audit_log"):
        op.execute(UNALTERABLE.format(table=name))
    create_triggers()
    for name in FUNCTIONS:
        if name != "blogadmin_history_months":
            op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    op.execute(GIVE.format(functions=", ".join(f"'FUNCTION {name}'" for name in FUNCTIONS)))
    op.execute(SHARE)
    op.execute("SELECT blogadmin_history_months()")


def create_table() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("transaction", sa.BigInteger(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("address", postgresql.INET(), nullable=True),
        sa.Column("application", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("noun", sa.Text(), nullable=False),
        sa.Column("row_id", sa.BigInteger(), nullable=False),
        sa.Column("op", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("old", postgresql.JSONB(), nullable=True),
        sa.Column("new", postgresql.JSONB(), nullable=True),
        sa.PrimaryKeyConstraint("id", "at", name="audit_log_pkey"),
        postgresql_partition_by="RANGE (at)",
    )
    op.create_index("ix_audit_log_noun_row_id_id", "audit_log", ["noun", "row_id", "id"])
    op.create_index("ix_audit_log_at_id", "audit_log", ["at", "id"])
    op.create_index(
        "ix_audit_log_request_id",
        "audit_log",
        ["request_id"],
        postgresql_where=sa.text("request_id IS NOT NULL"),
    )


def create_triggers() -> None:
    for table in RECORDED:
        for name, event, rows in (
            ("created", "INSERT", "NEW TABLE AS new_rows"),
            ("changed", "UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
            ("deleted", "DELETE", "OLD TABLE AS old_rows"),
        ):
            op.execute(
                f"CREATE TRIGGER z_{name} AFTER {event} ON {table} REFERENCING {rows}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION blogadmin_record_{table}()"
            )
        op.execute(
            f"CREATE TRIGGER z_truncated BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION blogadmin_refuse_truncate()"
        )
    op.execute(
        "CREATE TRIGGER a_unalterable_rows BEFORE UPDATE OR DELETE ON audit_log"
        " FOR EACH ROW EXECUTE FUNCTION blogadmin_refuse()"
    )
    op.execute(
        "CREATE TRIGGER a_recorded BEFORE INSERT ON audit_log"
        " FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION blogadmin_refuse()"
    )


def make(function: str) -> None:
    """Make a function whose one table is named with the schema of the blog's tables."""
    statement = f"""
DO $do$ BEGIN
  EXECUTE replace($make${function}$make$, '@schema@',
    (SELECT CAST(CAST(relnamespace AS regnamespace) AS text) FROM pg_class WHERE oid = CAST('posts' AS regclass)));
END $do$
"""  # noqa: E501, S608
    # A colon before a word would be read as a parameter.
    op.execute(statement.replace(":", "\\:"))


def record(table: str, columns: tuple[str, ...]) -> str:
    but_body = tuple(column for column in columns if column != "body")
    return RECORD.format(
        table=table,
        head=", ".join(HEAD),
        head_values=", ".join(HEAD.values()),
        all_old=whole("o", columns),
        all_new=whole("n", but_body),
        changed_old=changed("o", columns),
        changed_new=changed("n", but_body),
    )


def whole(row: str, columns: tuple[str, ...]) -> str:
    return f"jsonb_build_object({', '.join(pair(row, column) for column in columns)})"


def changed(row: str, columns: tuple[str, ...]) -> str:
    return "\n        || ".join(
        f"CASE WHEN o.{column} IS DISTINCT FROM n.{column}"
        f" THEN jsonb_build_object({pair(row, column)}) ELSE '{{}}' END"
        for column in columns
        if column != "id"
    )


def pair(row: str, column: str) -> str:
    value = """CAST('"***"' AS jsonb)""" if column == "password_hash" else f"{row}.{column}"
    return f"'{column}', {value}"


def downgrade() -> None:
    for table in RECORDED:
        for name in ("created", "changed", "deleted", "truncated"):
            op.execute(f"DROP TRIGGER z_{name} ON {table}")
    op.drop_table("audit_log")
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}")
