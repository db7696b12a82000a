"""What is known of a list: where its rows are, and the rows that were read, in blocks.

Of the rows themselves only those are kept that are near to what was looked at last.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping

from blogadmin.gui.tables.cells import Entry
from blogadmin.gui.tables.row_order import LOST, Ids, Order

SHIFT = 3
BLOCK = 1 << SHIFT
"""Rows in a block: few, so that hardly any are read that nobody looks at."""
BLOCKS_KEPT = 512


class RowCache:
    """Blocks of entries by their place in the list; the one that was used longest ago goes first.

    ``blocks`` is read directly where a call would cost too much; nobody else may change it.
    """

    def __init__(self, order: Order | None = None) -> None:
        self.order: Order = Ids() if order is None else order
        self.blocks: dict[int, list[Entry]] = {}

    def entry(self, row: int) -> Entry | None:
        """What is known of the row, or ``None``."""
        block = self.blocks.get(row >> SHIFT)
        place = row & (BLOCK - 1)
        return block[place] if block is not None and row >= 0 and place < len(block) else None

    def id_at(self, row: int) -> int | None:
        """The id of the row, or ``None`` where the list has no such row or it is not known yet."""
        ids = self.order.known(row, row + 1) if row >= 0 else None
        return ids[0] if ids and ids[0] != LOST else None

    def block_ids(self, block: int) -> array[int] | None:
        """The ids of the rows of a block, fewer than ``BLOCK`` at the end; ``None`` unless all are known."""
        return self.order.known(block << SHIFT, (block + 1) << SHIFT)

    def put(
        self, block: int, entries: Mapping[int, Entry], missing: Callable[[int, Entry | None], Entry]
    ) -> None:
        """Keep a block; ``missing`` makes the entries that are lacking, of an id and what was known of it."""
        before = {entry.id: entry for entry in self.blocks.pop(block, ())}
        self.blocks[block] = [
            entries.get(row_id) or missing(row_id, before.get(row_id))
            for row_id in self.block_ids(block) or ()
        ]
        while len(self.blocks) > BLOCKS_KEPT:
            del self.blocks[next(iter(self.blocks))]

    def put_first(self, entries: Mapping[int, Entry], missing: Callable[[int, Entry | None], Entry]) -> None:
        """Keep the rows with which the list begins."""
        for block in self.first_blocks(len(entries)):
            self.put(block, entries, missing)

    @staticmethod
    def first_blocks(rows: int) -> range:
        """The blocks of the first ``rows`` rows; the last one may be in part."""
        return range(-(-rows // BLOCK))

    def touch(self, blocks: Iterable[int]) -> None:
        """Count these blocks as used just now."""
        for block in blocks:
            kept = self.blocks.pop(block, None)
            if kept is not None:
                self.blocks[block] = kept

    def drop(self, blocks: Iterable[int]) -> None:
        """Forget what these blocks hold: it will be read again."""
        for block in blocks:
            self.blocks.pop(block, None)

    def latest(self, blocks: int) -> Iterator[Entry]:
        """What is known of the rows in the blocks that were used last."""
        for block in [*self.blocks][-blocks:]:
            yield from self.blocks[block]

    def entries(self) -> Iterator[tuple[int, Entry]]:
        """Every row that is known, with its number."""
        for block, entries in self.blocks.items():
            yield from enumerate(entries, block << SHIFT)

    def replace(self, changed: Mapping[int, Entry]) -> None:
        """Put other entries in the place of known ones, by row."""
        for row, entry in changed.items():
            self.blocks[row >> SHIFT][row & (BLOCK - 1)] = entry
