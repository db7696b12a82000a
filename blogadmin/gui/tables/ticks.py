"""Ticks of rows: what a click on one means, and what the space bar does."""

from __future__ import annotations

from blogadmin.gui.tables.columns import CellKind
from blogadmin.gui.tables.known_rows import Index
from blogadmin.gui.tables.list_model import ListModel
from blogadmin.gui.tables.selection import RowSelection


class Ticks:
    """Knows the column of ticks of ``model``, if it has one."""

    def __init__(self, model: ListModel, selection: RowSelection) -> None:
        self._model = model
        self._selection = selection
        places = (place for place, column in enumerate(model.columns) if column.kind is CellKind.CHECK)
        self._place = next(places, None)

    def is_tick(self, index: Index) -> bool:
        """Whether a cell is a tick."""
        return index.isValid() and self._model.columns[index.column()].kind is CellKind.CHECK

    def toggle(self, row: int) -> bool:
        """Ask for the other state of a row, for all selected rows if it is one of them."""
        entry = self._model.cache.entry(row)
        if self._place is None or entry is None or not self._model.is_usable(row):
            return False
        ticked = not entry.values[self._place]
        if row in self._selection.rows:
            self._selection.fetch_ids(lambda ids: self._model.check_toggled.emit(list(ids), ticked))
        else:
            self._model.check_toggled.emit([entry.id], ticked)
        return True
