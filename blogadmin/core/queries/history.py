"""What the history tells: the list of all changes, those of one row, and a row as it was.

Bodies are stored once. What a body became is what the next change found, or what the row has now; so the
text after a change is looked up behind it, never beside it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, Select, Text, bindparam, case, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from blogadmin.core.models import AuditEntry, Comment, Post, User
from blogadmin.core.models.recording import BODY, RECORDED
from blogadmin.core.queries import filters
from blogadmin.core.queries.columns import NOT_PYTHON, Column, moment, shared, shown_time
from blogadmin.core.queries.listing import Listing
from blogadmin.core.queries.rows import HistoryEntry, HistoryRow
from blogadmin.core.queries.spec import Sort
from blogadmin.core.values import HistoryOp, RecordedNoun

MOST: Final = 500
"""Changes of one row that are told at once, the latest."""
_EXCERPT: Final = 400
_MODELS: Final = {"users": User, "posts": Post, "comments": Comment}

_NAME: Final = func.coalesce(
    case(
        (
            AuditEntry.noun == "posts",
            select(Post.title).where(Post.id == AuditEntry.row_id).scalar_subquery(),
        ),
        (AuditEntry.noun == "users", select(User.name).where(User.id == AuditEntry.row_id).scalar_subquery()),
        (
            AuditEntry.noun == "comments",
            select(func.left(Comment.body, 80)).where(Comment.id == AuditEntry.row_id).scalar_subquery(),
        ),
    ),
    AuditEntry.old["title"].astext,
    AuditEntry.old["name"].astext,
    func.left(AuditEntry.old[BODY].astext, 80),
    "",
)
# Few words of each change: a list must not read a megabyte for a line.
_WHAT: Final = case(
    (
        AuditEntry.op == HistoryOp.CHANGED.value,
        literal_column(
            """(SELECT string_agg(e.key || CASE
                WHEN length(coalesce(e.value, '')) <= 40
                  AND length(coalesce(audit_log.new ->> e.key, '')) <= 40
                  AND jsonb_exists(audit_log.new, e.key) AND e.key <> 'password_hash'
                THEN ': ' || coalesce(e.value, 'none') || ' → ' || coalesce(audit_log.new ->> e.key, 'none')
                ELSE '' END, ', ' ORDER BY e.key)
              FROM jsonb_each_text(audit_log.old) AS e)""",
            Text,
        ),
    ),
    else_="",
)

LISTING: Listing[HistoryRow] = Listing(
    "audit_log",
    HistoryRow,
    {
        "id": Column(shown=AuditEntry.id, order=(AuditEntry.id,)),
        "at": moment(AuditEntry.at),
        "login": Column(
            shown=AuditEntry.login,
            order=(AuditEntry.login,),
            searched=AuditEntry.login,
            indexed=False,
            telling=False,
        ),
        "application": Column(
            shown=AuditEntry.application,
            order=(AuditEntry.application,),
            searched=AuditEntry.application,
            indexed=False,
            telling=False,
        ),
        "op": Column(shown=AuditEntry.op, order=(AuditEntry.op,), indexed=False, telling=False),
        "noun": shared(AuditEntry.noun),
        "row_id": Column(shown=AuditEntry.row_id),
        "row": Column(shown=_NAME),
        "what": Column(shown=func.left(_WHAT, _EXCERPT, type_=Text)),
        "version": Column(shown=AuditEntry.version),
    },
    default_sort=(Sort("at", descending=True),),
    filters={
        "noun": filters.choice(AuditEntry.noun, RecordedNoun),
        "op": filters.choice(AuditEntry.op, HistoryOp),
        "at": filters.time(AuditEntry.at),
    },
)
"""The list of all changes, the last one at the top."""


def of_row(session: Session, noun: str, row_id: int, most: int = MOST) -> tuple[HistoryEntry, ...]:
    """The changes of one row, the last one first, without bodies; at most ``most`` of them."""
    found = session.execute(_OF_ROW, {"noun": noun, "row_id": row_id, "most": most})
    return tuple(_entry(*row) for row in found)


def entry(session: Session, entry_id: int) -> HistoryEntry | None:
    """One change, or ``None`` when it is too old to be kept."""
    row = session.execute(_ONE, {"entry": entry_id}).one_or_none()
    return _entry(*row) if row is not None else None


def fields_after(session: Session, noun: str, row_id: int, entry_id: int) -> Mapping[str, Any] | None:
    """All recorded fields of a row as they were after a change; ``None`` where the row was not there.

    Metadata comes as its text. Raises ``Invalid`` when the row holds what Python cannot read.
    """
    fields = _now(session, noun, row_id)
    later = session.execute(_LATER, {"noun": noun, "row_id": row_id, "entry": entry_id})
    for op, old, old_metadata in later:
        if op == HistoryOp.CREATED.value:
            fields = None
        elif op == HistoryOp.DELETED.value:
            fields = _read(old, old_metadata)
        elif fields is not None:
            fields = {**fields, **_read(old, old_metadata)}
    return fields


def fields_before(session: Session, noun: str, row_id: int, entry_id: int) -> Mapping[str, Any] | None:
    """All recorded fields of a row as a change found them; ``None`` where there was no row."""
    return fields_after(session, noun, row_id, entry_id - 1)


def is_kept(session: Session) -> bool:
    """Whether the database has a history that this login may read."""
    return bool(session.scalar(_KEPT))


def _now(session: Session, noun: str, row_id: int) -> dict[str, Any] | None:
    row = session.execute(_whole(noun), {"row_id": row_id}).one_or_none()
    if row is None:
        return None
    fields = _read(row[0], row[1])
    return {**fields, "metadata": row[1]} if "metadata" in RECORDED[noun] else fields


def _whole(noun: str) -> Select[str, str]:
    model = _MODELS[noun]
    table = model.__table__
    recorded = [name for name in RECORDED[noun] if name != "password_hash"]
    pairs = [part for name in recorded if name != "metadata" for part in (name, table.c[name])]
    metadata = cast(table.c.metadata, Text) if "metadata" in table.c else literal_column("NULL", Text)
    whole = cast(func.jsonb_build_object(*pairs), Text)
    return select(whole, metadata).where(table.c.id == bindparam("row_id", type_=BigInteger))


def _entry(
    id_: int,
    at: Any,
    login: str,
    address: str | None,
    application: str,
    op: str,
    version: int,
    old: str | None,
    new: str | None,
    old_metadata: str | None,
    new_metadata: str | None,
    with_body: bool,
) -> HistoryEntry:
    return HistoryEntry(
        id_,
        at,
        login,
        address or "",
        application,
        op,
        version,
        _read(old, old_metadata),
        _read(new, new_metadata),
        bool(with_body),
    )


def _read(fields: str | None, metadata: str | None) -> dict[str, Any]:
    # Metadata stays a text: Python would round its long numbers, and writing them back would be a change.
    try:
        read: dict[str, Any] = json.loads(fields) if fields else {}
    except NOT_PYTHON:
        return {}
    if "metadata" in read or metadata is not None:
        read["metadata"] = metadata
    return read


def _texts(column: Any) -> tuple[Any, Any]:
    """A JSON column as text without its metadata, and the metadata as a text of its own."""
    plain = func.jsonb_set_lax(column, "{metadata}", None, False, "use_json_null")
    return cast(plain, Text), column["metadata"].astext


_OLD, _OLD_METADATA = _texts(AuditEntry.old)
_WITHOUT_BODY, _ = _texts(AuditEntry.old.op("-", return_type=JSONB())(BODY))
_NEW, _NEW_METADATA = _texts(AuditEntry.new)
_SELECTED: Final[Sequence[Any]] = (
    AuditEntry.id,
    shown_time(AuditEntry.at),
    AuditEntry.login,
    cast(func.host(AuditEntry.address), Text),
    AuditEntry.application,
    AuditEntry.op,
    AuditEntry.version,
    _WITHOUT_BODY,
    _NEW,
    _OLD_METADATA,
    _NEW_METADATA,
    func.coalesce(AuditEntry.old.has_key(BODY), False),
)
_ONE: Final = select(*_SELECTED).where(AuditEntry.id == bindparam("entry", type_=BigInteger))
_OF_ROW: Final = (
    select(*_SELECTED)
    .where(AuditEntry.noun == bindparam("noun"), AuditEntry.row_id == bindparam("row_id", type_=BigInteger))
    .order_by(AuditEntry.id.desc())
    .limit(bindparam("most", type_=BigInteger))
)
_LATER: Final = (
    select(AuditEntry.op, _OLD, _OLD_METADATA)
    .where(
        AuditEntry.noun == bindparam("noun"),
        AuditEntry.row_id == bindparam("row_id", type_=BigInteger),
        AuditEntry.id > bindparam("entry", type_=BigInteger),
    )
    .order_by(AuditEntry.id.desc())
)
_KEPT: Final = select(func.coalesce(func.has_table_privilege(func.to_regclass("audit_log"), "SELECT"), False))
