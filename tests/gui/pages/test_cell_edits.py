"""Cells of the real lists, edited on a real database."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from blogadmin.gui.pages.main_window import MainWindow
from blogadmin.gui.pages.page import ListPage
from tests.gui.pages.conftest import Sql, page_of

Key = Qt.Key


def begin(page: ListPage, qtbot: QtBot, column: str) -> QWidget:
    """F2 in that column of the first row; the field that opens."""
    place = page.model.column_of(column)
    assert place is not None
    page.view.setFocus()
    page.view.selectRow(0)
    flag = page.view.selectionModel().SelectionFlag.NoUpdate
    page.view.selectionModel().setCurrentIndex(page.model.index(0, place), flag)
    QTest.keyClick(page.view, Key.Key_F2)
    field = page.view.viewport().findChild(QWidget, "cellEditor")
    assert field is not None
    return field


def test_a_title_is_edited_in_the_list_and_the_way_back_is_offered(
    window: MainWindow, sql: Sql, qtbot: QtBot
) -> None:
    page = page_of(window, "posts")
    row_id = page.model.id_at(0)
    before = sql(f"SELECT title FROM posts WHERE id = {row_id}")
    field = begin(page, qtbot, "title")
    assert isinstance(field, QLineEdit)
    field.setText("A better title")
    QTest.keyClick(field, Key.Key_Return)
    qtbot.waitUntil(lambda: not page.view.editing.editing)
    assert sql(f"SELECT title FROM posts WHERE id = {row_id}") == [("A better title",)]
    at = page.model.column_of("title")
    assert at is not None
    qtbot.waitUntil(lambda: page.model.index(0, at).data() == "A better title")
    window.services.undo.undo()
    qtbot.waitUntil(lambda: sql(f"SELECT title FROM posts WHERE id = {row_id}") == before)


def test_a_role_is_chosen_in_the_list(window: MainWindow, sql: Sql, qtbot: QtBot) -> None:
    page = page_of(window, "users")
    field = begin(page, qtbot, "role")
    assert isinstance(field, QComboBox)
    other = "editor" if field.currentData() != "editor" else "moderator"
    field.setCurrentIndex(field.findData(other))
    QTest.keyClick(field, Key.Key_Return)
    qtbot.waitUntil(lambda: not page.view.editing.editing)
    assert sql(f"SELECT role FROM users WHERE id = {page.model.id_at(0)}") == [(other,)]


def test_somebody_elses_title_is_not_lost_without_a_question(
    window: MainWindow, sql: Sql, qtbot: QtBot
) -> None:
    page = page_of(window, "posts")
    row_id = page.model.id_at(0)
    field = begin(page, qtbot, "title")
    assert isinstance(field, QLineEdit)
    sql(f"UPDATE posts SET title = 'Theirs' WHERE id = {row_id}")
    field.setText("Mine")
    QTest.keyClick(field, Key.Key_Return)
    label = page.view.viewport().findChild(QLabel, "cellError")
    assert label is not None
    qtbot.waitUntil(label.isVisible)
    assert label.text().startswith("Someone made it “Theirs” meanwhile.")
    assert field.text() == "Mine"
    assert sql(f"SELECT title FROM posts WHERE id = {row_id}") == [("Theirs",)]
    QTest.keyClick(field, Key.Key_Return)
    qtbot.waitUntil(lambda: not page.view.editing.editing)
    assert sql(f"SELECT title FROM posts WHERE id = {row_id}") == [("Mine",)]


def test_somebody_elses_change_of_another_field_is_kept(window: MainWindow, sql: Sql, qtbot: QtBot) -> None:
    page = page_of(window, "posts")
    row_id = page.model.id_at(0)
    field = begin(page, qtbot, "title")
    assert isinstance(field, QLineEdit)
    sql(f"UPDATE posts SET slug = 'theirs' WHERE id = {row_id}")
    field.setText("Mine")
    QTest.keyClick(field, Key.Key_Return)
    qtbot.waitUntil(lambda: not page.view.editing.editing)
    assert sql(f"SELECT title, slug FROM posts WHERE id = {row_id}") == [("Mine", "theirs")]


def test_nothing_is_edited_in_a_window_that_may_change_nothing(window: MainWindow) -> None:
    page = page_of(window, "posts")
    page.set_writable(False, "why")
    page.view.setFocus()
    page.view.selectRow(0)
    QTest.keyClick(page.view, Key.Key_F2)
    assert page.view.viewport().findChild(QWidget, "cellEditor") is None
