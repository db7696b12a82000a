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
        self._free, self._rest = threading.Event(), threading.Event()
        self._is_taking_in = False
        self._window: int | None = None
        self._free.set()
        self._rest.set()

    def __enter__(self) -> None:
        self._free.clear()

    def __exit__(self, *_exc: object) -> None:
        if not self._is_taking_in:
            self._free.set()

    def expect(self) -> None:
        """An answer is on its way; from any thread."""
        self._rest.clear()

    def begin(self) -> None:
        """An answer is taken in."""
        self._is_taking_in, self._window = True, threading.get_ident()
        self._free.clear()

    def end(self) -> None:
        """What came has been painted, and nothing else is on its way."""
        self._is_taking_in = False
        self._free.set()
        self._rest.set()

    def give_way(self) -> None:
        """Wait while the window is at work; called by workers between one step and the next.

        Whoever is called by the window itself, as now and then to format a row, goes on.
        """
        if not self._free.is_set() and threading.get_ident() != self._window:
            self._free.wait(MOST)

    def await_rest(self) -> None:
        """Wait until the window has shown what it was told, too; for work whose answer nobody waits for."""
        if not self._rest.is_set():
            self._rest.wait(MOST)


WINDOW_TURN: Final = WindowTurn()
"""That of this program: it has one thread for windows."""
