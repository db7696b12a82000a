"""Fetches the rows that are looked at, and only those: one small query at a time, the newest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from blogadmin.gui.tables.columns import Column
from blogadmin.gui.tables.row_cache import BLOCK, SHIFT
from blogadmin.gui.tables.source import Answer, Asked, Reads, Source, Wish

AT_ONCE = 24
"""Blocks in one query: building more rows than this on a worker would hold up the window."""
REMEMBERED = 64
"""Blocks that wait at most; older wishes are forgotten."""
PATIENCE = 100
"""Milliseconds after which a query for rows that scrolling has passed is replaced."""


class BlockReader(QObject):
    """Collects the blocks that are wanted until the event loop comes round, then reads the nearest.

    Rows that scrolling has passed by the time their turn comes are not read at all.

    Signals:
        arrived(Answer, list of blocks): these blocks were read.
        failed(Exception): nothing was read; the blocks must be wanted anew.
    """

    arrived = Signal(object, object)
    failed = Signal(object)
    _wanted_more = Signal()

    def __init__(
        self,
        tasks: Reads,
        listing: Callable[[], Source],
        columns: Sequence[Column],
        noun: str,
        wish: Callable[[Sequence[int]], Wish],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._listing = listing
        self._columns = columns
        self._slot = f"{noun}.rows"
        self._wish = wish
        self._generation = 0
        # In the order in which they were wanted; whether to read it wherever it is.
        self._wanted: dict[int, bool] = {}
        self._reading: list[int] = []
        self._first = 0
        self._last: int | None = None
        self._due = False
        # Queued, not timed: Qt paints scroll bars before it looks at timers, and the server could be at work.
        self._wanted_more.connect(self._come_round, Qt.ConnectionType.QueuedConnection)
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE)
        self._patience.timeout.connect(self._give_up_the_passed)

    def want(self, block: int, *, passing: bool = False) -> None:
        """Read this block soon; one wanted in ``passing`` only if it is still looked at then."""
        if block not in self._reading and not self._wanted.get(block, False):
            self._wanted[block] = not passing
            self._read_soon()

    def want_again(self, blocks: Iterable[int]) -> None:
        """Read these blocks even when they are being read: what they hold has changed since."""
        self._wanted.update(dict.fromkeys(blocks, True))
        self._read_soon()

    def look_at(self, first: int, last: int) -> None:
        """Say which rows are on the screen."""
        self._first, self._last = first, last

    @property
    def window(self) -> tuple[int, int] | None:
        """The rows on the screen, or ``None`` when nobody has said."""
        return None if self._last is None else (self._first, self._last)

    def looked_at(self) -> range:
        """The blocks on the screen."""
        return range(0) if self._last is None else range(self._first >> SHIFT, (self._last >> SHIFT) + 1)

    @property
    def reading(self) -> frozenset[int]:
        """The blocks of which an answer is on its way."""
        return frozenset(self._reading)

    def forget(self) -> None:
        """Want nothing, and take no answer to what was asked: the list is another one."""
        self._generation += 1
        self._wanted.clear()
        self._patience.stop()
        if self._reading:
            self._reading = []
            self._tasks.cancel(self._slot)

    def start_over(self) -> None:
        """Take no answer to what was asked, but ask it again: rows are found in another way now."""
        self._generation += 1
        self._patience.stop()
        if self._reading:
            reading, self._reading = self._reading, []
            self._tasks.cancel(self._slot)
            self.want_again(reading)

    def _read_soon(self) -> None:
        if not self._due:
            self._due = True
            self._wanted_more.emit()

    def _come_round(self) -> None:
        self._due = False
        self._read()

    def _read(self) -> None:
        if self._reading:
            return
        blocks = self._chosen()
        wish = self._wish(blocks)
        if not wish:
            return
        self._reading = blocks
        asked = Asked(self._listing, self._columns, self._generation)
        self._tasks.read(self._slot, partial(asked.rows, wish=wish), self._take, self._fail)
        self._patience.start()

    def _chosen(self) -> list[int]:
        """Those to read now; what scrolling has passed is struck off."""
        wanted = [block for block, firmly in self._wanted.items() if firmly or self._is_near(block)]
        visible = self.looked_at()
        # What is on the screen first, then the newest.
        wanted.sort(key=lambda block: block in visible)
        rest = wanted[:-AT_ONCE][-REMEMBERED:]
        self._wanted = {block: self._wanted[block] for block in rest}
        return wanted[-AT_ONCE:]

    def _is_near(self, block: int) -> bool:
        """Whether the block has rows on the screen, or within one screen of it."""
        if self._last is None:
            return True
        screen = self._last - self._first + 1
        start = block << SHIFT
        return start <= self._last + screen and start + BLOCK > self._first - screen

    def _take(self, answer: Answer) -> None:
        if answer.generation != self._generation:
            return
        blocks, self._reading = self._reading, []
        self._patience.stop()
        self.arrived.emit(answer, blocks)
        if self._wanted:
            self._read_soon()

    def _fail(self, error: Exception) -> None:
        self.forget()
        self.failed.emit(error)

    def _give_up_the_passed(self) -> None:
        if self._wanted and self._reading and not any(self._is_near(block) for block in self._reading):
            self._reading = []
            # The newer query on the same slot stops the one before, on the server too.
            self._read()
