"""Lets workers stand aside while the window paints rows."""

from __future__ import annotations

import threading
from typing import Final

MOST: Final = 0.03
"""Seconds that a worker waits at most. A paint takes a fraction of that."""


class PaintTurn:
    """A ``with`` block on the window's thread during which workers that ask for it wait.

    Python shares its interpreter out evenly: beside two workers that format rows a paint gets a third of it,
    and five milliseconds become fifteen. Nobody waits for a worker that is five milliseconds late.
    """

    def __init__(self) -> None:
        self._over = threading.Event()
        self._over.set()

    def __enter__(self) -> None:
        self._over.clear()

    def __exit__(self, *_exc: object) -> None:
        self._over.set()

    def give_way(self) -> None:
        """Wait until nothing is being painted; called by workers, between one row and the next."""
        if not self._over.is_set():
            self._over.wait(MOST)


PAINTING: Final = PaintTurn()
"""That of this program: it has one thread for windows."""
