"""A form field says what it wants, and what is wrong, where it is fixed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from blogadmin.gui.theme import color
from blogadmin.gui.widgets.field import FormField


@pytest.fixture
def email(qtbot: QtBot) -> FormField:
    field = FormField("&E-mail", QLineEdit(), required=True, help_text="Never shown.", name="email")
    qtbot.addWidget(field)
    field.show()
    return field


def test_names_come_from_the_column(email: FormField) -> None:
    assert email.widget.objectName() == "email"
    assert email.widget.accessibleName() == "E-mail"
    assert email.findChild(QLabel, "emailError") is email.error_label


def test_label_leads_to_the_field(email: FormField) -> None:
    assert email.label.buddy() is email.widget


def test_error_shows_frames_the_field_and_is_read_aloud(email: FormField) -> None:
    assert email.error_label.isHidden()
    email.set_error("Marta Lindqvist already uses this address.")
    assert email.error == "Marta Lindqvist already uses this address."
    assert email.error_label.isVisible()
    assert email.error_label.textFormat() == Qt.TextFormat.PlainText
    assert email.widget.accessibleDescription().startswith(email.error)
    frame = email.widget.grab().toImage().pixelColor(1, email.widget.height() // 2)
    assert frame == color("bad")


def test_error_goes_without_a_trace(email: FormField) -> None:
    before = email.widget.accessibleDescription()
    email.set_error("Wrong.")
    email.set_error(None)
    assert email.error is None
    assert email.error_label.isHidden()
    assert email.error_label.text() == ""
    assert email.widget.accessibleDescription() == before == "Required. Never shown."
    frame = email.widget.grab().toImage().pixelColor(1, email.widget.height() // 2)
    assert frame != color("bad")


def test_required_can_change(email: FormField) -> None:
    marks = [label for label in email.findChildren(QLabel) if label.text() == "*"]
    assert marks[0].isVisible()
    email.set_required(False)
    assert marks[0].isHidden()
    assert email.widget.accessibleDescription() == "Never shown."


def test_help_and_remark_can_change(email: FormField) -> None:
    email.set_help("")
    email.set_aside("66 / 160")
    shown = {label.text() for label in email.findChildren(QLabel) if not label.isHidden()}
    assert shown == {"&E-mail", "*", "66 / 160"}


def test_field_of_several_frames_the_one_that_takes_the_focus(qtbot: QtBot) -> None:
    whole, inner = QWidget(), QLineEdit()
    inner.setObjectName("slugText")
    inner.setAccessibleName("Slug")
    QHBoxLayout(whole).addWidget(inner)
    whole.setFocusProxy(inner)
    field = FormField("Slug", whole, name="slug")
    qtbot.addWidget(field)
    field.set_error("Already used.")
    assert inner.property("err") is True
    assert whole.property("err") is None


def test_field_without_a_label_keeps_its_own_words(qtbot: QtBot) -> None:
    check = QCheckBox("Active")
    check.setAccessibleName("Active")
    field = FormField("", check, name="is_active")
    qtbot.addWidget(field)
    field.show()
    assert field.label.isHidden()
    assert check.accessibleName() == "Active"


def test_error_does_not_move_what_was_typed(qtbot: QtBot) -> None:
    text = QPlainTextEdit("Where slow queries come from.")
    field = FormField("Description", text, name="description")
    qtbot.addWidget(field)
    field.resize(400, 200)
    field.show()
    before = text.viewport().geometry().topLeft()
    field.set_error("Too long.")
    assert text.viewport().geometry().topLeft() == before
