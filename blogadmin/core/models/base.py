"""The declarative base: one metadata, one naming convention, and the kinds of column that recur."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import CheckConstraint, FetchedValue, Integer, MetaData, String, func, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from blogadmin.core import values

# PostgreSQL's own default names (and SQLAlchemy's for indexes): a database that the blog's application
# created has the same ones, so adopting it renames nothing and errors map to fields by one table.
NAMING_CONVENTION = {
    "pk": "%(table_name)s_pkey",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}

PrimaryKey = Annotated[int, mapped_column(Integer, primary_key=True)]
CreationTime = Annotated[datetime, mapped_column(TIMESTAMP(timezone=True), server_default=func.now())]
ChangeTime = Annotated[
    datetime,
    mapped_column(TIMESTAMP(timezone=True), server_default=func.now(), server_onupdate=FetchedValue()),
]
Choice = Annotated[str, mapped_column(String(values.CHOICE_MAX))]


class Base(DeclarativeBase):
    """Base of every mapped class; ``Base.metadata`` is what the migrations lead up to."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own declarative attribute
        datetime: TIMESTAMP(timezone=True),
        dict[str, Any]: JSONB,
    }


class Versioned:
    """Columns that the database itself keeps: when a row was made and touched, and which version it is.

    A trigger raises ``version`` and sets ``updated_at`` on every update that changes more than a counter,
    whoever sends it; a client's own value for either is overruled. An update through the session is
    guarded with ``WHERE version = …``; ``StaleDataError`` means that the row moved, went, or is not ours.
    """

    version: Mapped[int] = mapped_column(
        Integer, server_default=text("1"), server_onupdate=FetchedValue(), sort_order=90
    )
    created_at: Mapped[CreationTime] = mapped_column(sort_order=91)
    updated_at: Mapped[ChangeTime] = mapped_column(sort_order=92)


def one_of(
    column: str, choices: type[values.Role | values.PostStatus | values.CommentStatus]
) -> CheckConstraint:
    """A named CHECK that ``column`` holds one of the words of ``choices``."""
    words = ", ".join(f"'{choice.value}'" for choice in choices)
    return CheckConstraint(text(f"{column} IN ({words})"), name=column)


def length_between(column: str, least: int, most: int) -> CheckConstraint:
    """A named CHECK on the characters of ``column``, not counting blanks at its ends."""
    return CheckConstraint(text(f"length(btrim({column})) BETWEEN {least} AND {most}"), name=column)
