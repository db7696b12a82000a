"""Every way in which a bug can surface leads to the log and to the person."""

from __future__ import annotations

import logging
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QtMsgType, Signal, qCritical, qDebug, qWarning
from pytestqt.qtbot import QtBot

from blogadmin.gui.control import crash

pytestmark = pytest.mark.expects_log


class Teller:
    """Keeps the bugs, and the thread in which each was told."""

    def __init__(self) -> None:
        self.bugs: list[BaseException] = []
        self.threads: set[int] = set()

    def bug(self, exc: BaseException) -> None:
        self.bugs.append(exc)
        self.threads.add(threading.get_ident())


@pytest.fixture
def teller(qtbot: QtBot) -> Iterator[Teller]:
    teller = Teller()
    handler = crash.install(teller)
    yield teller
    handler.uninstall()


class Button(QObject):
    clicked = Signal()


def kinds(teller: Teller) -> list[str]:
    return [type(exc).__name__ for exc in teller.bugs]


def test_a_bug_in_a_slot_is_told(
    teller: Teller, qtbot: QtBot, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    button = Button()

    def slot() -> None:
        raise ZeroDivisionError("password=hunter2")

    button.clicked.connect(slot)
    button.clicked.emit()
    # Not out of the slot itself: it may be a paint event.
    assert teller.bugs == []
    qtbot.waitUntil(lambda: kinds(teller) == ["ZeroDivisionError"])
    assert [r.getMessage() for r in caplog.records] == ["Unexpected ZeroDivisionError"]
    errors = capsys.readouterr().err
    assert "ZeroDivisionError: password=***" in errors
    assert "hunter2" not in errors


def test_a_bug_in_a_thread_is_told_in_the_windows_thread(teller: Teller, qtbot: QtBot) -> None:
    thread = threading.Thread(target=lambda: int("x"))
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: kinds(teller) == ["ValueError"])
    assert teller.threads == {threading.get_ident()}


def test_a_thread_that_ends_itself_is_no_bug(teller: Teller, qtbot: QtBot) -> None:
    thread = threading.Thread(target=sys.exit)
    thread.start()
    thread.join()
    button = Button()
    with qtbot.waitSignal(button.clicked):
        button.clicked.emit()
    assert teller.bugs == []


def test_a_bug_in_a_destructor_is_only_logged(
    teller: Teller, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Untidy:
        def __del__(self) -> None:
            raise ZeroDivisionError

    monkeypatch.setattr(sys, "stderr", None)
    del_me = Untidy()
    del del_me
    assert [r.getMessage() for r in caplog.records] == ["Unexpected ZeroDivisionError"]
    assert teller.bugs == []


def test_an_unraisable_without_an_exception_is_left_alone(teller: Teller) -> None:
    class Args:
        exc_value = None

    sys.unraisablehook(Args())  # pyright: ignore[reportArgumentType]
    assert teller.bugs == []


def test_ctrl_c_is_a_wish_and_no_bug(teller: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    monkeypatch.setattr(sys.excepthook.__self__, "_former", (lambda *args: seen.append(args[0]), None, None))  # type: ignore[attr-defined]
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert seen == [KeyboardInterrupt]
    assert teller.bugs == []


@pytest.mark.parametrize(
    ("say", "level"), [(qDebug, logging.DEBUG), (qWarning, logging.WARNING), (qCritical, logging.ERROR)]
)
def test_what_qt_says_goes_to_the_log(
    teller: Teller, caplog: pytest.LogCaptureFixture, say: object, level: int
) -> None:
    assert callable(say)
    with caplog.at_level(logging.DEBUG):
        say("a word from Qt with 100 %d")
    assert [(r.name, r.levelno, r.getMessage()) for r in caplog.records] == [
        ("qt.default", level, "a word from Qt with 100 %d")
    ]
    assert set(crash._LEVELS) == set(QtMsgType)


def test_uninstalling_puts_the_former_hooks_back(qtbot: QtBot) -> None:
    before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    handler = crash.install(Teller())
    assert sys.excepthook is not before[0]
    handler.uninstall()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before


def test_a_bug_before_there_is_a_window_can_still_end_the_program() -> None:
    """The hooks go with Python: Qt speaks until the very end, when nobody is there to listen."""
    program = textwrap.dedent("""
        from PySide6.QtCore import QTimer
        from PySide6.QtWidgets import QApplication, QPushButton
        from blogadmin.gui.control import crash
        from blogadmin.gui.control.messages import Messages

        app = QApplication([])
        app.setQuitOnLastWindowClosed(False)
        messages = Messages()
        crash.install(messages)

        def press():
            dialog = app.activeWindow()
            if dialog is None:
                QTimer.singleShot(10, press)
            else:
                dialog.findChild(QPushButton, "quitButton").click()

        QTimer.singleShot(0, lambda: int("x"))
        QTimer.singleShot(0, press)
        raise SystemExit(app.exec())
    """)
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "")
    assert "ValueError: invalid literal for int() with base 10: 'x'" in done.stderr
