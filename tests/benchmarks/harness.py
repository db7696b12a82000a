"""Clocks, counters and the table that every benchmark prints and writes as JSON."""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QAbstractScrollArea, QApplication

BEAT = 5
"""Milliseconds between heartbeats."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. ``limit`` was measured beside ``value`` in the same run, in the same unit."""

    value: float
    unit: str = "ms"
    limit: float | None = None
    ratio: float | None = None
    target: str = ""
    note: str = ""


@dataclass(slots=True)
class Report:
    """The figures of a run, and on what they were taken."""

    name: str
    posts: int
    figures: dict[str, Figure] = field(default_factory=dict)

    def add(
        self,
        key: str,
        value: float,
        *,
        unit: str = "ms",
        limit: float | None = None,
        target: str = "",
        note: str = "",
    ) -> None:
        """Add a figure; the ratio to its limit follows from both."""
        ratio = round(value / limit, 3) if limit else None
        rounded = None if limit is None else round(limit, 3)
        self.figures[key] = Figure(round(value, 3), unit, rounded, ratio, target, note)

    def as_json(self) -> str:
        """The whole report as JSON."""
        machine = {
            "python": platform.python_version(),
            "system": platform.system(),
            "cores": os.cpu_count(),
            "qt_platform": QApplication.platformName(),
        }
        figures = {key: asdict(figure) for key, figure in self.figures.items()}
        return json.dumps({"name": self.name, "posts": self.posts, **machine, "figures": figures}, indent=2)

    def print_table(self) -> None:
        """Print the figures for a person."""
        print(f"\n{self.name}, {self.posts:,} posts, {QApplication.platformName()}")
        for key, f in self.figures.items():
            limit = "" if f.limit is None else f"limit {f.limit:,.1f}  ratio {f.ratio:,.2f}"
            print(f"  {key:<38} {f.value:>12,.2f} {f.unit:<3} {limit:<28} {f.target}  {f.note}".rstrip())

    def write(self, file: Path | None) -> None:
        """Write the JSON to ``file``, if one was named."""
        if file is not None:
            file.write_text(self.as_json() + "\n", "utf-8")


class Heartbeat(QObject):
    """Measures how long the event loop is away: the longest gap between beats that should come every 5 ms."""

    def __init__(self) -> None:
        super().__init__()
        self.worst = 0.0
        self._last: float | None = None
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT)
        self._timer.timeout.connect(self._beat)

    @contextmanager
    def running(self) -> Iterator[Heartbeat]:
        """Beat for as long as the block runs; ``worst`` is in milliseconds."""
        self.worst, self._last = 0.0, None
        self._timer.start()
        try:
            yield self
        finally:
            self._timer.stop()

    def _beat(self) -> None:
        now = time.perf_counter()
        if self._last is not None:
            self.worst = max(self.worst, (now - self._last) * 1000)
        self._last = now


class PaintStamp(QObject):
    """When a view was last painted: taken in the event loop's turn right after the paint event."""

    def __init__(self, view: QAbstractScrollArea) -> None:
        super().__init__(view)
        self.at = 0.0
        view.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self, self._stamp)
        return super().eventFilter(watched, event)

    def _stamp(self) -> None:
        self.at = time.perf_counter()


def wait_for(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Run the event loop until ``condition`` holds; ``TimeoutError`` when it does not in time."""
    end = time.perf_counter() + seconds
    while not condition():
        if time.perf_counter() > end:
            raise TimeoutError(getattr(condition, "__doc__", "") or "the awaited state did not come")
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


def resident_mb() -> float:
    """Memory that this process holds now, in MB."""
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return peak_mb()


def peak_mb() -> float:
    """The most memory that this process ever held, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)
