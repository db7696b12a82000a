"""How long the posts page takes to show rows, beside the bare query and a repaint by Qt's own C++ model."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QTableView
from sqlalchemy import event

from blogadmin.app import application, build
from blogadmin.core.queries.spec import ListSpec, Sort
from blogadmin.gui.pages.main_window import MainWindow
from blogadmin.gui.pages.page import ListPage
from blogadmin.gui.tables.list_model import State
from blogadmin.gui.theme import Mode
from blogadmin.settings import Settings
from tests.benchmarks.data import blog_of
from tests.benchmarks.harness import (
    Heartbeat,
    PaintStamp,
    Report,
    median,
    peak_mb,
    resident_mb,
    wait_for,
)

OPENINGS = 9


def measure(posts: int, home: Path | None = None) -> Report:
    """Open the posts page on ``posts`` posts, several times, and everything it is measured against."""
    report = Report("open", posts)
    with blog_of(posts, home) as url:
        application(Mode.LIGHT)
        program = build(Settings(database_url=url))
        window = program.window
        window.resize(1440, 900)
        window.show()
        wait_for(window.isActiveWindow if window.isActiveWindow() else window.isVisible)
        try:
            empty = resident_mb()
            begin = time.perf_counter()
            program.start.begin()
            page = window.pages[0]
            wait_for(lambda: page.model.state is State.READY)
            report.add("from_start_to_every_row_known", (time.perf_counter() - begin) * 1000)
            statement, arguments = _first_statement(page)
            raw = _raw(url, statement, arguments)
            repaint = _cpp_repaint(page)
            painted, ready, gap = _openings(page)
            target = "<= 1.3 x limit + 2 ms"
            report.add("raw_query", raw, note="the same SQL by psycopg2")
            report.add("cpp_model_repaint", repaint, note="the same cells by QStandardItemModel")
            report.add("own_repaint", median(page.view.viewport().repaint, 15), limit=repaint)
            report.add("first_rows_painted", painted, limit=raw + repaint, target=target)
            report.add("every_row_known", ready)
            report.add("worst_event_loop_gap", gap, limit=max(16.0, 2 * repaint), target="<= limit")
            report.add("memory_over_empty_window", resident_mb() - empty, unit="MB")
            report.add("peak_memory", peak_mb(), unit="MB")
        finally:
            window.close()
            program.close()
    return report


def _openings(page: ListPage) -> tuple[float, float, float]:
    stamp = PaintStamp(page.view)
    heart = Heartbeat()
    painted: list[float] = []
    ready: list[float] = []
    worst = 0.0
    for turn in range(OPENINGS):
        first: list[float] = []
        shown = page.model.began.connect(lambda _found, first=first: first.append(time.perf_counter()))
        # Another order each time: the same list again would rightly stay on the screen as it is.
        order = (Sort("updated_at", descending=bool(turn % 2)),)
        with heart.running():
            begin = time.perf_counter()
            page.model.load(ListSpec("", order))
            wait_for(lambda first=first: bool(first) and stamp.at > first[0])
            painted.append((stamp.at - begin) * 1000)
            wait_for(lambda: page.model.state is State.READY)
            ready.append((time.perf_counter() - begin) * 1000)
        worst = max(worst, heart.worst)
        page.model.began.disconnect(shown)
    return statistics.median(painted), statistics.median(ready), worst


def _first_statement(page: ListPage) -> tuple[str, Any]:
    """The SQL of the first screen exactly as the list sends it."""
    seen: list[tuple[str, Any]] = []
    window = page.window()
    assert isinstance(window, MainWindow)
    database = window.services.tasks.database
    assert database is not None

    def note(_conn: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        seen.append((statement, parameters))

    with database.reader() as session:
        bind = session.connection()
        event.listen(bind, "before_cursor_execute", note)
        page.noun.listing().first(session, ListSpec(), 128)
        event.remove(bind, "before_cursor_execute", note)
    return seen[0]


def _raw(url: str, statement: str, arguments: Any) -> float:
    with closing(psycopg2.connect(url.replace("+psycopg2", ""))) as connection, connection.cursor() as cursor:
        connection.autocommit = True

        def query() -> Sequence[object]:
            cursor.execute(statement, arguments)
            return cursor.fetchall()

        return median(query, 31)


def _cpp_repaint(page: ListPage) -> float:
    """Milliseconds to repaint the cells that are on the screen now by a view and a model without Python."""
    source, view = page.model, page.view
    rows = view.viewport().height() // max(view.rowHeight(0), 1) + 1
    sections = [s for s in range(source.columnCount()) if not view.isColumnHidden(s)]
    model = QStandardItemModel(rows, len(sections))
    for row in range(rows):
        for at, section in enumerate(sections):
            model.setItem(row, at, QStandardItem(str(source.index(row, section).data() or "")))
    twin = QTableView()
    twin.setModel(model)
    twin.verticalHeader().hide()
    twin.verticalHeader().setDefaultSectionSize(view.rowHeight(0))
    for at, section in enumerate(sections):
        twin.setColumnWidth(at, view.columnWidth(section))
    twin.resize(view.size())
    stamp = PaintStamp(twin)
    twin.show()
    # A window that was never exposed does not paint, and repaints for nothing.
    wait_for(lambda: stamp.at > 0)
    cost = median(twin.viewport().repaint, 31)
    twin.close()
    return cost
