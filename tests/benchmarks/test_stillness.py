"""A processor that is away is noticed; one that others use is not taken for it."""

from __future__ import annotations

import signal
import sys
import threading
import time

import pytest
from pytestqt.qtbot import QtBot

from tests.benchmarks.stillness import Stillness, watching

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes cannot be tied to processors")


def test_a_watcher_that_could_not_go_on_was_on_a_processor_that_was_away(qtbot: QtBot) -> None:
    with watching() as stillness:
        begin = time.perf_counter()
        watcher = stillness.watchers[0]

        def is_noticed() -> bool:
            watcher.send_signal(signal.SIGSTOP)
            threading.Event().wait(0.1)
            watcher.send_signal(signal.SIGCONT)
            return stillness.within(begin, time.perf_counter()) >= 90

        # Not before it has started.
        qtbot.waitUntil(is_noticed, timeout=20_000)
        end = time.perf_counter()
        assert stillness.within(end + 1, end + 2) == 0
    assert all(watcher.returncode is not None for watcher in stillness.watchers)


def test_only_what_is_told_whole_counts_and_only_the_part_that_is_asked_for(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("noticed")
    (folder / "0").write_text("10.0 10.02\n11.0 11.5\n12.0 12")
    (folder / "1").write_text("")
    stillness = Stillness(folder)
    assert stillness.within(10.01, 11.1) == pytest.approx(110)
    assert stillness.within(12.0, 13.0) == 0
