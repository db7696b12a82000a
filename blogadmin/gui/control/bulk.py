"""A change of any number of rows on its way: chunk after chunk by the one writer, with progress and Cancel.

How pages and dialogs use it::

    from blogadmin.core import operations          # inside functions: operations.bulk_run.…

    change = operations.bulk_run.SetColumn("posts", "status", "published")
    # SetColumn(noun, column, value): posts.status, posts.author_id, users.role, users.is_active,
    # comments.status · AddTags(("qt",)) · RemoveTags(("qt",)) · DeleteMany("posts", with_comments=True) ·
    # DeleteMany("users"); each takes since=… (server's clock): rows changed after it are left alone.

    # First, on a reader: what would it do?
    tasks.read(slot, lambda s: operations.bulk_run.preview(s, change, ids, since), show)
    # → Preview(total, gone, already, blocked, changed_meanwhile, undoable, as_of, would_change, sentence)

    run = controller.run_bulk(change, ids, initiator=self)
    run.progressed.connect(bar.show)               # (done, total), at most 20 a second
    run.finished.connect(self.show_report)         # BulkReport, once
    run.cancel()                                   # what is done stays, and the report says so

``ids`` is an ``array("q")``, an iterable of packed chunks, or for all rows of a filter a function that gives
them on a reader: ``lambda session: LISTING.ids(session, spec)``. ``BulkReport``: ``message`` (one sentence),
``count(Fate.DONE)`` and so on, ``refused`` (reason → ids), ``cancelled``, ``stopped`` (why, "" when it came
to its end), ``inverse`` (in the history already), ``write_csv(path)`` (a line for each row; on a worker).
Undo and redo of such a change are runs, too: ``controller.bulk_started`` tells of every one.
"""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

from PySide6.QtCore import QObject, QTimer, Signal

from blogadmin.core.database.changes import Changes
from blogadmin.core.database.errors import KnownError, in_words
from blogadmin.core.operations.bulk_progress import BulkProgress, forward
from blogadmin.core.operations.bulk_values import BulkChange, BulkReport, ChunkedBack, ChunkOutcome, Rows
from blogadmin.gui.control.hub import ChangeHub
from blogadmin.gui.control.tasks import Tasks
from blogadmin.gui.control.ticket import Ticket

Ids: TypeAlias = "array[int] | Iterable[bytes] | Callable[[Any], Iterable[bytes]]"
"""Ids of rows, packed; a function gives them on a reader's session."""

TELL_EVERY: Final = 0.05
"""Seconds between two signals of progress, at least."""
ANNOUNCE_EVERY: Final = 1.0
"""Seconds between two announcements to the views: each holds no more rows than are changed in that time."""
BUSY_PAUSE: Final = 0.5
"""Seconds before rows that somebody held locked are tried again."""
CHUNK_LIMIT: Final = 60.0
"""Seconds after which a chunk is stopped from this side."""

_CANCELLED = "It was cancelled; what is done stays."
_UNEXPECTED = "Something unexpected happened, so it was stopped."
_OTHER_DATABASE = "Another database was opened."


class BulkRun(QObject):
    """One run, made by ``Controller.run_bulk``. Between two chunks other writes have their turn.

    Signals:
        progressed: rows dealt with, and how many there are (0: not known yet).
        finished: the ``BulkReport``, exactly once, unless the program ends before.
    """

    progressed = Signal(int, int)
    finished = Signal(object)

    def __init__(
        self, tasks: Tasks, hub: ChangeHub, change: BulkChange, ids: Ids | ChunkedBack, initiator: object
    ) -> None:
        super().__init__()
        self.change = change
        self.report: BulkReport | None = None
        """Once it has finished."""
        self.error: KnownError | None = None
        """What stopped it, if something did."""
        self.bug: Exception | None = None
        """What stopped it, if that was the program's fault."""
        self.elsewhere = False
        """Whether another database was opened meanwhile."""
        self._tasks = tasks
        self._hub = hub
        self._initiator = initiator
        self._ids = ids
        self._chunks: list[bytes] = []
        self._reading: Ticket | None = None
        self._progress: BulkProgress | None = None
        self._cancelled = False
        self._news: list[Changes] = []
        self._told = self._announced = 0.0
        tasks.database_changed.connect(self._leave)
        QTimer.singleShot(0, self, self._start)

    @property
    def total(self) -> int:
        """How many rows there are; 0 while that is not known."""
        return self._progress.total if self._progress is not None else 0

    @property
    def running(self) -> bool:
        """Whether ``finished`` is still to come."""
        return self.report is None

    def cancel(self) -> None:
        """Stop after the chunk that is under way; nothing happens when the run is over."""
        self._cancelled = True
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
            self._begin_with(self._chunks)

    def _start(self) -> None:
        ids = self._ids
        if isinstance(ids, ChunkedBack):
            self._progress = BulkProgress(self.change, ids.rows(), ids.total)
            self._go_on()
        elif callable(ids):
            slot = f"ids of bulk run {id(self)}"
            self._reading = self._tasks.stream(
                slot, ids, self._chunks.append, self._have_read, self._could_not_read, owner=self
            )
        else:
            self._begin_with(ids)

    def _have_read(self) -> None:
        self._reading = None
        self._begin_with(self._chunks)

    def _could_not_read(self, exc: Exception) -> None:
        self._reading = None
        self._begin_with(array("q"), go=False)
        self._stop(exc)

    def _begin_with(self, ids: array[int] | Iterable[bytes], *, go: bool = True) -> None:
        known = ids if isinstance(ids, array) else list(ids)
        total = len(known) if isinstance(known, array) else sum(map(len, known)) // array("q").itemsize
        self._progress = BulkProgress(self.change, forward(known), total)
        if go:
            self._go_on()

    def _go_on(self) -> None:
        progress = self._progress
        if progress is None or not self.running:
            return
        if self._cancelled:
            progress.stop(_OTHER_DATABASE if self.elsewhere else _CANCELLED, cancelled=True)
            self._finish(progress)
        elif (rows := progress.next()) is not None:
            self._write(progress, rows)
        elif progress.again():
            QTimer.singleShot(round(BUSY_PAUSE * 1000), self, self._go_on)
        else:
            self._finish(progress)

    def _write(self, progress: BulkProgress, rows: Rows) -> None:
        change, keep = self.change, progress.keeps

        def work(session: Any) -> tuple[ChunkOutcome, Changes, float]:
            begin = time.perf_counter()
            outcome = change.apply_chunk(session, rows, keep=keep)
            changes = outcome.changes(change.noun, deleted=change.deletes)
            return outcome, changes, time.perf_counter() - begin

        def took(result: tuple[ChunkOutcome, Changes, float]) -> None:
            outcome, changes, seconds = result
            progress.took(outcome, seconds)
            self._news.append(changes)
            self._tell(progress)
            self._go_on()

        def failed(exc: Exception) -> None:
            if not isinstance(exc, KnownError):
                progress.failed(rows, KnownError(_UNEXPECTED))
                self._stop(exc)
            elif progress.failed(rows, exc):
                self._go_on()
            else:
                self._stop(exc)

        self._tasks.write(work, took, failed, owner=self, limit=CHUNK_LIMIT)

    def _stop(self, exc: Exception) -> None:
        progress = self._progress
        if progress is None:
            return
        self.error = exc if isinstance(exc, KnownError) else None
        self.bug = None if isinstance(exc, KnownError) else exc
        progress.stop(in_words(exc) if isinstance(exc, KnownError) else _UNEXPECTED)
        self._finish(progress)

    def _tell(self, progress: BulkProgress) -> None:
        now = time.monotonic()
        if now - self._told >= TELL_EVERY:
            self._told = now
            self.progressed.emit(progress.looked_at, progress.total)
        if now - self._announced >= ANNOUNCE_EVERY:
            self._announced = now
            self._announce()

    def _announce(self) -> None:
        news, self._news = self._news, []
        if not self.elsewhere:
            self._hub.announce(Changes.joined(news), self._initiator)

    def _finish(self, progress: BulkProgress) -> None:
        self._announce()
        self.report = progress.finish()
        self.progressed.emit(progress.looked_at, progress.total)
        self.finished.emit(self.report)

    def _leave(self) -> None:
        self.elsewhere = True
        self.cancel()
