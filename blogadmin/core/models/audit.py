"""The history: what became of each row of users, posts and comments, whoever changed it.

The database writes it by triggers (``models.recording``) and lets nobody alter it; the program only reads.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Identity, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import INET, JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from blogadmin.core.models.base import Base

REQUESTED: Final = "request_id IS NOT NULL"


class AuditEntry(Base):
    """One change of one row. No column has a default: only the triggers write, and they give every value.

    ``created``: ``new`` has every column but the body. ``changed``: ``old`` and ``new`` have the columns that
    changed; a body only in ``old``, as the next entry or the row itself has what it became. ``deleted``:
    ``old`` has every column, the body, too. Nowhere: version, updated_at, view_count, body_search, and the
    blog's own columns. ``password_hash`` is always ``"***"``.
    """

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), primary_key=True)
    # The names of the program and of its request are its own words; the rest is the server's.
    transaction: Mapped[int] = mapped_column(BigInteger)
    login: Mapped[str] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(INET)
    application: Mapped[str] = mapped_column(Text)
    request_id: Mapped[str | None] = mapped_column(Text)
    noun: Mapped[str] = mapped_column(Text)
    row_id: Mapped[int] = mapped_column(BigInteger)
    op: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    old: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    new: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))

    __table_args__ = (
        Index(None, "noun", "row_id", "id"),
        Index(None, "at", "id"),
        Index(None, "request_id", postgresql_where=text(REQUESTED), info={"predicate": f"({REQUESTED})"}),
        {"postgresql_partition_by": "RANGE (at)"},
    )

    def __repr__(self) -> str:
        return f"<AuditEntry id={self.id}>"
