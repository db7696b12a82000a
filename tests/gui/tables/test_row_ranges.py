"""Sets of rows as ranges behave as sets do, at a million rows as at ten."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from blogadmin.gui.tables.row_ranges import RowRanges

MILLION = 1_000_000
pairs = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=8)


def rows_of(some: list[tuple[int, int]]) -> set[int]:
    return {row for start, stop in some for row in range(start, stop)}


@given(pairs, pairs)
def test_set_algebra_agrees_with_sets(one: list[tuple[int, int]], two: list[tuple[int, int]]) -> None:
    first, second = RowRanges(one), RowRanges(two)
    assert set((first | second).rows()) == rows_of(one) | rows_of(two)
    assert set((first - second).rows()) == rows_of(one) - rows_of(two)
    assert set((first ^ second).rows()) == rows_of(one) ^ rows_of(two)


@given(pairs, pairs)
def test_equal_sets_have_equal_ranges(one: list[tuple[int, int]], two: list[tuple[int, int]]) -> None:
    """Neighbours melt together whatever way a set was made, so that comparing ranges compares sets."""
    united = RowRanges(one) | RowRanges(two)
    assert united == RowRanges.of_rows(rows_of(one) | rows_of(two))
    assert (RowRanges(one) ^ RowRanges(two)) == RowRanges.of_rows(rows_of(one) ^ rows_of(two))


@given(pairs, st.integers(0, 40), st.integers(0, 40))
def test_clipping_keeps_what_lies_between(some: list[tuple[int, int]], start: int, stop: int) -> None:
    clipped = RowRanges(some).clipped(start, stop)
    assert set(clipped.rows()) == {row for row in rows_of(some) if start <= row < stop}


@given(pairs, st.integers(-1, 41))
def test_membership_and_count(some: list[tuple[int, int]], row: int) -> None:
    ranges = RowRanges(some)
    assert (row in ranges) is (row in rows_of(some))
    assert ranges.count() == len(rows_of(some))
    assert ranges.count(20) == len({row for row in rows_of(some) if row < 20})
    assert bool(ranges) is bool(rows_of(some))


def test_a_million_rows_are_one_range() -> None:
    every = RowRanges([(0, MILLION)])
    assert every.count() == MILLION
    assert every.fragments == 1
    assert list(every ^ RowRanges([(5, 6)])) == [(0, 5), (6, MILLION)]
