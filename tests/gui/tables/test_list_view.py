"""The view under a person's hands: keys, clicks, and what stays while the list changes."""

from __future__ import annotations

from array import array
from collections.abc import Callable

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtTest import QSignalSpy, QTest
from pytestqt.qtbot import QtBot

from blogadmin.core.database.changes import Changes
from blogadmin.core.queries.spec import ListSpec, Sort
from blogadmin.gui.tables import selection
from blogadmin.gui.tables.list_model import ListModel
from blogadmin.gui.tables.list_view import ListView
from blogadmin.gui.tables.row_cache import BLOCK
from blogadmin.gui.tables.row_ranges import RowRanges
from blogadmin.gui.theme import Density
from tests.gui.tables.doubles import COLUMNS, HugeList, ManualTasks, MemoryList, show_list, thing

Make = Callable[[MemoryList], ListModel]
Key = Qt.Key
Modifier = Qt.KeyboardModifier
Button = Qt.MouseButton
BY_TITLE = ListSpec(sort=(Sort("title"),))
CHECK, TITLE, STATUS = 0, 1, 2


@pytest.fixture
def view(model: ListModel, manual: ManualTasks, qtbot: QtBot) -> ListView:
    """The first of 1,000 things on the screen, the keyboard in the list."""
    made = show_list(model, qtbot, 1100, 500)
    model.load(ListSpec())
    manual.run_all()
    made.setFocus()
    return made


def click(view: ListView, row: int, column: int = STATUS, modifier: Modifier = Modifier.NoModifier) -> None:
    where = view.visualRect(view.model().index(row, column)).center()
    QTest.mouseClick(view.viewport(), Button.LeftButton, modifier, where)


def press(view: ListView, *keys: Key, modifier: Modifier = Modifier.NoModifier) -> None:
    for key in keys:
        QTest.keyClick(view, key, modifier)


def test_keys_move_and_extend_as_everywhere(view: ListView) -> None:
    click(view, 2)
    press(view, Key.Key_Down)
    assert view.selected_ids() == (4,)
    press(view, Key.Key_Down, Key.Key_Down, modifier=Modifier.ShiftModifier)
    assert view.selected_ids() == (4, 5, 6)
    press(view, Key.Key_Up, modifier=Modifier.ShiftModifier)
    assert view.selected_ids() == (4, 5)
    assert view.current_id() == 5


def test_clicks_with_control_and_shift(view: ListView) -> None:
    click(view, 1)
    click(view, 3, modifier=Modifier.ControlModifier)
    assert view.selected_ids() == (2, 4)
    click(view, 1, modifier=Modifier.ControlModifier)
    assert view.selected_ids() == (4,)
    click(view, 6, modifier=Modifier.ShiftModifier)
    assert view.selected_count() == 6
    assert {index.row() for index in view.selectionModel().selectedRows()} == {1, 2, 3, 4, 5, 6}


def test_all_but_one_stays_all_but_one_in_another_order(view: ListView, manual: ManualTasks) -> None:
    changed = QSignalSpy(view.selection_changed_by_id)
    press(view, Key.Key_A, modifier=Modifier.ControlModifier)
    assert view.selected_count() == 1000
    assert changed.count() >= 1
    click(view, 4, modifier=Modifier.ControlModifier)
    view.list_model().load(BY_TITLE)
    manual.run_all()
    assert view.selected_count() == 999
    assert 5 not in view.selected_ids()


def test_rows_beyond_what_a_view_can_hold_are_told_of(view: ListView, manual: ManualTasks) -> None:
    assert view.rows_not_shown() == 0
    view.list_model().most_rows = 400
    view.list_model().load(BY_TITLE)
    manual.run_all()
    assert view.list_model().rowCount() == 400
    assert view.rows_not_shown() == 600
    view.list_model().hold_at_most(300)
    assert view.list_model().rowCount() == 300
    assert view.rows_not_shown() == 700


def test_a_high_window_is_filled_by_the_first_rows(view: ListView, manual: ManualTasks) -> None:
    view.resize(600, 3 * BLOCK * view.verticalHeader().defaultSectionSize())
    model = view.list_model()
    model.load(ListSpec(sort=(Sort("id", descending=True),)))
    manual.run("first")
    rows = range(view.room_for_rows())
    assert len(rows) > 2 * BLOCK
    assert [model.row(row).id for row in rows] == [1000 - row for row in rows]


def test_what_is_chosen_is_found_among_all_the_first_rows(view: ListView, manual: ManualTasks) -> None:
    view.resize(600, 3 * BLOCK * view.verticalHeader().defaultSectionSize())
    model = view.list_model()
    manual.run_all()
    click(view, BLOCK + 8)
    model.load(ListSpec(sort=(Sort("id"),)))
    manual.run("first")
    assert view.selected_ids() == (BLOCK + 9,)


def test_escape_lets_go(view: ListView) -> None:
    press(view, Key.Key_A, modifier=Modifier.ControlModifier)
    press(view, Key.Key_Escape)
    assert view.selected_count() == 0
    assert not view.selectionModel().hasSelection()


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_a_row_is_selected_by_its_number_in_both_directions(
    view: ListView, direction: Qt.LayoutDirection
) -> None:
    view.setLayoutDirection(direction)
    click(view, 1)
    view.selectRow(4)
    assert view.selected_ids() == (5,)
    assert view.current_id() == 5


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Enter])
def test_enter_opens_the_current_row(view: ListView, key: Key) -> None:
    opened = QSignalSpy(view.open_requested)
    click(view, 3)
    press(view, key)
    assert opened.at(0)[0] == 4


def test_a_double_click_opens_but_not_on_a_tick(view: ListView) -> None:
    opened = QSignalSpy(view.open_requested)
    for column in (CHECK, TITLE):
        where = view.visualRect(view.model().index(3, column)).center()
        QTest.mouseClick(view.viewport(), Button.LeftButton, pos=where)
        QTest.mouseDClick(view.viewport(), Button.LeftButton, pos=where)
    assert [opened.at(i)[0] for i in range(opened.count())] == [4]


def test_one_click_on_a_tick_asks_for_the_other_state_and_leaves_the_selection(view: ListView) -> None:
    toggled = QSignalSpy(view.list_model().check_toggled)
    click(view, 0)
    click(view, 4, modifier=Modifier.ControlModifier)
    click(view, 7, CHECK)
    click(view, 8, CHECK)
    assert [tuple(toggled.at(i)) for i in range(toggled.count())] == [([8], False), ([9], True)]
    assert view.selected_ids() == (1, 5)
    index = view.model().index(7, CHECK)
    assert index.data(Qt.ItemDataRole.CheckStateRole) is Qt.CheckState.Checked


def test_space_asks_for_all_selected_rows_what_the_current_one_is_not(view: ListView) -> None:
    toggled = QSignalSpy(view.list_model().check_toggled)
    click(view, 1)
    press(view, Key.Key_Down, modifier=Modifier.ShiftModifier)
    press(view, Key.Key_Space)
    assert tuple(toggled.at(0)) == ([2, 3], True)
    view.clear_selection()
    press(view, Key.Key_Space)
    assert tuple(toggled.at(1)) == ([3], True)


def test_the_selection_the_cursor_and_the_screen_follow_their_rows(
    view: ListView, manual: ManualTasks
) -> None:
    click(view, 2)
    click(view, 5, modifier=Modifier.ControlModifier)
    y = view.rowViewportPosition(5)
    view.list_model().load(ListSpec(sort=(Sort("views", descending=True),)))
    manual.run_all()
    row = view.currentIndex().row()
    assert row > 100
    assert view.current_id() == 6
    assert set(view.selected_ids()) == {3, 6}
    assert view.rowViewportPosition(row) == y
    press(view, Key.Key_Down, modifier=Modifier.ShiftModifier)
    assert set(view.selected_ids()) == {3, 6, view.list_model().id_at(row + 1)}


def test_without_a_chosen_row_another_order_shows_its_beginning(view: ListView, manual: ManualTasks) -> None:
    view.verticalScrollBar().setValue(9000)
    manual.run_all()
    view.list_model().load(BY_TITLE)
    manual.run_all()
    assert view.rowAt(0) == 0


def test_nothing_moves_under_a_person_who_has_moved_on(view: ListView, manual: ManualTasks) -> None:
    click(view, 2)
    view.list_model().load(BY_TITLE)
    manual.run("first")
    press(view, Key.Key_PageDown)
    there = view.verticalScrollBar().value()
    manual.run_all()
    assert view.verticalScrollBar().value() == there


def test_a_reload_keeps_the_screen_though_rows_above_it_go(
    view: ListView, manual: ManualTasks, things: MemoryList
) -> None:
    view.verticalScrollBar().setValue(9000 + 7)
    manual.run_all()
    top, y = view.list_model().id_at(view.rowAt(0)), view.rowViewportPosition(view.rowAt(0))
    for number in range(1, 51):
        del things.rows_by_id[number]
    view.list_model().reload()
    manual.run_all()
    assert view.list_model().id_at(view.rowAt(0)) == top
    assert view.rowViewportPosition(view.rowAt(0)) == y


def test_a_search_keeps_what_is_still_listed_and_never_adds(view: ListView, manual: ManualTasks) -> None:
    """Everything selected in a search is not everything that there is."""
    view.list_model().load(ListSpec(search="Title 99999900"))
    manual.run_all()
    press(view, Key.Key_A, modifier=Modifier.ControlModifier)
    ids = view.selected_ids()
    assert len(ids) == 10
    view.list_model().load(ListSpec())
    manual.run_all()
    assert view.selected_ids() == tuple(sorted(ids))


def test_a_selection_outlives_two_orders_in_a_row(view: ListView, manual: ManualTasks) -> None:
    click(view, 5)
    view.list_model().load(BY_TITLE)
    manual.run("first")
    assert view.selected_ids() == ()
    view.list_model().load(ListSpec(sort=(Sort("views"),)))
    manual.run_all()
    assert view.selected_ids() == (6,)


def test_a_row_given_up_while_its_list_is_on_the_way_does_not_come_back(
    view: ListView, manual: ManualTasks
) -> None:
    click(view, 5)
    click(view, 7, modifier=Modifier.ControlModifier)
    view.list_model().load(BY_TITLE)
    click(view, 5, modifier=Modifier.ControlModifier)
    view.list_model().load(ListSpec(search="Title"))
    view.list_model().load(ListSpec(search="Title 9"))
    manual.run_all()
    view.list_model().load(ListSpec())
    manual.run_all()
    assert view.selected_ids() == (8,)


def test_a_row_found_at_once_and_given_up_does_not_come_back(view: ListView, manual: ManualTasks) -> None:
    click(view, 5)
    click(view, 9, modifier=Modifier.ControlModifier)
    chosen = view.selected_ids()
    view.list_model().load(ListSpec(sort=(Sort("id", descending=True),)))
    manual.run("first")
    view.list_model().load(ListSpec(sort=(Sort("id"),)))
    manual.run("first")
    assert view.selected_ids() == chosen
    click(view, 5, modifier=Modifier.ControlModifier)
    view.list_model().load(BY_TITLE)
    manual.run_all()
    assert view.selected_ids() == tuple(row_id for row_id in chosen if row_id != 6)


def test_what_a_rule_leaves_out_is_not_chosen_by_a_search_that_comes_meanwhile(
    view: ListView, manual: ManualTasks, things: MemoryList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "RULE_FROM", 10)
    press(view, Key.Key_A, modifier=Modifier.ControlModifier)
    click(view, 3, modifier=Modifier.ControlModifier)
    things.chunk = 300
    view.list_model().load(BY_TITLE)
    manual.run("first")
    view.list_model().load(ListSpec(search="Title"))
    view.list_model().load(ListSpec(search="Title 9"))
    manual.run_all()
    assert view.list_model().row_of(4) is not None
    assert 4 not in view.selected_ids()


def test_each_key_of_a_search_looks_at_what_is_chosen_only(
    make_model: Make, manual: ManualTasks, qtbot: QtBot
) -> None:
    """A million ids looked through hold the window up for 30 ms and more."""
    model = make_model(HugeList(100_000))
    view = show_list(model, qtbot, 900, 400)
    model.load(ListSpec())
    manual.run_all()
    click(view, 3)
    asked: list[int] = []
    ids_in = model.ids_in

    def noting(ranges: RowRanges) -> array[int] | None:
        asked.append(ranges.count())
        return ids_in(ranges)

    model.ids_in = noting
    for words in ("a", "a l", "a li"):
        model.load(ListSpec(search=words))
    assert asked
    assert max(asked) == 1
    manual.run_all()


def test_a_choice_made_while_ids_are_on_their_way_counts(view: ListView, manual: ManualTasks) -> None:
    click(view, 5)
    view.list_model().load(BY_TITLE)
    manual.run("first")
    click(view, 0)
    manual.run_all()
    assert view.selected_ids() == (1000,)
    view.list_model().reload()
    click(view, 1, modifier=Modifier.ControlModifier)
    manual.run_all()
    assert view.selected_ids() == (1000, 999)


def test_select_all_while_rows_are_on_their_way_takes_them_too(
    view: ListView, manual: ManualTasks, things: MemoryList
) -> None:
    things.chunk = 300
    view.list_model().load(BY_TITLE)
    manual.run("first")
    press(view, Key.Key_A, modifier=Modifier.ControlModifier)
    manual.run_all()
    assert view.selected_count() == 1000


def test_rows_that_are_gone_are_not_selected(view: ListView, manual: ManualTasks) -> None:
    click(view, 1)
    press(view, Key.Key_Down, modifier=Modifier.ShiftModifier)
    view.list_model().refresh(Changes.of("things", deleted=[2]))
    assert view.selected_ids() == (3,)
    press(view, Key.Key_A, modifier=Modifier.ControlModifier)
    assert view.selected_count() == 999


def test_a_hundred_thousand_rows_are_selected_kept_and_counted_without_being_read(
    make_model: Make, manual: ManualTasks, qtbot: QtBot
) -> None:
    huge = HugeList(100_000)
    model = make_model(huge)
    view = ListView()
    view.setObjectName("table")
    view.setAccessibleName("List of things")
    view.setModel(model)
    qtbot.addWidget(view)
    view.resize(900, 400)
    model.load(ListSpec())
    view.show()
    manual.run_all()
    huge.asked.clear()
    view.selectAll()
    click(view, 3, modifier=Modifier.ControlModifier)
    assert view.selected_count() == 99_999
    model.load(ListSpec(sort=(Sort("id"),)))
    huge.size = 100_001
    manual.run_all()
    assert view.selected_count() == 99_999
    assert 4 not in view.selected_ids()
    assert 100_001 not in view.selected_ids()
    assert len(huge.asked) <= 2


def test_scattered_selections_stay_exact(view: ListView, manual: ManualTasks) -> None:
    """Half a list in another order is hundreds of ranges: Qt sees those on the screen, we all of them."""
    for row in range(0, 1000, 2):
        index = view.model().index(row, 0)
        view.selectionModel().select(
            index, QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        )
    view.list_model().load(BY_TITLE)
    manual.run_all()
    assert view.selected_ids() == tuple(range(999, 0, -2))
    view.scrollToBottom()
    view.viewport().repaint()
    model = view.list_model()
    assert view.selectionModel().isSelected(model.index(999, 0))
    assert not view.selectionModel().isSelected(model.index(998, 0))
    view.clearSelection()
    assert view.selected_count() == 0


def test_typing_letters_does_not_search_row_by_row(
    view: ListView, manual: ManualTasks, things: MemoryList
) -> None:
    things.asked.clear()
    QTest.keyClicks(view, "title")
    manual.run_all()
    assert things.asked == []


def test_copying_takes_the_visible_columns_and_reads_what_is_unknown(
    view: ListView, manual: ManualTasks, things: MemoryList
) -> None:
    copied = QSignalSpy(view.copied)
    things.rows_by_id[900] = thing(900, title="Tab\tand\nline")
    press(view, Key.Key_A, modifier=Modifier.ControlModifier)
    view.setColumnHidden(CHECK, True)
    view.horizontalHeader().moveSection(view.horizontalHeader().visualIndex(STATUS), 0)
    press(view, Key.Key_C, modifier=Modifier.ControlModifier)
    manual.run_all()
    lines = QGuiApplication.clipboard().text().split("\n")
    assert len(lines) == 1001
    assert lines[0].split("\t") == ["Status", "Title", "Author", "Role", "Slug", "Views", "Updated"]
    assert lines[900].split("\t")[1] == "Tab and line"
    assert lines[1].split("\t")[6].startswith("2026-01-01 ")
    assert tuple(copied.at(0)) == (1000, 1000)


def test_copying_nothing_leaves_the_clipboard(view: ListView) -> None:
    QGuiApplication.clipboard().setText("mine")
    view.clear_selection()
    press(view, Key.Key_C, modifier=Modifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "mine"


def title_at(view: ListView, section: int) -> QPoint:
    header = view.horizontalHeader()
    return QPoint(header.sectionViewportPosition(section) + 30, header.height() // 2)


def test_a_click_on_a_title_asks_for_its_order(view: ListView, manual: ManualTasks) -> None:
    asked: list[tuple[Sort, ...]] = []
    view.sort_requested.connect(asked.append)
    view.sort_requested.connect(lambda keys: view.list_model().load(ListSpec(sort=keys)))
    titles = view.horizontalHeader().viewport()
    for section, modifier in (
        (TITLE, Modifier.NoModifier),
        (TITLE, Modifier.NoModifier),
        (STATUS, Modifier.ShiftModifier),
        (TITLE, Modifier.ShiftModifier),
        (5, Modifier.NoModifier),
    ):
        QTest.mouseClick(titles, Button.LeftButton, modifier, title_at(view, section))
        manual.run_all()
    assert asked == [
        (Sort("title"),),
        (Sort("title", True),),
        (Sort("title", True), Sort("status")),
        (Sort("title"), Sort("status")),
    ]
    assert view.sort_keys() == asked[-1]
    tip = view.model().headerData(5, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    assert "cannot be sorted" in tip


def test_columns_can_be_hidden_by_name_but_never_the_last_one(view: ListView) -> None:
    view.columns_menu().aboutToShow.emit()
    action = view.findChild(QAction, "column_slugAction")
    assert action is not None
    assert action.isChecked()
    action.trigger()
    assert view.isColumnHidden(5)
    for column in COLUMNS[1:]:
        found = view.findChild(QAction, f"column_{column.name}Action")
        assert found is not None
        if found.isChecked():
            found.trigger()
    last = view.findChild(QAction, "column_activeAction")
    assert last is not None
    assert not last.isEnabled()
    reset = view.findChild(QAction, "resetColumnsAction")
    assert reset is not None
    reset.trigger()
    assert [view.isColumnHidden(s) for s in range(len(COLUMNS))] == [c.hidden for c in COLUMNS]


def test_a_list_too_tall_for_the_screen_arithmetic_is_cut(view: ListView) -> None:
    view.set_density(Density.COMPACT)
    height = view.verticalHeader().defaultSectionSize()
    assert view.list_model().most_rows * height < 2**31
    assert (view.list_model().most_rows + 1) * height > 2**31 - 1


def test_the_selection_model_can_be_cleared_as_qts_own(view: ListView) -> None:
    click(view, 3)
    view.selectionModel().clear()
    assert view.selected_count() == 0
    assert not view.currentIndex().isValid()
    click(view, 3)
    view.selectionModel().reset()
    assert view.selected_count() == 0


def test_too_much_to_carry_into_another_search_is_let_go(
    view: ListView, manual: ManualTasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "KEPT_MOST", 100)
    view.selectAll()
    view.list_model().load(ListSpec(search="Title"))
    manual.run_all()
    assert view.selected_count() == 0


def test_all_but_a_few_stay_chosen_by_rule_through_unfinished_lists(
    view: ListView, manual: ManualTasks, things: MemoryList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "RULE_FROM", 100)
    view.selectAll()
    click(view, 4, modifier=Modifier.ControlModifier)
    view.list_model().load(BY_TITLE)
    manual.run("first")
    things.rows_by_id[5000] = thing(5000)
    view.list_model().load(ListSpec(sort=(Sort("views"),)))
    manual.run_all()
    assert view.selected_count() == 999
    assert not {5, 5000} & set(view.selected_ids())


def test_a_list_that_has_become_empty_selects_nothing(
    view: ListView, manual: ManualTasks, things: MemoryList
) -> None:
    view.selectAll()
    view.list_model().load(BY_TITLE)
    manual.run("first")
    things.rows_by_id.clear()
    manual.run_all()
    assert view.model().rowCount() == 0
    assert view.selected_ids() == ()
