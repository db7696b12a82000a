"""A window that tells when it was painted, and ends: ``bare``, ``window`` (the program's) or ``rows``.

``rows`` are those of the posts, wherever they are painted first; ``list`` are those in the list itself, which
can be chosen. ``settled`` ends once the program has kept what its next start makes use of. ``gaps`` tells
the longest gap of a heartbeat from the first paint until every page is made and read, and for how long of it
the process was at work, both in milliseconds.

``least`` is nobody's program: a bare window, the driver on a thread of its own as soon as that was painted,
and the words of as many rows, written from Python by a QPainter with a pen, in the three fonts of a list and
without ornament. It tells for how many milliseconds that paint kept its event loop, and when the rows were
there.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # Loads as much as a tenth of what a bare window needs.
    from types import ModuleType
    from typing import Any


def _say_and_end() -> None:
    print(time.monotonic(), flush=True)
    os._exit(0)


def _bare() -> None:
    from PySide6.QtWidgets import QApplication, QMainWindow, QTableView

    class Window(QMainWindow):
        def paintEvent(self, event: object) -> None:
            _say_and_end()

    app = QApplication(sys.argv[:1])
    window = Window()
    window.setCentralWidget(QTableView())
    window.resize(1440, 900)
    window.show()
    app.exec()


def _least() -> None:
    import threading

    from PySide6.QtCore import QObject, QPointF, Signal
    from PySide6.QtGui import QColor, QFont, QPainter
    from PySide6.QtWidgets import QApplication, QMainWindow, QTableView

    class Reader(QObject):
        there = Signal(object)

        def read(self) -> None:
            from contextlib import closing

            from blogadmin.core.database import driver

            driver.load()
            import psycopg2

            target = os.environ["BLOGADMIN_DATABASE_URL"].replace("+psycopg2", "")
            with closing(psycopg2.connect(target)) as connection, connection.cursor() as cursor:
                cursor.execute(_LEAST_ROWS)
                self.there.emit(cursor.fetchall())

    class View(QTableView):
        rows: list[tuple[object, ...]] | None = None

        def show_rows(self, rows: list[tuple[object, ...]]) -> None:
            self.rows = rows
            self.viewport().update()

        def paintEvent(self, event: object) -> None:
            if self.rows is None:
                # The window is painted: now, and not before, there is time for rows. It may be painted twice.
                if reading.ident is None:
                    reading.start()
                return
            begin = time.monotonic()
            painter = QPainter(self.viewport())
            painter.setPen(QColor("#1c1c1c"))
            for column, chosen in enumerate(_least_fonts(QFont)):
                painter.setFont(chosen)
                for row, cells in enumerate(self.rows):
                    at = QPointF(20 + 220 * column, 24 + 32 * row)
                    painter.drawText(at, str(cells[column])[:30])
            painter.end()
            print((time.monotonic() - begin) * 1000)
            _say_and_end()

    app = QApplication(sys.argv[:1])
    reader, view, window = Reader(), View(), QMainWindow()
    reading = threading.Thread(target=reader.read, daemon=True)
    reader.there.connect(view.show_rows)
    window.setCentralWidget(view)
    window.resize(1440, 900)
    window.show()
    app.exec()


def _least_fonts(font: Any) -> list[Any]:
    title, caption, body = font(), font(), font()
    title.setWeight(font.Weight.Medium)
    caption.setPointSizeF(0.88 * body.pointSizeF())
    return [title, caption, body, body, body, body]


_LEAST_ROWS = """
SELECT p.title, p.slug, p.status, u.name, p.view_count, p.updated_at
FROM posts p JOIN users u ON u.id = p.author_id ORDER BY p.updated_at DESC, p.id DESC LIMIT 24
"""


def _own(end: str) -> None:
    """The program as its command line starts it; only what is waited for is watched."""
    from blogadmin import cli, paths
    from blogadmin.compiled import kept_compiled
    from blogadmin.quick_enums import quick_enums

    with quick_enums(), kept_compiled(paths.compiled_file):
        # As the command line does, which finds it loaded.
        from blogadmin import app

    class Window(app.MainWindow):
        def paintEvent(self, event: object) -> None:
            if end == "window":
                _say_and_end()

        def keep_glance(self) -> None:
            super().keep_glance()
            if end == "settled":
                from PySide6.QtCore import QSettings

                QSettings().sync()
                _say_and_end()

    if end in ("rows", "list"):
        _end_with_rows(app, anywhere=end == "rows")
    if end == "gaps":
        _beat_until_all_is_read(app)
    else:
        app.MainWindow = Window
    cli.run([])


def _beat_until_all_is_read(app: ModuleType) -> None:
    from PySide6.QtCore import QTimer

    from tests.benchmarks.harness import Heartbeat

    class Window(app.MainWindow):
        def __init__(self) -> None:
            super().__init__()
            self.frame.painted.connect(self._begin_beating)
            self._heart: Heartbeat | None = None
            self._look = QTimer(self, interval=100)
            self._look.timeout.connect(self._end_when_read)

        def _begin_beating(self) -> None:
            if self._heart is None:
                self._heart = Heartbeat()
                self._heart.start()
                self._look.start()

        def _end_when_read(self) -> None:
            # Asking for its pages has all of them loaded: not before they are.
            if self._is_furnished and len(self.pages) == len(self.noun_keys()):
                ready = all(page.model.state == "ready" for page in self.pages)
                if ready and not self.services.tasks.outstanding and self._heart is not None:
                    heart = self._heart
                    print(heart.worst, heart.worst_busy, heart.worst_waited, *heart.worst_span, flush=True)
                    os._exit(0)

    app.MainWindow = Window  # pyright: ignore[reportAttributeAccessIssue]


def _end_with_rows(app: ModuleType, *, anywhere: bool) -> None:
    # Nothing is loaded for watching: that would keep the window waiting.
    from blogadmin.gui.pages.first_frame import FirstFrame

    paint_frame, begin = FirstFrame.paintEvent, app.MainWindow.begin_furnishing

    def painted_frame(frame: FirstFrame, event: object) -> None:
        paint_frame(frame, event)  # pyright: ignore[reportArgumentType]
        if anywhere and frame.shows_rows():
            _say_and_end()

    def begun(window: object, *arguments: object) -> None:
        from blogadmin.gui.tables.list_view import ListView

        paint = ListView.paintEvent

        def painted(view: ListView, event: object) -> None:
            paint(view, event)  # pyright: ignore[reportArgumentType]
            if view.list_model().row(0) is not None:
                _say_and_end()

        ListView.paintEvent = painted  # pyright: ignore[reportAttributeAccessIssue]
        begin(window, *arguments)

    FirstFrame.paintEvent = painted_frame  # pyright: ignore[reportAttributeAccessIssue]
    app.MainWindow.begin_furnishing = begun


if __name__ == "__main__":
    kind = sys.argv[1]
    del sys.argv[1:]
    alone = {"bare": _bare, "least": _least}
    alone[kind]() if kind in alone else _own(kind)
