"""Lets a jump wait a moment for its rows, so that it is painted once and not first as bars."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QTableView

from blogadmin.gui.tables.list_model import ListModel
from blogadmin.gui.tables.row_cache import BLOCK

HOLD = 20
"""Milliseconds for which the screen stays as it is at most."""


class PaintHold(QObject):
    """Keeps the viewport of ``view`` from painting from ``begin`` until its rows are there or time is up.

    Not while a person drags the scroll bar: there each frame counts, and rows come when the hand rests.
    """

    def __init__(self, view: QTableView, model: ListModel) -> None:
        super().__init__(view)
        self._view = view
        self._model = model
        self._timer = QTimer(self, singleShot=True, interval=HOLD)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.end)
        model.dataChanged.connect(self._look)
        model.layoutChanged.connect(self._look)

    @property
    def holding(self) -> bool:
        """Whether nothing is painted at present."""
        return self._timer.isActive()

    def is_jump(self, dy: int) -> bool:
        """Whether scrolling by so many pixels leaves nothing of what is on the screen."""
        return abs(dy) >= self._view.viewport().height() and not self._view.verticalScrollBar().isSliderDown()

    def begin(self) -> None:
        """Paint nothing until ``settle`` or a change of the model finds that nothing is missing."""
        if not self.holding:
            self._timer.start()
            self._view.viewport().setUpdatesEnabled(False)

    def settle(self) -> None:
        """Ask for the rows that are on the screen now; paint if they are there already."""
        if self.holding and not self._lacking():
            self.end()

    def end(self) -> None:
        """Paint again, all of it."""
        self._timer.stop()
        self._view.viewport().setUpdatesEnabled(True)

    def _look(self) -> None:
        self.settle()

    def _lacking(self) -> bool:
        height, top = self._view.verticalHeader().defaultSectionSize(), self._view.verticalHeader().offset()
        first = top // height
        last = min(-(-(top + self._view.viewport().height()) // height), self._model.rowCount())
        # Rows come in blocks: each block on the screen has one of these.
        some = {*range(first, last, BLOCK), last - 1}
        # All of them are asked for, the missing ones too: what is missing shall come with one query.
        return first < last and None in [self._model.entry(row) for row in some]
