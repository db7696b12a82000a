"""What was chosen is found again by id in the next list."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogadmin.gui.tables.kept import Found, Kept, pack_tightly, unpack_ids
from blogadmin.gui.tables.row_ranges import RowRanges

listed = st.lists(st.integers(1, 60), unique=True, max_size=40)
some_ids = st.frozensets(st.integers(1, 60), max_size=20)


def chosen(found: Found, ids: list[int]) -> set[int]:
    return {ids[row] for row in RowRanges(found.ranges).rows()}


@given(listed, some_ids)
def test_chosen_ids_that_are_still_listed_are_found(ids: list[int], kept: frozenset[int]) -> None:
    assert chosen(Kept(ids=kept).find(array("q", ids)), ids) == kept & set(ids)


@given(listed, some_ids, st.integers(0, 60))
def test_all_but_these_leaves_out_newer_rows(ids: list[int], kept: frozenset[int], newest: int) -> None:
    found = Kept(ids=kept, inverted=True, newest=newest).find(array("q", ids))
    assert chosen(found, ids) == {id_ for id_ in ids if id_ <= newest and id_ not in kept}


@given(listed, some_ids, st.integers(0, 40), st.booleans())
def test_parts_of_a_list_give_what_the_whole_gives(
    ids: list[int], kept: frozenset[int], cut: int, inverted: bool
) -> None:
    wanted = Kept(ids=kept, inverted=inverted, newest=50, marks=frozenset({7}))
    whole = wanted.find(array("q", ids))
    parts = [wanted.find(array("q", ids[:cut])), wanted.find(array("q", ids[cut:]), len(ids[:cut]))]
    assert RowRanges(parts[0].ranges + parts[1].ranges) == RowRanges(whole.ranges)
    assert {**parts[0].marks, **parts[1].marks} == whole.marks


def test_marked_ids_are_found_whether_chosen_or_not() -> None:
    found = Kept(marks=frozenset({30, 99})).find(array("q", [10, 20, 30]), 100)
    assert found == Found((), {30: 102})


@pytest.mark.parametrize(
    ("kept", "says"),
    [(Kept(), False), (Kept(inverted=True), True), (Kept(marks=frozenset({1})), True)],
)
def test_nothing_to_look_for_is_false(kept: Kept, says: bool) -> None:
    assert bool(kept) is says


def test_packed_ids_come_out_as_they_went_in() -> None:
    ids = [1, 2**40, 9_223_372_036_854_775_807]
    packed = b"".join(id_.to_bytes(8, "big") for id_ in ids)
    assert list(unpack_ids(packed)) == ids


@pytest.mark.parametrize(
    ("ids", "typecode"),
    [
        ([], "i"),
        ([3, 1, 65_536, 2**31 - 1], "i"),
        ([3, 2**31], "q"),
        ([3, 2**32 + 1], "q"),
        ([3, -1], "q"),
        ([2**62, 1], "q"),
    ],
)
def test_ids_are_kept_in_four_bytes_where_they_fit(ids: list[int], typecode: str) -> None:
    packed = b"".join(id_.to_bytes(8, "big", signed=True) for id_ in ids)
    found = pack_tightly(packed)
    assert list(found) == ids
    assert found.typecode == typecode
