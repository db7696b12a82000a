"""Boxes and notes as a person meets them: real widgets, real keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QPalette
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QMessageBox, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from blogadmin.gui.control.messages import Choice, Messages
from tests.gui.conftest import nameless_widgets
from tests.gui.recorder import Recorder

HTML = "<b>Anna</b><img src='file:///etc/passwd'>"


class Window(QWidget):
    """A window that may be kept open."""

    def __init__(self) -> None:
        super().__init__()
        self.asked_to_close = 0

    def closeEvent(self, event: QCloseEvent) -> None:
        self.asked_to_close += 1
        event.ignore() if self.asked_to_close == 1 else event.accept()


class Note:
    """What a toast was told to show."""

    def __init__(self, parent: QWidget) -> None:
        self.parent = parent
        self.shown: list[tuple[str, str | None, Callable[[], object] | None]] = []

    def show_message(
        self,
        text: str,
        action_text: str | None = None,
        on_action: Callable[[], object] | None = None,
        icon: str | None = None,
    ) -> None:
        self.shown.append((text, action_text, on_action))


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    window = Window()
    qtbot.addWidget(window)
    window.show()
    return window


@pytest.fixture
def said(window: Window) -> Iterator[Messages]:
    """The real thing, with a window."""
    messages = Messages()
    messages.set_window(window)
    yield messages
    for box in boxes():
        box.close()


def boxes(kind: type[QDialog] = QDialog) -> list[Any]:
    """The boxes that are open."""
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()]


def press(qtbot: QtBot, box: QDialog, name: str) -> None:
    button = box.findChild(QPushButton, name)
    assert button is not None, [b.objectName() for b in box.findChildren(QPushButton)]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


SAVE = (
    Choice("save", "&Save", default=True),
    Choice("discard", "Discard", "destructive"),
    Choice("cancel", "Cancel", "reject"),
)


# Errors


def test_an_error_is_plain_text_in_every_part(said: Messages, window: Window) -> None:
    said.error(window, HTML, HTML, HTML)
    (box,) = boxes(QMessageBox)
    assert (box.objectName(), box.text(), box.informativeText()) == ("errorBox", HTML, HTML)
    with_data = [label for label in box.findChildren(QLabel) if label.text() == HTML]
    assert len(with_data) == 2
    assert {label.textFormat() for label in with_data} == {Qt.TextFormat.PlainText}
    assert box.detailedText() == HTML
    assert nameless_widgets() == []


@pytest.mark.expects_log
def test_a_box_looks_like_the_program_s_other_dialogs(said: Messages, window: Window) -> None:
    said.ask(window, "Unsaved", "Save it, or lose what you typed?", SAVE, lambda _key: None)
    said.bug(ZeroDivisionError("division by zero"))
    assert len(boxes()) == 2
    for box in boxes():
        ground = box.grab().toImage().pixelColor(2, 2)
        assert ground == box.palette().color(QPalette.ColorRole.Base)
    (box,) = boxes(QMessageBox)
    kinds = {button.objectName(): button.property("kind") for button in box.buttons()}
    assert kinds == {"saveButton": "primary", "discardButton": "danger", "cancelButton": None}
    words = box.findChild(QLabel, "qt_msgbox_informativelabel")
    assert words.width() > words.fontMetrics().horizontalAdvance(words.text())


def test_the_same_error_is_not_shown_twice_at_once(said: Messages, qtbot: QtBot) -> None:
    said.error(None, "No", "It did not work.")
    said.error(None, "No", "It did not work.")
    said.error(None, "No", "Something else.")
    assert sorted(box.informativeText() for box in boxes()) == ["It did not work.", "Something else."]
    for box in boxes():
        press(qtbot, box, "okButton")
    qtbot.waitUntil(lambda: boxes() == [])
    said.error(None, "No", "It did not work.")
    assert len(boxes()) == 1


def test_an_error_that_is_true_no_more_is_closed(said: Messages, qtbot: QtBot) -> None:
    said.error(None, "Not known yet", "It is found out.")
    said.error(None, "No", "It did not work.")
    said.withdraw("Not known yet", "It is found out.")
    said.withdraw("Never", "said")
    qtbot.waitUntil(lambda: [box.informativeText() for box in boxes()] == ["It did not work."])


def test_a_parent_that_is_gone_is_replaced_by_the_window(
    said: Messages, window: Window, qtbot: QtBot
) -> None:
    gone = QWidget()
    gone.deleteLater()
    qtbot.waitUntil(lambda: not shiboken6.isValid(gone))
    said.error(gone, "No", "It did not work.")
    (box,) = boxes()
    assert box.parentWidget() is window


# Questions


@pytest.mark.parametrize(
    ("key", "answer"),
    [
        (Qt.Key.Key_Return, "save"),
        (Qt.Key.Key_Escape, "cancel"),
    ],
)
def test_keys_answer_safely(said: Messages, qtbot: QtBot, key: Qt.Key, answer: str) -> None:
    seen: list[str] = []
    said.ask(None, "Save?", "You changed something.", SAVE, seen.append)
    (box,) = boxes()
    qtbot.waitUntil(box.isActiveWindow)
    qtbot.keyClick(box, key)
    qtbot.waitUntil(lambda: seen == [answer])
    qtbot.waitUntil(lambda: boxes() == [])


@pytest.mark.parametrize("key", ["save", "discard", "cancel"])
def test_each_button_answers_with_its_key(said: Messages, qtbot: QtBot, key: str) -> None:
    seen: list[str] = []
    said.ask(None, "Save?", "You changed something.", SAVE, seen.append, details="title, slug")
    (box,) = boxes()
    assert nameless_widgets() == []
    assert seen == []
    press(qtbot, box, f"{key}Button")
    qtbot.waitUntil(lambda: seen == [key])


def test_closing_the_box_is_the_safest_answer(said: Messages, qtbot: QtBot) -> None:
    seen: list[str] = []
    said.ask(None, "Save?", "You changed something.", SAVE, seen.append)
    boxes()[0].close()
    qtbot.waitUntil(lambda: seen == ["cancel"])


def test_a_destructive_choice_is_never_the_default(said: Messages) -> None:
    choices = (Choice("delete", "Delete", "destructive", default=True), Choice("keep", "Keep", "reject"))
    said.ask(None, "Delete?", "3 posts.", choices, lambda _key: None)
    (box,) = boxes()
    assert box.defaultButton().objectName() == "keepButton"
    assert box.escapeButton().objectName() == "keepButton"


def test_without_a_choice_that_changes_nothing_escape_goes_on(said: Messages, qtbot: QtBot) -> None:
    choices = (Choice("drop", "Drop", "destructive"), Choice("go", "Go on"))
    seen: list[str] = []
    said.ask(None, "Well?", "Two ways.", choices, seen.append)
    (box,) = boxes()
    assert box.defaultButton().objectName() == "goButton"
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: seen == ["go"])


# Notes


def test_a_note_goes_to_the_windows_toast_and_there_is_only_one(window: Window) -> None:
    messages, made = Messages(), list[Note]()

    def make(parent: QWidget) -> Note:
        made.append(Note(parent))
        return made[-1]

    messages.set_window(window, make)
    messages.toast("3 users deactivated", action="Undo", on_action=window.update)
    messages.toast("Saved")
    (note,) = made
    assert note.parent is window
    assert note.shown == [("3 users deactivated", "Undo", window.update), ("Saved", None, None)]


def test_without_a_toast_a_note_is_put_into_the_status_line(said: Messages, qtbot: QtBot) -> None:
    with qtbot.waitSignal(said.status_changed) as caught:
        said.toast("Saved")
    assert caught.args == ["Saved"]
    with qtbot.waitSignal(said.status_changed):
        said.status("Saved")


def test_without_a_window_a_note_is_put_into_the_status_line(qtbot: QtBot) -> None:
    messages = Messages()
    with qtbot.waitSignal(messages.status_changed):
        messages.toast("Saved")


# Bugs


def bug(words: str) -> Exception:
    try:
        raise ZeroDivisionError(words)
    except ZeroDivisionError as exc:
        return exc


@pytest.mark.expects_log
def test_bugs_share_one_dialog_and_a_repeated_one_is_counted(said: Messages, qtbot: QtBot) -> None:
    first = bug("first password=hunter2")
    said.bug(first)
    said.bug(bug("second"))
    said.bug(first)
    (dialog,) = boxes()
    assert dialog.objectName() == "crashDialog"
    shown = dialog.findChild(QPlainTextEdit, "crashTrace")
    assert shown is not None
    assert shown.isReadOnly()
    text = shown.toPlainText()
    assert "ZeroDivisionError: first password=***\n(2 times)" in text
    assert "ZeroDivisionError: second" in text
    assert "hunter2" not in text
    assert nameless_widgets() == []


@pytest.mark.expects_log
def test_a_flood_of_bugs_is_cut(said: Messages) -> None:
    for number in range(50):
        said.bug(bug(f"number {number}"))
    (dialog,) = boxes()
    assert "number 19" in dialog.text()
    assert "number 20" not in dialog.text()


@pytest.mark.expects_log
def test_the_trace_can_be_copied(said: Messages, qtbot: QtBot) -> None:
    said.bug(bug("copied"))
    (dialog,) = boxes()
    press(qtbot, dialog, "copyButton")
    assert "ZeroDivisionError: copied" in QApplication.clipboard().text()
    assert dialog.isVisible()


@pytest.mark.expects_log
@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Return])
def test_after_going_on_the_next_bug_opens_a_new_dialog(said: Messages, qtbot: QtBot, key: Qt.Key) -> None:
    said.bug(bug("first"))
    (dialog,) = boxes()
    assert dialog.sizeHint().width() > 400
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.keyClick(dialog.focusWidget() or dialog, key)
    qtbot.waitUntil(lambda: boxes() == [])
    said.bug(bug("second"))
    (dialog,) = boxes()
    assert "first" not in dialog.text()


@pytest.mark.expects_log
def test_leaving_after_a_bug_asks_the_window_which_may_refuse(
    said: Messages, window: Window, qtbot: QtBot
) -> None:
    said.bug(bug("first"))
    press(qtbot, boxes()[0], "quitButton")
    qtbot.waitUntil(lambda: window.asked_to_close == 1)
    assert window.isVisible()


# The recorder that stands in for all this in other tests


def test_the_recorder_keeps_and_answers(qtbot: QtBot) -> None:
    recorder = Recorder()
    seen: list[str] = []
    recorder.ask(None, "Save?", "Well?", SAVE, seen.append)
    assert recorder.asks[0].keys == ["save", "discard", "cancel"]
    recorder.asks[0].answer("discard")
    recorder.answer_with("save")
    recorder.ask(None, "Save?", "Well?", SAVE, seen.append)
    assert seen == ["discard"]
    qtbot.waitUntil(lambda: seen == ["discard", "save"])
    with pytest.raises(AssertionError, match="already answered"):
        recorder.asks[0].answer("save")
    with pytest.raises(AssertionError, match="none of"):
        recorder.asks[0].answer("no such")


def test_a_widget_without_a_name_is_found(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    button = QPushButton(window)
    window.show()
    assert len(nameless_widgets()) == 1
    button.setObjectName("goButton")
    assert len(nameless_widgets()) == 1
    button.setText("Go")
    assert nameless_widgets() == []
