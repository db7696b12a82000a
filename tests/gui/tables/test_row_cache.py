"""The cache keeps what was looked at last, and never more than its blocks."""

from __future__ import annotations

from array import array

import pytest

from blogadmin.gui.tables.cells import Entry
from blogadmin.gui.tables.row_cache import BLOCK, BLOCKS_KEPT, RowCache
from blogadmin.gui.tables.row_order import Ids

ROWS = (BLOCKS_KEPT + 2) * BLOCK


def entry(row_id: int, word: str = "") -> Entry:
    return Entry(row_id, (word or f"row {row_id}",), ("",), (None,), object())


def missing(row_id: int, known: Entry | None) -> Entry:
    return entry(row_id, "missing" if known is None else f"was {known.cells[0]}")


@pytest.fixture
def cache() -> RowCache:
    return RowCache(Ids(array("q", range(1000, 1000 + ROWS))))


def fill(cache: RowCache, *blocks: int) -> None:
    for block in blocks:
        cache.put(block, {id_: entry(id_) for id_ in cache.block_ids(block) or ()}, missing)


def test_a_row_is_known_once_its_block_is_there(cache: RowCache) -> None:
    assert cache.entry(BLOCK + 3) is None
    fill(cache, 1)
    found = cache.entry(BLOCK + 3)
    assert found is not None
    assert found.id == cache.id_at(BLOCK + 3) == 1000 + BLOCK + 3


def test_rows_that_the_answer_lacks_are_made_by_the_caller(cache: RowCache) -> None:
    cache.put(0, {1000: entry(1000)}, missing)
    assert [cache.blocks[0][row].cells[0] for row in (0, 1)] == ["row 1000", "missing"]
    cache.put(0, {1001: entry(1001)}, missing)
    assert [cache.blocks[0][row].cells[0] for row in (0, 1)] == ["was row 1000", "row 1001"]


def test_the_block_used_longest_ago_goes_first(cache: RowCache) -> None:
    fill(cache, *range(BLOCKS_KEPT))
    cache.touch([0])
    fill(cache, BLOCKS_KEPT)
    assert len(cache.blocks) == BLOCKS_KEPT
    assert 0 in cache.blocks
    assert 1 not in cache.blocks


def test_rows_outside_the_list_are_unknown(cache: RowCache) -> None:
    fill(cache, 0, BLOCKS_KEPT + 1)
    assert cache.entry(-1) is None
    assert cache.id_at(-1) is None
    assert cache.entry(ROWS) is None
    assert cache.id_at(ROWS) is None


def test_known_rows_can_be_replaced_in_place(cache: RowCache) -> None:
    fill(cache, 2)
    cache.replace({2 * BLOCK + 1: entry(1, "new")})
    assert dict(cache.entries())[2 * BLOCK + 1].cells == ("new",)
    cache.drop([2, 55])
    assert not cache.blocks
