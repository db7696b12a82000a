"""Addresses that are typed or pasted keep every part, odd ones too, and nobody reads the password."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from blogadmin.connection import Connector
from blogadmin.gui.control.services import Services
from blogadmin.gui.dialogs.connect import ConnectDialog
from blogadmin.settings import Settings
from tests.gui.dialogs.conftest import field

ADDRESSES = [
    "postgresql://anna:s%40%2F%3A%3F%23cret@db.example.org:5433/blog?sslmode=require",
    "postgresql://anna@[2001:db8::1]:5433/blog",
    "postgresql://anna:pw@/blog?host=%2Fvar%2Frun&port=5433",
    "postgresql://db.example.org/my%20blog",
]


@pytest.fixture
def dialog(services: Services, qtbot: QtBot) -> Iterator[ConnectDialog]:
    window = QWidget()
    window.setObjectName("window")
    qtbot.addWidget(window)
    dialog = ConnectDialog(services, window, probe=lambda _url: None)
    dialog.open()
    yield dialog
    dialog.reject()


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_pasted_address_keeps_every_part(dialog: ConnectDialog, address: str) -> None:
    field(dialog, "url").setText(address)
    assert dialog.address() == address


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_typed_key_by_key_keeps_every_part(dialog: ConnectDialog, address: str) -> None:
    QTest.keyClicks(field(dialog, "url"), address)
    assert dialog.address() == address


def test_another_user_does_not_inherit_the_password(dialog: ConnectDialog) -> None:
    field(dialog, "url").setText("postgresql://anna:secret@db.example.org/blog")
    field(dialog, "url").setText("postgresql://marta@db.example.org/blog")
    assert field(dialog, "password").text() == ""


def test_an_opened_database_does_not_tell_its_password(database_url: str) -> None:
    connector = Connector(Settings(database_url=database_url))
    opened = connector.open()
    assert opened.url == opened.given == database_url
    assert database_url not in repr(opened)
    connector.close()
