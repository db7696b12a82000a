"""How the window keeps up: the longest time the event loop is away, and frames while scrolling."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from blogadmin.core.queries.spec import Condition, Group, ListSpec, Sort
from tests.benchmarks import startup
from tests.benchmarks.children import ROOT
from tests.benchmarks.data import connect
from tests.benchmarks.harness import Heartbeat, pause, wait_for
from tests.benchmarks.reading import BY_AUTHOR, NEWEST
from tests.benchmarks.report import at_least, at_most, at_most_or_times
from tests.benchmarks.run import Run
from tests.benchmarks.stage import Stage, open_stage
from tests.benchmarks.stillness import Stillness, watching

COMMITS_A_SECOND = 20
_NOTCH = 120
_QUIET = 1.5
_LONGEST = 10.0
"""Seconds for which the C++ model is watched at most; a list of ten million rows takes longer to come."""


def worst_gap(run: Run) -> None:
    """The longest gap of a 5 ms heartbeat in what people do; ``start`` is that of a fresh process.

    Beside each of them that of a C++ model which is painted as often in as much time, right afterwards: what
    the machine does to anybody. Beside ``start`` the one paint of the least program that shows such rows.
    """
    run.close_stage()
    with watching() as stillness:
        _worst_gap(run, stillness)


def _worst_gap(run: Run, stillness: Stillness) -> None:
    with open_stage(run.blog.url, beating=True) as stage:
        opened = _Gaps.of(stage.heart)
        stage.settle()
        repaints = [stage.twin.repaint() for _ in range(run.often(500, 100))]
        limit = statistics.median(repaints)
        still = _gaps(stage, lambda: pause(2))
        found, beside = {"open": opened}, {"open": max(repaints)}
        with committing(run.blog.url):
            for name, act in _ACTS.items():
                # The event loop has stood still while the twin was watched: what waits for a quiet moment.
                pause(_QUIET)
                begin, paints = time.perf_counter(), stage.stamp.count
                found[name] = _gaps(stage, lambda act=act: act(run, stage))
                seconds = min(time.perf_counter() - begin, _LONGEST)
                beside[name] = stage.twin.worst_gap(max(stage.stamp.count - paints, 1), seconds)
        stage.close_twin()
    found["start"] = _Gaps(*max(startup.gaps(run.blog.url, run.often(3, 1))))
    beside["start"] = startup.least_paint(run.blog.url, run.often(3, 1))
    target = at_most_or_times(16, 2)
    machine = f"a window that does nothing {still.worst:.0f} ms"
    for name, gaps in found.items():
        most = f"99 % below {gaps.p99:.1f} ms, " if gaps.p99 else ""
        of_it = f"at work for {gaps.busy:.1f} ms of it, without a processor for {gaps.waited:.1f}, "
        of_it += f"the machine away for {stillness.within(gaps.began, gaps.ended):.1f}"
        note = f"{most}{of_it}; {machine}"
        run.report.add(f"worst_gap.{name}", gaps.worst, limit=limit, target=target, note=note)
        note = "the least program that paints rows" if name == "start" else "the C++ model, painted as often"
        run.report.add(f"worst_gap.{name}.beside", beside[name], note=note)
    name = max(found, key=lambda name: found[name].worst)
    run.report.add("worst_gap", found[name].worst, limit=limit, target=target, note=f"while: {name}")


class _Gaps(NamedTuple):
    """The longest gap, for how long of it the process was at work and its thread without a processor, from
    when until when it was, and what 99 % of all gaps are below.
    """

    worst: float
    busy: float
    waited: float
    began: float
    ended: float
    p99: float = 0.0

    @classmethod
    def of(cls, heart: Heartbeat) -> _Gaps:
        return cls(heart.worst, heart.worst_busy, heart.worst_waited, *heart.worst_span, heart.p99)


def _gaps(stage: Stage, act: Callable[[], object]) -> _Gaps:
    with stage.heart.running():
        act()
        stage.settle()
    return _Gaps.of(stage.heart)


def _sort(run: Run, stage: Stage) -> None:
    for turn in range(run.often(8, 3)):
        stage.load(
            ListSpec("", (NEWEST, BY_AUTHOR, (Sort("id"),), (Sort("slug", descending=True),))[turn % 4])
        )
        stage.settle()


def _search(run: Run, stage: Stage) -> None:
    for word in ("a", "ar", "art", "the", "zz no such words", "")[: run.often(6)]:
        stage.model.load(ListSpec(word, NEWEST))
        stage.settle()


def _type(run: Run, stage: Stage) -> None:
    """Each key stroke asks anew before the one before has been answered."""
    for length in range(1, run.often(8, 3) + 1):
        stage.model.load(ListSpec("a little"[:length], NEWEST))
        pause(0.08)
    stage.model.load(ListSpec("", NEWEST))


def _filter(run: Run, stage: Stage) -> None:
    for status in ("draft", "published", "archived", "published")[: run.often(4)]:
        where = Group((Condition("status", "is", status),))
        stage.model.load(ListSpec("", NEWEST, where=where))
        stage.settle()
    stage.model.load(ListSpec("", NEWEST))


def _reload(run: Run, stage: Stage) -> None:
    for _ in range(run.often(5, 2)):
        stage.model.reload()
        stage.settle()


def _jumps(run: Run, stage: Stage) -> None:
    for _ in range(run.often(60, 10)):
        stage.jump(stage.any_row())


def _drag(run: Run, stage: Stage) -> None:
    _drag_for(stage, 10 * min(run.effort, 1))


_ACTS: dict[str, Callable[[Run, Stage], None]] = {
    "sort": _sort,
    "search": _search,
    "typing": _type,
    "filter": _filter,
    "reload": _reload,
    "jumps": _jumps,
    "drag": _drag,
}


def scrolling(run: Run) -> None:
    """Frames a second while the scroll bar is dragged and the wheel turned, and what comes after."""
    stage = run.stage()
    stage.load(ListSpec("", NEWEST))
    stage.settle()
    repaint = statistics.median(stage.twin.repaint() for _ in range(31))
    note = f"a C++ model repaints {1000 / repaint:.0f} times a second"
    rates, afters = [], []
    for _ in range(run.often(5, 2)):
        rate, after = _drag_for(stage, 2)
        rates.append(rate)
        afters.append(after)
    best = 1000 / repaint
    run.report.add(
        "drag", statistics.median(rates), unit="fps", limit=best, target=at_least(100, "fps"), note=note
    )
    wheel = statistics.median(_wheel_for(stage, 2) for _ in range(run.often(5, 2)))
    run.report.add("wheel", wheel, unit="fps", limit=best, target=at_least(200, "fps"))
    note = f"after a drag of 2 s, median of {len(afters)}, worst {max(afters):.0f} ms"
    run.report.add("rows_after_letting_go", statistics.median(afters), target=at_most(50), note=note)


def _drag_for(stage: Stage, seconds: float) -> tuple[float, float]:
    """Drag to and fro; frames a second, and milliseconds from letting go to all rows painted."""
    bar = stage.page.view.verticalScrollBar()
    height = stage.page.view.verticalHeader().defaultSectionSize()
    end, frames = time.perf_counter() + seconds, stage.stamp.count
    bar.setSliderDown(True)
    begin = time.perf_counter()
    at = bar.maximum() // 2
    while time.perf_counter() < end:
        at = (at + stage.random.randint(-4_000, 9_000) * height) % max(bar.maximum(), 1)
        _step(stage, lambda: bar.setSliderPosition(at))  # noqa: B023 - called before the next turn
    rate = (stage.stamp.count - frames) / (time.perf_counter() - begin)
    let_go = time.perf_counter()
    bar.setSliderDown(False)
    if stage.stamp.whole_from >= let_go - 0.001:
        return rate, 0.0
    stage.page.view.viewport().update()
    wait_for(lambda: stage.stamp.whole_since(let_go))
    return rate, (stage.stamp.whole_at - let_go) * 1000


def _wheel_for(stage: Stage, seconds: float) -> float:
    """Turn the wheel by a notch for each frame; frames a second."""
    stage.go_to(stage.any_row())
    stage.settle()
    viewport = stage.page.view.viewport()
    where = QPointF(viewport.rect().center())
    bar = stage.page.view.verticalScrollBar()
    down = True
    none, phase = Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    end, frames = time.perf_counter() + seconds, stage.stamp.count

    def roll() -> None:
        nonlocal down
        # At an end nothing more would be painted.
        down = bar.value() == 0 or (down and bar.value() < bar.maximum())
        notch = QPoint(0, -_NOTCH if down else _NOTCH)
        buttons = Qt.MouseButton.NoButton
        event = QWheelEvent(where, viewport.mapToGlobal(where), QPoint(), notch, buttons, none, phase, False)
        QApplication.sendEvent(viewport, event)

    begin = time.perf_counter()
    while time.perf_counter() < end:
        _step(stage, roll)
    return (stage.stamp.count - frames) / (time.perf_counter() - begin)


def _step(stage: Stage, move: Callable[[], object]) -> None:
    """Move, and wait for the frame."""
    painted = stage.stamp.count
    move()
    wait_for(lambda: stage.stamp.count > painted, 5)


@contextmanager
def committing(url: str) -> Iterator[None]:
    """Another client commits small changes meanwhile, from a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.moving", url]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        try:
            yield
        finally:
            other.communicate()


def _commit_until_told(url: str) -> None:
    """Change titles by chance, some twenty a second, until standard input ends."""
    import threading

    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    with connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM posts")
        last = cursor.fetchall()[0][0]
        print("committing", flush=True)
        while not over.wait(1 / COMMITS_A_SECOND):
            cursor.execute(_CHANGE, (last,))


_CHANGE = """
UPDATE posts SET title = CASE WHEN title LIKE '%%.' THEN left(title, -1) ELSE left(title, 150) || '.' END
WHERE id = (SELECT 1 + CAST(floor(random() * %s) AS integer))
"""

if __name__ == "__main__":
    _commit_until_told(sys.argv[1])
