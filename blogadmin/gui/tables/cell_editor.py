"""The field that stands in a cell while it is edited, and what it says when its text cannot be saved."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QListView, QWidget

from blogadmin.gui.tables.columns import CellEdit, Column
from blogadmin.gui.theme import CELL_PADDING, SPACE_XS, set_variant
from blogadmin.gui.widgets.labels import Label
from blogadmin.gui.widgets.panel import Panel

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_NO_LEAVING = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)


class CellEditor(QObject):
    """A field over a cell, and under it the words of an error.

    Signals:
        accepted: the person wants it saved.
        left: the person wants nothing of it.
        passed: the person has turned to something else.
    """

    accepted = Signal()
    left = Signal()
    passed = Signal()

    def __init__(self, column: Column, edit: CellEdit, value: str, viewport: QWidget) -> None:
        super().__init__(viewport)
        self._begun_with = value
        self.field = _choice(edit, value) if edit.choices else QLineEdit(value)
        self.field.setParent(viewport)
        self.field.setObjectName("cellEditor")
        self.field.setAccessibleName(column.title)
        self.field.installEventFilter(self)
        self._error = Panel("bad_soft", radius=SPACE_XS, border="bad", parent=viewport)
        self._words = Label(role="caption", tone="bad", wrap=True, parent=self._error)
        self._words.setObjectName("cellError")
        self._words.setAccessibleName("Why this was not saved")
        self._words.setMargin(SPACE_XS)
        self._error.hide()

    def value(self) -> str:
        """What would be saved: the text, or the word of the choice in the database."""
        field = self.field
        return str(field.currentData()) if isinstance(field, QComboBox) else field.text()

    def is_changed(self) -> bool:
        """Whether it is another value than that the editing began with."""
        return self.value() != self._begun_with

    def open(self, *, by_mouse: bool) -> None:
        """Show the field and take the keyboard there."""
        self.field.show()
        self.field.raise_()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(self.field, QLineEdit):
            self.field.selectAll()
        elif by_mouse:
            self.field.showPopup()

    def place(self, cell: QRect) -> None:
        """Stand where the cell is now."""
        field, viewport = self.field, cast("QWidget", self.parent())
        height = max(cell.height() - 1, field.minimumSizeHint().height())
        width = max(cell.width(), field.minimumSizeHint().width())
        x = cell.right() + 1 - width if field.isRightToLeft() else cell.left()
        field.setGeometry(x, cell.center().y() - height // 2, width, height)
        wide = min(max(width, 320), viewport.width() - 2 * CELL_PADDING)
        tall = self._words.heightForWidth(wide)
        self._words.resize(wide, tall)
        below = field.geometry().bottom() + 1
        y = below if below + tall <= viewport.height() else field.y() - tall
        x = min(max(x, CELL_PADDING), viewport.width() - wide - CELL_PADDING)
        self._error.setGeometry(x, y, wide, tall)

    def set_busy(self, busy: bool) -> None:
        """While it is being saved nothing can be typed."""
        was_busy = not self.field.isEnabled()
        self.field.setEnabled(not busy)
        # What comes out long after it was sent must not take the keyboard from elsewhere.
        if was_busy and not busy:
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def say(self, words: str) -> None:
        """Tell at the cell why it was not saved; nothing for no words."""
        self._words.setText(words)
        self.field.setAccessibleDescription(words)
        set_variant(self.field, err="true" if words else None)
        self._error.setVisible(bool(words))
        self._error.raise_()

    def end(self) -> None:
        """Go away. Nothing is said about it."""
        self.field.removeEventFilter(self)
        for part in (self.field, self._error):
            part.hide()
            part.deleteLater()
        self.deleteLater()

    def _pass_on(self) -> None:
        # The list of choices and the menu of a text field are part of the field.
        if self.field.isEnabled() and QApplication.activePopupWidget() is None:
            self.passed.emit()

    # Qt's overrides

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            # Enter, Escape and letters belong to the field, whatever they do elsewhere in the window.
            if event.key() in (*_ENTER, Qt.Key.Key_Escape) or event.text():
                event.accept()
            return False
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in _ENTER:
                self.accepted.emit()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.left.emit()
                return True
        if isinstance(event, QFocusEvent) and event.lostFocus() and event.reason() not in _NO_LEAVING:
            # A field that is being saved loses the keyboard, too.
            self._pass_on()
        return False


class _Choices(QComboBox):
    """Choices of which one is taken at once where it is picked from the list that has popped up."""

    def __init__(self) -> None:
        super().__init__()
        self.setView(QListView())
        self.popped_up = False

    def showPopup(self) -> None:
        self.popped_up = True
        super().showPopup()

    def keyPressEvent(self, e: QKeyEvent) -> None:
        self.popped_up = False
        super().keyPressEvent(e)


def _choice(edit: CellEdit, value: str) -> QComboBox:
    field = _Choices()
    for word, label in edit.choices:
        field.addItem(label, word)
    if field.findData(value) < 0:
        # A word that this program does not know stays until another one is chosen.
        field.addItem(value, value)
    field.setCurrentIndex(field.findData(value))
    return field
