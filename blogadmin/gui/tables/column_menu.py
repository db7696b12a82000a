"""The menu in which a person chooses the columns of a list."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QTableView

from blogadmin.gui.tables.columns import Column
from blogadmin.gui.tables.list_model import ListModel


class ColumnMenu(QMenu):
    """A tick for each column, and the way back to how it was. The last visible column cannot be hidden.

    Its actions live as long as the view, so that they can stand in other menus, too.
    """

    def __init__(self, view: QTableView, model: ListModel) -> None:
        super().__init__(view)
        self._view = view
        self.setObjectName("columnsMenu")
        self.setAccessibleName("Columns")
        self.setTitle("Columns")
        self._ticks = [self._make(section, column) for section, column in enumerate(model.columns)]
        self.addSeparator()
        self.reset_action = self.addAction("Reset columns")
        self.reset_action.setObjectName("resetColumnsAction")
        self.aboutToShow.connect(self.show_state)

    def show_state(self) -> None:
        """Tick what is visible."""
        visible = [section for section in range(len(self._ticks)) if not self._view.isColumnHidden(section)]
        for section, action in enumerate(self._ticks):
            action.blockSignals(True)
            action.setChecked(section in visible)
            action.blockSignals(False)
            action.setEnabled(visible != [section])

    def _make(self, section: int, column: Column) -> QAction:
        action = self.addAction(column.title)
        action.setObjectName(f"column_{column.name}Action")
        action.setCheckable(True)
        action.toggled.connect(partial(self._show_column, section))
        return action

    def _show_column(self, section: int, visible: bool) -> None:
        self._view.setColumnHidden(section, not visible)
        self.show_state()
