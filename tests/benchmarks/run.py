"""One run of a benchmark: on which blog, how thoroughly, and what is shared between its measurements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.data import Blog
from tests.benchmarks.report import Report
from tests.benchmarks.stage import Stage, open_stage


@dataclass
class Run:
    """What a measurement is given. ``effort`` scales how often things are repeated; 1 is a full run."""

    blog: Blog
    report: Report
    effort: float = 1.0
    data_dir: Path | None = None
    """Where the blogs are kept."""
    peers: Path | None = None
    """A folder with programs that measure others."""
    _stage: Stage | None = None
    _open: ExitStack = field(default_factory=ExitStack)

    def often(self, times: int, least: int = 3) -> int:
        """How often to repeat something that a full run repeats ``times``."""
        return max(least, round(times * self.effort))

    def stage(self) -> Stage:
        """The program's window on the blog, opened when first asked for and shared from then on."""
        if self._stage is None:
            self._stage = self._open.enter_context(open_stage(self.blog.url))
        return self._stage

    def close_stage(self) -> None:
        """Close the window: what is measured next shall have the machine for itself."""
        self._open.close()
        self._stage = None

    def value_of(self, key: str) -> float | None:
        """A figure that was taken before, in this run."""
        figure = self.report.figures.get(key)
        return None if figure is None else figure.value


@contextmanager
def running(run: Run) -> Iterator[Run]:
    """Close the run's window in the end."""
    try:
        yield run
    finally:
        run.close_stage()
