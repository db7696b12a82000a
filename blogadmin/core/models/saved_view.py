"""A list as somebody wants to see it again: filter, order and columns, under a name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from blogadmin.core import values
from blogadmin.core.models.base import Base, PrimaryKey, Versioned, length_between


class SavedView(Versioned, Base):
    """One view. ``owner`` is the login that saved it; others see it when it is ``shared``."""

    __tablename__ = "saved_views"

    id: Mapped[PrimaryKey]
    owner: Mapped[str] = mapped_column(Text, server_default=text("CURRENT_USER"))
    # Any word, not one of a list: a noun that the program learns later needs no migration.
    noun: Mapped[str] = mapped_column(String(values.CHOICE_MAX))
    name: Mapped[str] = mapped_column(String(values.NAME_MAX))
    spec: Mapped[dict[str, Any]] = mapped_column(JSONB)
    shared: Mapped[bool] = mapped_column(default=False, server_default=text("false"))

    __table_args__ = (
        UniqueConstraint("owner", "noun", "name"),
        length_between("noun", 1, values.CHOICE_MAX),
        length_between("name", 1, values.NAME_MAX),
        CheckConstraint(text("jsonb_typeof(spec) = 'object'"), name="spec"),
    )
    __mapper_args__ = {  # noqa: RUF012 - SQLAlchemy's own declarative attribute
        "version_id_col": Versioned.version,
        "version_id_generator": False,
        "eager_defaults": True,
    }

    def __repr__(self) -> str:
        return f"<SavedView id={self.id}>"
