"""Columns stay as a person arranged them, by name, whatever the text says that comes back."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from blogadmin.core.queries.spec import ListSpec, Sort
from blogadmin.gui.tables.list_model import ListModel
from blogadmin.gui.tables.list_view import ListView
from tests.gui.tables.doubles import COLUMNS, ManualTasks, MemoryList, thing

TITLE, STATUS, VIEWS, ID = 1, 2, 6, 8


def make(qtbot: QtBot) -> ListView:
    things = MemoryList(thing(number) for number in range(1, 40))
    view = ListView()
    view.setObjectName("table")
    view.setAccessibleName("List of things")
    view.setModel(ListModel(ManualTasks(), COLUMNS, lambda: things, "things", view))
    view.resize(1300, 300)
    qtbot.addWidget(view)
    view.show()
    return view


@pytest.fixture
def view(qtbot: QtBot) -> ListView:
    return make(qtbot)


def names(view: ListView) -> list[str]:
    header = view.horizontalHeader()
    places = (header.logicalIndex(place) for place in range(header.count()))
    return [COLUMNS[section].name for section in places if not header.isSectionHidden(section)]


def widths(view: ListView) -> list[int]:
    return [view.columnWidth(section) for section in range(len(COLUMNS))]


def test_an_arrangement_comes_back(view: ListView, qtbot: QtBot) -> None:
    header = view.horizontalHeader()
    header.moveSection(header.visualIndex(VIEWS), 0)
    view.setColumnHidden(STATUS, True)
    view.setColumnHidden(ID, False)
    header.resizeSection(TITLE, 333)
    view._want_order((Sort("views", descending=True), Sort("title")))
    other = make(qtbot)
    other.restore_state(view.save_state())
    assert names(other) == names(view)
    assert names(other)[0] == "views"
    assert widths(other) == widths(view)
    assert other.columnWidth(TITLE) == 333
    assert other.sort_keys() == (Sort("views", descending=True), Sort("title"))
    assert json.loads(other.save_state()) == json.loads(view.save_state())


def test_the_naming_column_takes_the_room_that_is_left_until_a_width_is_set(view: ListView) -> None:
    assert sum(widths(view)) == view.viewport().width()
    view.resize(1500, 300)
    assert sum(widths(view)) == view.viewport().width()
    view.setColumnHidden(VIEWS, True)
    assert sum(widths(view)) == view.viewport().width()
    view.horizontalHeader().resizeSection(STATUS, 200)
    before = view.columnWidth(TITLE)
    view.resize(1800, 300)
    assert view.columnWidth(TITLE) == before
    view.columns_menu().actions()[-1].trigger()
    assert sum(widths(view)) == view.viewport().width()


def test_another_list_leaves_the_columns_as_they_are(view: ListView) -> None:
    model = view.list_model()
    tasks = model.tasks
    assert isinstance(tasks, ManualTasks)
    view.setColumnHidden(STATUS, True)
    view.resize(800, 300)
    model.load(ListSpec())
    tasks.run_all()
    before = widths(view)
    for column in ("title", "views"):
        model.sort(model.column_of(column) or 0)
        tasks.run_all()
        assert widths(view) == before


def test_in_a_narrow_window_words_give_way_and_figures_stay_whole(view: ListView) -> None:
    """First the naming column, then the others, each down to what still says something."""
    view.resize(1100, 300)
    before = widths(view)
    view.resize(1000, 300)
    assert sum(widths(view)) == view.viewport().width()
    assert [c.name for c, was, now in zip(COLUMNS, before, widths(view), strict=True) if was != now] == [
        "title"
    ]
    view.resize(900, 300)
    assert view.viewport().width() - 3 <= sum(widths(view)) <= view.viewport().width()
    gave = {c.name for c, was, now in zip(COLUMNS, before, widths(view), strict=True) if now < was}
    assert gave == {"title", "author", "slug"}
    view.resize(300, 300)
    least = widths(view)
    assert sum(least) > view.viewport().width()
    assert least[TITLE] > 100
    others = [place for place in range(len(COLUMNS)) if place != TITLE]
    assert all(least[place] >= before[place] * 2 / 3 for place in others)
    view.resize(1100, 300)
    assert widths(view) == before


def test_a_narrow_window_takes_nothing_from_a_width_that_was_set(view: ListView) -> None:
    view.horizontalHeader().resizeSection(TITLE, 500)
    before = widths(view)
    view.resize(600, 300)
    assert widths(view) == before


def test_what_a_narrow_window_took_is_not_remembered(view: ListView, qtbot: QtBot) -> None:
    before = widths(view)
    view.resize(700, 300)
    other = make(qtbot)
    other.restore_state(view.save_state())
    assert widths(other) == before


def test_unknown_columns_do_no_harm_and_new_ones_appear(view: ListView) -> None:
    saved = {
        "columns": [
            {"name": "vanished", "width": 100, "hidden": False},
            {"name": "views", "width": 120, "hidden": False},
            {"name": "title", "width": -5, "hidden": True},
        ],
        "by_hand": True,
        "sort": [{"column": "vanished", "descending": True}, {"column": "slug", "descending": True}],
    }
    view.restore_state(json.dumps(saved))
    assert names(view)[0] == "views"
    assert view.columnWidth(VIEWS) == 120
    assert "title" not in names(view)
    assert "updated_at" in names(view)
    assert view.sort_keys() == ()


def test_an_arrangement_that_hides_everything_is_not_believed(view: ListView) -> None:
    columns = [{"name": column.name, "width": 100, "hidden": True} for column in COLUMNS]
    view.restore_state(json.dumps({"columns": columns}))
    assert names(view)


@pytest.mark.parametrize(
    "text", ["", "no json", "[]", "7", '{"columns": 5}', '{"columns": [5, {"name": []}], "sort": {}}', "null"]
)
def test_text_that_is_no_arrangement_changes_nothing(view: ListView, text: str) -> None:
    before = view.save_state()
    view.restore_state(text)
    assert view.save_state() == before


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["title", "views"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["columns", "sort", "name", "width", "hidden", "column", "descending"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(found=json_values)
def test_no_text_can_break_a_list(view: ListView, found: object) -> None:
    view.restore_state(json.dumps(found))
    assert names(view)
