"""Garbage dies on the GUI thread: a widget that a worker ended would take the program with it."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from blogadmin.gui.control.garbage import DUE, EVERY, FEW, OVERDUE, WHILE_BUSY, GarbageCollector


class Knot:
    """Something that only the collector can end; it notes where."""

    ended_on: list[int]

    def __init__(self, ended_on: list[int]) -> None:
        self.ended_on = ended_on
        self.itself = self

    def __del__(self) -> None:
        self.ended_on.append(threading.get_ident())


@pytest.fixture
def collector(qapp: object) -> Iterator[GarbageCollector]:
    enabled = gc.isenabled()
    gc.enable()
    made = GarbageCollector()
    made.start()
    yield made
    made.stop()
    if not enabled:
        gc.disable()


def many_objects_on_a_worker() -> None:
    worker = threading.Thread(target=lambda: [[] for _ in range(50_000)])
    worker.start()
    worker.join()


def test_a_knot_is_not_ended_on_the_worker_that_makes_objects(collector: GarbageCollector) -> None:
    ended_on: list[int] = []
    Knot(ended_on)
    many_objects_on_a_worker()
    assert ended_on == []
    collector.collect_if_due()
    gc.collect()
    assert ended_on == [threading.get_ident()]


def test_what_has_gathered_is_collected_without_anybody_asking(
    qtbot: QtBot, collector: GarbageCollector
) -> None:
    ended_on: list[int] = []
    Knot(ended_on)
    kept = [[] for _ in range(5_000)]
    qtbot.waitUntil(lambda: bool(ended_on), timeout=10_000)
    assert ended_on == [threading.get_ident()]
    assert len(kept) == 5_000


def collections(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The generations that are collected from now on, none of them for real."""
    asked: list[int] = []
    monkeypatch.setattr(gc, "collect", lambda generation=2: asked.append(generation))
    return asked


@pytest.mark.parametrize(
    ("more", "looks", "busy", "asked"),
    [
        (FEW, 0, False, []),
        (FEW + 1, 0, False, [1]),
        # As many rows go as come: the count tells nothing.
        (0, 0, True, [1]),
        (0, DUE, False, []),
        (0, DUE + 1, False, [2]),
        # Not while somebody waits for something, unless it has been put off for too long.
        (0, DUE + 1, True, [1]),
        (FEW + 1, DUE + 1, False, [1]),
        (FEW + 1, OVERDUE, True, [1]),
        (FEW + 1, OVERDUE + 1, True, [2]),
    ],
)
def test_all_is_looked_through_in_a_quiet_second_only(
    collector: GarbageCollector,
    monkeypatch: pytest.MonkeyPatch,
    more: int,
    looks: int,
    busy: bool,
    asked: list[int],
) -> None:
    heard = collections(monkeypatch)
    monkeypatch.setattr(gc, "get_count", lambda: (more, 0, looks))
    collector.follow(busy)
    collector.collect_if_due()
    assert heard == asked


def test_it_looks_more_often_while_the_program_works(
    collector: GarbageCollector, monkeypatch: pytest.MonkeyPatch
) -> None:
    collections(monkeypatch)
    counts = [(0, 0, 0)]
    monkeypatch.setattr(gc, "get_count", lambda: counts[-1])
    timer = collector._timer
    collector.follow(False)
    assert timer.interval() == EVERY
    collector.follow(True)
    assert timer.interval() == WHILE_BUSY
    collector.collect_if_due()
    assert timer.interval() == WHILE_BUSY, "it still works"
    counts.append((FEW + 1, 0, 0))
    collector.follow(False)
    collector.collect_if_due()
    assert timer.interval() == WHILE_BUSY, "there was much"
    counts.append((0, 0, 0))
    collector.collect_if_due()
    assert timer.interval() == EVERY
    collector.stop()
    collector.follow(True)
    assert not timer.isActive()


def test_little_that_has_gathered_is_left_for_later(collector: GarbageCollector) -> None:
    gc.collect()
    ended_on: list[int] = []
    Knot(ended_on)
    collector.collect_if_due()
    assert ended_on == []
    gc.collect()
    assert ended_on


def test_what_is_here_to_stay_is_not_looked_through_again(collector: GarbageCollector) -> None:
    before = gc.get_freeze_count()
    assert before > 10_000, "what is there when it starts is here to stay, too"
    kept = [[] for _ in range(20_000)]
    collector.settle()
    assert gc.get_freeze_count() > before + 10_000
    assert len(kept) == 20_000


def test_python_collects_by_itself_again_afterwards(collector: GarbageCollector) -> None:
    assert not gc.isenabled()
    collector.stop()
    assert gc.isenabled()
    knot = Knot([])
    alive = weakref.ref(knot)
    del knot
    objects = [[] for _ in range(50_000)]
    assert alive() is None
    assert objects
