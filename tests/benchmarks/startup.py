"""From the start of a process to its window painted, and to rows in it; each sample in a fresh process."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time

from tests.benchmarks.children import ROOT, installed
from tests.benchmarks.report import times
from tests.benchmarks.run import Run

SAMPLES = 11
_SECONDS = 60


def startup(run: Run) -> None:
    """The program's window and rows, against a bare window with an empty table, and the least that writes
    rows from Python. All of them take turns.
    """
    run.close_stage()
    kinds = ("bare", "window", "least", "rows", "list")
    with tempfile.TemporaryDirectory() as home:
        # What this program's user has chosen is left alone, and changes no figure.
        environment = installed(BLOGADMIN_DATABASE_URL=run.blog.url, XDG_CONFIG_HOME=home)
        for kind in ("settled", *kinds):
            _sample(kind, environment)
        taken = [[_sample(kind, environment) for kind in kinds] for _ in range(run.often(SAMPLES, 3))]
    bare, window, least, rows, usable = (statistics.median(column) for column in zip(*taken, strict=True))
    note = f"median of {len(taken)} fresh processes each; limit: QMainWindow with an empty QTableView"
    run.report.add("window_painted", window, limit=bare, target=times(1.15), note=note)
    note = "the server is running; the second start on a database, as every later one"
    run.report.add("window_with_rows.least", least, limit=bare, note=_LEAST)
    run.report.add("window_with_rows.list", usable, limit=bare, note="the same rows where they can be chosen")
    run.report.add("window_with_rows", rows, limit=bare, target=times(1.5), note=note)


_LEAST = "a bare window, the driver, and the words of as many rows, written from Python with a pen"


def least_paint(url: str, samples: int) -> float:
    """How long the first rows keep the event loop of a program that does nothing else: the worst, in ms."""
    with tempfile.TemporaryDirectory() as home:
        environment = installed(BLOGADMIN_DATABASE_URL=url, XDG_CONFIG_HOME=home)
        return max(float(_told("least", environment)[0]) for _ in range(samples))


def gaps(url: str, samples: int) -> list[tuple[float, ...]]:
    """The longest gaps of the event loop in fresh processes: how long, busy, waited, from when until when."""
    with tempfile.TemporaryDirectory() as home:
        environment = installed(BLOGADMIN_DATABASE_URL=url, XDG_CONFIG_HOME=home)
        _told("settled", environment)
        told = [_told("gaps", environment) for _ in range(samples)]
    return [tuple(map(float, one)) for one in told]


def _sample(kind: str, environment: dict[str, str]) -> float:
    begin = time.monotonic()
    return (float(_told(kind, environment)[-1]) - begin) * 1000


def _told(kind: str, environment: dict[str, str]) -> list[str]:
    command = [sys.executable, "-m", "tests.benchmarks.opening", kind]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    if done.returncode != 0 or not done.stdout.strip():
        raise RuntimeError(f"the window of {kind} did not open:\n{done.stderr[-2000:]}")
    return done.stdout.split()
