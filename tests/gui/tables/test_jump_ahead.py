"""Before all rows of a list have their places, the scroll bar has its length and rows their numbers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QItemSelectionModel
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from blogadmin.core.queries.spec import ListSpec, Sort
from blogadmin.gui.tables import source
from blogadmin.gui.tables.columns import Column
from blogadmin.gui.tables.list_model import ListModel, State
from blogadmin.gui.tables.list_view import ListView
from tests.gui.tables.doubles import COLUMNS, Call, ManualTasks, MemoryList, show_list, thing

TITLE = 1
BY_TITLE = ListSpec(sort=(Sort("title"),))
Flag = QItemSelectionModel.SelectionFlag


@pytest.fixture(params=[2_000_000, 0], ids=["ids", "anchors"])
def anchors_from(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Both for lists of which every id is kept and for others."""
    monkeypatch.setattr(source, "ANCHORS_FROM", request.param)
    return request.param


@pytest.fixture
def columns() -> tuple[Column, ...]:
    """The title and one before it: Qt's tester looks at every cell."""
    return COLUMNS[: TITLE + 1]


@pytest.fixture
def view(model: ListModel, anchors_from: int, qtbot: QtBot) -> Iterator[ListView]:
    """A list of 1,000 things; nothing is asked for yet."""
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    shown = show_list(model, qtbot, 900, 400)
    yield shown
    tester.deleteLater()


class Places:
    """The places of a list on their way: first the guess, the rest when the test says so."""

    def __init__(self, manual: ManualTasks) -> None:
        self._call: Call = next(call for call in manual.waiting if call.slot.endswith(".ids"))
        manual.waiting.remove(self._call)
        self._guess, *self._rest = list(self._call.work(None))
        self._give(self._guess)

    def come(self) -> None:
        for part in self._rest:
            self._give(part)
        self._call.done()

    def _give(self, part: object) -> None:
        assert self._call.each is not None
        self._call.each(part)


def begin(view: ListView, manual: ManualTasks) -> Places:
    view.list_model().load(ListSpec())
    manual.run("first")
    return Places(manual)


def jump(view: ListView, manual: ManualTasks, row: int) -> str:
    view.scrollTo(view.model().index(row, TITLE))
    view.viewport().repaint()
    view.model().index(row, TITLE).data()
    manual.run_all()
    return view.model().index(row, TITLE).data()


def test_the_length_is_there_at_once_and_any_row_is_a_jump_away(
    view: ListView, manual: ManualTasks, things: MemoryList
) -> None:
    places, model = begin(view, manual), view.list_model()
    assert model.rowCount() == 1000
    assert not model.row_count_exact
    for row in (300, 700, 999):
        assert jump(view, manual, row) == thing(row + 1).title
    assert model.state is State.FIRST
    assert {"from the start", "from the end"} <= set(things.places.asked)
    places.come()
    manual.run_all()
    assert model.state is State.READY
    assert model.row_count_exact
    assert model.index(999, TITLE).data() == thing(1000).title


@pytest.mark.parametrize("guess", [940, 1060])
def test_a_wrong_guess_is_put_right_and_the_screen_stays_with_its_rows(
    view: ListView, manual: ManualTasks, things: MemoryList, guess: int
) -> None:
    things.places.guess = guess
    places, model = begin(view, manual), view.list_model()
    assert model.rowCount() == guess
    assert jump(view, manual, guess - 100) == thing(901).title
    view.selectionModel().setCurrentIndex(model.index(guess - 100, TITLE), Flag.Select | Flag.Rows)
    top, y = model.id_at(view.rowAt(0)), view.rowViewportPosition(view.rowAt(0))
    assert top == 901 - (guess - 100 - view.rowAt(0))
    places.come()
    manual.run_all()
    assert model.rowCount() == 1000
    assert (model.id_at(view.rowAt(0)), view.rowViewportPosition(view.rowAt(0))) == (top, y)
    assert view.current_id() == 901
    assert view.selected_ids() == (901,)


def test_a_guess_that_is_far_too_long_shows_nothing_where_nothing_is(
    view: ListView, manual: ManualTasks, things: MemoryList
) -> None:
    things.places.guess = 5000
    places, model = begin(view, manual), view.list_model()
    assert jump(view, manual, 2000) == ""
    assert model.id_at(2000) is None
    places.come()
    manual.run_all()
    assert model.rowCount() == 1000


def test_another_order_has_the_length_that_is_known(view: ListView, manual: ManualTasks) -> None:
    model = view.list_model()
    model.load(ListSpec())
    manual.run_all()
    model.load(BY_TITLE)
    manual.run("first")
    ids = next(call for call in manual.waiting if call.slot.endswith(".ids"))
    manual.waiting.remove(ids)
    assert model.rowCount() == 1000
    assert jump(view, manual, 990) == thing(10).title
    manual.waiting.append(ids)
    manual.run_all()
    assert model.state is State.READY
    assert model.index(990, TITLE).data() == thing(10).title


def test_all_rows_are_asked_for_before_they_have_places(view: ListView, manual: ManualTasks) -> None:
    places = begin(view, manual)
    view.selectAll()
    got: list[int] = []
    view.fetch_selected_ids(got.extend)
    assert got == []
    places.come()
    manual.run_all()
    assert got == list(range(1, 1001))
