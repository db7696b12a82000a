"""Every figure of the lists in one run: ``./run bench lists``."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.benchmarks import (
    costs,
    elsewhere,
    finding,
    generating,
    memory,
    moving,
    peers,
    reading,
    recording,
    startup,
)
from tests.benchmarks.run import Run

MEASURES: tuple[tuple[tuple[str, ...], Callable[[Run], None]], ...] = (
    (("first_rows", "own_repaint"), reading.first_rows),
    (("jump", "jump_p95"), reading.jump),
    (("jump_before_ids",), reading.jump_before_ids),
    (("seekable", "seekable_by_author"), reading.seekable),
    (("search",), reading.search),
    (("search.common",), finding.common_words),
    (("facets",), finding.facets),
    (("palette",), finding.palette),
    (("drag", "wheel", "rows_after_letting_go"), moving.scrolling),
    (("worst_gap",), moving.worst_gap),
    (("live",), elsewhere.live),
    (("memory", "memory_after_sorts"), memory.memory),
    (("window_painted", "window_with_rows"), startup.startup),
    (("list_query",), costs.list_query),
    (("one_change",), costs.one_change),
    (("is_active",), costs.is_active),
    (("history_cost",), recording.history_cost),
    (("generate",), generating.generate),
    (("peers",), peers.peers),
)
KEYS = tuple(key for keys, _measure in MEASURES for key in keys)


def measure(run: Run, only: Iterable[str] = (), file: Path | None = None) -> bool:
    """Take the figures named in ``only``, or all; tells whether all could be taken.

    ``file`` gets the report after each measurement: a long run that is stopped keeps what it has.
    """
    wanted = set(only) or set(KEYS)
    complete = True
    for keys, take in MEASURES:
        if not wanted.intersection(keys):
            continue
        print(f"… {', '.join(keys)}", end=" ", flush=True)
        begin = time.monotonic()
        try:
            take(run)
            print(f"{time.monotonic() - begin:.0f} s", flush=True)
        except Exception:  # noqa: BLE001 - one that fails shall not cost the figures of the others
            traceback.print_exc()
            complete = False
            for key in keys:
                run.report.add(key, None, note="failed")
        run.report.write(file)
    return complete
