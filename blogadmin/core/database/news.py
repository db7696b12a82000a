"""What a feed tells, and how the server's notifications become that: parsed, checked, joined.

A notification on ``CHANGED`` is JSON: ``{"n": "posts", "i": [ids], "u": [ids], "d": [ids]}`` for rows of a
table that a statement inserted, updated, deleted; ``{"n": "posts", "all": true}`` where they were too many.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Container
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

from blogadmin.core.database.changes import Changes

CHANGED: Final = "blogadmin"
EDITING: Final = "blogadmin_presence"
JOIN: Final = 0.05
"""Seconds from the first notification during which all others join it: a burst is one event."""

_INT8 = 2**63
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Changed:
    """Others have committed these changes."""

    changes: Changes


@dataclass(frozen=True, slots=True)
class LostTrack:
    """Any row of ``noun`` may have changed; of every noun where that is ``None``."""

    noun: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How the feed stands. ``reason`` says, in a person's words, why it is not live."""

    kind: Literal["connecting", "live", "not live"]
    reason: str = ""


class Editor(NamedTuple):
    """Somebody edits a row in another program. ``own_login``: with the login that this program uses."""

    noun: str
    row_id: int
    login: str
    application: str
    pid: int
    own_login: bool = False


@dataclass(frozen=True, slots=True)
class Editing:
    """Everybody who edits a row now, in other programs."""

    editors: tuple[Editor, ...] = ()


Event = Changed | LostTrack | Standing | Editing


class Burst:
    """Collects notifications about ``nouns`` until it is time to tell of them.

    ``own`` has the processes whose commits are known already.
    """

    def __init__(self, own: Container[int], nouns: Container[str]) -> None:
        self._own = own
        self._nouns = nouns
        self._complained = False
        self._start_over()

    def _start_over(self) -> None:
        self.due: float | None = None
        """When to tell, by the monotonic clock; ``None`` while there is nothing to tell."""
        self.editing = False
        """Whether somebody has begun or ceased to edit a row."""
        self._created: dict[str, set[int]] = {}
        self._updated: dict[str, set[int]] = {}
        self._deleted: dict[str, set[int]] = {}
        self._lost: set[str] = set()

    def hear(self, channel: str, pid: int, payload: str) -> None:
        """Take in a notification that process ``pid`` has sent."""
        if pid in self._own:
            return
        if channel == EDITING:
            self.editing = True
        elif channel != CHANGED or not self._read(payload):
            return
        if self.due is None:
            self.due = time.monotonic() + JOIN

    def take(self) -> tuple[Event, ...]:
        """What there is to tell, and begin anew."""
        parts = [
            Changes.of(
                noun,
                created=self._created.get(noun, ()),
                updated=self._updated.get(noun, ()),
                deleted=self._deleted.get(noun, ()),
            )
            for noun in sorted({*self._created, *self._updated, *self._deleted} - self._lost)
        ]
        events: list[Event] = [Changed(joined)] if (joined := Changes.joined(parts)) else []
        events += [LostTrack(noun) for noun in sorted(self._lost)]
        self._start_over()
        return tuple(events)

    def _read(self, payload: str) -> bool:
        told = _parsed(payload)
        if told is None or told.noun not in self._nouns:
            if not self._complained:
                self._complained = True
                _log.warning("A notification could not be understood and was ignored; so will be others.")
            return False
        if told.everything:
            self._lost.add(told.noun)
        else:
            self._add(told)
        return True

    def _add(self, told: _Told) -> None:
        created, updated, deleted = (
            ids.setdefault(told.noun, set()) for ids in (self._created, self._updated, self._deleted)
        )
        # In the order in which it happened: a row may come back with its id after it was deleted.
        deleted -= told.created | told.updated
        created |= told.created
        updated |= told.updated
        created -= told.deleted
        updated -= told.deleted
        deleted |= told.deleted


class _Told(NamedTuple):
    noun: str
    created: frozenset[int]
    updated: frozenset[int]
    deleted: frozenset[int]
    everything: bool


def _parsed(payload: str) -> _Told | None:
    try:
        told: Any = json.loads(payload)
        created, updated, deleted = (_ids(told.get(key, [])) for key in ("i", "u", "d"))
        noun, everything = told["n"], told.get("all", False)
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
        return None
    if not isinstance(noun, str) or not isinstance(everything, bool):
        return None
    return _Told(noun, created, updated, deleted, everything)


def _ids(listed: Any) -> frozenset[int]:
    """The ids in a JSON list. Raises ``TypeError`` or ``ValueError`` where it is none."""
    if not isinstance(listed, list):
        raise TypeError
    ids = frozenset[int](listed)
    if not all(type(one) is int and -_INT8 <= one < _INT8 for one in ids):
        raise ValueError
    return ids
