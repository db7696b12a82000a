"""A list too long to keep every id: anchors instead, and everything a person does with it as ever."""

from __future__ import annotations

import gc
import json
import weakref
from array import array
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPersistentModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from blogadmin.core.database.changes import Changes
from blogadmin.core.database.errors import Unavailable
from blogadmin.core.queries.places import STRIDE
from blogadmin.core.queries.spec import ListSpec, Sort
from blogadmin.gui.tables import row_order, row_search, source
from blogadmin.gui.tables.columns import Column
from blogadmin.gui.tables.list_model import ListModel, State
from blogadmin.gui.tables.list_view import ListView
from blogadmin.gui.tables.row_order import LOST, Anchors, Ids
from blogadmin.gui.tables.row_ranges import RowRanges
from tests.gui.tables.doubles import COLUMNS, ManualTasks, MemoryList, show_list, thing

Make = Callable[[MemoryList], ListModel]
Flag = QItemSelectionModel.SelectionFlag
THINGS = 1_400
BY_VIEWS = ListSpec(sort=(Sort("views", descending=True),))
TITLE = 1


@pytest.fixture(autouse=True)
def short_anchors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every list is long here."""
    monkeypatch.setattr(source, "ANCHORS_FROM", 0)
    monkeypatch.setattr(row_order, "KEYS_IN_PART", 3)
    monkeypatch.setattr(row_search, "KEYS_IN_PART", 3)
    monkeypatch.setattr("tests.gui.tables.doubles.KEYS_IN_PART", 3)


@pytest.fixture
def things() -> MemoryList:
    return MemoryList(thing(number) for number in range(1, THINGS + 1))


@pytest.fixture
def columns() -> tuple[Column, ...]:
    """The title and one before it: Qt's tester looks at every cell."""
    return COLUMNS[: TITLE + 1]


@pytest.fixture
def model(make_model: Make, things: MemoryList, manual: ManualTasks) -> Iterator[ListModel]:
    """All places known; Qt's own tester looks at every row after every signal."""
    made = make_model(things)
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    made.load(ListSpec())
    manual.run_all()
    yield made
    tester.deleteLater()


@pytest.fixture
def view(model: ListModel, manual: ManualTasks, qtbot: QtBot) -> ListView:
    shown = show_list(model, qtbot, 900, 400)
    manual.run_all()
    return shown


def title(manual: ManualTasks, model: ListModel, row: int) -> str:
    model.index(row, TITLE).data()
    manual.run_all()
    return model.index(row, TITLE).data()


def choose(view: ListView, *rows: int | tuple[int, int]) -> None:
    model, selection = view.model(), QItemSelection()
    for row in rows:
        first, last = row if isinstance(row, tuple) else (row, row)
        selection.select(model.index(first, 0), model.index(last, model.columnCount() - 1))
    view.selectionModel().select(selection, Flag.ClearAndSelect)


def chosen(view: ListView, manual: ManualTasks) -> list[int]:
    got: list[array[int]] = []
    view.fetch_selected_ids(got.append)
    manual.run_all()
    assert len(got) == 1
    return list(got[0])


def test_every_row_is_where_it_belongs(model: ListModel, manual: ManualTasks, things: MemoryList) -> None:
    assert isinstance(model.cache.order, Anchors)
    for spec in (ListSpec(), BY_VIEWS, ListSpec(search="99999")):
        model.load(spec)
        manual.run_all()
        ids = things.ordered(spec)
        assert model.rowCount() == len(ids)
        assert model.state is State.READY
        for row in (0, 63, 64, STRIDE - 1, STRIDE, len(ids) // 2, len(ids) - 1):
            assert title(manual, model, row) == things.rows_by_id[ids[row]].title
            assert model.id_at(row) == ids[row]


def test_only_what_was_looked_at_is_known(model: ListModel, manual: ManualTasks) -> None:
    assert model.id_at(1000) is None
    assert model.ids_in(RowRanges([(0, THINGS)])) is None
    title(manual, model, 1000)
    assert model.row_of(1001) == 1000
    assert model.row_of(700) is None


def test_rows_deleted_before_they_were_seen_leave_empty_places_not_wrong_ones(
    model: ListModel, manual: ManualTasks, things: MemoryList
) -> None:
    for number in (STRIDE + 1, STRIDE + 10):
        del things.rows_by_id[number]
    assert title(manual, model, STRIDE) == thing(STRIDE + 2).title
    assert title(manual, model, 2 * STRIDE) == thing(2 * STRIDE + 1).title
    for row in (2 * STRIDE - 2, 2 * STRIDE - 1):
        assert title(manual, model, row) == "No longer here"
        assert model.id_at(row) is None
        assert not model.is_usable(row)
    assert title(manual, model, 2 * STRIDE - 3) == thing(2 * STRIDE).title


def test_rows_deleted_after_they_were_seen_stay_where_they_were(
    model: ListModel, manual: ManualTasks, things: MemoryList
) -> None:
    title(manual, model, 1000)
    del things.rows_by_id[1001]
    model.refresh(Changes.of("things", deleted=[1001]))
    manual.run_all()
    assert not model.is_usable(1000)
    assert title(manual, model, 1001) == thing(1002).title


def test_rows_made_later_do_not_push_others_away(
    model: ListModel, manual: ManualTasks, things: MemoryList
) -> None:
    model.load(BY_VIEWS)
    manual.run_all()
    before = things.ordered(BY_VIEWS)
    for number in range(5000, 5300):
        things.rows_by_id[number] = thing(number, views=2500)
    for row in range(0, THINGS, 100):
        assert title(manual, model, row) == things.rows_by_id[before[row]].title


def test_the_cursor_and_the_screen_follow_their_rows(view: ListView, manual: ManualTasks) -> None:
    view.verticalScrollBar().setValue(1100 * view.rowHeight(0) + 7)
    view.viewport().repaint()
    manual.run_all()
    model, row = view.list_model(), view.rowAt(0)
    top, y = model.id_at(row), view.rowViewportPosition(row)
    view.selectionModel().setCurrentIndex(model.index(row + 2, TITLE), Flag.NoUpdate)
    current = view.current_id()
    model.reload()
    manual.run_all()
    assert (model.id_at(view.rowAt(0)), view.rowViewportPosition(view.rowAt(0))) == (top, y)
    assert view.current_id() == current
    pointer = QPersistentModelIndex(view.currentIndex())
    model.load(BY_VIEWS)
    manual.run_all()
    assert view.current_id() == current
    assert model.id_at(view.currentIndex().row()) == current
    assert not pointer.isValid() or pointer.row() == view.currentIndex().row()


def test_what_is_chosen_is_found_again_in_another_order(
    view: ListView, manual: ManualTasks, things: MemoryList
) -> None:
    choose(view, 3, (100, 1300), 1399)
    ids = {4, *range(101, 1302), 1400}
    view.list_model().load(BY_VIEWS)
    manual.run_all()
    assert view.selected_count() == len(ids)
    assert set(chosen(view, manual)) == ids
    assert chosen(view, manual) == [row_id for row_id in things.ordered(BY_VIEWS) if row_id in ids]


def test_all_but_these_stays_all_but_these(
    view: ListView, manual: ManualTasks, things: MemoryList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blogadmin.gui.tables.selection.RULE_FROM", 1000)
    view.selectAll()
    view.selectionModel().select(view.model().index(700, 0), Flag.Deselect | Flag.Rows)
    things.rows_by_id[9000] = thing(9000)
    view.list_model().load(BY_VIEWS)
    manual.run_all()
    assert view.selected_count() == THINGS - 1
    assert set(chosen(view, manual)) == set(range(1, THINGS + 1)) - {701}


def test_what_is_scattered_too_far_is_let_go_whole(
    view: ListView, manual: ManualTasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_search, "SEGMENTS_MOST", 1)
    choose(view, 3, 400, 800, 1200)
    manual.run_all()
    view.list_model().load(BY_VIEWS)
    manual.run_all()
    assert view.selected_count() == 0


def test_the_edge_of_a_selection_stays_the_row_that_was_seen(
    view: ListView, manual: ManualTasks, things: MemoryList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_order, "SEGMENTS_KEPT", 6)
    model = view.list_model()
    title(manual, model, 500)
    choose(view, 500)
    for row in range(0, THINGS, 100):
        title(manual, model, row)
    del things.rows_by_id[450]
    assert chosen(view, manual) == [501]


def test_copying_reads_what_it_needs(view: ListView, manual: ManualTasks) -> None:
    copied = QSignalSpy(view.copied)
    choose(view, 2, (250, 300), 1300)
    view.copy_selection()
    manual.run_all()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert copied.at(0) == [53, 53]
    assert [line.split("\t")[1] for line in lines[1:]] == [
        thing(n).title for n in (3, *range(251, 302), 1301)
    ]


def test_walking_goes_on_past_the_edge_of_what_is_known(model: ListModel, manual: ManualTasks) -> None:
    title(manual, model, STRIDE - 1)
    here = STRIDE
    for _step in range(STRIDE + 10):
        assert model.walk(here, "next") == here + 1
        here += 1
        manual.run_all()
    for _step in range(20):
        assert model.walk(here, "previous") == here - 1
        here -= 1
        manual.run_all()
    assert model.walk(here, "first") == 1
    assert model.walk(here, "last") == THINGS


def test_a_row_at_the_beginning_of_a_segment_can_be_left_upwards(
    model: ListModel, manual: ManualTasks
) -> None:
    title(manual, model, 3 * STRIDE)
    assert model.walk(3 * STRIDE + 1, "previous") == 3 * STRIDE


def test_rows_at_the_edge_of_a_segment_do_not_wait_for_its_neighbour(
    model: ListModel, manual: ManualTasks, things: MemoryList
) -> None:
    things.places.asked.clear()
    model.index(3 * STRIDE, TITLE).data()
    QApplication.processEvents()
    manual.run("rows")
    assert things.places.asked == ["between"]
    assert model.index(3 * STRIDE, TITLE).data() == thing(3 * STRIDE + 1).title
    assert model.id_at(3 * STRIDE - 1) is None
    manual.run("beside")
    assert model.id_at(3 * STRIDE - 1) == 3 * STRIDE


def test_neighbours_of_a_list_that_was_left_are_not_taken_for_those_of_the_next(
    model: ListModel, manual: ManualTasks, things: MemoryList
) -> None:
    model.index(3 * STRIDE, TITLE).data()
    QApplication.processEvents()
    manual.run("rows")
    model.load(BY_VIEWS)
    while manual.slots() != ["beside"]:
        manual.run(next(slot for slot in manual.slots() if slot != "beside"))
        QApplication.processEvents()
    manual.run("beside")
    before = things.ordered(BY_VIEWS)[2 * STRIDE]
    assert title(manual, model, 2 * STRIDE) == things.rows_by_id[before].title


def test_a_failure_to_find_rows_is_a_failure(
    model: ListModel, manual: ManualTasks, things: MemoryList
) -> None:
    things.error = Unavailable("gone")
    model.index(1000, TITLE).data()
    manual.run_all()
    assert model.state is State.FAILED
    things.error = None
    model.retry()
    assert title(manual, model, 1000) == thing(1001).title


def test_what_is_remembered_of_places_is_bounded(
    model: ListModel, manual: ManualTasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_order, "SEGMENTS_KEPT", 4)
    for row in range(0, THINGS, 50):
        title(manual, model, row)
    order = model.cache.order
    assert isinstance(order, Anchors)
    assert len(order.learnt) <= 4
    assert model.walk(1, "last") == THINGS


def test_places_without_rows_have_no_ids() -> None:
    order = Anchors(300, 300, ['[["0"], ["1"]]'])
    order.learn(0, array("q", range(1, 200)))
    known = order.known(190, 210)
    assert known is not None
    assert list(known) == [*range(191, 200), *[LOST] * 11]
    order.learn(0, array("q", [7]))
    assert order.known(0, 1) == array("q", [1])
    assert order.known(250, 260) is None
    assert order.first_keys == [("0",)]


def test_a_list_that_is_left_is_gone_at_once() -> None:
    order = Anchors(3 * STRIDE, 3 * STRIDE, ['[["0"], ["1"], ["2"]]'])
    assert order.key(2) == ("2",)
    left = weakref.ref(order)
    gc.disable()
    try:
        del order
        assert left() is None
    finally:
        gc.enable()


def test_only_some_parts_of_the_anchors_are_decoded_at_a_time() -> None:
    segments = 12 * row_order.KEYS_IN_PART
    keys = [[str(n)] for n in range(segments)]
    size = row_order.KEYS_IN_PART
    parts = [json.dumps(keys[at : at + size]) for at in range(0, segments, size)]
    order = Anchors(segments * STRIDE, segments * STRIDE, parts)
    assert [order.key(n) for n in range(segments)] == [(str(n),) for n in range(segments)]
    assert order.key(0) == ("0",)
    assert len(order._decoded) == row_order.PARTS_DECODED


def test_ids_take_four_bytes_where_they_fit() -> None:
    few = Ids.joined([array("i", [5]), array("i", [2**31 - 1])], 2**31 - 1)
    assert (list(few.ids), few.newest, few.ids.itemsize) == ([5, 2**31 - 1], 2**31 - 1, 4)
    ids = Ids.joined([array("i", [5, 2**31 - 1]), array("q", [2**31])], 2**31)
    assert list(ids.ids) == [5, 2**31 - 1, 2**31]
    assert ids.row_of(2**31, near=0) == 2
    assert ids.known(0, 9) == array("q", [5, 2**31 - 1, 2**31])


def test_ids_agree_only_with_the_same() -> None:
    ids = Ids(array("q", [1, 2, 3]))
    assert ids.newest == 3
    assert ids.agrees(Ids(array("i", [1, 2, 3])))
    assert not ids.agrees(Ids(array("q", [1, 2])))
    assert not ids.agrees(Ids(array("q", [1, 2, 4])))


def test_an_order_takes_role_and_flags_of_unknown_rows(model: ListModel) -> None:
    index = model.index(1234, 0)
    assert index.data(Qt.ItemDataRole.UserRole) is None
    assert model.flags(index) & Qt.ItemFlag.ItemIsSelectable
