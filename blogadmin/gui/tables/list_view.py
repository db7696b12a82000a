"""The table of every page: whole rows, chosen by id, arranged as the person likes."""

from __future__ import annotations

from array import array
from collections.abc import Callable

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelectionModel,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QMenu, QWidget

from blogadmin.core.queries.spec import Sort
from blogadmin.gui.control.window_turn import WINDOW_TURN
from blogadmin.gui.tables.cell_editing import CellEditing
from blogadmin.gui.tables.column_layout import ColumnLayout
from blogadmin.gui.tables.column_menu import ColumnMenu
from blogadmin.gui.tables.copying import RowCopier
from blogadmin.gui.tables.delegate import RowDelegate
from blogadmin.gui.tables.kept import Found, Kept
from blogadmin.gui.tables.known_rows import Index
from blogadmin.gui.tables.list_model import ListModel, State
from blogadmin.gui.tables.paint_hold import PaintHold
from blogadmin.gui.tables.place import Place
from blogadmin.gui.tables.row_painter import RowPainter
from blogadmin.gui.tables.row_table import RowTable
from blogadmin.gui.tables.selection import RowSelection
from blogadmin.gui.tables.ticks import Ticks
from blogadmin.gui.tables.warming import Warming
from blogadmin.gui.theme import Density, color, row_height, theme_changed

SKELETON_AFTER = 150
"""Milliseconds after which an empty screen shows that rows are on their way."""
_MOST_PIXELS = 2**31 - 1
_NO_UPDATE = QItemSelectionModel.SelectionFlag.NoUpdate


class ListView(RowTable):
    """Shows a ``ListModel``, which must be set before anything else is asked of it.

    Signals:
        open_requested(id): the person wants to open that row.
        selection_changed_by_id(): other rows are selected.
        sort_requested(tuple of Sort): the person wants that order; the page loads it.
        copied(int, int): so many rows are on the clipboard, of so many that were selected.
    """

    open_requested = Signal(object)
    selection_changed_by_id = Signal()
    sort_requested = Signal(object)
    copied = Signal(int, int)

    _model: ListModel
    _selection: RowSelection
    _place: Place
    _layout: ColumnLayout
    _menu: ColumnMenu
    _copier: RowCopier
    _ticks: Ticks
    _rows: RowPainter
    _hold: PaintHold
    editing: CellEditing
    """Editing in the cell."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ready = self._stale = False
        self._order: tuple[Sort, ...] = ()
        self._density = Density.COMFORTABLE
        self._skeleton_due = QTimer(self, singleShot=True, interval=SKELETON_AFTER)
        self._skeleton_due.timeout.connect(self._look_changed)

    # What a page asks

    def list_model(self) -> ListModel:
        """The model, as what it is."""
        return self._model

    def selected_ids(self) -> tuple[int, ...]:
        """The ids of the selected rows, in the list's order; none unless all of them are known."""
        return self._selection.ids()

    def fetch_selected_ids(self, done: Callable[[array[int]], object]) -> None:
        """Hand the ids of the selected rows to ``done``: at once, or once all have been read."""
        self._selection.fetch_ids(done)

    def selected_count(self) -> int:
        """How many rows are selected; counted from ranges."""
        return self._selection.count()

    def rows_not_shown(self) -> int:
        """How many rows at the end of the list no view of this row height can hold; nearly always 0."""
        return max(0, self._model.total - self._model.rowCount()) if self._model.row_count_exact else 0

    def clear_selection(self) -> None:
        """Select nothing."""
        self._selection.clearSelection()

    def current_id(self) -> int | None:
        """The id of the row under the keyboard cursor."""
        return self._model.id_at(self.currentIndex().row())

    def sort_keys(self) -> tuple[Sort, ...]:
        """The order that was chosen or remembered; empty for the noun's own."""
        return self._order

    def set_density(self, density: Density) -> None:
        """Make the rows taller or tighter."""
        self._density = density
        height = row_height(density)
        # Before the rows grow: Qt hangs as soon as all of them together are too high.
        self._model.hold_at_most(_MOST_PIXELS // height)
        self.verticalHeader().setDefaultSectionSize(height)
        self.viewport().update()

    def save_state(self) -> str:
        """The arrangement of the columns and the order, as text for ``restore_state``."""
        return self._layout.save(self._order)

    def restore_state(self, text: str) -> None:
        """Arrange the columns as a text of ``save_state`` says; anything else changes nothing.

        The order that was remembered is in ``sort_keys()``, for the page to load.
        """
        self._order = self._layout.restore(text)
        self._header.show_order(self._order)

    def columns_menu(self) -> QMenu:
        """The menu to show and hide columns."""
        return self._menu

    def copy_selection(self) -> None:
        """Put the selected rows on the clipboard as text with tabs; unknown ones are read first."""
        self._copier.copy(self._selection.rows, self._layout.visible())

    # Making

    def _connect(self) -> None:
        model, header = self._model, self._header
        self._selection.changed.connect(self.selection_changed_by_id)
        self._copier.copied.connect(self.copied)
        self._menu.reset_action.triggered.connect(self._layout.reset)
        # Two quick clicks on a tick are two clicks.
        self.doubleClicked.connect(lambda at: self._ticks.is_tick(at) or self._open_row(at.row()))
        self.verticalScrollBar().actionTriggered.connect(self._place.moved)
        self.moved_by_hand.connect(self._place.moved)
        header.order_wanted.connect(self._want_order)
        header.customContextMenuRequested.connect(lambda at: self._menu.popup(header.mapToGlobal(at)))
        model.carry, model.screen = self._carry, self.room_for_rows
        model.began.connect(self._list_began)
        model.went_on.connect(lambda _offset, found: self._place.find(found.marks))
        model.first_rows.connect(lambda: header.show_order(model.order))
        model.state_changed.connect(self._state_changed)
        theme_changed().connect(self._theme_changed)

    # Working

    def _carry(self) -> Kept:
        marks = self._place.note(self._selection.rows)
        return self._selection.keep(same_search=self._model.keeps_search, marks=marks)

    def _list_began(self, found: Found) -> None:
        self._order = self._model.spec.sort
        self._header.show_order(self._model.order)
        self.lay_out_anew()
        self._place.take_up(found.marks)

    def _state_changed(self) -> None:
        if self._model.state is State.LOADING:
            self._skeleton_due.start()
            self._header.show_order(self._model.order)  # with the rows it would keep them waiting
        self._look_changed()

    def _look_changed(self) -> None:
        if self._model.stale is not self._stale or not self._model.rowCount():
            self._stale = self._model.stale
            self.viewport().update()

    def _theme_changed(self) -> None:
        self._rows.forget()
        self._header.look_changed()
        self.set_density(self._density)
        self._layout.fit()
        self.viewport().update()

    def _want_order(self, order: tuple[Sort, ...]) -> None:
        self._order = order
        self._header.show_order(order)
        self.sort_requested.emit(order)

    def _open_row(self, row: int) -> None:
        row_id = self._model.id_at(row)
        if row_id is not None and self._model.is_usable(row):
            self.open_requested.emit(row_id)

    def _look(self) -> None:
        """Tell what is on the screen, before it is painted."""
        if rows := self.rows_on_screen():
            self._model.look_at(rows[0], rows[-1])
            self._selection.look_at(rows[0], rows[-1])

    # Qt's overrides

    def setModel(self, model: QAbstractItemModel | None) -> None:
        self._model = model = _listed(model)
        super().setModel(model)
        replaced = self.selectionModel()
        self._selection = RowSelection(model, self)
        self.setSelectionModel(self._selection)
        replaced.deleteLater()
        self._ticks = Ticks(model, self._selection)
        self._header.set_columns(model.columns)
        self._rows = RowPainter(self, model)
        Warming(self._rows.warm(), self)
        self.outdated_rows, self.row_drawings = self._rows.outdated, self._rows.drawings
        self._hold = PaintHold(self, model)
        self.editing = CellEditing(self, model)
        self.setItemDelegate(RowDelegate(self, model, self._rows))
        self._layout = ColumnLayout(self, model.columns)
        self._menu = ColumnMenu(self, model)
        self._copier = RowCopier(model, self)
        self._place = Place(self, model)
        self._ready = True
        self._skeleton_due.start()
        self._connect()
        self.set_density(self._density)
        self._find_edges()

    def selectAll(self) -> None:
        self._selection.select_all()

    def clearSelection(self) -> None:
        self._selection.clearSelection()

    def selectionCommand(
        self, index: Index, event: QEvent | None = None
    ) -> QItemSelectionModel.SelectionFlag:
        """A click on a tick does that only: the selection stays."""
        if isinstance(event, QMouseEvent) and not event.modifiers() and self._ticks.is_tick(index):
            left = Qt.MouseButton.LeftButton
            if event.button() == left or event.buttons() == left:
                return _NO_UPDATE
        return super().selectionCommand(index, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.moved_by_hand.emit()
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_selection()
        elif plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open_row(self.currentIndex().row())
        elif plain and event.key() == Qt.Key.Key_Space and self._ticks.toggle(self.currentIndex().row()):
            event.accept()
        elif plain and event.key() == Qt.Key.Key_Escape and self._selection.rows:
            self.clear_selection()
        else:
            super().keyPressEvent(event)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        jump = self._ready and self.isVisible() and self._hold.is_jump(dy)
        if jump:
            self._hold.begin()
        super().scrollContentsBy(dx, dy)
        if jump:
            self._look()
            self._hold.settle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._ready:
            self._layout.fit()

    def paintEvent(self, e: QPaintEvent) -> None:
        # All rows in one go. Qt would go through cells, and ask the model, style and delegate about each.
        if not self._ready:
            return
        self._note_marks()
        self._look()
        with WINDOW_TURN:
            painter = QPainter(self.viewport())
            painter.fillRect(e.rect(), color("surface"))
            if self._model.rowCount():
                self._rows.paint(painter, e.region(), self._selection.rows)
            elif self._model.state is State.LOADING and not self._skeleton_due.isActive():
                self._rows.paint_to_come(painter, e.region())
            painter.end()


def _listed(model: QAbstractItemModel | None) -> ListModel:
    if not isinstance(model, ListModel):
        raise TypeError("a list view shows a ListModel")
    return model
