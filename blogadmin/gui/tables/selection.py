"""Which rows of a list are selected: ranges for a million as for one, found again by id in the next list."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QObject,
    Qt,
    Signal,
)

from blogadmin.gui.tables.kept import KEPT_MOST, Found, Kept, Unread
from blogadmin.gui.tables.list_model import ListModel
from blogadmin.gui.tables.row_ranges import RowRanges
from blogadmin.gui.tables.sought import Sought
from blogadmin.gui.tables.spans import Spans, known_ids

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
        self._sought = Sought()
        self._spans = Spans()
        self._kept_late = False
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
        """The ids of the selected rows, in the list's order; none unless all of them are known.

        In a list too long to keep every id they may have to be read first: ``fetch_ids`` does that.
        """
        return tuple(self._model.ids_in(self.rows) or ())

    def fetch_ids(self, done: Callable[[array[int]], object]) -> None:
        """Hand the ids of the selected rows to ``done``, in the list's order, once all are known."""
        known = self._model.ids_in(self.rows)
        if known is not None:
            done(known)
        elif self._model.cache.order.whole:
            self._model.fetch_ids(self.rows, done)
        else:
            once = Qt.ConnectionType.SingleShotConnection
            self._model.rows_known.connect(lambda _count: self.fetch_ids(done), once)

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

    def keep(self, *, same_search: bool, marks: frozenset[int] = frozenset()) -> Kept:
        """What is selected now, by id, and these ``marks``; nothing where that would be too much to carry.

        The rule "all but these" holds only for the same search: in a wider one it would choose rows that
        nobody has seen.
        """
        self._touched = False
        if self._model.row_count_exact:
            # What has not been found by now is not there.
            self._sought.forget()
        rule = same_search and self._is_most()
        rows = RowRanges([(0, self._model.total)]) - self.rows if rule else self.rows
        # In another order other rows would lie between the same two.
        self._spans = Spans.among(rows, self._model.cache.order) if self._model.keeps_order else Spans()
        rows -= self._spans.rows
        kept = self._rule(rows) if rule else self._each(rows)
        self._pending = replace(kept, marks=marks | self._spans.ids)
        return self._pending

    def _is_most(self) -> bool:
        if self._growing or (self._awaited is not None and self._awaited.inverted):
            return True
        # "All but these" needs to know these.
        known = self._model.cache.order.whole
        return known and self.count() > RULE_FROM and 2 * self.count() > self._model.total

    def _rule(self, others: RowRanges) -> Kept:
        rest = self._kept_of(others)
        if self._awaited is not None and self._awaited.inverted:
            return Kept(rest.ids | self._awaited.ids, inverted=True, newest=self._awaited.newest)
        newest = _ANY_ID if self._growing else self._model.cache.order.newest
        return replace(rest, inverted=True, newest=newest)

    def _each(self, rows: RowRanges) -> Kept:
        awaited = self._awaited
        if rows.count(self._model.rowCount()) > KEPT_MOST or (awaited is not None and awaited.inverted):
            return Kept()
        kept = self._kept_of(rows)
        if awaited is None:
            return kept
        coming = self._sought.still_to_come(self._model.ids_in)
        return replace(kept, ids=kept.ids | coming, unread=kept.unread or awaited.unread)

    def _kept_of(self, rows: RowRanges) -> Kept:
        ids = self._model.ids_in(rows)
        if ids is not None:
            return Kept(frozenset(ids))
        if self._model.cache.order.whole:
            return Kept(unread=Unread(self._model.cache.order, self._model.listed, tuple(rows)))
        # Not even their places are known yet: what is on the screen can have been chosen, and that is known.
        return Kept(known_ids(rows, self._model.cache.order))

    @property
    def _awaited(self) -> Kept | None:
        """What is still looked for in the list that is shown, because not all of its ids have come."""
        return None if self._model.row_count_exact else self._pending

    def _let_go(self) -> None:
        self._kept_late = self._touched
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
        late = self._pending if self._kept_late else None
        self._fixed, self._moving = RowRanges() if late is not None else self._rows_of(found), RowRanges()
        self._growing = False
        self._sought.begin(self._pending, () if late is not None else found.ranges)
        if late is not None:
            self._model.find(late, self._take_found)
        self._show()

    def _take_more(self, known: int, found: Found) -> None:
        if self._growing:
            self._fixed |= RowRanges([(known, self._model.total)])
        elif self._pending is not None and self._kept_late:
            self._model.find(self._pending, self._take_found)
        elif self._pending is not None:
            self._fixed |= RowRanges(found.ranges)
            self._sought.add(found.ranges)
        self._show()

    def _take_found(self, found: Found) -> None:
        if self._pending is not None:
            self._fixed |= self._rows_of(found)
            self._sought.add(found.ranges)
            self._show()

    def _rows_of(self, found: Found) -> RowRanges:
        rows, spans = RowRanges(found.ranges), self._spans.found(found.marks)
        return rows - spans if self._pending is not None and self._pending.inverted else rows | spans

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
        self._pin()
        self._mirror()
        if self.rows != before:
            self.changed.emit()

    def _pin(self) -> None:
        """Rows at the edge of what is selected must stay the ones that were seen."""
        if self.rows.fragments <= MOST_FRAGMENTS:
            self._model.cache.order.pin(row for start, stop in self.rows for row in (start, stop - 1))

    def _mirror(self) -> None:
        few = self.rows.fragments <= MOST_FRAGMENTS
        shown = self.rows if few else self.rows.clipped(*self._window)
        if shown != self._shown:
            self._shown = shown
            index, last, ranges = self._model.index, self._model.columnCount() - 1, QItemSelection()
            for start, stop in shown:
                ranges.append(QItemSelectionRange(index(start, 0), index(stop - 1, last)))
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
            self._sought.forget()
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
