"""Who may not read a table does not read in the history what was in it."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


READABLE = """
CREATE FUNCTION blogadmin_readable() RETURNS text[] LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $body$
  SELECT coalesce(array_agg(t.noun), '{}') FROM (VALUES
    ('users', CAST('{id,email,name,role,is_active,created_at}' AS text[])),
    ('posts', CAST('{id,public_id,title,body,slug,status,metadata,author_id,created_at}' AS text[])),
    ('comments', CAST('{id,post_id,author_id,body,status,created_at}' AS text[]))
  ) AS t (noun, columns)
  WHERE NOT EXISTS (
    SELECT FROM pg_attribute AS a
    WHERE a.attrelid = to_regclass($home$@schema@$home$ || '.' || t.noun) AND a.attname = ANY (t.columns)
      AND NOT has_column_privilege(a.attrelid, a.attnum, 'SELECT'))
$body$
"""
POLICY = """
CREATE POLICY a_readable ON audit_log FOR SELECT
USING (noun = ANY (CAST((SELECT blogadmin_readable()) AS text[])))
"""
# Who upgrades need not be who owns the history; the function shall be theirs, too.
GIVE = """
DO $do$
DECLARE
  owner CONSTANT regrole := (SELECT relowner FROM pg_class WHERE oid = CAST('audit_log' AS regclass));
BEGIN
  IF owner <> CAST(quote_ident(current_user) AS regrole) THEN
    EXECUTE format('ALTER FUNCTION blogadmin_readable OWNER TO %s', owner);
  END IF;
EXCEPTION WHEN insufficient_privilege THEN
  NULL;
END $do$
"""


def upgrade() -> None:
    statement = f"""
DO $do$ BEGIN
  EXECUTE replace($make${READABLE}$make$, '@schema@',
    (SELECT CAST(CAST(relnamespace AS regnamespace) AS text) FROM pg_class WHERE oid = CAST('posts' AS regclass)));
END $do$
"""  # noqa: E501, S608
    op.execute(statement)
    op.execute(POLICY)
    op.execute("ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY")
    op.execute(GIVE)


def downgrade() -> None:
    op.execute("ALTER TABLE audit_log DISABLE ROW LEVEL SECURITY")
    op.execute("DROP POLICY a_readable ON audit_log")
    op.execute("DROP FUNCTION blogadmin_readable")
