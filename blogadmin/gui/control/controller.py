"""The one door through which anything is changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from blogadmin.core import queries
from blogadmin.core.database.changes import Changes
from blogadmin.core.database.errors import (
    Cancelled,
    Duplicate,
    KnownError,
    OutcomeUnknown,
    Unavailable,
    in_words,
)
from blogadmin.core.operations.bulk_values import BulkChange, BulkReport, ChunkedBack
from blogadmin.core.operations.operation import Operation, Outcome
from blogadmin.gui.control.bulk import BulkRun, Ids
from blogadmin.gui.control.hub import ChangeHub
from blogadmin.gui.control.messages import Messages
from blogadmin.gui.control.tasks import Tasks
from blogadmin.gui.control.undo import Step, UndoHistory
from blogadmin.gui.control.unsettled import Unsettled

_PATIENCE = 3.0
"""Seconds that a message may be late for being a better one."""

_FINDS_OUT = (
    "The connection was lost while saving. As soon as the server is back, the program finds out and says so."
)
_NOTHING_CHANGED = "The connection was lost before anything was changed. Do it again if you still want it."
_LOOK = "Look whether it is done before you do it again."
_AFTER_ALL = "It was saved: "

Done = Callable[[Outcome], object]
Failed = Callable[[KnownError], bool | None]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What somebody asked to have committed, and how they want to hear of it."""

    op: Operation
    initiator: object | None
    done: Done | None
    failed: Failed | None
    toast: bool

    @property
    def is_there(self) -> bool:
        """Whether the asker can still be called."""
        return not isinstance(self.initiator, QObject) or shiboken6.isValid(self.initiator)

    def shows(self, error: KnownError) -> bool:
        """Tell the asker, who answers whether the error is on the screen now."""
        return self.failed is not None and self.is_there and bool(self.failed(error))


class Controller(QObject):
    """Commits operations, and only then lets the history, the views and the asker know.

    Signals:
        committed: the ``Outcome`` of every commit, undo and redo included.
        bulk_started: the ``BulkRun`` that has just been made, undo and redo included.
    """

    committed = Signal(object)
    bulk_started = Signal(object)

    def __init__(
        self,
        tasks: Tasks,
        hub: ChangeHub,
        undo: UndoHistory,
        messages: Messages,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._hub = hub
        self._undo = undo
        self._messages = messages
        self._unsettled = Unsettled(tasks, self)
        self._runs: set[BulkRun] = set()
        undo.connect_to(self._commit_step, lambda title, text: messages.error(None, title, text))
        tasks.database_changed.connect(undo.clear)
        tasks.unhandled.connect(lambda error: self._tell(None, error))

    def commit(
        self,
        op: Operation,
        *,
        initiator: object | None = None,
        done: Done | None = None,
        failed: Failed | None = None,
        toast: bool = True,
    ) -> None:
        """Apply ``op`` in a transaction of its own.

        After COMMIT: history, views, then ``done(outcome)``; with ``toast`` a note that offers the way back.
        Otherwise nothing has changed and ``failed(error)`` is called, to return whether it has shown the
        error; if not, it is shown here. A bug is shown here, too, and ``failed`` gets a plain ``KnownError``
        in its place. Neither is called when ``initiator`` is a QObject that is gone by then.

        After ``failed(OutcomeUnknown)`` one of the two comes once more, perhaps much later: as soon as the
        server can be asked, ``done``, or ``failed`` with ``Unavailable``: nothing was saved.
        """

        asked = _Asked(op, initiator, done, failed, toast)
        self._tasks.write(
            op.apply,
            lambda outcome: self._committed(asked, outcome),
            lambda exc: self._broken(asked, exc),
        )

    def run_bulk(
        self, change: BulkChange, ids: Ids, *, initiator: object | None = None, toast: bool = True
    ) -> BulkRun:
        """Make ``change`` to all of ``ids``, in chunks; what the run says is in ``control.bulk``.

        In the end the history gets one step for all that was done, and with ``toast`` a note tells of it.
        """

        def finished(run: BulkRun, report: BulkReport) -> None:
            outcome = Outcome(Changes(), report.message, report.inverse)
            step = None if run.elsewhere else self._undo.push(outcome, report.label)
            self.committed.emit(outcome)
            if toast:
                self._offer_undo(outcome, step)

        return self._start(change, ids, self if initiator is None else initiator, finished)

    def _start(
        self,
        change: BulkChange,
        ids: Ids | ChunkedBack,
        initiator: object,
        finished: Callable[[BulkRun, BulkReport], object],
    ) -> BulkRun:
        run = BulkRun(self._tasks, self._hub, self._unsettled, change, ids, initiator)

        def ended(report: BulkReport) -> None:
            if not run.unsettled:
                self._runs.discard(run)
            if run.bug is not None:
                self._messages.bug(run.bug)
            finished(run, report)

        def settled(report: BulkReport) -> None:
            self._runs.discard(run)
            rest = ids.rest(report) if isinstance(ids, ChunkedBack) else None
            outcome = Outcome(Changes(), report.message, report.inverse or rest)
            self._offer_undo(outcome, None if run.elsewhere else self._undo.push(outcome, report.label))

        self._runs.add(run)
        run.finished.connect(ended)
        run.settled.connect(settled)
        run.waits.connect(self._messages.status)
        self.bulk_started.emit(run)
        return run

    def _committed(self, asked: _Asked, outcome: Outcome, before: str = "") -> None:
        step = self._undo.push(outcome, asked.op.label, getattr(asked.op, "about", ""))
        self._announce(outcome, asked.initiator)
        if asked.done is not None and asked.is_there:
            asked.done(outcome)
        if asked.toast:
            self._offer_undo(outcome, step, before)
        else:
            self._messages.status(before + outcome.message)

    def _offer_undo(self, outcome: Outcome, step: Step | None, before: str = "") -> None:
        words = before + outcome.message
        if step is None:
            self._messages.toast(words)
        else:
            self._messages.toast(words, action="Undo", on_action=lambda: self._undo.undo_step(step))

    def _broken(self, asked: _Asked, exc: Exception) -> None:
        if isinstance(exc, Duplicate):
            self._name_owner(asked.op, exc, lambda error: self._refused(asked, error))
        elif isinstance(exc, OutcomeUnknown):
            self._find_out(
                exc,
                asked,
                lambda outcome: self._committed(asked, outcome, _AFTER_ALL),
                lambda reason: self._not_saved(asked, reason),
            )
        elif isinstance(exc, KnownError):
            self._refused(asked, exc)
        else:
            self._messages.bug(exc)
            asked.shows(KnownError("Something unexpected happened, so nothing was saved."))

    def _refused(self, asked: _Asked, error: KnownError) -> None:
        if not asked.shows(error) and not isinstance(error, Cancelled):
            self._tell(asked.initiator, error)

    # Lost while saving

    def _find_out(
        self,
        error: OutcomeUnknown,
        asked: _Asked,
        saved: Callable[[Outcome], object],
        not_saved: Callable[[Exception], object],
    ) -> None:
        """Say that nobody knows yet, and call one of the two once it is known or known to stay unknown."""
        title = f"It is not known yet whether “{asked.op.label}” was saved"
        shown = asked.shows(error)

        def known(then: Callable[[Any], object], answer: Any) -> None:
            self._messages.withdraw(title, _FINDS_OUT)
            then(answer)

        if not self._unsettled.settle(error, partial(known, saved), partial(known, not_saved)):
            if not shown:
                self._tell(asked.initiator, error)
        elif not shown:
            self._messages.error(_window(asked.initiator), title, _FINDS_OUT)

    def _not_saved(self, asked: _Asked, reason: Exception) -> None:
        # What is on the screen need not be what is in the database.
        self._hub.lose_track()
        if isinstance(reason, Unavailable):
            if not asked.shows(reason):
                title = f"“{asked.op.label}” was not saved"
                self._messages.error(_window(asked.initiator), title, _NOTHING_CHANGED)
            return
        if not isinstance(reason, OutcomeUnknown):
            self._messages.bug(reason)
        error = OutcomeUnknown(f"Nobody could tell about “{asked.op.label}”. {_LOOK}")
        if not asked.shows(error):
            self._tell(asked.initiator, error)

    def _commit_step(
        self, op: Operation, done: Callable[[Outcome], None], failed: Callable[[KnownError | None], None]
    ) -> None:
        """Commit a step of the history, which remembers the way back itself."""
        if isinstance(op, ChunkedBack):
            self._run_step(op, done, failed)
            return

        def committed(outcome: Outcome) -> None:
            done(outcome)
            self._announce(outcome, None)
            self._messages.toast(outcome.message)

        def broken(exc: Exception) -> None:
            if isinstance(exc, KnownError):
                failed(exc)
            else:
                self._messages.bug(exc)
                failed(None)

        def lost(exc: Exception) -> None:
            if isinstance(exc, OutcomeUnknown) and exc.later is not None:
                self._find_out(exc, _Asked(op, None, None, None, toast=True), committed, broken)
            else:
                broken(exc)

        self._tasks.write(op.apply, committed, lost)

    def _run_step(
        self, op: ChunkedBack, done: Callable[[Outcome], None], failed: Callable[[KnownError | None], None]
    ) -> None:
        def finished(run: BulkRun, report: BulkReport) -> None:
            if report.inverse is None and (run.error is not None or run.bug is not None):
                failed(run.error)
                return
            outcome = Outcome(Changes(), report.message, report.inverse, rest=op.rest(report))
            done(outcome)
            self.committed.emit(outcome)
            self._messages.toast(outcome.message)

        self._start(op, op, self, finished)

    def _announce(self, outcome: Outcome, initiator: object | None) -> None:
        # Nobody in particular, but somebody in this window: to views ``None`` is somebody elsewhere.
        self._hub.announce(outcome.changes, self if initiator is None else initiator)
        self.committed.emit(outcome)

    def _tell(self, initiator: object | None, error: KnownError) -> None:
        unsure = isinstance(error, OutcomeUnknown)
        title = "It is not certain whether this was saved" if unsure else "This could not be done"
        self._messages.error(_window(initiator), title, in_words(error))

    def _name_owner(self, op: Operation, error: Duplicate, then: Callable[[KnownError], None]) -> None:
        """Look up who has the value already, where that can be said; the plain error if the look-up fails."""
        look_up = _OWNERS.get(error.field or "")
        value = _typed(op, error.field or "")
        if look_up is None or value is None or error.owner_id is not None:
            then(error)
            return

        def found(owner: tuple[int, str] | None) -> None:
            then(error if owner is None else _owned(error, value, *owner))

        # A slot of its own: no other look-up may replace this one, somebody waits for it.
        slot = f"owner of {error.field} for {id(op)}"
        self._tasks.read(slot, lambda s: look_up(s, value), found, lambda _exc: then(error), limit=_PATIENCE)


def _window(initiator: object | None) -> QWidget | None:
    """Where what concerns ``initiator`` is told."""
    return initiator if isinstance(initiator, QWidget) and shiboken6.isValid(initiator) else None


def _typed(op: Any, field: str) -> str | None:
    """What the operation wanted to write into ``field``."""
    value = getattr(op, "values", {}).get(field, getattr(op, field, None))
    return value if isinstance(value, str) else None


def _owned(error: Duplicate, value: str, owner_id: int, owner: str) -> Duplicate:
    words = f"“{value}” already belongs to “{owner}”. Enter another one."
    return Duplicate(error.field, words, owner_id, owner)


def _user_with(session: Any, email: str) -> tuple[int, str] | None:
    user = queries.users.owner_of_email(session, email)
    return (user.id, user.name) if user is not None else None


def _post_with(session: Any, slug: str) -> tuple[int, str] | None:
    post = queries.posts.owner_of_slug(session, slug)
    return (post.id, post.title) if post is not None else None


_OWNERS: dict[str, Callable[[Any, str], tuple[int, str] | None]] = {"email": _user_with, "slug": _post_with}
