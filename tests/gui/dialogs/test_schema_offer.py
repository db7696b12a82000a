"""What a database needs first is offered, explained, and done only when told to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from blogadmin.core.database import adopt, schema
from blogadmin.core.database.adopt import Misfit, Plan
from blogadmin.core.database.engine import Database
from blogadmin.core.database.errors import Locked
from blogadmin.gui.control.services import Services
from blogadmin.gui.dialogs.schema_offer import AdoptOffer, UpgradeOffer
from blogadmin.gui.dialogs.welcome import WelcomePage
from tests.conftest import connect
from tests.foreign import foreign_tables
from tests.gui.dialogs.conftest import click, field


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[QWidget]:
    window = QWidget()
    window.setObjectName("window")
    qtbot.addWidget(window)
    window.show()
    yield window
    for dialog in window.findChildren(QWidget):
        if shiboken6.isValid(dialog) and dialog.isWindow():
            dialog.hide()
            dialog.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def old_blog(empty_database_url: str) -> Iterator[Database]:
    """A database that the blog's own application made, with naive times."""
    with closing(connect(empty_database_url)) as admin, admin.cursor() as cursor:
        cursor.execute(foreign_tables("timestamp"))
        cursor.execute("INSERT INTO users (email, name, password_hash) VALUES ('a@example.org', 'A', 'x')")
    with closing(Database(empty_database_url)) as opened:
        yield opened


def offer_adoption(services: Services, window: QWidget, blog: Database) -> AdoptOffer:
    def do(zone: str | None) -> schema.State:
        adopt.apply(blog, assume_timezone=zone)
        return schema.inspect(blog)

    dialog = AdoptOffer(
        services, window, plan_for=lambda zone: adopt.plan(blog, assume_timezone=zone), adopt=do
    )
    dialog.open()
    return dialog


def offer_plan(services: Services, window: QWidget, plan: Plan) -> AdoptOffer:
    dialog = AdoptOffer(services, window, plan_for=lambda _zone: plan, adopt=lambda _zone: None)
    dialog.open()
    return dialog


def said(dialog: QWidget) -> str:
    bar = field(dialog, "errorMessage")
    return bar.message() if bar.isVisible() else ""


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
def test_a_foreign_database_is_adopted_once_its_zone_is_told(
    services: Services, window: QWidget, old_blog: Database, qtbot: QtBot
) -> None:
    dialog = offer_adoption(services, window, old_blog)
    zone, details = field(dialog, "timezone"), field(dialog, "details")
    qtbot.waitUntil(zone.isVisible)
    assert "users.created_at" in details.toPlainText()
    assert not field(dialog, "acceptButton").isEnabled()
    QTest.keyClicks(zone, "Atlantis/Centre")
    QTest.keyClick(zone, Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: field(dialog, "timezoneError").text() != "")
    zone.clear()
    QTest.keyClicks(zone, "Europe/Berlin")
    qtbot.waitUntil(field(dialog, "acceptButton").isEnabled)
    assert "ALTER TABLE" in details.toPlainText()
    assert "Europe/Berlin" in details.toPlainText()
    with qtbot.waitSignal(dialog.adopted) as adopted:
        click(dialog, "acceptButton")
    (state,) = adopted.args  # pyright: ignore[reportGeneralTypeIssues]
    assert state.kind == "current"


def test_a_zone_is_completed_while_typing(
    services: Services, window: QWidget, old_blog: Database, qtbot: QtBot
) -> None:
    dialog = offer_adoption(services, window, old_blog)
    zone = field(dialog, "timezone")
    qtbot.waitUntil(zone.isVisible)
    completer = zone.completer()
    completer.setCompletionPrefix("berl")
    assert completer.currentCompletion() == "Europe/Berlin"


def test_declining_changes_nothing(
    services: Services, window: QWidget, old_blog: Database, qtbot: QtBot
) -> None:
    dialog = offer_adoption(services, window, old_blog)
    qtbot.waitUntil(field(dialog, "timezone").isVisible)
    with qtbot.waitSignal(dialog.declined):
        click(dialog, "rejectButton")
    assert schema.inspect(old_blog).kind == "foreign"


def test_what_does_not_fit_is_listed_as_plain_text(services: Services, window: QWidget, qtbot: QtBot) -> None:
    misfits = (Misfit("users", "email", "is <b>no</b> address", 1204), Misfit("posts", "body", "is bytea"))
    dialog = offer_plan(services, window, Plan(misfits=misfits))
    table = field(dialog, "misfits")
    qtbot.waitUntil(table.isVisible)
    one_line = 2 * table.fontMetrics().height() + 8
    qtbot.waitUntil(lambda: all(table.rowHeight(row) < one_line for row in range(table.rowCount())))
    cells = [[table.item(row, column).text() for column in range(4)] for row in range(table.rowCount())]
    assert cells == [["users", "email", "is <b>no</b> address", "1,204"], ["posts", "body", "is bytea", ""]]
    assert said(dialog).startswith("It does not fit yet.")
    assert not field(dialog, "acceptButton").isEnabled()


def test_an_adoption_that_fails_says_so_and_can_be_tried_again(
    services: Services, window: QWidget, qtbot: QtBot
) -> None:
    answers: list[Callable[[], str]] = [_locked, lambda: "adopted"]
    plan = Plan(statements=("ALTER TABLE users ADD COLUMN version integer",))
    dialog = AdoptOffer(services, window, plan_for=lambda _zone: plan, adopt=lambda _zone: answers.pop(0)())
    dialog.open()
    qtbot.waitUntil(field(dialog, "acceptButton").isEnabled)
    click(dialog, "acceptButton")
    qtbot.waitUntil(lambda: said(dialog) != "")
    assert said(dialog) == "Nothing was changed. Others use the tables."
    with qtbot.waitSignal(dialog.adopted):
        click(dialog, "acceptButton")


def test_an_adoption_under_way_cannot_be_declined(services: Services, window: QWidget, qtbot: QtBot) -> None:
    go_on = threading.Event()
    plan = Plan(statements=("ALTER TABLE users ADD COLUMN version integer",))
    dialog = AdoptOffer(
        services, window, plan_for=lambda _zone: plan, adopt=lambda _zone: go_on.wait(10) and "adopted"
    )
    dialog.open()
    qtbot.waitUntil(field(dialog, "acceptButton").isEnabled)
    with qtbot.assertNotEmitted(dialog.declined), qtbot.waitSignal(dialog.adopted) as adopted:
        click(dialog, "acceptButton")
        assert field(dialog, "doing").text() == "Working… It is done as a whole or not at all."
        dialog.close()
        assert dialog.isVisible()
        go_on.set()
    assert adopted.args == ["adopted"]
    assert field(dialog, "doing").text() == ""


def test_the_notes_of_a_plan_stand_by_themselves(services: Services, window: QWidget, qtbot: QtBot) -> None:
    plan = Plan(statements=("SELECT 1",), notes=("The <b>application</b> must expect times with a zone.",))
    dialog = offer_plan(services, window, plan)
    notes = field(dialog, "notes")
    qtbot.waitUntil(notes.isVisible)
    assert notes.text() == plan.notes[0]
    assert notes.textFormat() == Qt.TextFormat.PlainText


def test_several_notes_are_a_list_and_none_take_no_room(
    services: Services, window: QWidget, qtbot: QtBot
) -> None:
    dialog = offer_plan(services, window, Plan(statements=("SELECT 1",), notes=("One.", "Two.")))
    qtbot.waitUntil(field(dialog, "notes").isVisible)
    assert field(dialog, "notes").text() == "• One.\n• Two."
    without = offer_plan(services, window, Plan(statements=("SELECT 1",)))
    qtbot.waitUntil(field(without, "acceptButton").isEnabled)
    assert not field(without, "notes").isVisible()


def _locked() -> str:
    raise Locked("Others use the tables.")


@pytest.fixture
def older() -> schema.State:
    return schema.State("older", "0001", "0002", ("Let posts be found by their words.",))


def offer_upgrade(
    services: Services, window: QWidget, state: schema.State, upgrade: Callable[[], object] = lambda: "done"
) -> UpgradeOffer:
    dialog = UpgradeOffer(services, window, state, upgrade)
    dialog.open()
    return dialog


def test_an_upgrade_says_what_it_will_do_and_does_it(
    services: Services, window: QWidget, older: schema.State, qtbot: QtBot
) -> None:
    dialog = offer_upgrade(services, window, older)
    assert "Let posts be found by their words." in field(dialog, "details").toPlainText()
    with qtbot.waitSignal(dialog.upgraded) as upgraded, qtbot.assertNotEmitted(dialog.read_only_chosen):
        click(dialog, "acceptButton")
    assert upgraded.args == ["done"]


@pytest.mark.parametrize("way", ["button", "escape"])
def test_without_an_upgrade_a_person_can_look(
    services: Services, window: QWidget, older: schema.State, qtbot: QtBot, way: str
) -> None:
    dialog = offer_upgrade(services, window, older)
    with qtbot.waitSignal(dialog.read_only_chosen):
        if way == "button":
            click(dialog, "rejectButton")
        else:
            QTest.keyClick(dialog, Qt.Key.Key_Escape)


def test_quitting_closes_the_window_and_opens_nothing(
    services: Services, window: QWidget, older: schema.State, qtbot: QtBot
) -> None:
    dialog = offer_upgrade(services, window, older)
    with qtbot.assertNotEmitted(dialog.read_only_chosen):
        click(dialog, "quitButton")
    assert not window.isVisible()


def test_an_upgrade_that_fails_says_so(
    services: Services, window: QWidget, older: schema.State, qtbot: QtBot
) -> None:
    dialog = offer_upgrade(services, window, older, _locked)
    click(dialog, "acceptButton")
    qtbot.waitUntil(lambda: said(dialog) != "")
    assert dialog.isVisible()
    assert dialog.isEnabled()


def test_the_welcome_offers_three_ways_and_the_first_is_chosen(qtbot: QtBot) -> None:
    page = WelcomePage()
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(page.isActiveWindow)
    assert page.focusWidget() is field(page, "sampleButton")
    for name, signal in (
        ("sampleButton", page.sample_chosen),
        ("emptyButton", page.empty_chosen),
        ("serverButton", page.server_chosen),
    ):
        with qtbot.waitSignal(signal):
            QTest.keyClick(field(page, name), Qt.Key.Key_Space)
    page.set_busy("Making the tables…")
    assert not field(page, "sampleButton").isEnabled()
    assert field(page, "welcomeState").text() == "Making the tables…"
    page.set_busy("")
    assert field(page, "sampleButton").isEnabled()


def test_a_welcome_over_an_open_blog_leads_back_to_it(qtbot: QtBot) -> None:
    page = WelcomePage(place="anna@example.org / new", back_to="the blog on this computer")
    qtbot.addWidget(page)
    page.show()
    assert field(page, "backButton").text() == "Back to the blog on this computer"
    assert "anna@example.org / new" in field(page, "welcomeHint").text()
    with qtbot.waitSignal(page.back_chosen):
        click(page, "backButton")
