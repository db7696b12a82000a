"""Users, posts, comments, and the triggers that keep their versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


TOUCH = """
CREATE FUNCTION blogadmin_touch() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
  NEW.version := OLD.version;
  NEW.updated_at := OLD.updated_at;
  IF NEW IS DISTINCT FROM OLD THEN
    NEW.version := OLD.version + 1;
    NEW.updated_at := clock_timestamp();
  END IF;
  RETURN NEW;
END
$body$
"""
TOUCH_POST = """
CREATE FUNCTION blogadmin_touch_post() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
  changed boolean;
BEGIN
  NEW.version := OLD.version;
  NEW.updated_at := OLD.updated_at;
  DECLARE
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


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=20), server_default="user", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "email ~ '^[^@[:space:][:cntrl:]]+@[^@[:space:][:cntrl:]]+$'", name=op.f("users_email_check")
        ),
        sa.CheckConstraint("role IN ('user', 'editor', 'moderator', 'admin')", name=op.f("users_role_check")),
        sa.CheckConstraint("length(btrim(name)) BETWEEN 1 AND 100", name=op.f("users_name_check")),
        sa.PrimaryKeyConstraint("id", name="users_pkey"),
    )
    op.create_index("ix_users_email", "users", ["email"], unique=True)
    op.create_index("ix_users_name_id", "users", ["name", "id"], unique=False)
    op.create_table(
        "posts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.UUID(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=20), server_default="draft", nullable=False),
        sa.Column("view_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("metadata", postgresql.JSONB(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "metadata IS NULL OR jsonb_typeof(metadata) = 'object'", name=op.f("posts_metadata_check")
        ),
        sa.CheckConstraint("slug ~ '^[^/?#[:space:][:cntrl:]]+$'", name=op.f("posts_slug_check")),
        sa.CheckConstraint(
            "status IN ('draft', 'review', 'scheduled', 'published', 'archived')",
            name=op.f("posts_status_check"),
        ),
        sa.CheckConstraint("length(btrim(title)) BETWEEN 1 AND 200", name=op.f("posts_title_check")),
        sa.CheckConstraint("octet_length(body) <= 5242880", name=op.f("posts_body_check")),
        sa.CheckConstraint("view_count >= 0", name=op.f("posts_view_count_check")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="posts_author_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="posts_pkey"),
        sa.UniqueConstraint("public_id", name="posts_public_id_key"),
        sa.UniqueConstraint("slug", name="posts_slug_key"),
    )
    op.create_index("ix_posts_author_id_id", "posts", ["author_id", "id"], unique=False)
    op.create_index("ix_posts_updated_at_id", "posts", ["updated_at", "id"], unique=False)
    op.create_table(
        "comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=20), server_default="pending", nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'approved', 'spam', 'trash')", name=op.f("comments_status_check")
        ),
        sa.CheckConstraint("length(btrim(body)) BETWEEN 1 AND 5242880", name=op.f("comments_body_check")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="comments_author_id_fkey"),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="comments_post_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="comments_pkey"),
    )
    op.create_index("ix_comments_author_id_id", "comments", ["author_id", "id"], unique=False)
    op.create_index("ix_comments_created_at_id", "comments", ["created_at", "id"], unique=False)
    op.create_index("ix_comments_post_id_id", "comments", ["post_id", "id"], unique=False)
    op.execute(TOUCH)
    op.execute(TOUCH_POST)
    for table, function in (
        ("users", "blogadmin_touch"),
        ("posts", "blogadmin_touch_post"),
        ("comments", "blogadmin_touch"),
    ):
        op.execute(
            f"CREATE TRIGGER a_touch BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"
        )


def downgrade() -> None:
    op.drop_index("ix_comments_post_id_id", table_name="comments")
    op.drop_index("ix_comments_created_at_id", table_name="comments")
    op.drop_index("ix_comments_author_id_id", table_name="comments")
    op.drop_table("comments")
    op.drop_index("ix_posts_updated_at_id", table_name="posts")
    op.drop_index("ix_posts_author_id_id", table_name="posts")
    op.drop_table("posts")
    op.drop_index("ix_users_name_id", table_name="users")
    op.drop_index("ix_users_email", table_name="users")
    op.drop_table("users")
    op.execute("DROP FUNCTION blogadmin_touch()")
    op.execute("DROP FUNCTION blogadmin_touch_post()")
