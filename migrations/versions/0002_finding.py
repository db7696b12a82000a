"""Indexes for every order of the lists, search in texts and parts of words, and saved views."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


SORTED = {
    "users": ("email", "role", "is_active", "created_at", "updated_at"),
    "posts": ("title", "slug", "status", "view_count", "created_at"),
    "comments": ("status", "updated_at"),
}
TOUCH_POST = """
CREATE OR REPLACE FUNCTION blogadmin_touch_post() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
  changed boolean;
BEGIN
  NEW.version := OLD.version;
  NEW.updated_at := OLD.updated_at;
  {leave_out}DECLARE
    counted CONSTANT integer := NEW.view_count;
  BEGIN
    NEW.view_count := OLD.view_count;
    changed := NEW IS DISTINCT FROM OLD;
    NEW.view_count := counted;
  END;
  IF changed THEN
    NEW.version := OLD.version + 1;
    NEW.updated_at := clock_timestamp();
  END IF;
  RETURN NEW;
END
$body$
"""
LEAVE_OUT_SEARCH = "OLD.body_search := NEW.body_search;\n  "
SEARCH = """
CREATE FUNCTION blogadmin_search() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
  language CONSTANT regconfig := TG_ARGV[0];
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.title = OLD.title AND NEW.body = OLD.body THEN
      NEW.body_search := OLD.body_search;
      RETURN NEW;
    END IF;
  END IF;
  NEW.body_search := setweight(to_tsvector(language, NEW.title), 'A') || to_tsvector(language, left(NEW.body, 100000));
  RETURN NEW;
END
$body$
"""  # noqa: E501 - the catalogue keeps it letter by letter
# A column that is given its own type again is computed in one pass, without dead rows, triggers or versions.
FILL = """
ALTER TABLE posts ALTER COLUMN body_search TYPE tsvector USING
  setweight(to_tsvector('pg_catalog.english', title), 'A')
  || to_tsvector('pg_catalog.english', left(body, 100000))
"""
ADD_TRIGRAMS = """
DO $do$ BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
EXCEPTION WHEN OTHERS THEN
  -- No right to, or not installed on the server: searching goes on without, only slower.
  NULL;
END $do$
"""
# The extension may live in a schema that is not searched, and may be missing altogether.
INDEX_TRIGRAMS = """
DO $do$
DECLARE
  home CONSTANT text := (
    SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
    WHERE e.extname = 'pg_trgm');
BEGIN
  IF home IS NOT NULL THEN
    EXECUTE 'CREATE INDEX ix_posts_trigrams ON posts USING gin (title ' || home || '.gin_trgm_ops, slug '
      || home || '.gin_trgm_ops)';
    EXECUTE 'CREATE INDEX ix_users_trigrams ON users USING gin (name ' || home || '.gin_trgm_ops, email '
      || home || '.gin_trgm_ops)';
  END IF;
END $do$
"""
# Whoever may write posts saves views, too: a new table belongs to its maker alone.
SHARE_VIEWS = """
DO $do$
DECLARE
  writer text;
BEGIN
  FOR writer IN
    SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END
    FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
    WHERE c.oid = CAST('posts' AS regclass) AND a.privilege_type = 'UPDATE' AND a.grantee <> c.relowner
  LOOP
    EXECUTE 'GRANT SELECT, INSERT, UPDATE, DELETE ON saved_views TO ' || writer;
    EXECUTE 'GRANT USAGE ON SEQUENCE saved_views_id_seq TO ' || writer;
  END LOOP;
END $do$
"""


def upgrade() -> None:
    op.execute("SET LOCAL maintenance_work_mem = '256MB'")
    op.add_column("posts", sa.Column("body_search", postgresql.TSVECTOR(), nullable=True))
    op.execute(FILL)
    op.execute(TOUCH_POST.format(leave_out=LEAVE_OUT_SEARCH))
    op.execute(SEARCH)
    op.execute(
        "CREATE TRIGGER b_search BEFORE INSERT OR UPDATE ON posts"
        " FOR EACH ROW EXECUTE FUNCTION blogadmin_search('pg_catalog.english')"
    )
    for table, columns in SORTED.items():
        for column in columns:
            op.create_index(f"ix_{table}_{column}_id", table, [column, "id"])
    op.create_index("ix_posts_body_search", "posts", ["body_search"], postgresql_using="gin")
    op.create_index(
        "ix_posts_metadata",
        "posts",
        ["metadata"],
        postgresql_using="gin",
        postgresql_ops={"metadata": "jsonb_path_ops"},
    )
    op.execute(
        "CREATE INDEX ix_posts_metadata_keys ON posts USING gin"
        """ (jsonb_path_query_array(metadata, '$.keyvalue()."key"', '{}', true))"""
    )
    op.execute(ADD_TRIGRAMS)
    op.execute(INDEX_TRIGRAMS)
    create_saved_views()


def create_saved_views() -> None:
    times = {"type_": postgresql.TIMESTAMP(timezone=True), "server_default": sa.text("now()")}
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), server_default=sa.text("CURRENT_USER"), nullable=False),
        sa.Column("noun", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("spec", postgresql.JSONB(), nullable=False),
        sa.Column("shared", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", nullable=False, **times),
        sa.Column("updated_at", nullable=False, **times),
        sa.CheckConstraint("length(btrim(noun)) BETWEEN 1 AND 20", name=op.f("saved_views_noun_check")),
        sa.CheckConstraint("length(btrim(name)) BETWEEN 1 AND 100", name=op.f("saved_views_name_check")),
        sa.CheckConstraint("jsonb_typeof(spec) = 'object'", name=op.f("saved_views_spec_check")),
        sa.PrimaryKeyConstraint("id", name="saved_views_pkey"),
        sa.UniqueConstraint("owner", "noun", "name", name="saved_views_owner_noun_name_key"),
    )
    op.execute(
        "CREATE TRIGGER a_touch BEFORE UPDATE ON saved_views FOR EACH ROW EXECUTE FUNCTION blogadmin_touch()"
    )
    op.execute(SHARE_VIEWS)


def downgrade() -> None:
    # The extension stays: others may have come to use it.
    op.drop_table("saved_views")
    for name in ("ix_users_trigrams", "ix_posts_trigrams"):
        op.execute(f"DROP INDEX IF EXISTS {name}")
    op.drop_index("ix_posts_metadata_keys", table_name="posts")
    op.drop_index("ix_posts_metadata", table_name="posts")
    for table, columns in SORTED.items():
        for column in columns:
            op.drop_index(f"ix_{table}_{column}_id", table_name=table)
    op.execute("DROP TRIGGER b_search ON posts")
    op.execute("DROP FUNCTION blogadmin_search()")
    op.execute(TOUCH_POST.format(leave_out=""))
    op.drop_column("posts", "body_search")
