"""Where an edit dialog stands, without a widget: which row, which version, and what is under way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Phase(StrEnum):
    """What the dialog is doing. Only in ``READY`` a person can type."""

    LOADING = "loading"
    READY = "ready"
    SAVING = "saving"
    FAILED = "failed"
    """The row could not be read, so there is nothing to edit."""


class WrongPhase(RuntimeError):
    """A step that does not follow from where the dialog stands: a bug."""


_NEXT = {
    Phase.LOADING: {Phase.LOADING, Phase.READY, Phase.FAILED},
    Phase.READY: {Phase.SAVING, Phase.LOADING},
    Phase.SAVING: {Phase.READY, Phase.LOADING},
    Phase.FAILED: {Phase.LOADING},
}


@dataclass(slots=True)
class EditState:
    """One row being edited: ``id`` is ``None`` for a new one, ``base`` holds the values as loaded."""

    phase: Phase = Phase.LOADING
    id: int | None = None
    version: int = 0
    base: dict[str, Any] = field(default_factory=dict)
    merges: int = 0
    """How often in a row someone else's changes have been taken over while saving."""

    def go(self, phase: Phase) -> None:
        """Enter ``phase``. Raises ``WrongPhase`` where no way leads there from the present one."""
        if phase not in _NEXT[self.phase]:
            raise WrongPhase(f"{self.phase} → {phase}")
        self.phase = phase

    def begin_loading(self, row_id: int) -> None:
        """Another row is being read; the present one stays shown until it has come."""
        self.go(Phase.LOADING)
        self.id = row_id

    def loaded(self, version: int, base: Mapping[str, Any]) -> None:
        """The row has come."""
        self.go(Phase.READY)
        self.version, self.base, self.merges = version, dict(base), 0

    def begin_new(self, base: Mapping[str, Any]) -> None:
        """A row that does not exist yet, with the values that the form starts from."""
        if self.phase is not Phase.READY:
            self.phase = Phase.LOADING
            self.go(Phase.READY)
        self.id, self.version, self.base, self.merges = None, 0, dict(base), 0

    def rebase(self, version: int, theirs: Mapping[str, Any]) -> None:
        """Someone else's values are the ones to compare with from now on."""
        self.version = version
        self.base.update(theirs)
        self.merges += 1
