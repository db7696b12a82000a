"""What is known of a list: the ids of its rows in order, and the rows that were read, in blocks.

Eight bytes a row for the ids; of the rows themselves only those near to what was looked at last.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping

from blogadmin.gui.tables.cells import Entry

SHIFT = 7
BLOCK = 1 << SHIFT
"""Rows in a block."""
BLOCKS_KEPT = 64


class RowCache:
    """Blocks of entries by their place in the list; the one that was used longest ago goes first.

    ``blocks`` is read directly where a call would cost too much; nobody else may change it.
    """

    def __init__(self, ids: array[int] | None = None) -> None:
        self.ids: array[int] = array("q") if ids is None else ids
        self.blocks: dict[int, list[Entry]] = {}

    def entry(self, row: int) -> Entry | None:
        """What is known of the row, or ``None``."""
        block = self.blocks.get(row >> SHIFT)
        place = row & (BLOCK - 1)
        return block[place] if block is not None and row >= 0 and place < len(block) else None

    def id_at(self, row: int) -> int | None:
        """The id of the row, or ``None`` where the list has no such row or it is not known yet."""
        return self.ids[row] if 0 <= row < len(self.ids) else None

    def block_ids(self, block: int) -> array[int]:
        """The ids of the rows of a block; fewer than ``BLOCK`` at the end of what is known."""
        return self.ids[block << SHIFT : (block + 1) << SHIFT]

    def put(
        self, block: int, entries: Mapping[int, Entry], missing: Callable[[int, Entry | None], Entry]
    ) -> None:
        """Keep a block; ``missing`` makes the entries that are lacking, of an id and what was known of it."""
        before = {entry.id: entry for entry in self.blocks.pop(block, ())}
        self.blocks[block] = [
            entries.get(row_id) or missing(row_id, before.get(row_id)) for row_id in self.block_ids(block)
        ]
        while len(self.blocks) > BLOCKS_KEPT:
            del self.blocks[next(iter(self.blocks))]

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

    def append(self, ids: array[int]) -> None:
        """Let the list go on. A last block that was not full is forgotten, it has more rows now."""
        if ids and len(self.ids) & (BLOCK - 1):
            self.drop([len(self.ids) >> SHIFT])
        self.ids.extend(ids)

    def entries(self) -> Iterator[tuple[int, Entry]]:
        """Every row that is known, with its number."""
        for block, entries in self.blocks.items():
            yield from enumerate(entries, block << SHIFT)

    def replace(self, changed: Mapping[int, Entry]) -> None:
        """Put other entries in the place of known ones, by row."""
        for row, entry in changed.items():
            self.blocks[row >> SHIFT][row & (BLOCK - 1)] = entry

    def row_of(self, row_id: int, near: int = 0) -> int | None:
        """The row of an id, looked for around ``near`` first, then everywhere; ``None`` when not known.

        A million ids take some 10 ms, the neighbourhood nothing.
        """
        start = max(0, near - BLOCK)
        for first, stop in ((start, start + 2 * BLOCK), (0, len(self.ids))):
            try:
                return self.ids.index(row_id, first, stop)
            except ValueError:
                continue
        return None
