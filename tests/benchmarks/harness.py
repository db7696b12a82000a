"""Clocks and counters: how long something takes, how long the event loop is away, when a view was painted."""

from __future__ import annotations

import ctypes
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QAbstractScrollArea, QApplication

from tests.benchmarks.stillness import kept_waiting

BEAT = 5
"""Milliseconds between heartbeats."""
_LOOK_EVERY = 50


class Heartbeat(QObject):
    """Measures how long the event loop is away: the gaps between beats that should come every 5 ms.

    ``busy`` has for each gap the milliseconds for which this process was at work meanwhile, in whatever
    thread; ``waited`` those for which the window's thread wanted a processor that others had (on Linux). What
    neither explains, the thread slept, or all of the machine stood still. ``ends`` says when the gaps ended,
    by ``time.perf_counter``.
    """

    def __init__(self) -> None:
        super().__init__()
        self.gaps: list[float] = []
        self.busy: list[float] = []
        self.waited: list[float] = []
        self.ends: list[float] = []
        self._last: float | None = None
        self._worked = self._kept_waiting = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT)
        self._timer.timeout.connect(self._beat)

    @property
    def worst(self) -> float:
        """The longest gap in milliseconds."""
        return max(self.gaps, default=0.0)

    @property
    def p99(self) -> float:
        """The gap that one in a hundred exceeds, in milliseconds."""
        return percentile(self.gaps, 99) if self.gaps else 0.0

    @property
    def worst_busy(self) -> float:
        """The milliseconds for which this process was at work in the longest gap."""
        return max(zip(self.gaps, self.busy, strict=True), default=(0.0, 0.0))[1]

    @property
    def worst_span(self) -> tuple[float, float]:
        """When the longest gap began and ended."""
        gap, end = max(zip(self.gaps, self.ends, strict=True), default=(0.0, 0.0))
        return end - gap / 1000, end

    @property
    def worst_waited(self) -> float:
        """The milliseconds for which the window's thread waited for a processor in the longest gap."""
        return max(zip(self.gaps, self.waited, strict=True), default=(0.0, 0.0))[1]

    def start(self) -> None:
        """Beat from now on; what was measured before is forgotten."""
        self.gaps, self.busy, self.waited, self.ends, self._last = [], [], [], [], None
        self._timer.start()

    @contextmanager
    def running(self) -> Iterator[Heartbeat]:
        """Beat for as long as the block runs; what was measured before is forgotten."""
        self.start()
        try:
            yield self
            # What the block did last may have kept the next beat from coming.
            self._beat()
        finally:
            self._timer.stop()

    def _beat(self) -> None:
        now, worked, waiting = time.perf_counter(), time.process_time(), kept_waiting()
        if self._last is not None:
            self.gaps.append((now - self._last) * 1000)
            self.busy.append((worked - self._worked) * 1000)
            self.waited.append(waiting - self._kept_waiting)
            self.ends.append(now)
        self._last, self._worked, self._kept_waiting = now, worked, waiting


class PaintStamp(QObject):
    """When a view was last painted: taken in the event loop's turn right after the paint event.

    ``at`` is the end of the last paint; ``whole_at`` the end and ``whole_from`` the beginning of the last
    one at which ``is_whole`` held; ``count`` is how many paints there were.
    """

    def __init__(self, view: QAbstractScrollArea, is_whole: Callable[[], bool] = lambda: True) -> None:
        super().__init__(view)
        self.at = self.whole_at = self.whole_from = 0.0
        self.count = 0
        self._confirmed = -1
        self._is_whole = is_whole
        view.viewport().installEventFilter(self)

    def whole_since(self, begin: float) -> bool:
        """Whether everything on the screen was painted after ``begin``; to be asked until it holds.

        What was shown from earlier knowledge and turns out to be right is not painted again: then the time is
        that of the first question after one at which all was known, with no paint between the two.
        """
        if self.whole_from >= begin:
            return True
        if self.at < begin or not self._is_whole():
            self._confirmed = -1
        elif self._confirmed != self.count:
            self._confirmed = self.count
        else:
            self.whole_from = self.whole_at = time.perf_counter()
        return self.whole_from >= begin

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            begun, whole = time.perf_counter(), self._is_whole()
            QTimer.singleShot(0, self, lambda: self._stamp(begun, whole))
        return super().eventFilter(watched, event)

    def _stamp(self, begun: float, whole: bool) -> None:
        self.at = time.perf_counter()
        self.count += 1
        if whole:
            self.whole_from, self.whole_at = begun, self.at


def wait_for(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Run the event loop until ``condition`` holds; ``TimeoutError`` when it does not in time.

    Like the program's own loop it sleeps while nothing happens, so that workers get the processor.
    """
    loop = QEventLoop()
    ticker = QTimer(interval=_LOOK_EVERY)
    ticker.start()
    flags = QEventLoop.ProcessEventsFlag.AllEvents | QEventLoop.ProcessEventsFlag.WaitForMoreEvents
    end = time.perf_counter() + seconds
    while not condition():
        if time.perf_counter() > end:
            raise TimeoutError(getattr(condition, "__doc__", "") or "the awaited state did not come")
        loop.processEvents(flags)


def pause(seconds: float) -> None:
    """Run the event loop for a while."""
    end = time.perf_counter() + seconds
    wait_for(lambda: time.perf_counter() >= end, seconds + 60)


def turn() -> None:
    """Let the event loop do what is due."""
    QApplication.processEvents()


def timed(work: Callable[[], object]) -> float:
    """Milliseconds that ``work`` takes."""
    begin = time.perf_counter()
    work()
    return (time.perf_counter() - begin) * 1000


def median(work: Callable[[], object], times: int) -> float:
    """Median of ``times`` runs of ``work`` in milliseconds, after one that does not count."""
    work()
    return statistics.median(timed(work) for _ in range(times))


def side_by_side(works: Sequence[Callable[[], object]], times: int) -> list[float]:
    """Medians of several works that take turns, so that what else the machine does hits all alike."""
    for work in works:
        work()
    taken = [[timed(work) for work in works] for _ in range(times)]
    return [statistics.median(column) for column in zip(*taken, strict=True)]


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that ``percent`` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * percent / 100), len(ordered) - 1)]


def resident_mb() -> float:
    """Memory that this process holds now, in MB."""
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return peak_mb()


def used_mb() -> float:
    """Memory of this process without what its allocator keeps for later, in MB, where that can be told."""
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:
        # What a thread read last stays in its heap: some 20 MB, there or not as chance has it.
        trim(0)
    return resident_mb()


def peak_mb() -> float:
    """The most memory that this process ever held, in MB."""
    if sys.platform == "linux":
        # What getrusage says a process takes over from the one that started it.
        status = Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)
