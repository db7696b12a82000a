"""The cache keeps what was looked at last, and never more than its blocks."""

from __future__ import annotations

import sys
from array import array

import pytest

from blogadmin.gui.tables.cells import Entry
from blogadmin.gui.tables.row_cache import BLOCK, BLOCKS_KEPT, RowCache


def entry(row_id: int, word: str = "") -> Entry:
    return Entry(row_id, (word or f"row {row_id}",), ("",), (None,), object())


def missing(row_id: int, known: Entry | None) -> Entry:
    return entry(row_id, "missing" if known is None else f"was {known.cells[0]}")


@pytest.fixture
def cache() -> RowCache:
    return RowCache(array("q", range(1000, 1000 + 100 * BLOCK)))


def fill(cache: RowCache, *blocks: int) -> None:
    for block in blocks:
        cache.put(block, {id_: entry(id_) for id_ in cache.block_ids(block)}, missing)


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
    fill(cache, 0, 99)
    assert cache.entry(-1) is None
    assert cache.id_at(-1) is None
    assert cache.entry(100 * BLOCK) is None
    assert cache.id_at(100 * BLOCK) is None


def test_a_list_that_goes_on_forgets_its_unfinished_block() -> None:
    cache = RowCache(array("q", range(BLOCK + 5)))
    fill(cache, 0, 1)
    cache.append(array("q", [9000]))
    assert set(cache.blocks) == {0}
    assert cache.id_at(BLOCK + 5) == 9000
    fill(cache, 1)
    cache.append(array("q", range(10_000, 10_000 + BLOCK - 6)))
    fill(cache, 1)
    cache.append(array("q", [7]))
    assert set(cache.blocks) == {0, 1}


def test_a_list_that_turns_out_to_be_whole_keeps_what_was_read() -> None:
    cache = RowCache(array("q", range(5)))
    fill(cache, 0)
    cache.append(array("q"))
    assert set(cache.blocks) == {0}


def test_a_row_is_found_by_id_near_and_far(cache: RowCache) -> None:
    assert cache.row_of(1000 + 5000, near=4990) == 5000
    assert cache.row_of(1000 + 5000) == 5000
    assert cache.row_of(1) is None


def test_known_rows_can_be_replaced_in_place(cache: RowCache) -> None:
    fill(cache, 2)
    cache.replace({2 * BLOCK + 1: entry(1, "new")})
    assert dict(cache.entries())[2 * BLOCK + 1].cells == ("new",)
    cache.drop([2, 55])
    assert not cache.blocks


def test_ids_cost_eight_bytes_each() -> None:
    cache = RowCache()
    for start in range(0, 1_000_000, 62_500):
        cache.append(array("q", range(start, start + 62_500)))
    # An array that grows keeps a sixteenth in reserve.
    assert sys.getsizeof(cache.ids) < 8_000_000 * 1.15
