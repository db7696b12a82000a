"""Rows are read a few blocks at a time, those on the screen first, and never for nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from blogadmin.core.queries.spec import ListSpec
from blogadmin.gui.tables.block_reader import AT_ONCE, PATIENCE, REMEMBERED
from blogadmin.gui.tables.fetched_rows import AHEAD
from blogadmin.gui.tables.list_model import ListModel
from blogadmin.gui.tables.row_cache import BLOCK
from tests.gui.tables.doubles import HugeList, ManualTasks, MemoryList, thing

Make = Callable[[MemoryList], ListModel]


@pytest.fixture
def huge() -> HugeList:
    return HugeList(100 * BLOCK)


@pytest.fixture
def model(make_model: Make, manual: ManualTasks, huge: HugeList) -> ListModel:
    made = make_model(huge)
    made.load(ListSpec())
    manual.run_all()
    huge.asked.clear()
    return made


def blocks(huge: MemoryList) -> list[list[int]]:
    """The blocks of each query."""
    return [sorted({(row_id - 1) // BLOCK for row_id in ids}) for ids in huge.asked]


def test_what_is_on_the_screen_is_read_first(model: ListModel, manual: ManualTasks, huge: HugeList) -> None:
    others = range(60, 60 + AT_ONCE + 1)
    for block in (50, *others):
        assert model.index(block * BLOCK, 1).data() == ""
    model.look_at(50 * BLOCK, 50 * BLOCK + BLOCK - 1)
    manual.run_all()
    assert blocks(huge) == [[50, *others[2:]], [*others[:2]]]


def test_old_wishes_are_forgotten(model: ListModel, manual: ManualTasks, huge: HugeList) -> None:
    for block in range(1, 100):
        model.index(block * BLOCK, 1).data()
    manual.run_all()
    read = {block for query in blocks(huge) for block in query}
    assert read == set(range(100 - AT_ONCE - REMEMBERED, 100))


def test_a_query_for_rows_far_behind_is_replaced_when_it_takes_long(
    model: ListModel, manual: ManualTasks, huge: HugeList, qtbot: QtBot
) -> None:
    model.look_at(20 * BLOCK, 20 * BLOCK + 20)
    model.entry(20 * BLOCK)
    qtbot.waitUntil(lambda: manual.slots() == ["rows"])
    slow = manual.waiting[0]
    model.look_at(70 * BLOCK, 70 * BLOCK + 20)
    model.entry(70 * BLOCK)
    qtbot.waitUntil(lambda: bool(manual.waiting) and manual.waiting[0] is not slow, timeout=PATIENCE * 50)
    manual.run_all()
    assert blocks(huge) == [[70]]
    assert model.cache.entry(70 * BLOCK) is not None


def test_a_query_that_is_still_of_use_is_waited_for(
    model: ListModel, manual: ManualTasks, huge: HugeList, qtbot: QtBot
) -> None:
    model.look_at(20 * BLOCK, 20 * BLOCK + 20)
    model.entry(20 * BLOCK)
    qtbot.waitUntil(lambda: manual.slots() == ["rows"])
    reading = manual.waiting[0]
    model.look_at(20 * BLOCK, 20 * BLOCK + 20)
    model.entry(21 * BLOCK)
    with qtbot.waitSignal(model._reader._patience.timeout, timeout=PATIENCE * 50):
        assert manual.waiting[0] is reading
    assert list(manual.waiting) == [reading]
    manual.run_all()
    assert blocks(huge) == [[20], [21]]


def test_an_answer_by_number_is_not_taken_once_the_places_are_known(
    make_model: Make, manual: ManualTasks, qtbot: QtBot
) -> None:
    """No row may stand in another's place only because the list was guessed shorter."""
    things = MemoryList(thing(number) for number in range(1, 1001))
    things.places.guess = 900
    model = make_model(things)
    model.load(ListSpec())
    manual.run("first")
    places = next(call for call in manual.waiting if call.slot.endswith("ids"))
    guess, *whole = places.work(None)
    assert places.each is not None
    places.each(guess)
    assert model.rowCount() == 900
    model.index(800, 1).data()
    qtbot.waitUntil(lambda: manual.slots() == ["ids", "rows"])
    late = manual.waiting.pop()
    manual.waiting.clear()
    answer = late.work(None)
    for part in whole:
        places.each(part)
    places.done()
    late.done(answer)
    manual.run_all()
    assert model.rowCount() == 1000
    assert model.index(800, 1).data() == thing(801).title


def test_the_next_list_takes_no_rows_of_the_last_one(
    model: ListModel, manual: ManualTasks, huge: HugeList
) -> None:
    model.entry(20 * BLOCK)
    model.index(30 * BLOCK, 1).data()
    model.load(ListSpec(search="x"))
    manual.run("first")
    assert model.entry(20 * BLOCK) is None
    manual.run_all()
    assert 20 not in {block for query in blocks(huge) for block in query}


def test_what_scrolling_comes_to_next_is_read_before(
    model: ListModel, manual: ManualTasks, huge: HugeList
) -> None:
    start, screen = 40 * BLOCK, 3 * AHEAD
    for row in range(start, start + screen, BLOCK):
        model.entry(row)
    model.look_at(start, start + screen - 1)
    manual.run_all()
    huge.asked.clear()
    for first in range(start + 3, start + screen, 3):
        model.look_at(first, first + screen - 1)
        manual.run_all()
        assert model.cache.entry(first + screen - 1) is not None
    # Several blocks at a time, each of them once.
    assert [len(query) for query in blocks(huge)] == [3 * AHEAD // BLOCK, 2 * AHEAD // BLOCK]
    read = [block for query in blocks(huge) for block in query]
    assert read == [*range(read[0], read[0] + len(read))]
    huge.asked.clear()
    for first in range(start + screen, start + AHEAD - 3, -3):
        model.look_at(first, first + screen - 1)
        manual.run_all()
    assert [max(query) for query in blocks(huge)] == [39]


def test_the_last_rows_are_read_before_scrolling_comes_to_them(
    model: ListModel, manual: ManualTasks, huge: HugeList
) -> None:
    screen, last = 3 * AHEAD, model.rowCount() - 1
    first = last - screen - AHEAD + 4
    model.look_at(first, first + screen - 1)
    model.look_at(first + 1, first + screen)
    manual.run_all()
    assert model.cache.entry(last) is not None
    assert 99 in {block for query in blocks(huge) for block in query}


def test_a_jump_reads_nothing_ahead(model: ListModel, manual: ManualTasks, huge: HugeList) -> None:
    model.look_at(50 * BLOCK, 50 * BLOCK + 10)
    model.look_at(60 * BLOCK + 20, 60 * BLOCK + 30)
    model.look_at(60 * BLOCK + 20, 60 * BLOCK + 30)
    manual.run_all()
    assert blocks(huge) == []
