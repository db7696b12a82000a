"""A jump is painted once, with its rows, unless they take too long."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QCursor, QPainter, QRegion
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from blogadmin.core.database.changes import Changes
from blogadmin.core.database.errors import Unavailable
from blogadmin.core.queries.spec import ListSpec, Sort
from blogadmin.gui.tables.list_model import ListModel
from blogadmin.gui.tables.list_view import ListView
from blogadmin.gui.tables.row_cache import BLOCK
from blogadmin.gui.tables.row_ranges import RowRanges
from tests.gui.tables.doubles import ManualTasks, MemoryList, thing


class Paints(QObject):
    """Notes for each paint of a viewport whether the first row on the screen was known then."""

    def __init__(self, view: ListView) -> None:
        super().__init__(view)
        self.view = view
        self.known: list[bool] = []
        view.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            row = self.view.rowAt(0)
            self.known.append(self.view.list_model().row(row) is not None)
        return False


@pytest.fixture
def view(model: ListModel, manual: ManualTasks, qtbot: QtBot) -> Iterator[ListView]:
    made = ListView()
    made.setObjectName("table")
    made.setAccessibleName("List of things")
    made.setModel(model)
    made.resize(900, 400)
    qtbot.addWidget(made)
    model.load(ListSpec())
    made.show()
    qtbot.waitExposed(made)
    manual.run_all()
    yield made
    # A jump that nobody waited for must not outlive its view.
    made._hold.end()


def far_down(view: ListView) -> int:
    return 600 * view.verticalHeader().defaultSectionSize()


def test_a_jump_is_painted_once_with_its_rows(view: ListView, manual: ManualTasks) -> None:
    paints = Paints(view)
    view._hold._timer.setInterval(60_000)
    view.verticalScrollBar().setValue(far_down(view))
    manual.run_all()
    assert paints.known == [True]
    assert not view._hold.holding


def test_a_jump_to_where_blocks_meet_reads_them_with_one_query(view: ListView, manual: ManualTasks) -> None:
    view._hold._timer.setInterval(60_000)
    changes = QSignalSpy(view.list_model().dataChanged)
    paints = Paints(view)
    view.verticalScrollBar().setValue((20 * BLOCK - 3) * view.verticalHeader().defaultSectionSize())
    QApplication.processEvents()
    manual.run("rows")
    model, last = view.list_model(), view.rowAt(view.viewport().height() - 1)
    assert (view.rowAt(0) // BLOCK, last // BLOCK > 19) == (19, True)
    assert all(model.row(row) is not None for row in range(view.rowAt(0), last + 1))
    QApplication.processEvents()
    # Whoever hears of one block must find the others: else they would be read, and painted, twice.
    assert not manual.waiting
    assert changes.count() == 1
    assert paints.known == [True]


def test_a_jump_whose_rows_take_long_shows_bars_meanwhile(
    view: ListView, manual: ManualTasks, qtbot: QtBot
) -> None:
    paints = Paints(view)
    view.verticalScrollBar().setValue(far_down(view))
    qtbot.waitUntil(lambda: len(paints.known) > 0)
    assert paints.known == [False]
    manual.run_all()
    assert paints.known[-1]


def test_a_jump_to_known_rows_waits_for_nothing(view: ListView, manual: ManualTasks) -> None:
    view.verticalScrollBar().setValue(far_down(view))
    manual.run_all()
    view.verticalScrollBar().setValue(0)
    assert not view._hold.holding
    assert view.viewport().updatesEnabled()


def test_a_drag_paints_each_frame(view: ListView, qtbot: QtBot) -> None:
    paints = Paints(view)
    view.verticalScrollBar().setSliderDown(True)
    view.verticalScrollBar().setSliderPosition(far_down(view))
    assert not view._hold.holding
    qtbot.waitUntil(lambda: len(paints.known) > 0)
    assert paints.known[0] is False
    view.verticalScrollBar().setSliderDown(False)


def painted_regions(view: ListView, qtbot: QtBot) -> list[QRegion]:
    """What is painted from now on; what was still to be painted is painted first."""
    regions: list[QRegion] = []
    paint = view._rows.paint

    def note(painter: QPainter, region: QRegion, chosen: RowRanges) -> None:
        regions.append(QRegion(region))
        paint(painter, region, chosen)

    def at_rest() -> bool:
        painted = len(regions)
        QApplication.processEvents()
        return len(regions) == painted

    view._rows.paint = note  # pyright: ignore[reportAttributeAccessIssue]
    view.viewport().update()
    qtbot.waitUntil(lambda: len(regions) > 0)
    qtbot.waitUntil(at_rest)
    regions.clear()
    return regions


def put_the_pointer(view: ListView, row: int | None) -> None:
    """Rest the mouse pointer on a row, or beside the view: earlier tests have left it anywhere."""
    y = -60 if row is None else view.rowViewportPosition(row) + 5
    QCursor.setPos(view.viewport().mapToGlobal(QPoint(100, y)))
    QApplication.processEvents()


def strip(view: ListView, *, rows: tuple[int, ...] = (), top: int | None = None) -> QRegion:
    """The part of the viewport below ``top``, and these rows."""
    area = view.viewport().rect()
    region = QRegion(area.adjusted(0, top, 0, 0) if top is not None else QRect())
    for row in rows:
        region += QRect(0, view.rowViewportPosition(row), area.width(), view.rowHeight(row))
    return region & area


def test_a_step_moves_what_is_on_the_screen_and_paints_the_rest(view: ListView, qtbot: QtBot) -> None:
    put_the_pointer(view, None)
    regions = painted_regions(view, qtbot)
    view.verticalScrollBar().setValue(60)
    qtbot.waitUntil(lambda: len(regions) > 0)
    assert regions == [strip(view, top=view.viewport().height() - 60)]


def test_a_step_under_a_resting_pointer_paints_the_rows_that_it_leaves_and_meets(
    view: ListView, qtbot: QtBot
) -> None:
    put_the_pointer(view, 3)
    height = view.rowHeight(0)
    regions = painted_regions(view, qtbot)
    view.verticalScrollBar().setValue(height)
    qtbot.waitUntil(lambda: len(regions) > 0)
    painted = QRegion()
    for region in regions:
        painted += region
    allowed = strip(view, rows=(3, 4), top=view.viewport().height() - height)
    assert painted.subtracted(allowed).isEmpty()


def test_another_order_is_painted_once(view: ListView, manual: ManualTasks, qtbot: QtBot) -> None:
    put_the_pointer(view, None)
    regions = painted_regions(view, qtbot)
    view.list_model().load(ListSpec(sort=(Sort("title"),)))
    while manual.waiting:
        manual.run(manual.slots()[0].rpartition(".")[2])
        QApplication.processEvents()
    # Also not when the time is up after which an empty screen would show bars.
    qtbot.waitUntil(lambda: not view._skeleton_due.isActive())
    QApplication.processEvents()
    assert regions == [QRegion(view.viewport().rect())]


def test_only_rows_that_look_otherwise_are_painted_anew(
    view: ListView, manual: ManualTasks, things: MemoryList, qtbot: QtBot
) -> None:
    put_the_pointer(view, None)
    things.rows_by_id[3] = thing(3, title="Another title")
    regions = painted_regions(view, qtbot)
    view.list_model().refresh(Changes(updated={"things": frozenset({3})}))
    manual.run_all()
    qtbot.waitUntil(lambda: len(regions) > 0)
    QApplication.processEvents()
    assert regions == [strip(view, rows=(2,))]


def test_a_list_that_may_be_out_of_date_is_painted_as_such(
    view: ListView, manual: ManualTasks, things: MemoryList, qtbot: QtBot
) -> None:
    put_the_pointer(view, None)
    regions = painted_regions(view, qtbot)
    things.error = Unavailable("The server cannot be reached.")
    view.list_model().reload()
    manual.run_all()
    qtbot.waitUntil(lambda: len(regions) > 0)
    assert regions[-1] == QRegion(view.viewport().rect())


def test_the_ring_of_the_keyboard_cursor_moves_as_a_whole(view: ListView, qtbot: QtBot) -> None:
    view.activateWindow()
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)
    view.selectRow(2)
    regions = painted_regions(view, qtbot)
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(regions) > 0)
    for row in (2, 3):
        strip = QRect(0, view.rowViewportPosition(row), view.viewport().width(), view.rowHeight(row))
        assert QRegion(strip).subtracted(regions[0]).isEmpty()
