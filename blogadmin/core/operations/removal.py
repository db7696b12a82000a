"""Deleting rows so that they can come back: whole, with their ids, columns that only others know included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Text, cast, delete, func, null, select, text
from sqlalchemy.orm import Session

from blogadmin.core.database.changes import Changes
from blogadmin.core.database.errors import Conflict, NotFound, NotPermitted
from blogadmin.core.operations.bulk import SetBack, among, table_of, versions_by_id
from blogadmin.core.operations.operation import Outcome
from blogadmin.core.operations.own_changes import moved_by_us
from blogadmin.core.operations.wording import gone_message, listed

if TYPE_CHECKING:
    from blogadmin.core.operations.posts import DeletePosts
    from blogadmin.core.operations.users import DeleteUsers


Hung = Mapping[str, Mapping[int, int]]
"""What hangs on rows, by noun: ids with their versions."""
HANGS_ON: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "posts": (("comments", "post_id"),),
    "users": (("posts", "author_id"), ("comments", "author_id")),
}
"""Which nouns refer to a noun, and by which column."""


class Locked(NamedTuple):
    """Rows held for deletion, and how many of those asked for moved since or are gone."""

    ids: list[int]
    moved: int
    gone: int


@dataclass(frozen=True, slots=True)
class Removed:
    """Rows that were deleted. ``documents`` is each as JSON; ``None`` if this login may not read all columns.

    They may hold password hashes, so they are never shown.
    """

    noun: str
    ids: tuple[int, ...]
    documents: tuple[str, ...] | None = field(repr=False)


def lock(
    session: Session, noun: str, ids: Sequence[int], versions: Sequence[int], hung: Hung | None = None
) -> Locked:
    """Hold the rows of ``ids``, at ``versions`` if any are given, so that nothing can come to hang on them.

    With ``hung``, a row has moved, too, when something else hangs on it now, or somebody else changed what
    does. Raises ``NotFound`` when all are gone and ``Conflict`` when somebody else moved all that are left.
    """
    table = table_of(noun)
    seen = dict(zip(ids, versions, strict=True)) if versions else {}
    held = (
        select(table.c.id, table.c.version)
        .where(among(table.c.id, ids))
        .order_by(table.c.id)
        .with_for_update()
    )
    found = versions_by_id(session.execute(held))
    number = len(set(ids))
    if not found:
        raise NotFound(gone_message(number, noun))
    moved = {id_: seen[id_] for id_, version in found.items() if seen.get(id_, version) != version}
    ours = moved_by_us(session, noun, moved)
    same = [id_ for id_ in found if id_ not in moved or id_ in ours]
    if hung is not None:
        others = _hung_by_others(session, noun, same, hung)
        same = [id_ for id_ in same if id_ not in others]
    if not same:
        raise Conflict("Someone else changed this since, so it was not deleted.", version=max(found.values()))
    return Locked(same, moved=len(found) - len(same), gone=number - len(found))


def _hung_by_others(session: Session, noun: str, ids: Sequence[int], hung: Hung) -> set[int]:
    """On which of ``ids``, held, hangs more than was ``hung`` on them, or what somebody else changed."""
    found: set[int] = set()
    for other, column in HANGS_ON[noun]:
        table = table_of(other)
        known = hung.get(other, {})
        held = (
            select(table.c.id, table.c[column], table.c.version)
            .where(among(table.c[column], ids))
            .order_by(table.c.id)
            .with_for_update()
        )
        rows = session.execute(held).all()
        moved = {row[0]: known[row[0]] for row in rows if known.get(row[0], row[2]) != row[2]}
        fine = known.keys() - (moved.keys() - moved_by_us(session, other, moved).keys())
        found.update(row[1] for row in rows if row[0] not in fine)
    return found


def remove(session: Session, noun: str, where: ColumnElement[bool], *, keep: bool = True) -> Removed:
    """Delete the rows and, unless told otherwise, keep what they were."""
    table = table_of(noun)
    whole = func.row_to_json(table.table_valued())
    readable = keep and session.scalar(select(func.has_table_privilege(noun, "SELECT")))
    document = cast(whole, Text) if readable else null()
    rows: Sequence[Any] = session.execute(delete(table).where(where).returning(table.c.id, document)).all()
    return Removed(noun, tuple(row[0] for row in rows), tuple(row[1] for row in rows) if readable else None)


def check_all_removed(removed: Removed, wanted: Sequence[int]) -> None:
    """Raise ``NotPermitted`` when the server kept rows that were held for deletion."""
    if len(removed.ids) < len(wanted):
        raise NotPermitted("The database kept some of the rows: your login may not delete them.")


@dataclass(frozen=True, slots=True)
class Restore:
    """Bring deleted rows back as they were, with their ids, at the next version.

    ``removed`` is in the order in which they can be inserted; ``given`` sets back what was handed to
    someone else; ``again`` is the deletion, for the way forth: with it goes what comes back here, no more.
    """

    removed: tuple[Removed, ...] = field(repr=False)
    given: tuple[SetBack, ...] = field(repr=False)
    again: DeleteUsers | DeletePosts = field(repr=False)

    @property
    def label(self) -> str:
        """The deletion's own: what is undone is that."""
        return self.again.label

    def apply(self, session: Session) -> Outcome:
        """Insert the rows. Raises ``Duplicate`` when something of theirs was taken by another row since."""
        changes = Changes()
        first: dict[int, int] = {}
        hung: dict[str, dict[int, int]] = {}
        for removed in self.removed:
            versions = _insert(session, removed)
            hung[removed.noun] = versions
            first = first or versions
            changes |= Changes.of(removed.noun, created=versions)
        left: list[tuple[int, str]] = []
        for back in self.given:
            done = back.put(session)
            hung[back.noun] = {change.id: change.version for change in done}
            changes |= Changes.of(back.noun, updated=hung[back.noun])
            left.append((len(back.changes) - len(done), back.noun))
        again = self.again.once_more(first, hung)
        counts = listed((len(removed.ids), removed.noun) for removed in self.removed)
        message = f"{counts} restored"
        if alone := listed(left):
            message += f"; changed or deleted meanwhile and left alone: {alone}"
        return Outcome(changes, message, again)


def restoring(
    removed: Iterable[Removed], given: tuple[SetBack, ...], again: DeleteUsers | DeletePosts
) -> Restore | None:
    """The way back, or ``None`` when some of the rows could not be read whole."""
    rows = tuple(one for one in removed if one.ids)
    return Restore(rows, given, again) if all(one.documents is not None for one in rows) else None


def _insert(session: Session, removed: Removed) -> dict[int, int]:
    # Every column of the table as it is on this server, not only those that this program knows. The version
    # goes up: whoever saw the row before it was deleted must not save over it unseen.
    columns = session.scalars(_COLUMNS, {"noun": removed.noun}).all()
    quote = session.get_bind().dialect.identifier_preparer.quote
    names = ", ".join(quote(name) for name in columns)
    values = ", ".join("r.version + 1" if name == "version" else f"r.{quote(name)}" for name in columns)
    noun = quote(removed.noun)
    statement = text(
        f"INSERT INTO {noun} ({names}) OVERRIDING SYSTEM VALUE SELECT {values}"  # noqa: S608 - quoted names
        " FROM unnest(CAST(:documents AS text[])) WITH ORDINALITY AS d(document, n),"
        f" json_populate_record(CAST(NULL AS {noun}), CAST(d.document AS json)) AS r ORDER BY d.n"
        " RETURNING id, version"
    )
    rows = session.execute(statement, {"documents": list(removed.documents or ())})
    return versions_by_id(rows)


_COLUMNS = text(
    "SELECT attname FROM pg_catalog.pg_attribute WHERE attrelid = CAST(:noun AS regclass)"
    " AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum"
)
