"""Drives the real window in an editor's words, by object names, mouse clicks and key presses."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

W = TypeVar("W", bound=QWidget)
PATIENCE = 10_000
"""Milliseconds to wait for anything that the server has a part in."""


def type_text(widget: QWidget, text: str) -> None:
    """Press the keys for ``text``; QTest's own way ends the process at the first letter beyond Latin-1."""
    for letter in text:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(widget, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, letter))


class Hands:
    """What both robots do: find a widget by name, type, click, wait."""

    def __init__(self, qtbot: QtBot, root: QWidget) -> None:
        self.qtbot = qtbot
        self.root = root

    def find(self, kind: type[W], name: str) -> W:
        """The widget with this object name; fails when there is none."""
        found = self.root.findChild(kind, name)
        assert found is not None, f"no {kind.__name__} named {name!r} in {self.root.objectName()!r}"
        return found

    def wait(self, condition: Callable[[], bool]) -> None:
        """Wait until ``condition`` holds."""
        self.qtbot.waitUntil(condition, timeout=PATIENCE)

    def action(self, name: str) -> QAction:
        """The action with this object name."""
        found = self.root.findChild(QAction, name)
        assert found is not None, f"no action named {name!r}"
        return found

    def trigger(self, name: str) -> None:
        """Choose an action as from a menu; fails when it is disabled."""
        action = self.action(name)
        assert action.isEnabled(), f"{name} is disabled"
        action.trigger()

    def click(self, name: str) -> None:
        """Click a button."""
        button = self.find(QAbstractButton, name)
        assert button.isEnabled(), f"{name} is disabled"
        if isinstance(button, QCheckBox):
            # A box stretches over its row, but only its sign and its words take the mouse.
            self.qtbot.keyClick(button, Qt.Key.Key_Space)
        else:
            self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


class DialogRobot(Hands):
    """Fills in and reads an edit dialog."""

    root: QDialog

    def type_into(self, field: str, text: str) -> None:
        """Replace what a field holds by typing."""
        widget = self.find(QWidget, field)
        self.wait(widget.isEnabled)
        widget.setFocus()
        if isinstance(widget, QComboBox):
            widget.setCurrentIndex(widget.findData(text))
            return
        assert isinstance(widget, QLineEdit | QPlainTextEdit)
        widget.selectAll()
        self.qtbot.keyClick(widget, Qt.Key.Key_Delete)
        type_text(widget, text)

    def text(self, field: str) -> str:
        """What a field shows."""
        widget = self.find(QWidget, field)
        if isinstance(widget, QPlainTextEdit):
            return widget.toPlainText()
        assert isinstance(widget, QLineEdit)
        return widget.text()

    def choose_author(self, typed: str, name: str) -> None:
        """Type part of an author's name and take the offer that shows ``name``."""
        self.type_into("author_id", typed)
        field = self.find(QLineEdit, "author_id")
        offers = self._offers()
        self.wait(lambda: any(name in words for words in offers()))
        place = next(i for i, words in enumerate(offers()) if name in words)
        for _ in range(place + (0 if self._first_is_marked() else 1)):
            self.qtbot.keyClick(field, Qt.Key.Key_Down)
        self.qtbot.keyClick(field, Qt.Key.Key_Return)

    def save(self) -> None:
        """Press Save."""
        self.click("saveButton")

    def saved(self) -> None:
        """Wait until the dialog has closed after a save."""
        # A dialog deletes itself when it closes.
        self.wait(lambda: not (isValid(self.root) and self.root.isVisible()))

    def message(self) -> str:
        """The bar at the top of the dialog, empty while hidden."""
        bar = self.find(QWidget, "errorMessage")
        if not bar.isVisible():
            return ""
        if isinstance(bar, QLabel):
            return bar.text()
        return " ".join(label.text() for label in bar.findChildren(QLabel) if label.isVisible())

    def error(self, field: str) -> str:
        """What stands under a field, empty while hidden."""
        label = self.find(QLabel, f"{field}Error")
        return label.text() if label.isVisible() else ""

    def _popup(self) -> QListView | None:
        found = [
            w
            for w in QApplication.allWidgets()
            if isinstance(w, QListView) and w.objectName() == "authorOffers"
        ]
        return next((w for w in found if w.isVisible()), None)

    def _offers(self) -> Callable[[], list[str]]:
        def words() -> list[str]:
            popup = self._popup()
            model = popup.model() if popup is not None else None
            return (
                [str(model.index(i, 0).data()) for i in range(model.rowCount())] if model is not None else []
            )

        return words

    def _first_is_marked(self) -> bool:
        popup = self._popup()
        return popup is not None and popup.currentIndex().isValid()


class Robot(Hands):
    """An editor at the window."""

    def action(self, name: str) -> QAction:
        """The action of the page in front, or else of the window."""
        return self.page.findChild(QAction, name) or super().action(name)

    @property
    def page(self) -> QWidget:
        """The page in front, once there is one."""
        self.wait(lambda: self._in_front() is not None)
        page = self._in_front()
        assert page is not None
        return page

    def _in_front(self) -> QWidget | None:
        pages = (w for w in self.root.findChildren(QWidget) if w.objectName().endswith("Page"))
        return next((page for page in pages if page.isVisible()), None)

    @property
    def table(self) -> QTableView:
        """The list of the page in front."""
        found = self.page.findChild(QTableView, "table")
        assert found is not None
        return found

    def status(self) -> str:
        """The words of the page's status line."""
        return self._status_of(self.page)

    @staticmethod
    def _status_of(page: QWidget | None) -> str:
        label = page.findChild(QLabel, "statusLabel") if page is not None else None
        return label.text() if label is not None else ""

    def says(self, words: str) -> None:
        """Wait until the status line contains ``words``."""
        self.wait(lambda: words in self._status_of(self._in_front()))

    def open_page(self, key: str) -> None:
        """Go to a page by its action, as the menu does."""
        self.trigger(f"{key}Action")
        self.wait(lambda: self.page.objectName() == f"{key}Page")

    def page_button(self, page: str, name: str) -> None:
        """Click a button of the page with this object name: its empty list's or its failure's."""
        button = self.find(QWidget, page).findChild(QAbstractButton, name)
        assert button is not None, f"no button named {name!r} in {page!r}"
        assert button.isVisible(), f"{name} is hidden"
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def search(self, words: str) -> None:
        """Type into the page's search field."""
        field = self.page.findChild(QLineEdit, "searchField")
        assert field is not None
        field.setFocus()
        field.selectAll()
        self.qtbot.keyClick(field, Qt.Key.Key_Delete)
        type_text(field, words)

    def column(self, name: str) -> int:
        """Where a column is, by its name."""
        model = self.table.model()
        for section in range(model.columnCount()):
            if model.headerData(section, Qt.Orientation.Horizontal, Qt.ItemDataRole.UserRole) == name:
                return section
        raise AssertionError(f"no column {name!r}")

    def cell(self, row: int, column: str) -> str:
        """The words in a cell; empty while they are on their way."""
        return str(self.table.model().index(row, self.column(column)).data() or "")

    def cells(self, column: str, rows: int = 20) -> list[str]:
        """The words of the first rows of a column."""
        return [self.cell(row, column) for row in range(min(rows, self.table.model().rowCount()))]

    def sort_by(self, column: str) -> None:
        """Click on a column's title."""
        header = self.table.horizontalHeader()
        section = self.column(column)
        where = QPoint(
            header.sectionViewportPosition(section) + header.sectionSize(section) // 2, header.height() // 2
        )
        self.qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=where)

    def index(self, row: int, column: str) -> QModelIndex:
        """The model's index of a cell."""
        return self.table.model().index(row, self.column(column))

    def select(self, *rows: int) -> None:
        """Select whole rows; the first one becomes the current row."""
        selection = self.table.selectionModel()
        selection.clearSelection()
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        for row in reversed(rows):
            selection.setCurrentIndex(self.table.model().index(row, 0), flags)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key in the list."""
        self.table.setFocus()
        QTest.keyClick(self.table, key, modifier)

    def click_cell(self, row: int, column: str) -> None:
        """Click on a cell."""
        where = self.table.visualRect(self.index(row, column)).center()
        self.qtbot.mouseClick(self.table.viewport(), Qt.MouseButton.LeftButton, pos=where)

    def double_click(self, row: int, column: str) -> None:
        """Double-click a cell."""
        where = self.table.visualRect(self.index(row, column)).center()
        self.qtbot.mouseClick(self.table.viewport(), Qt.MouseButton.LeftButton, pos=where)
        self.qtbot.mouseDClick(self.table.viewport(), Qt.MouseButton.LeftButton, pos=where)

    def type_over(self, title: str, other: str) -> DialogRobot:
        """Open the post of that title, which is among the first rows, and type another into its dialog."""
        self.wait(lambda: title in self.cells("title", 30))
        self.double_click(self.cells("title", 30).index(title), "title")
        dialog = self.dialog("postDialog")
        self.wait(lambda: dialog.text("title") == title)
        dialog.type_into("title", other)
        return dialog

    def dialog(self, name: str) -> DialogRobot:
        """The dialog with this object name, once it is there."""

        def there() -> QDialog | None:
            found = [
                w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.objectName() == name
            ]
            return next((w for w in found if w.isVisible()), None)

        self.wait(lambda: there() is not None)
        dialog = there()
        assert dialog is not None
        return DialogRobot(self.qtbot, dialog)
