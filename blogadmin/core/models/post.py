"""An article of the blog, from draft to archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blogadmin.core import values
from blogadmin.core.models.base import Base, Choice, PrimaryKey, Versioned, length_between, one_of
from blogadmin.core.models.search import keys_index, trigram_index

if TYPE_CHECKING:
    from blogadmin.core.models.comment import Comment
    from blogadmin.core.models.user import User


class Post(Versioned, Base):
    """One article. ``body`` is Markdown and loads only when asked for; the blog counts in ``view_count``.

    ``body_search`` belongs to the database: queries may name it, an entity never loads or sends it.
    """

    __tablename__ = "posts"

    id: Mapped[PrimaryKey]
    # Made by the client: PostgreSQL servers before 13 have no generator without an extension.
    public_id: Mapped[UUID] = mapped_column(PG_UUID(as_uuid=True), unique=True, default=uuid4)
    title: Mapped[str] = mapped_column(String(values.TITLE_MAX))
    body: Mapped[str] = mapped_column(Text, deferred=True)
    slug: Mapped[str] = mapped_column(String(values.SLUG_MAX), unique=True)
    status: Mapped[Choice] = mapped_column(
        default=values.PostStatus.DRAFT.value, server_default=values.PostStatus.DRAFT.value
    )
    view_count: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    metadata_: Mapped[dict[str, Any] | None] = mapped_column("metadata", JSONB(none_as_null=True))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    body_search: Mapped[str | None] = mapped_column(
        TSVECTOR, deferred=True, deferred_raiseload=True, sort_order=99
    )

    author: Mapped[User] = relationship(back_populates="posts")
    comments: Mapped[list[Comment]] = relationship(back_populates="post", passive_deletes="all")

    __table_args__ = (
        one_of("status", values.PostStatus),
        length_between("title", 1, values.TITLE_MAX),
        CheckConstraint(text(f"slug ~ '{values.SLUG_PATTERN}'"), name="slug"),
        CheckConstraint(text("view_count >= 0"), name="view_count"),
        CheckConstraint(text("metadata IS NULL OR jsonb_typeof(metadata) = 'object'"), name="metadata"),
        CheckConstraint(text(f"octet_length(body) <= {values.BODY_MAX_BYTES}"), name="body"),
        Index(None, "author_id", "id"),
        Index(None, "title", "id"),
        # Beside the unique one: the ids in this order are then read from the index alone.
        Index(None, "slug", "id"),
        Index(None, "status", "id"),
        Index(None, "view_count", "id"),
        Index(None, "created_at", "id"),
        Index(None, "updated_at", "id"),
        trigram_index("ix_posts_trigrams", "title", "slug"),
        Index(None, "body_search", postgresql_using="gin"),
        Index(None, "metadata", postgresql_using="gin", postgresql_ops={"metadata": "jsonb_path_ops"}),
        keys_index("ix_posts_metadata_keys"),
    )
    __mapper_args__ = {  # noqa: RUF012 - SQLAlchemy's own declarative attribute
        "version_id_col": Versioned.version,
        "version_id_generator": False,
        "eager_defaults": True,
    }

    def __repr__(self) -> str:
        return f"<Post id={self.id}>"
