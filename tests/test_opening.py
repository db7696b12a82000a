"""The program as its command line starts it: the frame first, all else behind it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import platformdirs
import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from blogadmin import opening, paths
from blogadmin.connection import Connector
from blogadmin.core.queries.posts import LISTING
from blogadmin.core.queries.statements import Question
from blogadmin.gui.control.tasks import Tasks
from blogadmin.gui.pages import start
from blogadmin.gui.pages.main_window import MainWindow
from blogadmin.gui.pages.registry import NOUNS
from blogadmin.gui.tables.list_model import State
from blogadmin.gui.theme import Mode, drawings
from blogadmin.opening import Opening
from blogadmin.settings import Settings
from tests.processes import printed

Open = Callable[[str], tuple[Opening, MainWindow]]
Sql = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def open_on(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Open the window on a database: ``open_on(url)``. It ends with the test."""
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "settings"))
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *_, **__: tmp_path / "cache")
    monkeypatch.setattr(paths, "log_dir", lambda: tmp_path)
    monkeypatch.setattr(paths, "drafts_dir", lambda: tmp_path / "drafts")
    monkeypatch.setattr("blogadmin.gui.control.crash.install", lambda _messages: None)
    monkeypatch.setattr("blogadmin.log.setup", lambda _file, _level: None)
    monkeypatch.setattr("blogadmin.app.end_on_signals", lambda _app: None)
    made: list[tuple[Opening, MainWindow]] = []

    def open_one(url: str) -> tuple[Opening, MainWindow]:
        window = MainWindow()
        window.show()
        made.append((Opening(qapp, window, Settings(database_url=url), Mode.LIGHT), window))
        return made[-1]

    yield open_one
    for begun, window in made:
        window.close()
        begun.close()
        window.deleteLater()


def test_all_parts_and_pages_come_and_the_lists_with_them(
    open_on: Open, database_url: str, qtbot: QtBot
) -> None:
    begun, window = open_on(database_url)
    assert window.pages == []
    qtbot.waitUntil(lambda: len(window.pages) == 3, timeout=20_000)
    qtbot.waitUntil(lambda: all(page.model.state is State.READY for page in window.pages), timeout=20_000)
    assert window.current_page() is window.pages[0]
    begun.raise_failure()


def test_what_the_first_lists_need_is_loaded_on_a_worker(
    open_on: Open, database_url: str, qtbot: QtBot
) -> None:
    threads: dict[str, str] = {}
    queries = {f"queries.{noun.key}" for noun in NOUNS}
    wanted = {f"blogadmin.core.{name}" for name in (*start.NEEDED_AT_ONCE, *queries)}
    load = start.import_module

    def note(name: str) -> object:
        threads[name] = threading.current_thread().name
        return load(name)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(start, "import_module", note)
        _begun, window = open_on(database_url)
        qtbot.waitUntil(lambda: len(window.pages) == 4 and threads.keys() >= wanted, timeout=20_000)
    # The one that is in front is not kept waiting for those of the others.
    assert next(iter(threads)) == "blogadmin.core.queries.posts"
    assert threads.keys() == wanted
    assert threading.main_thread().name not in threads.values()


def test_it_can_be_closed_before_anything_has_come(open_on: Open, database_url: str) -> None:
    begun, window = open_on(database_url)
    window.close()
    begun.close()
    # What was to begin by itself after a while does not.
    begun._begin()
    begun._step()
    assert "blogadmin-loading" not in {thread.name for thread in threading.enumerate()}
    assert window.pages == []
    begun.raise_failure()


def test_what_keeps_the_parts_from_coming_is_raised(
    open_on: Open, database_url: str, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes: list[int] = []
    # A true exit would keep the event loops of all later tests from running.
    monkeypatch.setattr(QApplication, "exit", staticmethod(codes.append))
    monkeypatch.setattr(opening, "PARTS", ("blogadmin.no_such_part",))
    begun, window = open_on(database_url)

    def failed() -> bool:
        try:
            begun.raise_failure()
        except ModuleNotFoundError:
            return True
        return False

    qtbot.waitUntil(lambda: failed() and codes == [1])
    assert window.pages == []


@pytest.fixture
def kept(open_on: Open, database_url: str, sql: Sql, gate: threading.Event, qtbot: QtBot) -> MainWindow:
    """A window that was open on a blog of three posts, and is closed."""
    sql("INSERT INTO users (email, name, password_hash) VALUES ('anna@example.org', 'Anna', 'x')")
    sql(
        "INSERT INTO posts (public_id, title, slug, body, author_id) SELECT gen_random_uuid(), 'Post ' || i,"
        " 'post-' || i, 'Body', (SELECT id FROM users) FROM generate_series(1, 3) AS i"
    )
    gate.set()
    begun, window = open_on(database_url)
    qtbot.waitUntil(lambda: bool(window.look.glance("posts")), timeout=20_000)
    # A window larger than the screen would not come back as large.
    window.resize(960, 640)
    qtbot.waitUntil(lambda: window.navigation.width() < 100)
    window.close()
    begun.close()
    gate.clear()
    return window


def test_no_statement_is_built_in_the_windows_thread(
    open_on: Open, database_url: str, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []
    build = LISTING.statements.first

    def noted(question: Question) -> object:
        threads.append(threading.current_thread())
        return build(question)

    monkeypatch.setattr(LISTING.statements, "first", noted)
    LISTING._glance.cache_clear()
    _begun, window = open_on(database_url)
    qtbot.waitUntil(lambda: bool(window.look.glance("posts")), timeout=20_000)
    assert threads
    assert threading.main_thread() not in threads


def test_rows_are_asked_for_before_what_nobody_waits_for(
    open_on: Open, database_url: str, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    read = Tasks.read

    def noted(tasks: Tasks, slot: str, *arguments: Any, **more: Any) -> object:
        asked.append(slot)
        return read(tasks, slot, *arguments, **more)

    monkeypatch.setattr(Tasks, "read", noted)
    open_on(database_url)
    qtbot.waitUntil(lambda: "posts.abilities" in asked, timeout=20_000)
    assert asked.index("posts.first") < asked.index("posts.abilities")


def test_from_the_second_start_on_rows_stand_on_the_frame(
    kept: MainWindow, open_on: Open, database_url: str, gate: threading.Event, qtbot: QtBot
) -> None:
    shown: list[bool] = []
    begun, window = open_on(database_url)
    window.frame.painted.connect(lambda: shown.append(window.frame.shows_rows()))
    qtbot.waitUntil(lambda: bool(window.pages), timeout=20_000)
    assert shown[-1], "no rows were painted before the parts came"
    page = window.pages[0]
    qtbot.waitUntil(lambda: page.model.rowCount() == 3)
    assert page.model.state is not State.READY
    gate.set()
    qtbot.waitUntil(lambda: page.model.state is State.READY, timeout=20_000)
    begun.raise_failure()


_START = """
import os, sys
from blogadmin import app, cli
from PySide6 import QtCore
from blogadmin.gui.pages.first_frame import FirstFrame
paint = FirstFrame.paintEvent
def painted(frame, event):
    paint(frame, event)
    if sys.argv[1] == "second" and frame.shows_rows():
        print("Qt" in vars(QtCore), flush=True)
        os._exit(0)
FirstFrame.paintEvent = painted
class Window(app.MainWindow):
    def keep_glance(self):
        super().keep_glance()
        if sys.argv[1] == "first":
            QtCore.QSettings().sync()
            os._exit(0)
app.MainWindow = Window
cli.run([])
"""


def test_rows_of_the_second_start_are_painted_without_the_names_of_qt(
    sql: Sql, database_url: str, tmp_path: Path
) -> None:
    sql("INSERT INTO users (email, name, password_hash) VALUES ('anna@example.org', 'Anna Ågren', 'x')")
    sql(
        "INSERT INTO posts (public_id, title, slug, body, status, author_id)"
        " SELECT gen_random_uuid(), repeat('Ein langer Titel – שלום ', 8), 'post-' || i, 'Body',"
        " CASE i WHEN 1 THEN 'draft' ELSE 'archived' END, (SELECT id FROM users) FROM generate_series(1, 3) i"
    )
    assert _told_by(_START, database_url, tmp_path, "first") == ""
    assert _told_by(_START, database_url, tmp_path, "second") == "False\n"


def _told_by(program: str, database_url: str, home: Path, *arguments: str) -> str:
    """What a process of its own prints that runs ``program`` with ``home`` for all that is kept."""
    folders = {f"XDG_{name}_HOME": str(home / name) for name in ("CONFIG", "CACHE", "STATE", "DATA")}
    told = {"BLOGADMIN_DATABASE_URL": database_url, "QT_QPA_PLATFORM": "offscreen"}
    return printed("-c", program, *arguments, environment={**folders, **told})


_LOAD = """
import os, sys, threading
from PySide6 import QtWidgets
from PySide6.QtCore import QTimer
from blogadmin import app, cli
loaded = []
class Noted:
    def find_spec(self, name, path=None, target=None):
        if threading.current_thread() is threading.main_thread():
            loaded.append(name)
class Window(app.MainWindow):
    def __init__(self):
        super().__init__()
        self.frame.painted.connect(self.note)
        self.look_again = QTimer(self, interval=50)
        self.look_again.timeout.connect(self.end_when_all_is_read)
        self.look_again.start()
    def note(self):
        if Noted not in map(type, sys.meta_path):
            sys.meta_path.insert(0, Noted())
    def end_when_all_is_read(self):
        if self._is_furnished and len(self.pages) == 4 and not self.services.tasks.outstanding:
            others = sorted(name for name in loaded if name.partition(".")[0] not in sys.stdlib_module_names)
            print(others, "QSplashScreen" in vars(QtWidgets))
            os._exit(0)
app.MainWindow = Window
cli.run([])
"""


def test_nothing_is_loaded_in_the_windows_thread_once_its_frame_is_shown(
    database_url: str, tmp_path: Path
) -> None:
    # Types of widgets, too, that nobody names, and for which PySide looks when the list is made.
    assert _told_by(_LOAD, database_url, tmp_path) == "[] True\n"


def test_icons_of_places_are_drawn_before_they_are_painted(
    open_on: Open, database_url: str, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    drawn: dict[str, set[str]] = {}
    render = drawings._render

    def noted(name: str, *drawing: Any) -> object:
        drawn.setdefault(name, set()).add(threading.current_thread().name)
        return render(name, *drawing)

    monkeypatch.setattr(drawings, "_images", {})
    monkeypatch.setattr(drawings, "_render", noted)
    _begun, window = open_on(database_url)
    qtbot.waitUntil(lambda: bool(window.pages) and window.navigation.isEnabled(), timeout=20_000)
    window.grab()
    assert [drawn[noun.icon] for noun in NOUNS] == [{"blogadmin-loading"}] * len(NOUNS)


def test_a_style_for_others_has_nothing_painted_anew(qtbot: QtBot) -> None:
    painted: list[None] = []

    class Frame(QWidget):
        def paintEvent(self, event: QPaintEvent) -> None:
            painted.append(None)

    frame = Frame()
    frame.setObjectName("frame")
    qtbot.addWidget(frame)
    frame.show()
    qtbot.waitUntil(lambda: bool(painted))
    before = len(painted)
    with opening._as_painted(frame):
        frame.setStyleSheet("QPushButton { color: red }")
    QApplication.processEvents()
    assert len(painted) == before
    frame.update()
    qtbot.waitUntil(lambda: len(painted) > before)


_WAIT = """
from blogadmin import app, cli
class Window(app.MainWindow):
    def keep_glance(self):
        super().keep_glance()
        print("ready", flush=True)
app.MainWindow = Window
cli.run([])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_program_as_quit_does(
    database_url: str, tmp_path: Path, number: signal.Signals
) -> None:
    folders = {f"XDG_{name}_HOME": str(tmp_path / name) for name in ("CONFIG", "CACHE", "STATE", "DATA")}
    told = {"BLOGADMIN_DATABASE_URL": database_url, "QT_QPA_PLATFORM": "offscreen"}
    with subprocess.Popen(
        [sys.executable, "-c", _WAIT],
        env={**os.environ, **folders, **told},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        program.send_signal(number)
        try:
            _out, errors = program.communicate(timeout=20)
        finally:
            program.kill()
    assert (program.returncode, errors) == (0, "")


def test_a_server_that_takes_its_time_keeps_the_parts_waiting_for_a_moment_only(
    kept: MainWindow,
    open_on: Open,
    database_url: str,
    gate: threading.Event,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    late = threading.Event()
    monkeypatch.setattr(Connector, "glance", lambda *_: late.wait(20) and [])
    _begun, window = open_on(database_url)
    qtbot.waitUntil(lambda: bool(window.pages), timeout=20_000)
    assert not window.frame.shows_rows()
    gate.set()
    qtbot.waitUntil(lambda: window.pages[0].model.state is State.READY, timeout=20_000)
    late.set()


def test_a_window_closed_while_rows_are_awaited_leaves_nothing_behind(
    kept: MainWindow, open_on: Open, database_url: str
) -> None:
    begun, window = open_on(database_url)
    begun._begin()
    window.close()
    begun.close()
    begun.raise_failure()


def test_what_goes_wrong_ahead_is_left_to_who_opens_the_database(
    kept: MainWindow,
    open_on: Open,
    database_url: str,
    gate: threading.Event,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_arguments: object) -> None:
        raise RuntimeError("no such thing here")

    monkeypatch.setattr(Connector, "glance", fail)
    gate.set()
    begun, window = open_on(database_url)
    qtbot.waitUntil(lambda: bool(window.pages) and window.pages[0].model.state is State.READY, timeout=20_000)
    begun.raise_failure()
