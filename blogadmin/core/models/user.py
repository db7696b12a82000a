"""A person known to the blog: reader, editor, moderator or admin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blogadmin.core import values
from blogadmin.core.models.base import Base, Choice, PrimaryKey, Versioned, length_between, one_of
from blogadmin.core.models.search import trigram_index

if TYPE_CHECKING:
    from blogadmin.core.models.comment import Comment
    from blogadmin.core.models.post import Post


class User(Versioned, Base):
    """One account. ``password_hash`` is never loaded: reading it raises ``InvalidRequestError``."""

    __tablename__ = "users"

    id: Mapped[PrimaryKey]
    email: Mapped[str] = mapped_column(String(values.EMAIL_MAX), unique=True, index=True)
    name: Mapped[str] = mapped_column(String(values.NAME_MAX))
    password_hash: Mapped[str] = mapped_column(Text, deferred=True, deferred_raiseload=True)
    role: Mapped[Choice] = mapped_column(
        default=values.Role.USER.value, server_default=values.Role.USER.value
    )
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))

    posts: Mapped[list[Post]] = relationship(back_populates="author", passive_deletes="all")
    comments: Mapped[list[Comment]] = relationship(back_populates="author", passive_deletes="all")

    __table_args__ = (
        one_of("role", values.Role),
        CheckConstraint(text(f"email ~ '{values.EMAIL_PATTERN}'"), name="email"),
        length_between("name", 1, values.NAME_MAX),
        Index(None, "name", "id"),
        # Beside the unique one: the ids in this order are then read from the index alone.
        Index(None, "email", "id"),
        Index(None, "role", "id"),
        Index(None, "is_active", "id"),
        Index(None, "created_at", "id"),
        Index(None, "updated_at", "id"),
        trigram_index("ix_users_trigrams", "name", "email"),
    )
    __mapper_args__ = {  # noqa: RUF012 - SQLAlchemy's own declarative attribute
        "version_id_col": Versioned.version,
        "version_id_generator": False,
        "eager_defaults": True,
    }

    def __repr__(self) -> str:
        return f"<User id={self.id}>"
