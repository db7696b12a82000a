"""Users are made and changed through the dialog, with the keyboard, on a real database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from blogadmin.core.database.changes import Changes
from blogadmin.gui.control.hub import ChangeHub
from blogadmin.gui.control.undo import UndoHistory
from blogadmin.gui.dialogs.edit_state import Phase
from blogadmin.gui.dialogs.frame import Scroller
from blogadmin.gui.dialogs.user import UserDialog
from tests.gui.dialogs.conftest import Sql, click, field, ready, retype, words
from tests.gui.recorder import Recorder

Make = Callable[[type[UserDialog]], UserDialog]


@pytest.fixture
def dialog(make: Make, anna: int, qtbot: QtBot) -> UserDialog:
    """The dialog with Anna in it."""
    dialog = make(UserDialog)
    dialog.open_for(anna)
    ready(dialog, qtbot)
    return dialog


def row(sql: Sql, user: int) -> tuple[Any, ...]:
    return sql("SELECT name, email, role, is_active, version FROM users WHERE id = %s", (user,))[0]


def test_it_is_on_screen_before_the_row_has_come(make: Make, anna: int, qtbot: QtBot) -> None:
    dialog = make(UserDialog)
    dialog.open_for(anna)
    assert dialog.isVisible()
    assert dialog.state.phase is Phase.LOADING
    assert not field(dialog, "name").isEnabled()
    assert not field(dialog, "saveButton").isEnabled()
    ready(dialog, qtbot)
    assert field(dialog, "name").text() == "Anna Kowalczyk"
    assert field(dialog, "email").text() == "anna@example.org"
    assert field(dialog, "role").currentText() == "Editor"
    assert field(dialog, "is_active").isChecked()
    assert field(dialog, "password").text() == ""
    assert dialog.focusWidget() is field(dialog, "name")
    assert words(dialog, "wroteFact") == "0 posts, 0 comments"


def test_it_opens_as_high_as_its_row_needs_and_stays_so(make: Make, anna: int, qtbot: QtBot) -> None:
    dialog = make(UserDialog)
    dialog.open_for(anna)
    before = dialog.height()
    ready(dialog, qtbot)
    scroller = dialog.findChild(Scroller)
    assert scroller is not None
    room = scroller.viewport()
    assert room.height() >= scroller.needed_height(room.width())
    assert dialog.height() == before


def test_only_what_was_changed_is_sent(dialog: UserDialog, anna: int, sql: Sql, qtbot: QtBot) -> None:
    retype(dialog, "name", "Anna K.")
    assert dialog.isWindowModified()
    sql("UPDATE users SET role = 'admin' WHERE id = %s", (anna,))
    with qtbot.waitSignal(dialog.finished):
        click(dialog, "saveButton")
    assert row(sql, anna) == ("Anna K.", "anna@example.org", "admin", True, 3)


def test_without_a_change_nothing_is_sent(dialog: UserDialog, anna: int, sql: Sql, qtbot: QtBot) -> None:
    before = sql("SELECT xmin::text FROM users WHERE id = %s", (anna,))
    retype(dialog, "name", "Anna Kowalczyk")
    with qtbot.waitSignal(dialog.finished):
        QTest.keyClick(field(dialog, "name"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert sql("SELECT xmin::text FROM users WHERE id = %s", (anna,)) == before


def test_saving_can_be_undone(
    dialog: UserDialog, anna: int, sql: Sql, undo: UndoHistory, messages: Recorder, qtbot: QtBot
) -> None:
    QTest.keyClick(field(dialog, "is_active"), Qt.Key.Key_Space)
    with qtbot.waitSignal(dialog.finished):
        click(dialog, "saveButton")
    assert row(sql, anna)[3] is False
    messages.toasts[-1].act()
    qtbot.waitUntil(lambda: row(sql, anna)[3] is True)


def test_a_new_user_with_a_password(make: Make, sql: Sql, qtbot: QtBot) -> None:
    dialog = make(UserDialog)
    dialog.open_new()
    assert dialog.windowTitle() == "New user[*] – blogadmin"
    qtbot.waitUntil(dialog.isActiveWindow)
    QTest.keyClicks(field(dialog, "name"), "Noor Haddad")
    QTest.keyClicks(field(dialog, "email"), "noor@example.org")
    field(dialog, "role").setFocus()
    QTest.keyClicks(field(dialog, "role"), "Mod")
    QTest.keyClicks(field(dialog, "password"), "correct horse")
    QTest.keyClicks(field(dialog, "passwordAgain"), "correct horse")
    with qtbot.waitSignal(dialog.saved) as saved, qtbot.waitSignal(dialog.finished):
        QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert row(sql, saved.args[0]) == ("Noor Haddad", "noor@example.org", "moderator", True, 1)  # pyright: ignore[reportOptionalSubscript]
    hashed = sql("SELECT password_hash FROM users")[0][0]
    assert hashed.startswith("$argon2id$")


def test_what_is_missing_is_said_at_the_fields(make: Make, sql: Sql) -> None:
    dialog = make(UserDialog)
    dialog.open_new()
    click(dialog, "saveButton")
    assert words(dialog, "errorMessage") == "Not saved: 3 fields need attention."
    assert words(dialog, "nameError") == "Name is required."
    assert words(dialog, "emailError") == "E-mail is required."
    assert words(dialog, "passwordError") == "Password is required."
    assert words(dialog, "roleError") == ""
    assert dialog.focusWidget() is field(dialog, "name")
    assert sql("SELECT count(*) FROM users") == [(0,)]


def test_show_leads_to_the_faulty_field_with_its_text_selected(dialog: UserDialog) -> None:
    retype(dialog, "email", "anna at example")
    click(dialog, "saveButton")
    assert words(dialog, "emailError").startswith("E-mail is not an e-mail address")
    field(dialog, "name").setFocus()
    click(dialog, "showButton")
    assert dialog.focusWidget() is field(dialog, "email")
    assert field(dialog, "email").selectedText() == "anna at example"


def test_a_wrong_value_is_said_on_leaving_and_taken_back_while_typing(dialog: UserDialog) -> None:
    retype(dialog, "email", "anna")
    assert words(dialog, "emailError") == ""
    QTest.keyClick(field(dialog, "email"), Qt.Key.Key_Tab)
    assert words(dialog, "emailError").startswith("E-mail is not")
    field(dialog, "email").setFocus()
    field(dialog, "email").end(False)
    QTest.keyClicks(field(dialog, "email"), "@example.org")
    assert words(dialog, "emailError") == ""


@pytest.mark.parametrize(
    ("password", "again", "where", "says"),
    [
        ("short", "short", "password", "Password must have at least"),
        ("long enough 1", "long enough 2", "passwordAgain", "The two passwords differ."),
        ("long enough 1", "", "passwordAgain", "The two passwords differ."),
        ("", "long enough 1", "password", "Password is required."),
    ],
)
def test_a_new_password_is_typed_twice(
    dialog: UserDialog, sql: Sql, password: str, again: str, where: str, says: str
) -> None:
    before = sql("SELECT password_hash FROM users")
    QTest.keyClicks(field(dialog, "password"), password)
    QTest.keyClicks(field(dialog, "passwordAgain"), again)
    click(dialog, "saveButton")
    assert words(dialog, f"{where}Error").startswith(says)
    assert sql("SELECT password_hash FROM users") == before


def test_a_password_is_shown_only_while_asked_for(
    dialog: UserDialog, anna: int, sql: Sql, qtbot: QtBot
) -> None:
    password = field(dialog, "password")
    assert password.echoMode() == QLineEdit.EchoMode.Password
    eye = password.actions()[0]
    assert not eye.isVisible()
    QTest.keyClicks(password, "long enough")
    eye.trigger()
    assert password.echoMode() == QLineEdit.EchoMode.Normal
    retype(dialog, "password", "")
    assert password.echoMode() == QLineEdit.EchoMode.Password
    for name in ("password", "passwordAgain"):
        QTest.keyClicks(field(dialog, name), "long enough")
    done: list[bool] = []
    dialog.save(lambda: done.append(True))
    qtbot.waitUntil(lambda: done == [True])
    assert sql("SELECT password_hash LIKE '$argon2id$%%' FROM users WHERE id = %s", (anna,)) == [(True,)]
    dialog.reload()
    ready(dialog, qtbot)
    assert password.text() == ""


def test_names_are_shown_as_they_are(make: Make, sql: Sql, qtbot: QtBot) -> None:
    name = "<b>Bold</b> [*] &amp;"
    user = sql(
        "INSERT INTO users (email, name, password_hash) VALUES ('b@x', %s, 'x') RETURNING id", (name,)
    )[0][0]
    dialog = make(UserDialog)
    dialog.open_for(user)
    ready(dialog, qtbot)
    assert field(dialog, "name").text() == name
    assert dialog.windowTitle() == "<b>Bold</b> [*][*] &amp;[*] – blogadmin"


def test_a_role_that_nobody_knows_is_kept(dialog: UserDialog) -> None:
    role = field(dialog, "role")
    role.set_value("wizard")
    assert (role.value(), role.currentText(), role.is_changed()) == ("wizard", "wizard", False)
    role.set_value("user")
    assert role.findText("wizard") < 0


def test_the_wheel_changes_no_role_by_passing_over_it(dialog: UserDialog, qtbot: QtBot) -> None:
    role = field(dialog, "role")
    field(dialog, "name").setFocus()
    event = QWheelEvent(
        role.rect().center().toPointF(),
        role.mapToGlobal(role.rect().center()).toPointF(),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(role, event)
    assert role.value() == "editor"


# Leaving


def test_escape_closes_at_once_when_nothing_was_typed(
    dialog: UserDialog, messages: Recorder, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(dialog.finished):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert messages.asks == []


@pytest.mark.parametrize("way", ["escape", "cancel", "close", "quit"])
@pytest.mark.parametrize("answer", ["save", "discard", "cancel"])
def test_unsaved_work_is_asked_about(
    dialog: UserDialog, anna: int, sql: Sql, messages: Recorder, qtbot: QtBot, way: str, answer: str
) -> None:
    retype(dialog, "name", "Changed")
    gone: list[str] = []
    dialog.finished.connect(lambda _result: gone.append("closed"))
    ways = {
        "escape": lambda: QTest.keyClick(dialog, Qt.Key.Key_Escape),
        "cancel": lambda: click(dialog, "cancelButton"),
        "close": dialog.close,
        "quit": lambda: dialog.can_close(lambda: gone.append("quit")),
    }
    ways[way]()
    assert messages.asks[-1].keys == ["save", "discard", "cancel"]
    assert gone == []
    messages.asks[-1].answer(answer)
    if answer == "cancel":
        assert gone == []
        assert field(dialog, "name").text() == "Changed"
    else:
        expected = ["closed", "quit"] if way == "quit" else ["closed"]
        qtbot.waitUntil(lambda: gone == expected)
    assert row(sql, anna)[0] == ("Changed" if answer == "save" else "Anna Kowalczyk")


def test_leaving_stops_when_saving_fails(dialog: UserDialog, messages: Recorder) -> None:
    retype(dialog, "email", "nonsense")
    went: list[bool] = []
    dialog.can_close(lambda: went.append(True))
    messages.asks[-1].answer("save")
    assert went == []
    assert dialog.isVisible()
    assert words(dialog, "errorMessage") == "Not saved: 1 field needs attention."


def test_asking_twice_shows_one_question(dialog: UserDialog, messages: Recorder, qtbot: QtBot) -> None:
    retype(dialog, "name", "Changed")
    dialog.reject()
    went: list[bool] = []
    dialog.can_close(lambda: went.append(True))
    assert len(messages.asks) == 1
    messages.asks[-1].answer("discard")
    assert went == [True]


def test_quitting_while_saving_waits_for_it(dialog: UserDialog, anna: int, sql: Sql, qtbot: QtBot) -> None:
    retype(dialog, "name", "Changed")
    click(dialog, "saveButton")
    went: list[bool] = []
    dialog.can_close(lambda: went.append(True))
    assert dialog.state.phase is Phase.SAVING
    assert went == []
    qtbot.waitUntil(lambda: went == [True])
    assert row(sql, anna)[0] == "Changed"


def test_keys_pressed_while_saving_change_nothing(
    dialog: UserDialog, anna: int, sql: Sql, qtbot: QtBot
) -> None:
    retype(dialog, "name", "Changed")
    click(dialog, "saveButton")
    QTest.keyClicks(field(dialog, "name"), "more")
    assert field(dialog, "name").text() == "Changed"
    with qtbot.waitSignal(dialog.finished):
        pass
    assert row(sql, anna)[0] == "Changed"


# Walking


class Order:
    """A list of three, in an order that is not that of the ids."""

    def __init__(self, *ids: int) -> None:
        self.ids = ids

    def _at(self, row_id: int, by: int) -> int | None:
        place = self.ids.index(row_id) + by
        return self.ids[place] if 0 <= place < len(self.ids) else None

    def first(self, row_id: int) -> int | None:
        return self.ids[0]

    def last(self, row_id: int) -> int | None:
        return self.ids[-1]

    def previous(self, row_id: int) -> int | None:
        return self._at(row_id, -1)

    def next(self, row_id: int) -> int | None:
        return self._at(row_id, 1)


@pytest.fixture
def third(sql: Sql) -> int:
    return sql("INSERT INTO users (email, name, password_hash) VALUES ('z@x', 'Zoe', 'x') RETURNING id")[0][0]


def test_first_previous_next_last_walk_the_lists_own_order(
    dialog: UserDialog, anna: int, marta: int, third: int, qtbot: QtBot
) -> None:
    dialog.set_walker(Order(third, anna, marta))
    alt = Qt.KeyboardModifier.AltModifier
    steps = [
        (Qt.Key.Key_PageDown, "Marta Lindqvist"),
        (Qt.Key.Key_Home, "Zoe"),
        (Qt.Key.Key_End, "Marta Lindqvist"),
        (Qt.Key.Key_PageUp, "Anna Kowalczyk"),
    ]
    for key, name in steps:
        QTest.keyClick(dialog, key, alt)
        qtbot.waitUntil(lambda name=name: field(dialog, "name").text() == name)
        ready(dialog, qtbot)
    click(dialog, "previousButton")
    qtbot.waitUntil(lambda: field(dialog, "name").text() == "Zoe")
    assert not field(dialog, "previousButton").isEnabled()
    assert not field(dialog, "firstButton").isEnabled()
    assert field(dialog, "lastButton").isEnabled()


@pytest.mark.parametrize("answer", ["save", "discard", "cancel"])
def test_the_next_record_asks_about_unsaved_work(
    dialog: UserDialog, anna: int, marta: int, sql: Sql, messages: Recorder, qtbot: QtBot, answer: str
) -> None:
    dialog.set_walker(Order(anna, marta))
    retype(dialog, "name", "Changed")
    click(dialog, "nextButton")
    messages.asks[-1].answer(answer)
    if answer == "cancel":
        assert field(dialog, "name").text() == "Changed"
        return
    qtbot.waitUntil(lambda: field(dialog, "name").text() == "Marta Lindqvist")
    ready(dialog, qtbot)
    assert not dialog.isWindowModified()
    assert row(sql, anna)[0] == ("Changed" if answer == "save" else "Anna Kowalczyk")


def test_a_new_user_is_in_no_list_yet(make: Make) -> None:
    dialog = make(UserDialog)
    dialog.set_walker(Order(1))
    dialog.open_new()
    assert dialog.walk_bar.isHidden()


# Others


def test_a_row_that_others_changed_is_read_again_while_nothing_is_typed(
    dialog: UserDialog, anna: int, sql: Sql, hub: ChangeHub, qtbot: QtBot
) -> None:
    sql("UPDATE users SET name = 'Renamed' WHERE id = %s", (anna,))
    hub.announce(Changes.of("posts", updated=[anna]))
    assert dialog.state.phase is Phase.READY
    hub.announce(Changes.of("users", updated=[anna]))
    qtbot.waitUntil(lambda: field(dialog, "name").text() == "Renamed")


def test_what_is_typed_is_not_read_over(dialog: UserDialog, anna: int, hub: ChangeHub) -> None:
    retype(dialog, "name", "Mine")
    hub.announce(Changes.of("users", updated=[anna]))
    assert dialog.state.phase is Phase.READY
    assert field(dialog, "name").text() == "Mine"


def test_where_nothing_may_be_saved_everything_can_be_read(dialog: UserDialog) -> None:
    dialog.set_writable(False, "The database waits for its upgrade.")
    assert not field(dialog, "saveButton").isEnabled()
    assert field(dialog, "saveButton").toolTip() == "The database waits for its upgrade."
    retype(dialog, "name", "x")
    assert field(dialog, "name").text() == "Anna Kowalczyk"
    assert not field(dialog, "role").isEnabled()
    dialog.set_writable(True)
    retype(dialog, "name", "x")
    assert field(dialog, "name").text() == "x"
