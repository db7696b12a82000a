"""Lets workers stand aside while the window is at work on what a person is to see."""

from __future__ import annotations

import threading
from typing import Final

MOST: Final = 0.03
"""Seconds that a worker waits at most. A paint takes a fraction of that."""


class WindowTurn:
    """When the window's thread is at work; workers that ask for it wait until it is not.

    Python shares its interpreter out evenly: beside two workers that build statements or format rows a paint
    gets a third of it, and five milliseconds become fifteen. Nobody waits for a worker that is five
    milliseconds late.

    A paint is a ``with`` block. Whoever hands answers to the window calls ``expect`` when one is on its way,
    ``begin`` when it is taken in, and ``end`` when all that it caused has been painted.
    """

    def __init__(self) -> None:
        self._painted, self._taken_in, self._shown = (threading.Event() for _ in range(3))
        self._painted.set()
        self.end()

    def __enter__(self) -> None:
        self._painted.clear()

    def __exit__(self, *_exc: object) -> None:
        self._painted.set()

    def expect(self) -> None:
        """An answer is on its way; from any thread."""
        self._shown.clear()

    def begin(self) -> None:
        """An answer is taken in."""
        self._taken_in.clear()

    def end(self) -> None:
        """What came has been painted, and nothing else is on its way."""
        self._taken_in.set()
        self._shown.set()

    def give_way(self) -> None:
        """Wait while something is painted; called by workers between one step and the next."""
        _wait(self._painted)

    def stand_aside(self) -> None:
        """Wait while anything is taken in or painted; for long work whose answer is not looked at yet."""
        self.give_way()
        _wait(self._taken_in)

    def await_rest(self) -> None:
        """Wait until the window has shown what it was told, too; for work whose answer nobody waits for."""
        _wait(self._shown)


def _wait(until: threading.Event) -> None:
    if not until.is_set():
        until.wait(MOST)


WINDOW_TURN: Final = WindowTurn()
"""That of this program: it has one thread for windows."""
