"""What a list adds to the memory of the program, and whether sorting it again and again adds more.

Run as a program it is the process that is weighed: address, number of sorts; one line of JSON.
"""

from __future__ import annotations

import itertools
import json
import statistics
import subprocess
import sys
from typing import Any

from tests.benchmarks.children import ROOT, installed
from tests.benchmarks.harness import pause, peak_mb, resident_mb, used_mb, wait_for

SORTS = 200
_WARM_SORTS = 20
_LOOKS = 6
_SECONDS = 3_600
NOISE_MB = 2.0
"""What an allocator keeps or gives back as it likes."""


def memory(run: Any) -> None:
    """Three processes each on an empty and on the full blog; of one more, what 200 sorts leave behind."""
    from tests.benchmarks.report import at_most

    run.close_stage()
    large = run.blog.size.posts > 2_000_000
    samples = run.often(3, 1)
    with run.blog.empty() as url:
        empty = [weigh(url, 0) for _ in range(samples)]
    full = [weigh(run.blog.url, 0) for _ in range(samples)]
    grown = weigh(run.blog.url, run.often(SORTS, 5))
    base = _median(empty, "listed")
    note = f"the same window on an empty blog holds {base:.0f} MB"
    run.report.add(
        "memory",
        _median(full, "listed") - base,
        unit="MB",
        target=at_most(60 if large else 30, "MB"),
        note=note,
    )
    before = _median(full, "listed") - _median(full, "unconnected")
    run.report.add("memory.over_unconnected", before, unit="MB", note="SQLAlchemy and the driver included")
    run.report.add("memory.whole_process", _median(full, "listed"), unit="MB")
    run.report.add("memory.at_most", _median(full, "peak") - base, unit="MB", note="the most while opening")
    note = f"{grown['sorts']} sorts, after {_WARM_SORTS} that do not count"
    run.report.add("memory_after_sorts", grown["grown"], unit="MB", target=at_most(NOISE_MB, "MB"), note=note)


def _median(samples: list[dict[str, float]], key: str) -> float:
    return statistics.median(sample[key] for sample in samples)


def weigh(url: str, sorts: int) -> dict[str, float]:
    """Megabytes of a fresh process that opens ``url``."""
    command = [sys.executable, "-m", "tests.benchmarks.memory", url, str(sorts)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=installed(),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"the process that was to be weighed failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def _be_weighed(url: str, sorts: int) -> dict[str, float]:
    from blogadmin.app import application, build
    from blogadmin.gui.tables.list_model import State
    from blogadmin.gui.theme import Mode
    from blogadmin.settings import Settings

    application(Mode.LIGHT)
    program = build(Settings(database_url=url))
    window, tasks = program.window, program.services.tasks
    window.resize(1440, 900)
    window.look.keep_page("posts")
    window.show()
    pause(0.5)
    unconnected = resident_mb()
    program.begin()
    wait_for(lambda: tasks.database is not None)
    wait_for(lambda: all(p.model.state is State.READY for p in window.pages) and not tasks.outstanding, 600)
    pause(0.5)
    found = {"unconnected": unconnected, "listed": resident_mb(), "peak": peak_mb(), "sorts": sorts}
    if sorts:
        found["grown"] = _sort(window, sorts)
    window.close()
    program.close()
    return found


def _sort(window: Any, sorts: int) -> float:
    """Megabytes that so many sorts leave behind."""
    from blogadmin.core.queries.spec import ListSpec, Sort
    from blogadmin.gui.tables.list_model import State

    model = next(page.model for page in window.pages if page.noun.key == "posts")
    names = ("updated_at", "slug", "id")
    orders = itertools.cycle((Sort(name, descending=down),) for name in names for down in (True, False))

    def sort() -> float:
        model.load(ListSpec("", next(orders)))
        wait_for(lambda: model.state is State.READY and model.row_count_exact, 120)
        pause(0.1)
        return used_mb()

    # The least of several: which of two lists, both there for a moment, has gone already is left to chance.
    warm = min([sort() for _ in range(_WARM_SORTS)][-_LOOKS:])
    return min([sort() for _ in range(max(sorts, _LOOKS))][-_LOOKS:]) - warm


if __name__ == "__main__":
    print(json.dumps(_be_weighed(sys.argv[1], int(sys.argv[2]))))
