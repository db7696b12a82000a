"""What the views of lists ask about single cells: how wide they are, and what a click on a tick does."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QEvent, QSize, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from blogadmin.gui.tables.known_rows import Index
from blogadmin.gui.tables.list_model import ListModel
from blogadmin.gui.tables.row_painter import RowPainter
from blogadmin.gui.tables.row_table import RowTable
from blogadmin.gui.theme import row_height

_CHECK = int(Qt.ItemDataRole.CheckStateRole)


class RowDelegate(QStyledItemDelegate):
    """One delegate for every column. It never paints: the view paints whole rows."""

    def __init__(self, view: RowTable, model: ListModel, rows: RowPainter) -> None:
        super().__init__(view)
        self._model = model
        self._rows = rows

    # Qt's overrides

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """The size that shows all of the cell's words; asked for only when a column fits itself."""
        entry, place = self._model.entry(index.row()), index.column()
        if entry is None:
            return QSize(0, row_height())
        return QSize(self._rows.width(entry, self._model.columns[place], place) + 2, row_height())

    def editorEvent(
        self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """One click anywhere in a check cell asks for the other state."""
        if not isinstance(event, QMouseEvent) or event.type() != QEvent.Type.MouseButtonRelease:
            return False
        if event.button() != Qt.MouseButton.LeftButton or event.modifiers():
            return False
        ticked = self._model.data(index, _CHECK)
        if ticked is None:
            return False
        other = Qt.CheckState.Unchecked if ticked is Qt.CheckState.Checked else Qt.CheckState.Checked
        return self._model.setData(index, other, _CHECK)
