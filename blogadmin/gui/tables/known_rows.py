"""A table model of what is known of a list. It answers views; what it lacks it asks for."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Literal

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
    SignalInstance,
)

from blogadmin.gui.tables.cell_roles import ANSWERS, alignment, header_answer
from blogadmin.gui.tables.cells import Condition, Entry
from blogadmin.gui.tables.columns import CellKind, Column
from blogadmin.gui.tables.leaving import Leaving
from blogadmin.gui.tables.row_cache import BLOCK, SHIFT, RowCache
from blogadmin.gui.tables.row_order import LOST
from blogadmin.gui.tables.row_ranges import RowRanges

Index = QModelIndex | QPersistentModelIndex
Step = Literal["first", "previous", "next", "last"]
Missing = Callable[[int, Entry | None], Entry]

MOST_ROWS = 2**31 // 100
"""Rows that a view can hold whatever their height: Qt counts pixels in 31 bits and hangs beyond."""

FORMER = 64
"""Blocks of the list before that stand in for rows to come: those on the screen and around it."""
WALK = 4 * BLOCK
"""Rows ahead of a walk that are learnt in time."""

_MASK = BLOCK - 1
_NO_PARENT = QModelIndex()
_HINTED = "QList<QPersistentModelIndex>,QAbstractItemModel::LayoutChangeHint"
_ONLY_ROWS = QAbstractTableModel.LayoutChangeHint.VerticalSortHint
_USER = int(Qt.ItemDataRole.UserRole)
_ALIGN = int(Qt.ItemDataRole.TextAlignmentRole)
_CHECK = int(Qt.ItemDataRole.CheckStateRole)
_DEAD = Qt.ItemFlag.ItemNeverHasChildren
_PLAIN = _DEAD | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_CHECKABLE = _PLAIN | Qt.ItemFlag.ItemIsUserCheckable


class KnownRows(QAbstractTableModel):
    """Rows by number, their cells formatted already. Its number of rows changes at the end only.

    A list that takes the place of another is a change of layout: what is remembered by index, such as the
    keyboard cursor, follows its row to where that is now.

    Signals:
        check_toggled(list of ids, bool): a person wants these rows ticked or not; nothing has changed yet.
        swapping(): another list is about to be shown.
        gone(RowRanges): these rows cannot be used any more.
    """

    check_toggled = Signal(object, bool)
    swapping = Signal()
    gone = Signal(object)

    def __init__(self, columns: Sequence[Column], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self.most_rows = MOST_ROWS
        self.cache = RowCache()
        self._blocks = self.cache.blocks
        self._spent = RowCache()
        self._leaving = Leaving(self)
        self._former: dict[int, Entry] = {}
        self._dead: set[int] = set()
        self._count = 0
        self._near = 0
        self._alignments = [alignment(column) for column in self.columns]
        self._cell_flags = [_CHECKABLE if c.kind is CellKind.CHECK else _PLAIN for c in self.columns]

    # What is known

    def entry(self, row: int) -> Entry | None:
        """The row as it is painted; ``None`` while it has not come, and then it is asked for."""
        found = self.cache.entry(row)
        if found is None:
            found = self._former.get(self._ask_for(row, firmly=False))
        return found

    def row(self, row: int) -> Any:
        """The row itself as the queries gave it, or ``None`` while it is not known."""
        found = self.cache.entry(row)
        return None if found is None else found.row

    def id_at(self, row: int) -> int | None:
        """The id of the row, or ``None`` while it is not known."""
        return self.cache.id_at(row)

    def is_usable(self, row: int) -> bool:
        """Whether nothing bad is known of the row: neither deleted nor unreadable."""
        return row not in self._dead

    def unusable(self) -> RowRanges:
        """The rows of which something bad is known."""
        return RowRanges.of_rows(self._dead)

    def ids_in(self, ranges: RowRanges) -> array[int] | None:
        """The ids of the rows in ``ranges``, in the list's order; ``None`` unless all of them are known."""
        found: array[int] = array("q")
        for start, stop in ranges:
            ids = self.cache.order.known(start, stop)
            if ids is None:
                return None
            found += ids
        return array("q", (row_id for row_id in found if row_id != LOST)) if LOST in found else found

    def row_of(self, row_id: int) -> int | None:
        """The row of an id, or ``None`` where the list does not have it or does not know it yet."""
        row = self.cache.order.row_of(row_id, self._near)
        self._near = self._near if row is None else row
        return row if row is not None and row < self._count else None

    def walk(self, row_id: int, step: Step) -> int | None:
        """The id one step from ``row_id``, or at an end of the list; ``None`` where there is none.

        In the list's own order and search; rows that cannot be used are passed over.
        """
        last = min(self.cache.order.total, self._count) - 1
        if step in ("first", "last"):
            row, pace = (0, 1) if step == "first" else (last, -1)
        else:
            here = self.row_of(row_id)
            if here is None:
                return None
            pace = 1 if step == "next" else -1
            row = here + pace
        while 0 <= row <= last and not self.is_usable(row):
            row += pace
        # Whoever walks asks for the next step soon.
        for near in (row - WALK, row, row + WALK):
            if 0 <= near <= last and self.id_at(near) is None:
                self._ask_for(near, firmly=True)
        return self.id_at(row) if 0 <= row <= last else None

    def column_of(self, name: str) -> int | None:
        """The place of the column ``name``."""
        return next((place for place, column in enumerate(self.columns) if column.name == name), None)

    def _ask_for(self, row: int, *, firmly: bool) -> int:
        """Have the row read, and give its id; 0 while that is not known. The fetching model does more."""
        return self.cache.id_at(row) or 0

    # What becomes known

    def _swap(self, cache: RowCache, places: Mapping[int, int]) -> None:
        """Show another list; ``places`` are the rows in it of ids that indexes may point at."""
        self._set_count(max(self._count, cache.order.total))
        self.swapping.emit()
        self._tell_layout(self.layoutAboutToBeChanged)
        indexes = self.persistentIndexList()
        moved = [self._index_of(places.get(self.id_at(i.row()) or 0), i.column()) for i in indexes]
        latest = self.cache.latest(FORMER)
        self._former = {entry.id: entry for entry in latest if entry.condition is Condition.LIVE}
        # Kept until the list is whole: giving back a million places takes a millisecond before the paint.
        self._give_back_spent()
        self._spent = self.cache
        self.cache, self._blocks, self._dead, self._near = cache, cache.blocks, set(), 0
        self.changePersistentIndexList(indexes, moved)
        self._tell_layout(self.layoutChanged)
        self._note_conditions(self.cache.entries())

    @staticmethod
    def _tell_layout(change: SignalInstance) -> None:
        # Without the hint Qt lays out and paints the titles of the columns anew as well.
        change[_HINTED].emit([], _ONLY_ROWS)  # pyright: ignore[reportIndexIssue] - the stubs do not know it

    def _give_back_spent(self) -> None:
        spent, self._spent = self._spent, RowCache()
        self._leaving.add(spent)

    def _index_of(self, row: int | None, column: int) -> QModelIndex:
        return QModelIndex() if row is None else self.index(row, column)

    def hold_at_most(self, rows: int) -> None:
        """Show no more rows than that from now on; those cut off come back with the next list."""
        self.most_rows = rows
        self._set_count(self._count)

    def _set_count(self, wanted: int) -> None:
        """Let the list be this long; no longer than a view can hold."""
        count = min(wanted, self.most_rows)
        if count > self._count:
            self.beginInsertRows(QModelIndex(), self._count, count - 1)
            self._count = count
            self.endInsertRows()
        elif count < self._count:
            self.beginRemoveRows(QModelIndex(), count, self._count - 1)
            self._count = count
            self.endRemoveRows()

    def _put_blocks(self, blocks: Collection[int], entries: Mapping[int, Entry], missing: Missing) -> None:
        for block in blocks:
            self.cache.put(block, entries, missing)
        rows = (enumerate(self._blocks[block], block << SHIFT) for block in blocks)
        self._note_conditions(chain.from_iterable(rows))
        # Told when all are there: whoever hears of the first looks at the others, and would have them read.
        for start, stop in RowRanges.of_rows(blocks):
            self._tell_changed(start << SHIFT, (stop << SHIFT) - 1)

    def _put_rows(self, changed: Mapping[int, Entry]) -> None:
        self.cache.replace(changed)
        self._note_conditions(changed.items())
        for start, stop in RowRanges.of_rows(changed):
            self._tell_changed(start, stop - 1)

    def _note_conditions(self, rows: Iterable[tuple[int, Entry]]) -> None:
        lost = []
        for row, entry in rows:
            if entry.condition is Condition.LIVE:
                self._dead.discard(row)
            elif row not in self._dead:
                self._dead.add(row)
                lost.append(row)
        if lost:
            self.gone.emit(RowRanges.of_rows(lost))

    def _tell_changed(self, first: int, last: int) -> None:
        last = min(last, self._count - 1)
        if first <= last:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))

    # Qt

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = 0) -> Any:
        # Roles come as plain integers, this one far more often than all others.
        if role == 0:
            row = index.row()
            try:
                return self._blocks[row >> SHIFT][row & _MASK].cells[index.column()]
            except LookupError:
                return self._data_to_come(index)
        return self._answer(index, role) if index.isValid() else None

    def _data_to_come(self, index: Index) -> str | None:
        if not index.isValid():
            return None
        former = self._former.get(self._ask_for(index.row(), firmly=True))
        return "" if former is None else former.cells[index.column()]

    def _answer(self, index: Index, role: int) -> Any:
        row, place = index.row(), index.column()
        if role == _USER:
            return self.cache.id_at(row)
        if role == _ALIGN:
            return self._alignments[place]
        answer = ANSWERS.get(role)
        entry = None if answer is None else self.entry(row)
        return None if answer is None or entry is None else answer(entry, self.columns[place], place)

    def setData(self, index: Index, value: Any, role: int = int(Qt.ItemDataRole.EditRole)) -> bool:
        """Ask for a tick to be set or taken away; ``False`` for anything that a person cannot change."""
        entry = self.cache.entry(index.row()) if index.isValid() and role == _CHECK else None
        if entry is None or not self.flags(index) & Qt.ItemFlag.ItemIsUserCheckable:
            return False
        ticked = Qt.CheckState(value) is Qt.CheckState.Checked
        if ticked is not bool(entry.values[index.column()]):
            self.check_toggled.emit([entry.id], ticked)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        # Asked for each row of a selection: nothing here may look at rows.
        row = index.row()
        if row in self._dead or row < 0:
            return _DEAD if row >= 0 else Qt.ItemFlag.NoItemFlags
        return self._cell_flags[index.column()]

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation == Qt.Orientation.Vertical or not 0 <= section < len(self.columns):
            return None
        return header_answer(self.columns[section], role)
