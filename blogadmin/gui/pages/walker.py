"""First, Previous, Next and Last for a dialog: the list's own order and search."""

from __future__ import annotations

from blogadmin.gui.tables.list_model import ListModel


class ListWalker:
    """Walks along a list by id; ``None`` where there is no row in that direction."""

    def __init__(self, model: ListModel) -> None:
        self._model = model

    def first(self, row_id: int) -> int | None:
        """The id at the top of the list."""
        return self._model.walk(row_id, "first")

    def previous(self, row_id: int) -> int | None:
        """The id above ``row_id``."""
        return self._model.walk(row_id, "previous")

    def next(self, row_id: int) -> int | None:
        """The id below ``row_id``."""
        return self._model.walk(row_id, "next")

    def last(self, row_id: int) -> int | None:
        """The id at the end of the list."""
        return self._model.walk(row_id, "last")
