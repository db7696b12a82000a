"""What the history tells: the list of all changes, those of one row, and a row as it was.

Bodies are stored once. What a body became is what the next change found, or what the row has now; so the
text after a change is looked up behind it, never beside it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB, array
from sqlalchemy.orm import Session

from blogadmin.core.database.errors import NotKept
from blogadmin.core.models import AuditEntry, Comment, Post, User
from blogadmin.core.models.recording import BODY, RECORDED
from blogadmin.core.queries import filters
from blogadmin.core.queries.anchored import Arranged
from blogadmin.core.queries.columns import NOT_PYTHON, Column, moment, shared, shown_time
from blogadmin.core.queries.details import HistoryEntry
from blogadmin.core.queries.listing import Listing
from blogadmin.core.queries.rows import HistoryRow
from blogadmin.core.queries.spec import ListSpec, Sort, Unreadable
from blogadmin.core.values import HistoryOp, RecordedNoun

MOST: Final = 500
"""Changes of one row that are told at once, the latest."""
_EXCERPT: Final = 400
_MODELS: Final = {"users": User, "posts": Post, "comments": Comment}

# The server refuses a whole statement that names a column which a login may not read, even where no row of
# that table is looked up.
_NAMED_BY: Final = {
    "posts": (Post.title, Post.id),
    "users": (User.name, User.id),
    "comments": (Comment.body, Comment.id),
}


def _name(readable: frozenset[str]) -> ColumnElement[str]:
    """What the row of a change is called now, or was last."""
    now = [
        (
            AuditEntry.noun == noun,
            select(func.left(name, 80) if noun == "comments" else name)
            .where(id_ == AuditEntry.row_id)
            .scalar_subquery(),
        )
        for noun, (name, id_) in _NAMED_BY.items()
        if noun in readable
    ]
    return func.coalesce(
        *([case(*now)] if now else []),
        AuditEntry.old["title"].astext,
        AuditEntry.old["name"].astext,
        func.left(AuditEntry.old[BODY].astext, 80),
        "",
    )


_PERSON: Final = "CASE WHEN e.key = 'author_id' THEN (SELECT u.name FROM users AS u WHERE u.id = {0}) END, "
# Few words of each change: a list must not read a megabyte for a line. Long values are left out.
_CHANGES: Final = r"""(SELECT string_agg(e.key || CASE
    WHEN length(v.old) <= 40 AND length(v.new) <= 40
      AND jsonb_exists(audit_log.new, e.key) AND e.key <> 'password_hash'
    THEN E'\x1f' || v.old || E'\x1f' || v.new ELSE '' END, E'\x1e' ORDER BY e.key)
  FROM jsonb_each_text(audit_log.old) AS e CROSS JOIN LATERAL (
    SELECT coalesce({0}e.value, '') AS old, coalesce({1}audit_log.new ->> e.key, '') AS new) AS v)"""


def _what(readable: frozenset[str]) -> ColumnElement[str]:
    """What changed, from what to what; authors by name if names may be read, else by number."""
    values = ("CAST(e.value AS bigint)", "CAST(audit_log.new ->> e.key AS bigint)")
    people = [_PERSON.format(value) if "users" in readable else "" for value in values]
    changes = literal_column(_CHANGES.format(*people), Text)
    return case((AuditEntry.op == HistoryOp.CHANGED.value, changes), else_="")


class HistoryListing(Listing[HistoryRow]):
    """The list of changes. Raises ``NotKept`` where there is none, or none that this login may read.

    Rows are called by the names that the login may read.
    """

    def first(self, session: Session, spec: ListSpec, limit: int = 128) -> list[HistoryRow | Unreadable]:
        _demand(session)
        return _seen_by(session).first(session, spec, limit)

    def rows(
        self, session: Session, ids: Sequence[int], spec: ListSpec | None = None
    ) -> dict[int, HistoryRow | Unreadable]:
        return _seen_by(session).rows(session, ids, spec)

    def estimate(self, session: Session, spec: ListSpec | None = None) -> int:
        _demand(session)
        if spec is not None and (spec.search.strip() or spec.where is not None):
            return super().estimate(session, spec)
        return int(session.scalar(_ABOUT) or 0)

    def arranged(
        self, spec: ListSpec, session: Session | None = None
    ) -> tuple[Arranged | None, Mapping[str, Any]]:
        if session is not None:
            _demand(session)
        return super().arranged(spec, session)


def _columns(readable: frozenset[str]) -> dict[str, Column]:
    return {
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
        "row": Column(shown=_name(readable)),
        "what": Column(shown=func.left(_what(readable), _EXCERPT, type_=Text)),
        "version": Column(shown=AuditEntry.version),
    }


_ALL: Final = frozenset(_NAMED_BY)
_SORT: Final = (Sort("at", descending=True),)
LISTING: Listing[HistoryRow] = HistoryListing(
    "history",
    HistoryRow,
    _columns(_ALL),
    default_sort=_SORT,
    filters={
        "login": filters.text(AuditEntry.login),
        "op": filters.choice(AuditEntry.op, HistoryOp),
        "at": filters.time(AuditEntry.at),
        "noun": filters.choice(AuditEntry.noun, RecordedNoun),
        "row_id": filters.number(AuditEntry.row_id),
        "application": filters.text(AuditEntry.application),
    },
)
"""The list of all changes, the last one at the top."""


@lru_cache(maxsize=2 ** len(_NAMED_BY))
def _with_names(readable: frozenset[str]) -> Listing[HistoryRow]:
    """The list as it is read by a login that may read the names in ``readable`` tables."""
    return Listing(LISTING.noun, HistoryRow, _columns(readable), _SORT, LISTING.filters)


def _seen_by(session: Session) -> Listing[HistoryRow]:
    return _with_names(_readable(session))


def _readable(session: Session) -> frozenset[str]:
    """Of which tables this login may read the names."""
    return frozenset(filter(None, session.scalars(_READABLE)))


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
    # Bodies come by themselves, one of them: a row may have had hundreds.
    fields = _now(session, noun, row_id)
    asked = {"noun": noun, "row_id": row_id, "entry": entry_id}
    for op, old, old_metadata in session.execute(_LATER, asked):
        if op == HistoryOp.CREATED.value:
            fields = None
        elif op == HistoryOp.DELETED.value:
            fields = _read(old, old_metadata)
        elif fields is not None:
            fields = {**fields, **_read(old, old_metadata)}
    if fields is None or BODY not in RECORDED[noun]:
        return fields
    body = session.execute(_NEXT_BODY, asked).one_or_none()
    return {**fields, BODY: body[0]} if body is not None else fields


def fields_before(session: Session, noun: str, row_id: int, entry_id: int) -> Mapping[str, Any] | None:
    """All recorded fields of a row as a change found them; ``None`` where there was no row."""
    return fields_after(session, noun, row_id, entry_id - 1)


def is_kept(session: Session) -> bool:
    """Whether the database has a history that this login may read."""
    return bool(session.scalar(_KEPT))


def latest_login(session: Session, noun: str, row_id: int, version: int) -> tuple[str, bool] | None:
    """Who changed a row last after ``version``: the login, and whether it is the one that asks."""
    found = session.execute(_LATEST, {"noun": noun, "row_id": row_id, "version": version}).one_or_none()
    return (str(found[0]), bool(found[1])) if found is not None else None


def person(session: Session, id: int) -> str | None:  # noqa: A002 - as everywhere
    """The name of a user: empty if this login may not read names, ``None`` if there is no such user."""
    if "users" not in _readable(session):
        return ""
    return session.scalar(select(User.name).where(User.id == id))


def exists(session: Session, noun: str, row_id: int) -> bool:
    """Whether the row is there now."""
    key = _MODELS[noun].__table__.c.id
    return session.scalar(select(key).where(key == row_id)) is not None


def _may_read(column: Any) -> ColumnElement[bool]:
    return func.has_column_privilege(column.table.name, column.name, "SELECT")


def _demand(session: Session) -> None:
    if not is_kept(session):
        raise NotKept("This database keeps no history, or your login may not read it.")


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
    noun: str,
    row_id: int,
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
        noun,
        row_id,
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
    # Not jsonb_set_lax: given a constant NULL, it reads freed memory from the second row on (seen in 18).
    plain = func.jsonb_set(column, "{metadata}", literal_column("'null'::jsonb", JSONB), False)
    return cast(plain, Text), column["metadata"].astext


_OLD_METADATA: Final = AuditEntry.old["metadata"].astext
_WITHOUT_BODY, _ = _texts(AuditEntry.old.op("-", return_type=JSONB())(BODY))
_NEW, _NEW_METADATA = _texts(AuditEntry.new)
_SELECTED: Final[Sequence[Any]] = (
    AuditEntry.id,
    AuditEntry.noun,
    AuditEntry.row_id,
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
    select(AuditEntry.op, _WITHOUT_BODY, _OLD_METADATA)
    .where(
        AuditEntry.noun == bindparam("noun"),
        AuditEntry.row_id == bindparam("row_id", type_=BigInteger),
        AuditEntry.id > bindparam("entry", type_=BigInteger),
    )
    .order_by(AuditEntry.id.desc())
)
_NEXT_BODY: Final = (
    select(AuditEntry.old[BODY].astext)
    .where(
        AuditEntry.noun == bindparam("noun"),
        AuditEntry.row_id == bindparam("row_id", type_=BigInteger),
        AuditEntry.id > bindparam("entry", type_=BigInteger),
        AuditEntry.old.has_key(BODY),
    )
    .order_by(AuditEntry.id)
    .limit(1)
)
_KEPT: Final = select(func.coalesce(func.has_table_privilege(func.to_regclass("audit_log"), "SELECT"), False))
_READABLE: Final = select(
    func.unnest(
        array(
            [
                case((and_(*(_may_read(column) for column in columns)), noun))
                for noun, columns in _NAMED_BY.items()
            ]
        )
    )
)
_LATEST: Final = (
    select(AuditEntry.login, AuditEntry.login == func.session_user())
    .where(
        AuditEntry.noun == bindparam("noun"),
        AuditEntry.row_id == bindparam("row_id", type_=BigInteger),
        AuditEntry.version > bindparam("version", type_=BigInteger),
    )
    .order_by(AuditEntry.id.desc())
    .limit(1)
)
# Nobody analyses the table that only holds the months together; they know their own size.
_ABOUT: Final = select(
    literal_column(
        """(SELECT sum(greatest(c.reltuples, 0)) FROM pg_partition_tree('audit_log') AS t
          JOIN pg_class AS c ON c.oid = t.relid WHERE t.isleaf)""",
        Float,
    )
)
