"""A server is named, tried and taken; its password is neither shown nor kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from blogadmin.connection import Connector
from blogadmin.core.database.errors import NotPermitted, Unavailable
from blogadmin.gui.control.services import Services
from blogadmin.gui.dialogs.connect import ConnectDialog
from blogadmin.settings import Settings
from tests.gui.dialogs.conftest import click, field
from tests.gui.recorder import Recorder

Open = Callable[[Callable[[str], Any]], ConnectDialog]


def probe(url: str) -> Any:
    """What the program does with an address: open it, look, and close it again."""
    opened = Connector(Settings(connect_timeout=2)).open(url)
    opened.database.close()
    return opened


@pytest.fixture
def ask(services: Services, qtbot: QtBot) -> Iterator[Open]:
    """Open the dialog: ``ask(probe)``."""
    window = QWidget()
    window.setObjectName("window")
    qtbot.addWidget(window)
    made: list[ConnectDialog] = []

    def open_one(probe: Callable[[str], Any]) -> ConnectDialog:
        dialog = ConnectDialog(services, window, probe=probe)
        made.append(dialog)
        dialog.open()
        return dialog

    yield open_one
    for dialog in made:
        if shiboken6.isValid(dialog):
            dialog.reject()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def said(dialog: ConnectDialog) -> str:
    bar = field(dialog, "errorMessage")
    return bar.message() if bar.isVisible() else ""


def report(dialog: ConnectDialog) -> list[str]:
    shown = field(dialog, "report")
    return shown.text().splitlines() if shown.isVisible() else []


def paste(dialog: ConnectDialog, address: str) -> None:
    field(dialog, "url").clear()
    QTest.keyClicks(field(dialog, "url"), address)


def test_an_address_is_taken_apart_and_its_password_hidden(ask: Open) -> None:
    dialog = ask(probe)
    assert dialog.focusWidget() is field(dialog, "url")
    field(dialog, "url").setText("postgres://anna:s%40cret@db.example.org:5433/my%20blog?sslmode=require")
    shown = {name: field(dialog, name).text() for name in ("host", "port", "database", "user", "password")}
    assert shown == {
        "host": "db.example.org",
        "port": "5433",
        "database": "my blog",
        "user": "anna",
        "password": "s@cret",
    }
    assert "s%40cret" not in field(dialog, "url").text()
    assert field(dialog, "password").echoMode() == QLineEdit.EchoMode.Password
    assert dialog.address() == ("postgresql://anna:s%40cret@db.example.org:5433/my%20blog?sslmode=require")


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("mysql://x/y", "An address of PostgreSQL begins with postgresql://."),
        ("postgresql://x:port/y", "This is not an address"),
        ("plain words", ""),
    ],
)
def test_what_is_no_address_is_said(ask: Open, address: str, says: str) -> None:
    dialog = ask(probe)
    field(dialog, "url").setText(address)
    assert field(dialog, "urlError").text().startswith(says)


def test_server_and_database_are_required(ask: Open) -> None:
    dialog = ask(probe)
    click(dialog, "testButton")
    assert field(dialog, "hostError").text() == "Server is required."
    assert field(dialog, "databaseError").text() == "Database is required."
    assert dialog.focusWidget() is field(dialog, "host")


def test_a_test_reports_step_by_step(ask: Open, database_url: str, qtbot: QtBot) -> None:
    dialog = ask(probe)
    field(dialog, "url").setText(database_url)
    click(dialog, "testButton")
    assert not field(dialog, "connectButton").isEnabled()
    qtbot.waitUntil(lambda: report(dialog) != [])
    reached, encrypted, signed_in, schema = report(dialog)
    assert reached.startswith("Server reached.")
    assert encrypted.startswith("Not encrypted.")
    assert signed_in == f"Signed in. as {urlsplit(database_url).username}"
    assert schema == "Ready. The blog can be opened."
    assert said(dialog) == ""
    assert field(dialog, "connectButton").isEnabled()


def test_what_follows_from_the_schema_is_said(ask: Open, empty_database_url: str, qtbot: QtBot) -> None:
    dialog = ask(probe)
    field(dialog, "url").setText(empty_database_url)
    click(dialog, "testButton")
    qtbot.waitUntil(lambda: report(dialog) != [])
    assert report(dialog)[-1] == "Empty. You will be asked what to put into the database."


def test_connecting_gives_the_address_and_forgets_the_password(
    ask: Open, database_url: str, qtbot: QtBot
) -> None:
    dialog = ask(probe)
    field(dialog, "url").setText(database_url)
    with qtbot.waitSignal(dialog.chosen) as chosen:
        QTest.keyClick(field(dialog, "password"), Qt.Key.Key_Return)
    (address,) = chosen.args  # pyright: ignore[reportGeneralTypeIssues]
    got, given = urlsplit(address), urlsplit(database_url)
    assert (got.password, got.path, parse_qs(got.query)) == (
        given.password,
        given.path,
        parse_qs(given.query),
    )
    assert field(dialog, "password").text() == ""
    assert not dialog.isVisible()


def test_a_server_that_is_not_there_is_told_and_everything_stays(ask: Open, qtbot: QtBot) -> None:
    dialog = ask(probe)
    paste(dialog, "postgresql://anna@127.0.0.1:1/blog")
    QTest.keyClicks(field(dialog, "password"), "secret")
    click(dialog, "connectButton")
    qtbot.waitUntil(lambda: said(dialog) != "")
    assert said(dialog).startswith("Not connected. The server cannot be reached.")
    assert report(dialog) == ["Not connected."]
    assert dialog.isVisible()
    assert field(dialog, "password").text() == "secret"


def test_a_refused_password_is_told_apart_from_a_dead_server(ask: Open, qtbot: QtBot) -> None:
    def refuse(url: str) -> Any:
        raise NotPermitted("The server did not accept this name and password. Check both.")

    dialog = ask(refuse)
    paste(dialog, "postgresql://anna@db.example.org/blog")
    click(dialog, "testButton")
    qtbot.waitUntil(lambda: said(dialog) != "")
    assert report(dialog) == ["Server reached. db.example.org:5432", "Not signed in."]
    assert dialog.focusWidget() is field(dialog, "password")


def test_a_database_that_does_not_exist_is_told(ask: Open, database_url: str, qtbot: QtBot) -> None:
    dialog = ask(probe)
    field(dialog, "url").setText(database_url)
    field(dialog, "database").setText("no such database")
    assert quote("no such database") in dialog.address()
    click(dialog, "testButton")
    qtbot.waitUntil(lambda: said(dialog) != "")
    assert "no database of this name" in said(dialog)


@pytest.mark.expects_log
def test_a_fault_of_ours_is_shown_as_one(ask: Open, messages: Recorder, qtbot: QtBot) -> None:
    def break_down(url: str) -> Any:
        raise ZeroDivisionError

    dialog = ask(break_down)
    paste(dialog, "postgresql://anna@db.example.org/blog")
    click(dialog, "testButton")
    qtbot.waitUntil(lambda: len(messages.bugs) == 1)
    assert field(dialog, "testButton").isEnabled()


def test_closing_while_it_connects_is_harmless(ask: Open, qtbot: QtBot, services: Services) -> None:
    def slow(url: str) -> Any:
        raise Unavailable("The server did not answer in time.")

    dialog = ask(slow)
    paste(dialog, "postgresql://anna@db.example.org/blog")
    click(dialog, "testButton")
    dialog.reject()
    qtbot.waitUntil(lambda: not shiboken6.isValid(dialog))
    qtbot.waitUntil(lambda: services.tasks.outstanding == 0)
