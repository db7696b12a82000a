"""Wiring only: settings, window, workers, and behind the window the way to a database."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from blogadmin import __version__, paths
from blogadmin.gui.pages.main_window import MainWindow
from blogadmin.gui.pages.remembered import Remembered
from blogadmin.gui.theme import Mode, begin_theme

if TYPE_CHECKING:
    from collections.abc import Callable

    from blogadmin.ahead import Ahead
    from blogadmin.connection import Connector
    from blogadmin.core.database.errors import Conflict
    from blogadmin.core.operations.operation import Operation
    from blogadmin.gui.control.garbage import GarbageCollector
    from blogadmin.gui.control.services import Services
    from blogadmin.gui.control.undo import Step
    from blogadmin.gui.pages.start import Start
    from blogadmin.settings import Settings

TURN = 0.0001
"""Seconds after which a worker lets the window have the interpreter.

Python's own 5 ms are a third of a frame, and a paint may have to wait for them more than once: whenever
the window's thread has let go of the interpreter, as Qt's painting does, a worker that is busy keeps it for
so long. Shorter turns cost workers some per cent of their time, and nobody waits for a single one of those.
"""


class Program(NamedTuple):
    """The parts of a running program. ``close`` ends all of them, within about two seconds."""

    services: Services
    connector: Connector
    window: MainWindow
    start: Start
    garbage: GarbageCollector

    def begin(self, ahead: Ahead | None = None) -> None:
        """Show the window and connect behind it; ``ahead`` reads the first rows already."""
        self.garbage.start()
        self.services.tasks.database_changed.connect(self.garbage.settle)
        self.services.tasks.busy.connect(self.garbage.follow)
        self.window.show()
        self.start.begin(ahead=ahead)

    def close(self) -> None:
        """Stop the workers, close the database and, if nobody else uses it, the private server."""
        if self.services.live is not None:
            self.services.live.stop()
        self.services.tasks.close()
        if self.services.live is not None:
            self.services.live.close()
        self.connector.close()
        self.garbage.stop()


def application(mode: Mode) -> QApplication:
    """The QApplication with the program's name and look; an existing one is dressed anew.

    ``mode`` SYSTEM leaves the choice to what the person chose in the window before.
    """
    app = _plain_application()
    dress(app, mode)
    return app


def dress(app: QApplication, mode: Mode) -> None:
    """Give the application its look and its icon."""
    from blogadmin.gui.theme import application_icon, apply_theme

    apply_theme(app, chosen_mode(mode))
    app.setWindowIcon(application_icon())


def _plain_application() -> QApplication:
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    QCoreApplication.setOrganizationName("blogadmin")
    QCoreApplication.setApplicationName("blogadmin")
    QCoreApplication.setApplicationVersion(__version__)
    QGuiApplication.setDesktopFileName("blogadmin")
    return app


def end_on_signals(app: QApplication) -> None:
    """Let Ctrl+C in a terminal and a system that shuts down end the program as its own Quit does.

    Whoever has typed something is asked, and the private server is stopped. A second signal ends it at once.
    """
    # Not at the top: its names take as long to make as the frame to paint.
    import signal

    def end(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        app.quit()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)


def chosen_mode(mode: Mode) -> Mode:
    """The look that was asked for, or what the person chose in the window before."""
    return Remembered().theme() if mode is Mode.SYSTEM else mode


def build(settings: Settings) -> Program:
    """Make the whole window and everything behind it; nothing is connected yet."""
    services = make_services(settings)
    return assemble(services, MainWindow(services, str(paths.log_dir() / "blogadmin.log")))


def make_services(settings: Settings) -> Services:
    """Make what the window works with. No thread runs yet."""
    from blogadmin.gui.control.controller import Controller
    from blogadmin.gui.control.drafts import Drafts
    from blogadmin.gui.control.hub import ChangeHub
    from blogadmin.gui.control.live import Live
    from blogadmin.gui.control.messages import Messages
    from blogadmin.gui.control.services import Services
    from blogadmin.gui.control.tasks import Tasks
    from blogadmin.gui.control.undo import UndoHistory

    sys.setswitchinterval(TURN)
    tasks, hub, messages, undo = Tasks(), ChangeHub(), Messages(), UndoHistory()
    drafts = Drafts(tasks, messages, paths.drafts_dir)
    controller, live = Controller(tasks, hub, undo, messages), Live(tasks, hub)
    return Services(tasks, controller, hub, undo, messages, settings, drafts, live)


def assemble(services: Services, window: MainWindow, connector: Connector | None = None) -> Program:
    """Put the parts of the program together; ``connector`` may be in use already."""
    from blogadmin.connection import Connector
    from blogadmin.gui.control.garbage import GarbageCollector
    from blogadmin.gui.pages.drafts_offer import DraftsOffer
    from blogadmin.gui.pages.start import Start
    from blogadmin.gui.widgets.toast import Toast

    def merge(step: Step, error: Conflict, again: Callable[[Operation], None]) -> bool:
        from blogadmin.gui.dialogs.undo_merge import ask

        return ask(services, window, step, error, again)

    services.messages.set_window(window, Toast)
    services.undo.offer_merge(merge)
    DraftsOffer(services, window)
    connector = connector or Connector(services.settings)
    return Program(services, connector, window, Start(services, connector, window), GarbageCollector())


def run(settings: Settings, screenshots: Path | None = None) -> int:
    """Run the program until its window closes; returns the process's exit code.

    With ``screenshots`` it shows itself on the sample blog, draws what it shows into that folder, and ends.
    """
    if screenshots is not None:
        return _draw(settings, screenshots)
    app = _plain_application()
    # Nothing else before the first paint: each module that is loaded earlier keeps a person waiting.
    mode = Mode(settings.theme)
    begin_theme(chosen_mode(mode))
    window = MainWindow()
    window.show()
    from blogadmin.opening import Opening

    opening = Opening(app, window, settings, mode)
    try:
        code = app.exec()
        opening.raise_failure()
        return code
    finally:
        opening.close()


def _draw(settings: Settings, folder: Path) -> int:
    from blogadmin import log
    from blogadmin.gui.control import crash
    from blogadmin.screenshots import Director, stage

    log.setup(paths.log_dir() / "blogadmin.log", settings.log_level)
    settings, home = stage(settings)
    with home:
        app = application(Mode.LIGHT)
        program = build(settings)
        crash.install(program.services.messages)
        director = Director(program, folder)
        director.finished.connect(lambda complete: app.exit(0 if complete else 1))
        program.begin()
        director.begin()
        try:
            return app.exec()
        finally:
            program.close()
