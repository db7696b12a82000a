"""How long the machine itself stood still: what idle processes, one on each processor, missed meanwhile.

A virtual machine is stopped by its host now and then. Nobody inside can see that but by a clock that jumps:
a process that wakes every few milliseconds, late although no other had its processor.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.children import ROOT

_TICK = 0.004
_WORTH_TELLING = 0.001
_SCHEDSTAT = Path("/proc/thread-self/schedstat")


def kept_waiting() -> float:
    """Milliseconds for which this thread has wanted a processor and had none; 0 where nobody counts them."""
    try:
        return int(_SCHEDSTAT.read_bytes().split()[1]) / 1e6
    except OSError:
        return 0.0


class Stillness:
    """What the watchers have noticed so far; nothing where processes cannot be tied to processors."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.watchers: list[subprocess.Popen[bytes]] = []

    def watch(self, processor: int) -> None:
        """Have a process look out on ``processor`` from now on."""
        command = [sys.executable, "-m", "tests.benchmarks.stillness", str(processor)]
        with (self._folder / str(processor)).open("wb") as noticed:
            watcher = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=noticed)
        self.watchers.append(watcher)

    def end(self) -> None:
        """Have all of them end."""
        for watcher in self.watchers:
            watcher.kill()
            watcher.communicate()

    def within(self, begin: float, end: float) -> float:
        """Milliseconds for which one processor was away between two times of ``time.perf_counter``: the
        processor that was away longest.
        """
        return max((_overlap(noticed, begin, end) for noticed in self._folder.iterdir()), default=0.0)


@contextmanager
def watching() -> Iterator[Stillness]:
    """Watch every processor that this process may use, for as long as the block runs."""
    with tempfile.TemporaryDirectory() as folder:
        stillness = Stillness(Path(folder))
        try:
            for processor in os.sched_getaffinity(0) if sys.platform == "linux" else ():
                stillness.watch(processor)
            yield stillness
        finally:
            stillness.end()


def _overlap(noticed: Path, begin: float, end: float) -> float:
    spans = [
        line.split() for line in noticed.read_text("ascii").splitlines(keepends=True) if line[-1] == "\n"
    ]
    return sum(max(0.0, min(end, float(to)) - max(begin, float(since))) for since, to in spans) * 1000


def _look_out(processor: int) -> None:
    """Print from when until when this processor was away, once for each time."""
    if sys.platform == "linux":
        os.sched_setaffinity(0, {processor})
    last, waited = time.perf_counter(), kept_waiting()
    # What comes is the end of who wants to know: nobody else would end this process, were that one killed.
    while not select.select([sys.stdin], [], [], _TICK)[0]:
        now, waits = time.perf_counter(), kept_waiting()
        away = now - last - _TICK - (waits - waited) / 1000
        if away > _WORTH_TELLING:
            print(now - away, now, flush=True)
        last, waited = time.perf_counter(), waits


if __name__ == "__main__":
    _look_out(int(sys.argv[1]))
