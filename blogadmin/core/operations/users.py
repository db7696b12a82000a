"""What can be done to users."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from blogadmin.core import values
from blogadmin.core.database.changes import Changes
from blogadmin.core.database.errors import Invalid, StillReferenced
from blogadmin.core.models import User
from blogadmin.core.operations.bulk import SetBack, Words, among, count, set_column, set_everywhere, table_of
from blogadmin.core.operations.guarded import Check, one_of, text_check, true_or_false, validate
from blogadmin.core.operations.operation import Outcome
from blogadmin.core.operations.passwords import hash_password, password_problem
from blogadmin.core.operations.removal import Hung, check_all_removed, lock, remove, restoring
from blogadmin.core.operations.single import Edit, insert
from blogadmin.core.operations.wording import counted, listed, sentence

__all__ = [
    "CreateUser",
    "DeleteUsers",
    "EditUser",
    "SetActive",
    "SetRole",
    "hash_password",
    "password_problem",
]

_WRITTEN = ("posts", "comments")
CHECKS: Mapping[str, Check] = {
    "email": text_check(values.email_problem),
    "name": text_check(lambda name: values.line_problem(name, values.NAME_MAX)),
    "role": one_of(values.Role),
    "is_active": true_or_false,
    "password_hash": text_check(lambda hashed: None if hashed else "is required."),
}


@dataclass(frozen=True, slots=True)
class CreateUser:
    """Make a user. ``password_hash`` comes from ``hash_password``."""

    email: str
    name: str
    role: str
    is_active: bool
    password_hash: str = field(repr=False)

    @property
    def label(self) -> str:
        """Words for menus and history."""
        return "Create user"

    def apply(self, session: Session) -> Outcome:
        """Insert the row. Raises ``Invalid`` and, through the driver, what becomes ``Duplicate``."""
        fields = {name: getattr(self, name) for name in CHECKS}
        validate(fields, CHECKS)
        return insert(session, User(**fields), lambda ids, versions: DeleteUsers(ids, versions=versions))


class EditUser(Edit):
    """Change some fields of a user. There is no way back from a new ``password_hash``."""

    __slots__ = ()
    noun = "users"
    checks = CHECKS


@dataclass(frozen=True, slots=True)
class SetActive:
    """Let users in, or keep them out."""

    ids: tuple[int, ...]
    active: bool

    @property
    def label(self) -> str:
        """Words for menus and history."""
        return f"{'Activate' if self.active else 'Deactivate'} {counted(len(self.ids), 'users')}"

    def apply(self, session: Session) -> Outcome:
        """Change those that are not so yet. Raises ``NotFound`` when none of them exists."""
        validate({"is_active": self.active}, CHECKS)
        words = Words("activated", "active") if self.active else Words("deactivated", "inactive")
        return set_column(session, "users", self.ids, "is_active", self.active, words, self.label)


@dataclass(frozen=True, slots=True)
class SetRole:
    """Give users a role."""

    ids: tuple[int, ...]
    role: str

    @property
    def label(self) -> str:
        """Words for menus and history."""
        return f"Set role of {counted(len(self.ids), 'users')}"

    def apply(self, session: Session) -> Outcome:
        """Change those that have another one. Raises ``Invalid``, and ``NotFound`` when none exists."""
        validate({"role": self.role}, CHECKS)
        words = Words(f"set to {self.role}", self.role)
        return set_column(session, "users", self.ids, "role", str(self.role), words, self.label)


@dataclass(frozen=True, slots=True)
class DeleteUsers:
    """Delete users. What they wrote keeps them, unless it is given to the user ``reassign_to``.

    ``versions``, when given, are those of ``ids``: a row that moved since is left alone; so is one who has
    written something else than was ``hung`` on them, if that is given.
    """

    ids: tuple[int, ...]
    reassign_to: int | None = None
    versions: tuple[int, ...] = ()
    hung: Hung | None = field(default=None, repr=False)

    @property
    def label(self) -> str:
        """Words for menus and history."""
        return "Delete user" if len(self.ids) == 1 else f"Delete {counted(len(self.ids), 'users')}"

    def once_more(self, versions: Mapping[int, int], hung: Hung) -> DeleteUsers:
        """The way forth after the users came back, at ``versions``, and what ``hung`` on them."""
        # Where nothing could be given back, the heir is not needed, and may be gone.
        heir = self.reassign_to if any(hung.get(noun) for noun in _WRITTEN) else None
        ids, since = tuple(versions), tuple(versions.values())
        return replace(self, ids=ids, reassign_to=heir, versions=since, hung=hung)

    def apply(self, session: Session) -> Outcome:
        """Delete. Raises ``StillReferenced``, ``Invalid("reassign_to")``, ``NotFound``, ``Conflict``."""
        heir = self._heir(session)
        held = lock(session, "users", self.ids, self.versions, self.hung if heir is not None else None)
        given = self._given(session, held.ids) if heir is not None else ()
        if heir is None:
            _refuse_if_referenced(session, held.ids)
        removed = remove(session, "users", among(table_of("users").c.id, held.ids))
        check_all_removed(removed, held.ids)
        changes = Changes.of("users", deleted=removed.ids)
        for back in given:
            changes |= Changes.of(back.noun, updated=(change.id for change in back.changes))
        done = f"{counted(len(removed.ids), 'users')} deleted"
        if given:
            works = listed((len(back.changes), back.noun) for back in given)
            done += f", {works} given to {heir}"
        message = sentence(done, moved=held.moved, gone=held.gone)
        return Outcome(changes, message, restoring([removed], given, replace(self, ids=removed.ids)))

    def _heir(self, session: Session) -> str | None:
        """The name of the user who shall own everything. Held, so that nobody deletes them meanwhile."""
        if self.reassign_to is None:
            return None
        if self.reassign_to in self.ids:
            raise Invalid("reassign_to", "is among the users to delete. Choose someone else.")
        heir = select(User.name).where(User.id == self.reassign_to).with_for_update(read=True, key_share=True)
        name = session.scalar(heir)
        if name is None:
            raise Invalid("reassign_to", "was deleted meanwhile. Choose someone else.")
        return name

    def _given(self, session: Session, ids: list[int]) -> tuple[SetBack, ...]:
        every = (
            (noun, set_everywhere(session, noun, "author_id", self.reassign_to, among(author, ids)))
            for noun in _WRITTEN
            for author in [table_of(noun).c.author_id]
        )
        return tuple(SetBack(noun, "author_id", changes, self.label) for noun, changes in every if changes)


def _refuse_if_referenced(session: Session, ids: list[int]) -> None:
    counts = {noun: count(session, noun, among(table_of(noun).c.author_id, ids)) for noun in _WRITTEN}
    if any(counts.values()):
        works = listed((number, noun) for noun, number in counts.items())
        whose = "this user" if len(ids) == 1 else "these users"
        raise StillReferenced(
            f"{works} of {whose} would be left without an author. Give them to someone else first.", counts
        )
