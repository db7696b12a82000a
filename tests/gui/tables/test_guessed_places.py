"""A jump deep into a long list before its rows have their places: rows as they follow each other, at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from PySide6.QtCore import QItemSelection, QItemSelectionModel
from pytestqt.qtbot import QtBot

from blogadmin.core.queries.places import STRIDE
from blogadmin.core.queries.spec import ListSpec, Sort
from blogadmin.gui.tables import row_ahead, source
from blogadmin.gui.tables.columns import Column
from blogadmin.gui.tables.list_model import ListModel, State
from blogadmin.gui.tables.list_view import ListView
from blogadmin.gui.tables.row_order import LOST
from tests.gui.tables.doubles import COLUMNS, ManualTasks, MemoryList, show_list, thing
from tests.gui.tables.test_jump_ahead import Places, jump

Flag = QItemSelectionModel.SelectionFlag
TITLE = 1
THINGS = 6000
COUNTED = 2 * STRIDE
BY_TITLE = ListSpec(sort=(Sort("title"),))


@pytest.fixture(params=[2_000_000, 0], ids=["ids", "anchors"], autouse=True)
def small(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is long here, both for lists of which every id is kept and for others."""
    monkeypatch.setattr(source, "ANCHORS_FROM", request.param)
    monkeypatch.setattr(row_ahead, "COUNTED", COUNTED)
    monkeypatch.setattr(row_ahead, "REACH", 2)


@pytest.fixture
def columns() -> tuple[Column, ...]:
    """The title and one before it: Qt's tester looks at every cell."""
    return COLUMNS[: TITLE + 1]


@pytest.fixture
def things() -> MemoryList:
    """6,000 things; the marks lie in the first half, so each guess is wrong by up to half of the list."""
    made = MemoryList(thing(number) for number in range(1, THINGS + 1))
    made.places.marked = range(30, THINGS // 2, 60)
    return made


@pytest.fixture
def view(model: ListModel, qtbot: QtBot) -> ListView:
    """The list; nothing is asked for yet."""
    return show_list(model, qtbot, 900, 400)


def begin(view: ListView, manual: ManualTasks, spec: ListSpec = ListSpec()) -> Places:
    """The first rows of the list, and the scroll bar at its length."""
    view.list_model().load(spec)
    manual.run("first")
    places = Places(manual)
    manual.run_all()
    return places


def known(model: ListModel) -> list[list[int]]:
    """The ids that the model knows, row after row, parted where it knows none."""
    stretches: list[list[int]] = [[]]
    for row in range(model.rowCount()):
        row_id = model.id_at(row)
        if row_id is not None:
            stretches[-1].append(row_id)
        elif stretches[-1]:
            stretches.append([])
    return [stretch for stretch in stretches if stretch]


def follow_each_other(ids: Sequence[int]) -> bool:
    return all(later == earlier + 1 for earlier, later in pairwise(ids))


def on_screen(view: ListView) -> list[int | None]:
    last = view.rowAt(view.viewport().height() - 1)
    return [view.list_model().id_at(row) for row in range(view.rowAt(0), last + 1)]


def choose(view: ListView, *rows: tuple[int, int]) -> None:
    model, selection = view.model(), QItemSelection()
    for first, last in rows:
        selection.select(model.index(first, 0), model.index(last, model.columnCount() - 1))
    view.selectionModel().select(selection, Flag.ClearAndSelect)


def arrive(places: Places, manual: ManualTasks) -> None:
    places.come()
    manual.run_all()


def test_a_jump_does_not_count_the_rows_before(
    view: ListView, manual: ManualTasks, things: MemoryList
) -> None:
    begin(view, manual)
    for row in (3000, 4000, 2000):
        assert jump(view, manual, row)
        ids = on_screen(view)
        assert row - 50 < view.rowAt(0) <= row
        assert len(ids) > 5
        assert follow_each_other([row_id or 0 for row_id in ids])
    assert things.places.asked.count("marks") == 1
    assert not {"from the start", "from the end"} & set(things.places.asked)


def test_near_the_ends_rows_have_their_numbers(
    view: ListView, manual: ManualTasks, things: MemoryList
) -> None:
    begin(view, manual)
    jump(view, manual, 3000)
    for row in (COUNTED - 20, 70, THINGS - 1, THINGS - COUNTED + 300):
        assert jump(view, manual, row) == thing(row + 1).title
    assert {"from the start", "from the end"} <= set(things.places.asked)


def test_scrolling_on_goes_through_the_list_as_it_is(view: ListView, manual: ManualTasks) -> None:
    begin(view, manual)
    jump(view, manual, 3000)
    for row in (*range(3000, 3900, 30), *range(3000, 2100, -30)):
        jump(view, manual, row)
        assert follow_each_other([row_id or 0 for row_id in on_screen(view)])
    head, stretch = known(view.list_model())
    assert follow_each_other(head)
    assert follow_each_other(stretch)
    assert len(stretch) > 1700


def test_rows_of_two_guesses_never_touch(view: ListView, manual: ManualTasks) -> None:
    begin(view, manual)
    rows = (3000, 3000 + 5 * STRIDE, 3000 + 8 * STRIDE, *range(2800, 5500, 50), *range(2800, 0, -50))
    for row in rows:
        jump(view, manual, row)
        assert all(follow_each_other(stretch) for stretch in known(view.list_model()))
    jump(view, manual, THINGS - 1)
    stretches = known(view.list_model())
    assert all(follow_each_other(stretch) for stretch in stretches)
    assert len(stretches) > 3


def test_a_jump_to_near_what_is_known_can_be_scrolled_back_from(view: ListView, manual: ManualTasks) -> None:
    begin(view, manual)
    jump(view, manual, 3000)
    jump(view, manual, 3000 + 2 * STRIDE)
    jump(view, manual, 3000 + STRIDE)
    _head, stretch = known(view.list_model())
    assert follow_each_other(stretch)


@pytest.mark.parametrize("spec", [ListSpec(), BY_TITLE], ids=["by id", "by title"])
def test_in_the_end_the_same_rows_are_where_they_were_on_the_screen(
    view: ListView, manual: ManualTasks, things: MemoryList, spec: ListSpec
) -> None:
    places, model = begin(view, manual, spec), view.list_model()
    jump(view, manual, 4000)
    row = view.rowAt(0) + 3
    choose(view, (row, row + 1))
    view.selectionModel().setCurrentIndex(model.index(row, TITLE), Flag.NoUpdate)
    before, y = on_screen(view), view.rowViewportPosition(view.rowAt(0))
    here = view.rowAt(0)
    current, selected = view.current_id(), view.selected_ids()
    arrive(places, manual)
    assert model.state is State.READY
    assert model.row_count_exact
    assert on_screen(view) == before
    assert view.rowViewportPosition(view.rowAt(0)) == y
    ids = things.ordered(spec)
    assert ids[view.rowAt(0)] == before[0]
    assert abs(view.rowAt(0) - here) > 1000
    assert (view.current_id(), view.selected_ids()) == (current, selected) != (None, ())
    for row in (0, 3000, THINGS - 1):
        assert jump(view, manual, row) == things.rows_by_id[ids[row]].title


def test_who_goes_on_while_the_places_come_stays_there(view: ListView, manual: ManualTasks) -> None:
    places = begin(view, manual)
    jump(view, manual, 4000)
    places.come()
    assert view.list_model().state is State.FIRST
    # What was at the top is being looked for.
    looking = manual.waiting.pop()
    assert looking.slot.endswith(".ids")
    jump(view, manual, 3500)
    choose(view, (view.rowAt(0), view.rowAt(0)))
    before, chosen = on_screen(view), view.selected_ids()
    manual.waiting.append(looking)
    manual.run_all()
    assert view.list_model().state is State.READY
    assert on_screen(view) == before
    assert view.selected_ids() == chosen != ()


def test_what_is_chosen_between_two_guesses_is_what_lies_between(view: ListView, manual: ManualTasks) -> None:
    places = begin(view, manual)
    jump(view, manual, 2000)
    first = view.list_model().id_at(2000)
    jump(view, manual, 4000)
    last = view.list_model().id_at(4000)
    choose(view, (2000, 4000))
    assert first is not None
    assert last is not None
    assert last - first != 2000
    got: list[int] = []
    view.fetch_selected_ids(got.extend)
    arrive(places, manual)
    assert got == list(range(first, last + 1))
    assert view.selected_count() == len(got)


def test_a_range_over_most_of_the_list_is_no_rule(
    view: ListView, manual: ManualTasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blogadmin.gui.tables.selection.RULE_FROM", 1000)
    monkeypatch.setattr("blogadmin.gui.tables.selection.KEPT_MOST", 1000)
    places = begin(view, manual)
    jump(view, manual, 4500)
    last = view.list_model().id_at(4500)
    assert last is not None
    choose(view, (10, 4500), (4503, 4503))
    got: list[int] = []
    view.fetch_selected_ids(got.extend)
    arrive(places, manual)
    assert got == [*range(11, last + 1), last + 3]


def test_an_end_that_nobody_has_seen_chooses_nothing_else(view: ListView, manual: ManualTasks) -> None:
    places = begin(view, manual)
    jump(view, manual, 3000)
    choose(view, (3000, 4000))
    seen = {row_id for stretch in known(view.list_model())[1:] for row_id in stretch}
    got: list[int] = []
    view.fetch_selected_ids(got.extend)
    arrive(places, manual)
    assert got
    assert set(got) <= seen


def test_all_rows_but_some_are_all_but_these(view: ListView, manual: ManualTasks) -> None:
    places = begin(view, manual)
    view.selectAll()
    model = view.list_model()
    jump(view, manual, 2000)
    jump(view, manual, 4000)
    first, last, single = model.id_at(2000), model.id_at(4000), model.id_at(4003)
    assert first is not None
    assert last is not None
    for top, bottom in ((2000, 4000), (4003, 4003)):
        left_out = QItemSelection(model.index(top, 0), model.index(bottom, TITLE))
        view.selectionModel().select(left_out, Flag.Deselect | Flag.Rows)
    got: list[int] = []
    view.fetch_selected_ids(got.extend)
    arrive(places, manual)
    assert got == [n for n in range(1, THINGS + 1) if not first <= n <= last and n != single]


def test_another_order_takes_along_what_was_seen(
    view: ListView, manual: ManualTasks, things: MemoryList
) -> None:
    begin(view, manual)
    jump(view, manual, 4000)
    jump(view, manual, 2000)
    chosen = view.list_model().id_at(2000)
    choose(view, (2000, 2000))
    view.list_model().load(BY_TITLE)
    manual.run_all()
    assert view.selected_ids() == (chosen,)


def test_a_list_without_marks_is_counted(view: ListView, manual: ManualTasks, things: MemoryList) -> None:
    things.places.marked = ()
    begin(view, manual)
    for row in (2500, 4000):
        assert jump(view, manual, row) == thing(row + 1).title
    assert things.places.asked.count("marks") == 1
    assert "beside" not in things.places.asked


def test_where_a_guess_leads_beyond_the_list_rows_are_empty(
    view: ListView, manual: ManualTasks, things: MemoryList
) -> None:
    things.places.marked = (5,)
    places, model = begin(view, manual), view.list_model()
    assert jump(view, manual, 3000 // STRIDE * STRIDE) == thing(6).title
    top = 3000 // STRIDE * STRIDE
    for row in range(top, top - 200, -20):
        jump(view, manual, row)
    assert model.id_at(top - 1) == 5
    assert model.id_at(top - 5) == 1
    assert model.id_at(top - 6) is None
    assert LOST in (model.cache.order.known(top - 6, top) or ())
    assert model.index(top - 6, TITLE).data() == ""
    arrive(places, manual)
    assert [model.id_at(row) for row in range(3)] == [1, 2, 3]
