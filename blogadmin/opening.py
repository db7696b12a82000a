"""From the first paint to the whole window: parts are loaded and made while its frame is on the screen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6 import QtCore
from PySide6.QtCore import QObject, QTimer, Signal

from blogadmin import paths

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

    from blogadmin.ahead import Ahead
    from blogadmin.app import Program
    from blogadmin.connection import Connector
    from blogadmin.gui.pages.main_window import MainWindow
    from blogadmin.gui.theme import Mode
    from blogadmin.settings import Settings

UNSEEN = 300
"""Milliseconds after which the parts are made even when the frame has not been painted: nobody looks."""
PATIENCE = 0.1
"""Seconds for which loading waits for rows to come, and for them to be painted."""
LAST_WAIT = 1.0
"""Seconds for which closing waits for what is being read."""
CALM = 150
"""Milliseconds without anything being read, after which the next part of a page behind is made."""
NAMELESS = frozenset({"posts", "comments", "users"})
"""Nouns whose columns are loaded without any name of ``Qt`` being asked for."""
PARTS = (
    "blogadmin.log",
    "signal",
    "blogadmin.gui.theme.stylesheet",
    "blogadmin.gui.control.controller",
    "blogadmin.gui.control.drafts",
    "blogadmin.gui.control.garbage",
    "blogadmin.gui.control.crash",
    "blogadmin.connection",
    "blogadmin.gui.pages.drafts_offer",
    "blogadmin.gui.pages.connection_state",
    "blogadmin.gui.widgets.navigation",
    "blogadmin.gui.widgets.status_bar",
    "blogadmin.gui.widgets.toast",
    "blogadmin.gui.pages.registry",
    "blogadmin.gui.pages.page",
    "blogadmin.gui.pages.menus",
    "blogadmin.gui.pages.start",
    "blogadmin.gui.tables.early_rows",
)
"""Modules of which the parts are made, in the order in which they are needed."""
_NO_WIDGETS = ("_", "QGraphics", "QStyle")
"""What names of ``QtWidgets`` begin with that are no widgets."""


class Opening(QObject):
    """Makes the program behind a frame that is shown already.

    Modules are loaded on a thread of their own, which leaves the window its turns; widgets are made on the
    window's thread, one part in each turn of its event loop.
    """

    _names_wanted = Signal()
    _loaded = Signal()
    _rows_due = Signal(object)
    _rows_there = Signal(object)

    def __init__(self, app: QApplication, window: MainWindow, settings: Settings, mode: Mode) -> None:
        super().__init__(app)
        self._app, self._window, self._settings, self._mode = app, window, settings, mode
        noun = window.look.page()
        self._noun, self._kept, self._scene = noun, window.look.glance(noun), window.look.scene(noun)
        self._scale = window.devicePixelRatioF()
        self._connector: Connector | None = None
        self._ahead: Ahead | None = None
        self._drawn, self._named = threading.Event(), threading.Event()
        self._program: Program | None = None
        self._failure: BaseException | None = None
        self._begun = self._closed = False
        self._loader = threading.Thread(target=self._load, name="blogadmin-loading", daemon=True)
        self._work = self._steps()
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._step)
        # In a turn of its own: with the paint of the rows it would hold up the window twice as long.
        self._naming = QTimer(self, singleShot=True, interval=0)
        self._naming.timeout.connect(self._make_names)
        self._names_wanted.connect(self._naming.start)
        self._loaded.connect(self._soon.start)
        self._rows_due.connect(window.frame.get_ready)
        self._rows_there.connect(window.frame.show_rows)
        self._calm = QTimer(self, interval=CALM)
        self._calm.timeout.connect(self._make_page)
        window.frame.painted.connect(self._painted)
        QTimer.singleShot(UNSEEN, self, self._begin)

    def raise_failure(self) -> None:
        """Raise what kept the window from being made, if anything did."""
        if self._failure is not None:
            raise self._failure

    def close(self) -> None:
        """End what was begun, and begin nothing more."""
        self._closed = True
        self._calm.stop()
        self._soon.stop()
        if self._begun:
            self._make_names()
            self._loader.join()
        if self._ahead is not None:
            # It may be starting the private server, which has to be there to be stopped.
            self._ahead.rows(LAST_WAIT)
        if self._program is not None:
            self._program.close()
        elif self._connector is not None:
            self._connector.close()

    def _painted(self) -> None:
        if self._window.frame.shows_rows():
            self._drawn.set()
        self._begin()

    def _begin(self) -> None:
        if not self._begun and not self._closed:
            self._begun = True
            self._loader.start()

    def _make_names(self) -> None:
        """Have the names of Qt made, all of which are when the first is asked for.

        Here, as whoever paints while another thread makes them, crashes; and not before the first rows are
        painted, as that takes as long as to paint them.
        """
        _ = QtCore.Qt
        self._named.set()

    def _load(self) -> None:
        try:
            if self._kept and self._scene:
                self._look_ahead()
            self._await_names()
            for name in PARTS:
                import_module(name)
            _make_types()
            self._draw_icons()
        except BaseException as exc:  # noqa: BLE001 - the window's thread raises it
            self._failure = exc
        self._loaded.emit()

    def _draw_icons(self) -> None:
        from blogadmin.gui.pages.registry import NOUNS
        from blogadmin.gui.widgets.navigation import draw_icons_ahead

        draw_icons_ahead([noun.icon for noun in NOUNS], self._scale)

    def _await_names(self) -> None:
        self._names_wanted.emit()
        self._named.wait()

    def _look_ahead(self) -> None:
        """Read the first rows of the list in front and, if they come in time, show them on the frame."""
        from blogadmin.ahead import Ahead
        from blogadmin.connection import Connector

        self._connector = Connector(self._settings)
        self._ahead = Ahead(self._connector, self._kept)
        from blogadmin.gui.tables.early_rows import EarlyRows, Scene

        if self._noun not in NAMELESS:
            self._await_names()
        scene = Scene.from_text(self._scene)
        if scene is None:
            return
        early = EarlyRows(scene)
        self._rows_due.emit(early)
        page = import_module(f"blogadmin.gui.pages.{self._noun}")
        if rows := self._ahead.rows(PATIENCE):
            early.take(getattr(page, self._noun.upper()).columns, rows)
            self._rows_there.emit(early)
            # Whoever loads modules meanwhile would keep the paint waiting.
            self._drawn.wait(PATIENCE)

    def _step(self) -> None:
        if self._closed:
            return
        try:
            self.raise_failure()
            next(self._work)
            self._soon.start()
        except StopIteration:
            self._calm.start()
        except BaseException as exc:  # noqa: BLE001 - without its parts the window is of no use
            self._failure = exc
            self._app.exit(1)

    def _steps(self) -> Iterator[None]:
        from blogadmin import app, log
        from blogadmin.gui.control import crash

        file = paths.log_dir() / "blogadmin.log"
        log.setup(file, self._settings.log_level)
        app.end_on_signals(self._app)
        services = app.make_services(self._settings)
        yield
        self._program = app.assemble(services, self._window, self._connector)
        crash.install(services.messages)
        yield
        self._window.begin_furnishing(services, str(file))
        self._program.begin(self._ahead)
        yield
        with _as_painted(self._window, self._window.frame):
            app.dress(self._app, self._mode)
        yield
        while self._window.furnish():
            yield

    def _make_page(self) -> None:
        """Make a part of another page when nothing is being read."""
        if self._program is None or self._program.services.tasks.outstanding:
            return
        if not self._window.make_next_page():
            self._calm.stop()


@contextmanager
def _as_painted(*widgets: QWidget) -> Iterator[None]:
    """Have ``widgets`` stay as they are painted, whatever style they get: nothing else is to be seen yet."""
    disabled = QtCore.Qt.WidgetAttribute.WA_UpdatesDisabled
    for widget in widgets:
        widget.setAttribute(disabled, True)
    try:
        yield
    finally:
        # Not by setUpdatesEnabled(), which has them painted anew.
        for widget in widgets:
            widget.setAttribute(disabled, False)


def _make_types() -> None:
    """Have PySide make the types of widgets that nobody here names.

    It looks through all of them when Qt hands it a widget that Python did not make, such as the part of a
    list that scrolls. In the window's thread that would take longer than to paint the list.
    """
    from PySide6 import QtGui, QtWidgets

    for name in dir(QtWidgets):
        if not name.startswith(_NO_WIDGETS):
            getattr(QtWidgets, name)
    # Asked for when a rectangle is filled with whatever.
    _ = QtGui.QGradient
