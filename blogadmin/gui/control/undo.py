"""The way back: what was committed here can be undone by committing its inverse."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from blogadmin.core.database.errors import Cancelled, Conflict, KnownError
from blogadmin.core.operations.operation import Operation, Outcome

LIMIT = 50
"""How many steps back are kept."""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One change that can be taken back (or made again) by committing ``operation``.

    ``detail`` tells what was changed, ``made`` when (on this computer's clock).
    """

    label: str
    operation: Operation
    detail: str = ""
    made: datetime = field(default_factory=lambda: datetime.now().astimezone())


class Commit(Protocol):
    """Commit an operation of the history: exactly one of ``done`` and ``failed`` is called later.

    ``failed(None)`` means a bug, of which the person has been told.
    """

    def __call__(
        self,
        op: Operation,
        /,
        done: Callable[[Outcome], None],
        failed: Callable[[KnownError | None], None],
    ) -> None: ...


Resolve = Callable[[Step, Conflict, Callable[[Operation], None]], bool]
"""Asks a person about a step that met somebody else's change, and hands on what to commit in its place.

Returns whether it does; if not, the step cannot be taken.
"""


class UndoHistory(QObject):
    """Steps back and forth. Each is a change of its own, checked against the row's version like any other.

    A step that fails for good (the row was deleted since) is dropped, and the person is told; one that may be
    tried again (no connection, row locked) stays. Where somebody else changed the same field since, the
    person is asked what to keep (``offer_merge``).

    Signals:
        changed: any of the properties.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._back: deque[Step] = deque(maxlen=LIMIT)
        self._forth: deque[Step] = deque(maxlen=LIMIT)
        self._commit: Commit
        self._tell: Callable[[str, str], None]
        self._under_way = False
        self._resolve: Resolve | None = None

    def offer_merge(self, resolve: Resolve) -> None:
        """Let ``resolve`` ask about a step that met somebody else's change, instead of giving it up."""
        self._resolve = resolve

    def connect_to(self, commit: Commit, tell: Callable[[str, str], None]) -> None:
        """Say how steps are committed, and how the person is told (title, text) that one cannot be taken."""
        self._commit = commit
        self._tell = tell

    @property
    def can_undo(self) -> bool:
        """Whether there is a step back, and none under way."""
        return bool(self._back) and not self._under_way

    @property
    def can_redo(self) -> bool:
        """Whether there is a step forth, and none under way."""
        return bool(self._forth) and not self._under_way

    @property
    def undo_text(self) -> str:
        """Words for the menu, such as "Undo edit post"."""
        return _words("Undo", self._back)

    @property
    def redo_text(self) -> str:
        """Words for the menu, such as "Redo edit post"."""
        return _words("Redo", self._forth)

    @property
    def back(self) -> tuple[Step, ...]:
        """What can be undone, the last change first."""
        return tuple(reversed(self._back))

    @property
    def forth(self) -> tuple[Step, ...]:
        """What was undone and can be made again, the one that comes next first."""
        return tuple(reversed(self._forth))

    def push(self, outcome: Outcome, label: str, detail: str = "") -> Step | None:
        """Remember how to take back what was committed; ``None`` when there is no way back."""
        if outcome.inverse is None:
            return None
        step = Step(label, outcome.inverse, detail or outcome.message)
        self._back.append(step)
        self._forth.clear()
        self.changed.emit()
        return step

    def undo(self) -> None:
        """Take the last step back; nothing happens when there is none."""
        if self.can_undo:
            self._take(self._back[-1], self._back, self._forth, "undone")

    def redo(self) -> None:
        """Make the last undone change again; nothing happens when there is none."""
        if self.can_redo:
            self._take(self._forth[-1], self._forth, self._back, "made again")

    def undo_step(self, step: Step) -> None:
        """Take back that very change, also after others; nothing happens once it has left the history."""
        if step in self._back and not self._under_way:
            self._take(step, self._back, self._forth, "undone")

    def redo_step(self, step: Step) -> None:
        """Make that very change again; nothing happens once it has left the history."""
        if step in self._forth and not self._under_way:
            self._take(step, self._forth, self._back, "made again")

    def clear(self) -> None:
        """Forget everything, as after a change of the database."""
        self._back.clear()
        self._forth.clear()
        self.changed.emit()

    def _take(self, step: Step, source: deque[Step], target: deque[Step], word: str) -> None:
        def done(outcome: Outcome) -> None:
            # Not when clear() came meanwhile: then the step belongs to another database.
            if step in source:
                if outcome.rest is None:
                    source.remove(step)
                else:
                    source[source.index(step)] = replace(step, operation=outcome.rest)
                if outcome.inverse is not None:
                    target.append(replace(step, operation=outcome.inverse))
            self._settle()

        def again(operation: Operation) -> None:
            if step in source and not self._under_way:
                merged = replace(step, operation=operation)
                source[source.index(step)] = merged
                self._take(merged, source, target, word)

        def failed(error: KnownError | None) -> None:
            if isinstance(error, Conflict) and step in source and self._resolve is not None:
                self._settle()
                if self._resolve(step, error, again):
                    return
            if step in source and not _may_work_later(error):
                source.remove(step)
            self._settle()
            if error is not None:
                self._tell(f"“{step.label}” cannot be {word}", str(error))

        self._under_way = True
        self.changed.emit()
        self._commit(step.operation, done, failed)

    def _settle(self) -> None:
        self._under_way = False
        self.changed.emit()


def _words(verb: str, steps: deque[Step]) -> str:
    if not steps:
        return verb
    label = steps[-1].label
    return f"{verb} {label[:1].lower()}{label[1:]}"


def _may_work_later(error: KnownError | None) -> bool:
    return error is not None and (error.retryable or isinstance(error, Cancelled))
