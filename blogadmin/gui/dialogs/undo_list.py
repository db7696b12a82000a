"""What can be taken back in this window, and what can be made again."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QListWidget, QListWidgetItem, QWidget

from blogadmin.gui.dialogs.frame import button_box, footer, frame
from blogadmin.gui.theme import SPACE_M, icon, metrics
from blogadmin.gui.widgets.buttons import plain_button, primary_button
from blogadmin.gui.widgets.labels import Label

if TYPE_CHECKING:
    from blogadmin.gui.control.undo import Step, UndoHistory

_WIDTH: Final = 76
_LINES: Final = 12
_STEP: Final = Qt.ItemDataRole.UserRole
_SOURCE: Final = Qt.ItemDataRole.UserRole + 1
_BACK, _FORTH = "back", "forth"


class UndoList(QDialog):
    """Lists the changes made in this window, the last one first, above them those that were undone.

    Any of them can be chosen: each is taken back by a change of its own, so the order does not matter as
    long as they touch different fields. It follows the history while it is open.
    """

    def __init__(self, history: UndoHistory, parent: QWidget) -> None:
        super().__init__(parent)
        self._history = history
        self.setObjectName("undoListDialog")
        self.setWindowTitle("Changes made here – blogadmin")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.list = QListWidget(self)
        self.list.setObjectName("stepList")
        self.list.setAccessibleName("Changes made in this window, the last one first")
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMinimumSize(_WIDTH * metrics().averageCharWidth(), _LINES * metrics().height() * 2)
        self.nothing = Label("Nothing has been changed in this window yet.", tone="muted", parent=self)
        self.nothing.setObjectName("nothingLabel")
        self.take_button = primary_button("Undo", "takeButton", parent=self)
        self.close_button = plain_button("Close", "closeButton", parent=self)
        title = Label("Changes made here", role="dialog_title", parent=self)
        foot = footer([], button_box(self.take_button, self.close_button))
        frame(self, [title, self.nothing, self.list], foot, grows=self.list)
        self.take_button.clicked.connect(self._take)
        self.close_button.clicked.connect(self.reject)
        # Enter presses the button; an activated item besides would take two changes at once.
        self.take_button.setDefault(True)
        self.list.itemDoubleClicked.connect(lambda _item: self._take())
        self.list.currentItemChanged.connect(lambda _now, _before: self._offer())
        history.changed.connect(self._fill)
        self._fill()

    def _fill(self) -> None:
        chosen = self._chosen()
        self.list.blockSignals(True)  # one step after the other would be offered meanwhile
        self.list.clear()
        for step in reversed(self._history.forth):
            self._add(step, _FORTH)
        for step in self._history.back:
            self._add(step, _BACK)
        self.list.blockSignals(False)
        self.nothing.setVisible(self.list.count() == 0)
        self.list.setVisible(self.list.count() > 0)
        self._choose(chosen)
        self._offer()

    def _add(self, step: Step, source: str) -> None:
        undone = source == _FORTH
        words = f"{step.label}{' – undone' if undone else ''}\n{_clock(step.made)} · {step.detail}"
        item = QListWidgetItem(icon("redo" if undone else "undo"), words, self.list)
        # Two lines with air around them: without, one entry reads into the next.
        item.setSizeHint(QSize(0, 2 * metrics().lineSpacing() + 2 * SPACE_M))
        item.setData(_STEP, step)
        item.setData(_SOURCE, source)

    def _choose(self, former: Step | None) -> None:
        """Stay with the chosen change wherever it is now; at first choose what Ctrl+Z would take."""
        rows = range(self.list.count())
        made = former.made if former is not None else None
        same = (row for row in rows if self.list.item(row).data(_STEP).made == made)
        last = (row for row in rows if self.list.item(row).data(_SOURCE) == _BACK)
        self.list.setCurrentRow(next(same, next(last, self.list.count() - 1)))

    def _chosen(self) -> Step | None:
        item = self.list.currentItem()
        return item.data(_STEP) if item is not None else None

    def _offer(self) -> None:
        item = self.list.currentItem()
        back = item is None or item.data(_SOURCE) == _BACK
        self.take_button.setText("Undo" if back else "Redo")
        can = self._history.can_undo if back else self._history.can_redo
        self.take_button.setEnabled(item is not None and can)

    def _take(self) -> None:
        item = self.list.currentItem()
        if item is None or not self.take_button.isEnabled():
            return
        if item.data(_SOURCE) == _BACK:
            self._history.undo_step(item.data(_STEP))
        else:
            self._history.redo_step(item.data(_STEP))

    # Qt's overrides

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.list.setFocus()


def _clock(made: datetime) -> str:
    today = datetime.now(made.tzinfo).date()
    return made.strftime("%H:%M" if made.date() == today else "%d %b %H:%M")
