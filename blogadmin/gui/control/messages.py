"""The only door to the person: short notes, errors, questions. Tests put a recorder in its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMessageBox, QTextEdit, QWidget

from blogadmin.gui.control.crash import CrashDialog
from blogadmin.gui.theme import ICON_LARGE, SPACE_M, icon, metrics, set_variant
from blogadmin.log import report, trace_text

_WIDTH = 44
"""How wide the words of a box are at least, in average characters."""
Role = Literal["accept", "destructive", "reject"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a question. ``key`` is what the asker gets, ``label`` what the person reads.

    ``role``: "accept" goes on, "destructive" loses something, "reject" changes nothing (and is Esc).
    """

    key: str
    label: str
    role: Role = "accept"
    default: bool = False


class ToastView(Protocol):
    """The widget that shows a short note; ``gui.widgets.toast.Toast`` is one."""

    def show_message(
        self,
        text: str,
        action_text: str | None = None,
        on_action: Callable[[], object] | None = None,
        icon: str | None = None,
    ) -> None:
        """Show the note, in place of an older one."""
        ...


class _Box(QMessageBox):
    """A box with one of the program's own marks, in the colours of the theme."""

    _mark = ("", "")

    def show_mark(self, name: str, tone: str) -> None:
        """Show the icon of that name in a colour of the theme."""
        self._mark = name, tone
        # A picture keeps its colours; it is drawn anew when the theme changes.
        self.setIconPixmap(icon(name, tone).pixmap(ICON_LARGE, ICON_LARGE))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and self._mark[0]:
            self.show_mark(*self._mark)


class Messages(QObject):
    """Says things without ever waiting: no nested event loop, nothing a row contains taken for HTML.

    Signals:
        status_changed: words for the status line.
    """

    status_changed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window: QWidget | None = None
        self._make_toast: Callable[[QWidget], ToastView] | None = None
        self._toast: ToastView | None = None
        self._crash: CrashDialog | None = None

    def set_window(self, window: QWidget, make_toast: Callable[[QWidget], ToastView] | None = None) -> None:
        """Say where boxes open when nobody asks for another place, and what shows short notes there."""
        self._window = window
        self._make_toast = make_toast
        self._toast = None

    def toast(
        self, text: str, *, action: str | None = None, on_action: Callable[[], object] | None = None
    ) -> None:
        """Show a short note that goes by itself, with one action at most."""
        window = self._place(None)
        if self._make_toast is None or window is None:
            self.status(text)
            return
        if self._toast is None:
            self._toast = self._make_toast(window)
        self._toast.show_message(text, action, on_action)

    def status(self, text: str) -> None:
        """Put words into the status line."""
        self.status_changed.emit(text)

    def error(self, parent: QWidget | None, title: str, text: str, details: str = "") -> None:
        """Say that something did not work and what to do. The same words are not shown twice at once."""
        for box in self._boxes("errorBox"):
            if (box.text(), box.informativeText()) == (title, text):
                box.raise_()
                return
        box = self._box(parent, "errorBox", title, text, details)
        box.show_mark("alert-triangle", "warn")
        self._button(box, Choice("ok", "OK", "reject"), default=True)
        box.open()

    def withdraw(self, title: str, text: str) -> None:
        """Close the error with these words, if it is still open: it is true no more."""
        for box in self._boxes("errorBox"):
            if (box.text(), box.informativeText()) == (title, text):
                box.close()

    def ask(
        self,
        parent: QWidget | None,
        title: str,
        text: str,
        choices: Sequence[Choice],
        answered: Callable[[str], object],
        *,
        details: str = "",
    ) -> None:
        """Ask, and call ``answered`` with the key of the choice, later and once.

        Enter takes the default (never a destructive choice), Esc the first choice that changes nothing.
        """
        box = self._box(parent, "questionBox", title, text, details)
        box.show_mark("help", "accent_ink")
        safest = _safest(choices)
        default = next((c for c in choices if c.default and c.role != "destructive"), safest)
        keys: dict[QAbstractButton, str] = {}
        for choice in choices:
            button = self._button(box, choice, default=choice is default)
            keys[button] = choice.key
            if choice is safest:
                box.setEscapeButton(button)
        box.finished.connect(lambda: answered(keys.get(box.clickedButton(), safest.key)))
        box.open()

    def bug(self, exc: BaseException) -> None:
        """Log a bug and show it, so that it can be copied. Another one joins the dialog that is open."""
        report(exc)
        trace = trace_text(exc)
        if self._crash is not None and shiboken6.isValid(self._crash):
            self._crash.add(trace)
            return
        self._crash = dialog = CrashDialog(trace, self._place(None))
        dialog.quit_requested.connect(self._quit)
        dialog.finished.connect(self._crash_closed)
        dialog.open()

    def _quit(self) -> None:
        # By way of the window, which asks for unsaved work and may refuse.
        if self._window is not None and shiboken6.isValid(self._window):
            self._window.close()
        else:
            QCoreApplication.quit()

    def _crash_closed(self) -> None:
        self._crash = None

    def _place(self, parent: QWidget | None) -> QWidget | None:
        for place in (parent, self._window):
            if place is not None and shiboken6.isValid(place):
                return place
        return QApplication.activeWindow()

    @staticmethod
    def _boxes(name: str) -> list[QMessageBox]:
        return [
            w
            for w in QApplication.topLevelWidgets()
            if isinstance(w, QMessageBox) and w.objectName() == name and w.isVisible()
        ]

    def _box(self, parent: QWidget | None, name: str, title: str, text: str, details: str) -> _Box:
        box = _Box(self._place(parent))
        box.setObjectName(name)
        box.setAccessibleName(title)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setOption(QMessageBox.Option.DontUseNativeDialog)
        # The ground of the program's other dialogs; a window has that of bars.
        box.setBackgroundRole(QPalette.ColorRole.Base)
        box.setAutoFillBackground(True)
        box.setTextFormat(Qt.TextFormat.PlainText)
        # Not every platform shows a title bar on a box: the title is its first line, too.
        box.setWindowTitle(title)
        box.setText(title)
        box.setInformativeText(text)
        for label in box.findChildren(QLabel):
            # The box hands its format to the first line only; the rest guesses at HTML.
            label.setTextFormat(Qt.TextFormat.PlainText)
        if details:
            box.setDetailedText(details)
            self._name_details(box)
        self._dress(box)
        return box

    @staticmethod
    def _dress(box: QMessageBox) -> None:
        """Give a box the air of the program's other dialogs."""
        box.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        words = box.findChild(QLabel, "qt_msgbox_informativelabel")
        if words is not None:
            # Else a box is as wide as its title, and a sentence under a short one becomes a column.
            words.setMinimumWidth(_WIDTH * metrics().averageCharWidth())

    @staticmethod
    def _name_details(box: QMessageBox) -> None:
        for edit in box.findChildren(QTextEdit):
            edit.setObjectName("details")
            edit.setAccessibleName("Details")
        for button in box.buttons():
            button.setObjectName("detailsButton")

    @staticmethod
    def _button(box: QMessageBox, choice: Choice, *, default: bool) -> QAbstractButton:
        button = box.addButton(choice.label, _ROLES[choice.role])
        button.setObjectName(f"{choice.key}Button")
        button.setAccessibleName(choice.label.replace("&", ""))
        if choice.role == "destructive":
            set_variant(button, kind="danger")
        elif default and choice.role == "accept":
            set_variant(button, kind="primary")
        if default:
            box.setDefaultButton(button)
        return button


_ROLES = {
    "accept": QMessageBox.ButtonRole.AcceptRole,
    "destructive": QMessageBox.ButtonRole.DestructiveRole,
    "reject": QMessageBox.ButtonRole.RejectRole,
}


def _safest(choices: Sequence[Choice]) -> Choice:
    order = {"reject": 0, "accept": 1, "destructive": 2}
    return min(choices, key=lambda choice: order[choice.role])
