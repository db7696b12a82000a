"""The program's real window on a blog, and beside it what its figures are measured against."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from typing import Any

from psycopg2.extensions import connection as Connection  # noqa: N812 - a class with a lower-case name
from PySide6.QtWidgets import QApplication
from sqlalchemy import event

from blogadmin.app import Program, application, build
from blogadmin.core.database.engine import Database
from blogadmin.core.queries.spec import ListSpec, Sort
from blogadmin.gui.pages.page import ListPage
from blogadmin.gui.tables.list_model import ListModel, State
from blogadmin.gui.theme import Mode
from blogadmin.settings import Settings
from tests.benchmarks.data import connect
from tests.benchmarks.harness import Heartbeat, PaintStamp, turn, wait_for
from tests.benchmarks.twin import Look, Twin

WIDTH, HEIGHT = 1440, 900
_BESIDE = 20
_ENDS = (State.READY, State.FAILED)

Statement = tuple[str, Any]


@dataclass
class Stage:
    """One window, its posts page in front."""

    program: Program
    url: str
    page: ListPage
    stamp: PaintStamp
    heart: Heartbeat
    random: Random = field(default_factory=lambda: Random(7))

    @property
    def model(self) -> ListModel:
        """The list of posts."""
        return self.page.model

    @property
    def database(self) -> Database:
        """The program's own database."""
        database = self.program.services.tasks.database
        assert database is not None
        return database

    @cached_property
    def raw(self) -> Connection:
        """A bare driver connection."""
        return connect(self.url)

    @cached_property
    def twin(self) -> Twin:
        """A view of Qt's own with the cells that are on the screen, in a model without Python."""
        return Twin(look_of(self.page))

    def new_twin(self) -> Twin:
        """A twin of what is on the screen now."""
        self.close_twin()
        return self.twin

    def close_twin(self) -> None:
        """End the twin, if there is one."""
        if "twin" in vars(self):
            self.twin.close()
            del self.twin

    def idle(self) -> bool:
        """Whether the window waits for nothing."""
        return not self.program.services.tasks.outstanding

    def settle(self) -> None:
        """Wait until every list is whole and painted. Raises what a list failed with."""
        wait_for(lambda: self.idle() and all(p.model.state in _ENDS for p in self._pages()), 300)
        for page in self._pages():
            if page.model.error is not None:
                raise page.model.error
        turn()

    def _pages(self) -> list[ListPage]:
        return self.program.window.pages

    def load(self, spec: ListSpec) -> float:
        """Ask for a list; milliseconds until its first rows are painted."""
        begun: list[float] = []

        def note(_found: object) -> None:
            begun.append(time.perf_counter())

        self.model.began.connect(note)
        begin = time.perf_counter()
        try:
            self.model.load(spec)
            wait_for(lambda: bool(begun) and self.stamp.whole_since(begun[0]))
        finally:
            self.model.began.disconnect(note)
        return (self.stamp.whole_at - begin) * 1000

    def load_whole(self, spec: ListSpec) -> float:
        """Ask for a list; milliseconds until every row of it can be gone to."""
        begin = time.perf_counter()
        self.model.load(spec)
        wait_for(lambda: self.model.row_count_exact and self.model.state is State.READY)
        return (time.perf_counter() - begin) * 1000

    def go_to(self, row: int) -> None:
        """Put a row at the top, as a hand on the scroll bar does."""
        height = self.page.view.verticalHeader().defaultSectionSize()
        self.page.view.verticalScrollBar().setSliderPosition(row * height)

    def jump(self, row: int) -> float:
        """Go to a row; milliseconds until all rows on the screen are painted."""
        begin = time.perf_counter()
        self.go_to(row)
        wait_for(lambda: self.stamp.whole_since(begin))
        return (self.stamp.whole_at - begin) * 1000

    def any_row(self) -> int:
        """A row of the list, by chance."""
        return self.random.randrange(max(self.model.rowCount() - 60, 1))


@contextmanager
def open_stage(url: str, *, beating: bool = False) -> Iterator[Stage]:
    """The program with its window painted and every list read.

    With ``beating`` its heartbeat ran meanwhile, so that ``heart`` tells how opening went.
    """
    application(Mode.LIGHT)
    program = build(Settings(database_url=url))
    window = program.window
    page = next(page for page in window.pages if page.noun.key == "posts")
    window.look.keep_page("posts")
    window.resize(WIDTH, HEIGHT)
    stage = Stage(program, url, page, PaintStamp(page.view, lambda: is_whole(page)), Heartbeat())
    window.show()
    try:
        wait_for(lambda: stage.stamp.count > 0)
        with stage.heart.running() if beating else nullcontext():
            program.begin()
            wait_for(lambda: program.services.tasks.database is not None)
            stage.settle()
        yield stage
    finally:
        window.close()
        program.close()
        if "raw" in vars(stage):
            stage.raw.close()
        stage.close_twin()


def is_whole(page: ListPage) -> bool:
    """Whether every row on the screen is known."""
    view, model = page.view, page.model
    first, last = view.rowAt(0), view.rowAt(view.viewport().height() - 1)
    last = last if last >= 0 else model.rowCount() - 1
    return first >= 0 and all(model.row(row) is not None for row in range(first, last + 1))


def shown_cells(page: ListPage) -> list[list[str]]:
    """The text of the cells on the screen."""
    view, model = page.view, page.model
    top = max(view.rowAt(0), 0)
    rows = range(top, min(top + view.viewport().height() // view.rowHeight(top) + 1, model.rowCount()))
    sections = _shown_sections(page)
    return [[str(model.index(row, section).data() or "") for section in sections] for row in rows]


def _shown_sections(page: ListPage) -> list[int]:
    view = page.view
    header = view.horizontalHeader()
    shown = [s for s in range(page.model.columnCount()) if not view.isColumnHidden(s)]
    return sorted(shown, key=header.visualIndex)


def look_of(page: ListPage) -> Look:
    """What a twin needs to show the same."""
    view, cells = page.view, shown_cells(page)
    widths = [view.columnWidth(section) for section in _shown_sections(page)]
    height = view.verticalHeader().defaultSectionSize()
    font = QApplication.font().toString()
    return Look(cells, widths, height, view.width(), view.height(), font, WIDTH + _BESIDE)


class _Unsent(BaseException):
    """Keeps a statement from being sent."""


def statements(database: Database, read: Callable[[Any], object], *, unsent: bool = False) -> list[Statement]:
    """The SQL that ``read(session)`` sends, with its parameters, exactly as the driver gets it.

    ``unsent``: only the first statement, which is kept from the server, so that nothing of it is warm.
    """
    seen: list[Statement] = []

    def note(_conn: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        seen.append((statement, parameters))
        if unsent:
            raise _Unsent

    with database.reader() as session:
        bind = session.connection()
        event.listen(bind, "before_cursor_execute", note)
        try:
            read(session)
        except _Unsent:
            pass
        finally:
            event.remove(bind, "before_cursor_execute", note)
    return seen


def bare(connection: Connection, sent: Sequence[Statement]) -> Callable[[], list[Any]]:
    """The same SQL by the driver alone, fetched whole."""

    def query() -> list[Any]:
        with closing(connection.cursor()) as cursor:
            rows: list[Any] = []
            for statement, parameters in sent:
                cursor.execute(statement, parameters)
                rows = cursor.fetchall() if cursor.description else rows
            return rows

    return query


def indexed_orders(connection: Connection, model: ListModel) -> list[tuple[Sort, ...]]:
    """The orders of the list that an index serves, both ways."""
    with connection.cursor() as cursor:
        cursor.execute(_LEADING)
        leading = {(table, column) for table, column in cursor.fetchall()}
    served = {column for table, column in leading if table == "posts"}
    served |= {"author"} if ("users", "name") in leading else set()
    names = [column.name for column in model.columns if column.sortable and column.name in served]
    return [(Sort(name, descending=down),) for name in names for down in (False, True)]


_LEADING = """
SELECT CAST(c.relname AS text), CAST(a.attname AS text)
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am m ON m.oid = x.relam AND m.amname = 'btree'
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
WHERE c.relname IN ('posts', 'users') AND i.indisvalid AND i.indpred IS NULL
"""
