"""Bugs: every way in which one can surface leads into the log, redacted, and to one dialog."""

from __future__ import annotations

import atexit
import logging
import sys
import threading
from types import TracebackType
from typing import Any, Protocol

from PySide6.QtCore import (
    QMessageLogContext,
    QObject,
    QSize,
    Qt,
    QtMsgType,
    Signal,
    qInstallMessageHandler,
)
from PySide6.QtGui import QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from blogadmin.gui.theme import MARGIN, SPACE_XL
from blogadmin.log import report, trace_text

_MOST_SHOWN = 20
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class CrashDialog(QDialog):
    """Says in plain words that something unexpected happened; the trace can be copied.

    Signals:
        quit_requested: the person prefers to close the program.
    """

    quit_requested = Signal()

    def __init__(self, trace: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("crashDialog")
        self.setAccessibleName("Unexpected error")
        self.setWindowTitle("Unexpected error")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # The ground of the program's other dialogs; a window has that of bars.
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self._counts: dict[str, int] = {}
        words = QLabel(
            "Something happened that blogadmin was not prepared for. It is the program’s fault, not yours.\n"
            "What you did last may not have been finished: look before you go on. If the program behaves"
            " oddly, close it and start it again.\n"
            "The text below helps to find the fault. It holds no passwords."
        )
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setObjectName("crashWords")
        words.setWordWrap(True)
        self._trace = QPlainTextEdit()
        self._trace.setObjectName("crashTrace")
        self._trace.setAccessibleName("What went wrong, for the people who mend it")
        self._trace.setReadOnly(True)
        self._trace.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._trace.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        layout.setSpacing(SPACE_XL)
        layout.addWidget(words)
        layout.addWidget(self._trace, 1)
        layout.addWidget(self._buttons())
        # Else Enter would go into the trace.
        self._going_on.setFocus()
        self.add(trace)

    def add(self, trace: str) -> None:
        """Show one more bug; one that is shown already is counted. After the first few the log must do."""
        if trace in self._counts or len(self._counts) < _MOST_SHOWN:
            self._counts[trace] = self._counts.get(trace, 0) + 1
            self._trace.setPlainText(self.text())

    def text(self) -> str:
        """All the bugs shown, as they are copied."""
        return "\n\n".join(
            f"{trace}\n({count} times)" if count > 1 else trace for trace, count in self._counts.items()
        )

    def _buttons(self) -> QDialogButtonBox:
        box = QDialogButtonBox()
        role = QDialogButtonBox.ButtonRole
        copy = box.addButton("Copy", role.ActionRole)
        leave = box.addButton("Close blogadmin", role.DestructiveRole)
        self._going_on = box.addButton("Continue", role.RejectRole)
        rows = (
            (copy, "copyButton", self._copy),
            (leave, "quitButton", self._quit),
            (self._going_on, "continueButton", self.reject),
        )
        for button, name, act in rows:
            button.setObjectName(name)
            button.setAccessibleName(button.text())
            button.setAutoDefault(button is self._going_on)
            button.clicked.connect(act)
        return box

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text())

    def _quit(self) -> None:
        self.reject()
        self.quit_requested.emit()

    def sizeHint(self) -> QSize:
        return QSize(760, 460)


class BugTeller(Protocol):
    """Who shows a bug to the person; ``messages.Messages`` is one."""

    def bug(self, exc: BaseException) -> None:
        """Show it, without waiting for the person."""
        ...


class CrashHandler(QObject):
    """Python's three hooks and Qt's one, until ``uninstall``. Made in the window's thread."""

    _arrived = Signal(object)

    def __init__(self, teller: BugTeller) -> None:
        super().__init__()
        self._teller = teller
        # Queued: a bug may come out of a paint event, where no dialog can open, or out of a thread.
        self._arrived.connect(self._show, Qt.ConnectionType.QueuedConnection)
        self._former = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        sys.excepthook = self._excepthook
        threading.excepthook = self._thread_hook
        sys.unraisablehook = self._unraisable_hook
        self._former_qt: Any = qInstallMessageHandler(_log_qt)
        # Qt speaks until the very end, when there is no Python left to listen.
        atexit.register(self.uninstall)

    def uninstall(self) -> None:
        """Put the former hooks back."""
        atexit.unregister(self.uninstall)
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._former
        qInstallMessageHandler(self._former_qt)

    def _excepthook(self, kind: type[BaseException], exc: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, Exception):
            # Ctrl+C in the terminal and sys.exit() are wishes, not bugs.
            self._former[0](kind, exc, trace)
            return
        self._take(exc)

    def _thread_hook(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            self._take(args.exc_value)

    def _unraisable_hook(self, args: sys.UnraisableHookArgs) -> None:
        # In a destructor, while memory is cleaned up: nothing was asked for, so nobody is told.
        if args.exc_value is not None:
            _write(args.exc_value)

    def _take(self, exc: BaseException) -> None:
        _write(exc)
        self._arrived.emit(exc)

    def _show(self, exc: BaseException) -> None:
        self._teller.bug(exc)


def install(teller: BugTeller) -> CrashHandler:
    """Lead every bug from now on into the log and to ``teller.bug``."""
    return CrashHandler(teller)


def _write(exc: BaseException) -> None:
    report(exc)
    # A program started without a terminal has no stderr.
    if sys.stderr is not None:
        sys.stderr.write(trace_text(exc) + "\n")


def _log_qt(kind: QtMsgType, context: QMessageLogContext, text: str | None) -> None:
    name = context.category or "default"
    logging.getLogger(f"qt.{name}").log(_LEVELS.get(kind, logging.WARNING), "%s", text)
