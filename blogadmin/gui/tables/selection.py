"""Which rows of a list are selected: ranges for a million as for one, found again by id in the next list."""

from __future__ import annotations

from array import array

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QObject,
    Signal,
)

from blogadmin.gui.tables.kept import KEPT_MOST, Found, Kept
from blogadmin.gui.tables.list_model import ListModel
from blogadmin.gui.tables.row_ranges import RowRanges

MOST_FRAGMENTS = 256
"""More ranges than this are told to Qt only where they are on the screen: its cost grows with the square."""
RULE_FROM = 10_000
"""A selection of more rows than this, and of more than half, is kept as "all but these"."""

_Flag = QItemSelectionModel.SelectionFlag
_CHANGES = _Flag.Select | _Flag.Deselect | _Flag.Toggle
_ANY_ID = 2**63 - 1


class RowSelection(QItemSelectionModel):
    """The selection of a view. It takes Qt's commands and keeps whole rows.

    Qt's own ranges underneath show what is selected, so that painting, keys and screen readers work as
    ever. They are not asked: after a sort half a million selected rows lie scattered, and Qt would stand
    still.

    Signals:
        changed(): other rows are selected.
    """

    changed = Signal()

    def __init__(self, model: ListModel, parent: QObject | None = None) -> None:
        super().__init__(model, parent or model)
        self._model = model
        self.rows = RowRanges()
        """The selected rows."""
        self._fixed = RowRanges()
        self._moving = RowRanges()
        self._how = _Flag.NoUpdate
        self._shown = RowRanges()
        self._window = (0, 0)
        self._growing = False
        self._pending: Kept | None = None
        self._touched = False
        model.swapping.connect(self._let_go)
        model.began.connect(self._take_up)
        model.went_on.connect(self._take_more)
        model.gone.connect(self._lose)
        model.rowsRemoved.connect(self._clip)

    # What is selected

    def count(self) -> int:
        """How many rows are selected, counted from ranges."""
        return self.rows.count(min(self._model.total, self._model.rowCount()))

    def ids(self) -> tuple[int, ...]:
        """The ids of the selected rows, in the list's order."""
        return self._model.ids_in(self.rows)

    def select_all(self) -> None:
        """Select every row, those too that are still to come, without looking at any."""
        self.select(QItemSelection(), _Flag.Clear)
        self._fixed = RowRanges([(0, self._model.rowCount())])
        self._growing = not self._model.row_count_exact
        self._show()

    def look_at(self, first: int, last: int) -> None:
        """Say which rows are on the screen."""
        self._window = (first, last + 1)
        if self.rows.fragments > MOST_FRAGMENTS:
            self._mirror()

    # From one list to the next

    def keep(self, *, same_search: bool) -> Kept:
        """What is selected now, by id; nothing where that would be too much to carry.

        The rule "all but these" holds only for the same search: in a wider one it would choose rows that
        nobody has seen.
        """
        self._touched = False
        self._pending = self._rule() if same_search and self._is_most() else self._each()
        return self._pending

    def _is_most(self) -> bool:
        coming = self._growing or (self._awaited is not None and self._awaited.inverted)
        return coming or (self.count() > RULE_FROM and 2 * self.count() > self._model.total)

    def _rule(self) -> Kept:
        rest = RowRanges([(0, self._model.total)]) - self.rows
        ids = frozenset(self._model.ids_in(rest))
        if self._awaited is not None and self._awaited.inverted:
            return Kept(ids | self._awaited.ids, inverted=True, newest=self._awaited.newest)
        newest = _ANY_ID if self._growing else max(self._model.cache.ids)
        return Kept(ids, inverted=True, newest=newest)

    def _each(self) -> Kept:
        awaited = self._awaited
        if self.count() > KEPT_MOST or (awaited is not None and awaited.inverted):
            return Kept()
        ids = frozenset(self.ids())
        return Kept(ids if awaited is None else ids | awaited.ids.difference(self._model.cache.ids))

    @property
    def _awaited(self) -> Kept | None:
        """What is still looked for in the list that is shown, because not all of its ids have come."""
        return None if self._model.row_count_exact else self._pending

    def _let_go(self) -> None:
        if self._touched:
            # Rows were chosen after the request went out: look for those instead.
            self.keep(same_search=self._model.keeps_search)
            self._touched = True
        # Qt would follow each selected row through the change of layout, one by one.
        self.blockSignals(True)
        super().select(QItemSelection(), _Flag.Clear)
        self.blockSignals(False)
        self._shown = RowRanges()

    def _take_up(self, found: Found) -> None:
        if self._touched and self._pending is not None:
            found = self._pending.find(self._model.cache.ids)
        self._fixed, self._moving = RowRanges(found.ranges), RowRanges()
        self._growing = False
        self._show()

    def _take_more(self, offset: int, found: Found) -> None:
        ids: array[int] = self._model.cache.ids
        if self._growing:
            self._fixed |= RowRanges([(offset, len(ids))])
        elif self._pending is not None:
            if self._touched:
                found = self._pending.find(ids[offset:], offset)
            self._fixed |= RowRanges(found.ranges)
        self._show()

    def _lose(self, rows: RowRanges) -> None:
        self._fixed, self._moving = self._fixed - rows, self._moving - rows
        self._show()

    def _clip(self) -> None:
        count = self._model.rowCount()
        self._fixed, self._moving = self._fixed.clipped(0, count), self._moving.clipped(0, count)
        self._show()

    # To Qt

    def _show(self) -> None:
        before = self.rows
        if self._how & _Flag.Toggle:
            self.rows = self._fixed ^ self._moving
        elif self._how & _Flag.Deselect:
            self.rows = self._fixed - self._moving
        else:
            self.rows = self._fixed | self._moving
        self.rows -= self._model.unusable()
        self._mirror()
        if self.rows != before:
            self.changed.emit()

    def _mirror(self) -> None:
        few = self.rows.fragments <= MOST_FRAGMENTS
        shown = self.rows if few else self.rows.clipped(*self._window)
        if shown != self._shown:
            self._shown = shown
            last = self._model.columnCount() - 1
            ranges = QItemSelection()
            for start, stop in shown:
                ranges.append(
                    QItemSelectionRange(self._model.index(start, 0), self._model.index(stop - 1, last))
                )
            super().select(ranges, _Flag.ClearAndSelect)

    @staticmethod
    def _rows_in(what: QItemSelection | QModelIndex) -> RowRanges:
        if isinstance(what, QItemSelection):
            parts = [what.at(place) for place in range(what.count())]
            return RowRanges((part.top(), part.bottom() + 1) for part in parts)
        return RowRanges.of_rows([what.row()] if what.isValid() else [])

    # Qt's overrides

    def select(  # pyright: ignore[reportIncompatibleMethodOverride] - one method for both of Qt's
        self, what: QItemSelection | QModelIndex, command: QItemSelectionModel.SelectionFlag
    ) -> None:
        """Qt's rule: the newest range can still move while a key or button is held down."""
        if not command:
            return
        self._touched = True
        if command & _Flag.Clear:
            self._fixed = self._moving = RowRanges()
            self._growing, self._pending = False, None
        elif not command & _Flag.Current:
            self._fixed, self._moving = self.rows, RowRanges()
        if command & _CHANGES:
            self._moving, self._how = self._rows_in(what), command
        self._show()

    def clearSelection(self) -> None:
        self.select(QItemSelection(), _Flag.Clear)

    def clear(self) -> None:
        self.clearSelection()
        self.clearCurrentIndex()

    def reset(self) -> None:
        super().reset()
        self._shown = RowRanges()
        self.clearSelection()
