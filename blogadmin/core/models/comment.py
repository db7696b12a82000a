"""What a reader wrote under a post, and what the moderators made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blogadmin.core import values
from blogadmin.core.models.base import Base, Choice, PrimaryKey, Versioned, length_between, one_of

if TYPE_CHECKING:
    from blogadmin.core.models.post import Post
    from blogadmin.core.models.user import User


class Comment(Versioned, Base):
    """One comment; it waits as ``pending`` until a moderator decides."""

    __tablename__ = "comments"

    id: Mapped[PrimaryKey]
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    body: Mapped[str] = mapped_column(Text)
    status: Mapped[Choice] = mapped_column(
        default=values.CommentStatus.PENDING.value,
        server_default=values.CommentStatus.PENDING.value,
    )

    post: Mapped[Post] = relationship(back_populates="comments")
    author: Mapped[User] = relationship(back_populates="comments")

    __table_args__ = (
        one_of("status", values.CommentStatus),
        length_between("body", 1, values.BODY_MAX_BYTES),
        Index(None, "post_id", "id"),
        Index(None, "author_id", "id"),
        Index(None, "status", "id"),
        Index(None, "created_at", "id"),
        Index(None, "updated_at", "id"),
    )
    __mapper_args__ = {  # noqa: RUF012 - SQLAlchemy's own declarative attribute
        "version_id_col": Versioned.version,
        "version_id_generator": False,
        "eager_defaults": True,
    }

    def __repr__(self) -> str:
        return f"<Comment id={self.id}>"
