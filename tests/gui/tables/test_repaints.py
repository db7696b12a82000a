"""What is painted anew, and what is left on the screen as it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from blogadmin.core.queries.spec import ListSpec, Sort
from blogadmin.gui.tables.header import ListHeader
from blogadmin.gui.tables.list_model import ListModel
from blogadmin.gui.tables.list_view import ListView
from blogadmin.gui.theme import Density, theme_changed
from tests.gui.tables.doubles import ManualTasks, show_list

BY_TITLE = ListSpec(sort=(Sort("title"),))
TITLE = 1


@pytest.fixture
def view(model: ListModel, manual: ManualTasks, qtbot: QtBot) -> ListView:
    """The first of 1,000 things on the screen."""
    made = show_list(model, qtbot, 1100, 500)
    model.load(ListSpec())
    manual.run_all()
    return made


class Painted(QObject):
    """Counts how often a widget is painted, and keeps where it was."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.times = 0
        self.where = QRect()
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.times += 1
            self.where = self.where.united(event.rect())
        return False


def change(view: ListView, rows: int) -> Painted:
    """Let the list have so many rows, and do all that Qt puts off."""
    painted = Painted(view.viewport())
    model = view.list_model()
    model.most_rows = rows
    model._set_count(rows)
    view.executeDelayedItemsLayout()
    QApplication.processEvents()
    return painted


def test_rows_that_come_or_go_below_the_screen_have_nothing_painted(view: ListView, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: view.outdated_rows(0, 9) == [])
    QApplication.processEvents()
    row, room = view.verticalHeader().defaultSectionSize(), view.viewport().height()
    for rows in (600, 800, 100):
        assert change(view, rows).times == 0
        assert view.verticalScrollBar().maximum() == rows * row - room
    gone = change(view, 4)
    qtbot.waitUntil(lambda: gone.where.bottom() >= 5 * row)
    come = change(view, 9)
    qtbot.waitUntil(lambda: come.where.bottom() >= 8 * row)


def test_all_rows_are_painted_when_they_grow_or_columns_move(view: ListView, qtbot: QtBot) -> None:
    header = view.horizontalHeader()
    changes: list[Callable[[], object]] = [
        lambda: view.set_density(Density.COMPACT),
        lambda: view.set_density(Density.COMFORTABLE),
        lambda: header.moveSection(TITLE, 3),
        lambda: view.setColumnHidden(TITLE, True),
        lambda: view.setColumnHidden(TITLE, False),
        lambda: view.setLayoutDirection(Qt.LayoutDirection.RightToLeft),
        lambda: view.resize(900, 400),
    ]
    for made in changes:
        QApplication.processEvents()
        painted = Painted(view.viewport())
        made()
        qtbot.waitUntil(lambda painted=painted: painted.where.height() == view.viewport().height())


def test_the_last_rows_are_painted_where_the_screen_follows_the_end(view: ListView, qtbot: QtBot) -> None:
    view.scrollToBottom()
    painted = change(view, 500)
    qtbot.waitUntil(lambda: painted.times > 0)
    assert view.rows_on_screen()[-1] == 499
    qtbot.waitUntil(lambda: view.outdated_rows(490, 499) == [])


def test_titles_are_painted_for_another_order_and_not_for_its_rows(
    view: ListView, manual: ManualTasks, qtbot: QtBot
) -> None:
    model, header = view.list_model(), view.horizontalHeader()
    assert isinstance(header, ListHeader)
    titles, rows = Painted(header.viewport()), Painted(view.viewport())
    model.load(BY_TITLE)
    assert header.order == BY_TITLE.sort
    qtbot.waitUntil(lambda: titles.times == 1)
    for spec in (BY_TITLE, BY_TITLE._replace(search="1"), ListSpec("9", BY_TITLE.sort)):
        rows.times = 0
        if spec != model.spec:
            model.load(spec)
        manual.run_all()
        qtbot.waitUntil(lambda: rows.times > 0)
    assert titles.times == 1
    model.load(ListSpec())
    manual.run_all()
    qtbot.waitUntil(lambda: titles.times == 2)
    assert header.order == model.order


def test_titles_are_painted_for_another_theme_and_another_width(view: ListView, qtbot: QtBot) -> None:
    titles = Painted(view.horizontalHeader().viewport())
    theme_changed().emit()
    qtbot.waitUntil(lambda: titles.times == 1)
    view.horizontalHeader().resizeSection(TITLE, 123)
    qtbot.waitUntil(lambda: titles.times == 2)
