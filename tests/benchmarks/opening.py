"""A window that tells when it was painted, and ends: ``bare``, ``window`` (the program's) or ``rows``.

``rows`` are those of the posts, wherever they are painted first; ``list`` are those in the list itself, which
can be chosen. ``settled`` ends once the program has kept what its next start makes use of. ``gaps`` tells
the longest gap of a heartbeat from the first paint until every page is made and read, and for how long of it
the process was at work, both in milliseconds.
"""

from __future__ import annotations

import os
import sys
import time
from types import ModuleType


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


def _own(end: str) -> None:
    """The program as its command line starts it; only what is waited for is watched."""
    from PySide6.QtCore import QSettings

    from blogadmin import app, cli

    class Window(app.MainWindow):
        def paintEvent(self, event: object) -> None:
            if end == "window":
                _say_and_end()

        def keep_glance(self) -> None:
            super().keep_glance()
            if end == "settled":
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
                    print(self._heart.worst, self._heart.worst_busy, flush=True)
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
    _bare() if kind == "bare" else _own(kind)
