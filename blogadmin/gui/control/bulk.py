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
    run.waits.connect(bar.say)                     # the connection was lost; words
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
from blogadmin.core.database.errors import KnownError, OutcomeUnknown, Unavailable, in_words
from blogadmin.core.operations.bulk_progress import BulkProgress, forward
from blogadmin.core.operations.bulk_values import BulkChange, BulkReport, ChunkedBack, ChunkOutcome, Rows
from blogadmin.core.operations.wording import counted
from blogadmin.gui.control.hub import ChangeHub
from blogadmin.gui.control.tasks import Tasks
from blogadmin.gui.control.ticket import Ticket
from blogadmin.gui.control.unsettled import Unsettled

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
_LOST = "The connection was lost, so it was stopped; what is done stays."
_WAITS = (
    "The connection was lost, and it is not known yet whether the last {number} were saved. This is found out"
    " as soon as the server is back."
)

_Chunk: TypeAlias = tuple[ChunkOutcome, Changes, float]
"""What a chunk did, what views must know of it, and how many seconds it took."""


class BulkRun(QObject):
    """One run, made by ``Controller.run_bulk``. Between two chunks other writes have their turn.

    Signals:
        progressed: rows dealt with, and how many there are (0: not known yet).
        waits: words: the connection was lost, and of a chunk it has to be found out first what became of it.
        finished: the ``BulkReport``, exactly once, unless the program ends before.
        settled: after ``finished``, a ``BulkReport`` of the rows that were not certain, where it was ended
            before anybody knew.
    """

    progressed = Signal(int, int)
    waits = Signal(str)
    finished = Signal(object)
    settled = Signal(object)

    def __init__(
        self,
        tasks: Tasks,
        hub: ChangeHub,
        unsettled: Unsettled,
        change: BulkChange,
        ids: Ids | ChunkedBack,
        initiator: object,
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
        self.unsettled: Rows | None = None
        """The rows of which nobody knows yet whether they were saved."""
        self._tasks = tasks
        self._hub = hub
        self._ask = unsettled.settle
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
        if self.unsettled is not None:
            # The server may be away for hours.
            self._go_on()
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
            if self.unsettled is not None:
                progress.failed(self.unsettled, OutcomeUnknown(""))
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

        def work(session: Any) -> _Chunk:
            begin = time.perf_counter()
            outcome = change.apply_chunk(session, rows, keep=keep)
            changes = outcome.changes(change.noun, deleted=change.deletes)
            return outcome, changes, time.perf_counter() - begin

        def took(chunk: _Chunk) -> None:
            self._take(progress, chunk)
            self._go_on()

        def failed(exc: Exception) -> None:
            if not isinstance(exc, KnownError):
                progress.failed(rows, KnownError(_UNEXPECTED))
                self._stop(exc)
            elif isinstance(exc, OutcomeUnknown) and self._find_out(progress, rows, exc):
                self.waits.emit(_WAITS.format(number=counted(len(rows), change.noun)))
            elif progress.failed(rows, exc):
                self._go_on()
            else:
                self._stop(exc)

        self._tasks.write(work, took, failed, owner=self, limit=CHUNK_LIMIT)

    def _take(self, progress: BulkProgress, chunk: _Chunk) -> None:
        outcome, changes, seconds = chunk
        progress.took(outcome, seconds)
        self._news.append(changes)
        self._tell(progress)

    # Lost while a chunk was saved

    def _find_out(self, progress: BulkProgress, rows: Rows, error: OutcomeUnknown) -> bool:
        """Wait until it is known what became of ``rows``; ``False`` where nobody can be asked."""

        def saved(chunk: _Chunk) -> None:
            self.unsettled = None
            if not self.running:
                self._tell_late(rows, chunk, None)
                return
            self._take(progress, chunk)
            left = progress.next()
            if left is None:
                self._go_on()
            else:
                lost = Unavailable(_LOST)
                progress.failed(left, lost)
                self._stop(lost)

        def not_saved(reason: Exception) -> None:
            self.unsettled = None
            known = reason if isinstance(reason, KnownError) else KnownError(_UNEXPECTED)
            if not self.running:
                self._tell_late(rows, None, known)
                return
            progress.failed(rows, known)
            self._stop(reason)

        asks = self._ask(error, saved, not_saved)
        self.unsettled = rows if asks else None
        return asks

    def _tell_late(self, rows: Rows, chunk: _Chunk | None, error: KnownError | None) -> None:
        """The run was ended before: report on the rows that were not certain by themselves."""
        late = BulkProgress(self.change, (), len(rows))
        if chunk is not None:
            self._take(late, chunk)
        elif error is not None:
            late.failed(rows, error)
        self._announce()
        self.settled.emit(late.finish())

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
