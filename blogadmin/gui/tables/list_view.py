"""The table of every page: whole rows, chosen by id, arranged as the person likes."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from blogadmin.core.queries.spec import Sort
from blogadmin.gui.tables import column_state
from blogadmin.gui.tables.cell_roles import copied_text
from blogadmin.gui.tables.cells import Entry, format_rows
from blogadmin.gui.tables.choice import Choice
from blogadmin.gui.tables.columns import CellKind, Column
from blogadmin.gui.tables.delegate import RowDelegate
from blogadmin.gui.tables.header import ListHeader
from blogadmin.gui.tables.kept import Found
from blogadmin.gui.tables.list_model import ListModel
from blogadmin.gui.theme import Density, metrics, row_height, theme_changed

COPY_MOST = 10_000
"""More rows than this are not copied: the clipboard is no export."""


class ListView(QTableView):
    """Shows a ``ListModel``.

    Signals:
        open_requested(int): the person wants to open the row of that id.
        selection_changed_by_id(): other rows are selected.
        sort_requested(tuple of Sort): the person wants that order.
    """

    open_requested = Signal(int)
    selection_changed_by_id = Signal()
    sort_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hovered = -1
        self._choice: Choice | None = None
        self._order: tuple[Sort, ...] = ()
        self._looked_at = (-1, -1)
        self._top: tuple[int, int] | None = None
        self._density = Density.COMFORTABLE
        header = ListHeader(self)
        self.setHorizontalHeader(header)
        self.setItemDelegate(RowDelegate(self))
        self._set_up()
        header.order_wanted.connect(self._order_wanted)
        header.customContextMenuRequested.connect(
            lambda where: self.columns_menu().popup(header.mapToGlobal(where))
        )
        self.doubleClicked.connect(self._open)
        theme_changed().connect(self.viewport().update)

    # What a page asks

    def list_model(self) -> ListModel:
        """The model, as what it is."""
        model = self.model()
        if not isinstance(model, ListModel):
            raise TypeError("a list view shows a ListModel")
        return model

    @property
    def everything(self) -> bool:
        """Whether all rows are selected by rule and not one by one."""
        return self._choice is not None and self._choice.everything

    def selected_ids(self) -> tuple[int, ...]:
        """The ids of the selected rows, in the list's order."""
        return self._choice.ids() if self._choice is not None else ()

    def selected_count(self) -> int:
        """How many rows are selected; counted from ranges."""
        return self._choice.count() if self._choice is not None else 0

    def clear_selection(self) -> None:
        """Select nothing."""
        if self._choice is not None:
            self._choice.clear()

    def current_id(self) -> int | None:
        """The id of the row under the keyboard cursor."""
        index = self.currentIndex()
        return self.list_model().id_at(index.row()) if index.isValid() else None

    def sort_keys(self) -> tuple[Sort, ...]:
        """The order that was chosen or remembered; empty for the noun's own."""
        return self._order

    def set_density(self, density: Density) -> None:
        """Make the rows taller or tighter."""
        self._density = density
        height = row_height(density)
        self.verticalHeader().setDefaultSectionSize(height)
        if self._choice is not None:
            # Qt counts pixels in 31 bits and hangs beyond.
            self.list_model().most_rows = 2**31 // height - 1

    def save_state(self) -> str:
        """The arrangement of the columns and the order, as text for ``restore_state``."""
        return column_state.save(self.horizontalHeader(), self.list_model().columns, self._order)

    def restore_state(self, text: str) -> None:
        """Arrange the columns as a text of ``save_state`` says; anything else changes nothing."""
        self._order = column_state.restore(text, self.horizontalHeader(), self.list_model().columns)
        self._titles().show_order(self._order)

    def columns_menu(self) -> QMenu:
        """A menu to show and hide columns; the last visible one cannot be hidden."""
        menu = QMenu(self)
        menu.setObjectName("columnsMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        shown = [s for s in range(self.model().columnCount()) if not self.isColumnHidden(s)]
        for section, column in enumerate(self.list_model().columns):
            action = menu.addAction(column.title)
            action.setObjectName(f"column_{column.name}Action")
            action.setCheckable(True)
            action.setChecked(section in shown)
            action.setEnabled(shown != [section])
            action.toggled.connect(lambda on, section=section: self.setColumnHidden(section, not on))
        menu.addSeparator()
        reset = menu.addAction("Reset columns")
        reset.setObjectName("resetColumnsAction")
        reset.triggered.connect(self._reset_columns)
        return menu

    def copy_selection(self) -> None:
        """Put the selected rows on the clipboard as text with tabs; they are read afresh for that."""
        model, ids = self.list_model(), self.selected_ids()[:COPY_MOST]
        if not ids:
            return
        columns, listing = model.columns, model.listing

        def read(session: object) -> list[Entry]:
            rows = listing().rows(session, ids)
            return format_rows(columns, (rows[row_id] for row_id in ids if row_id in rows))

        model.tasks.read(f"{model.noun}.copy", read, self._put_on_clipboard)

    # Painting asks

    def is_first(self, section: int) -> bool:
        """Whether a column stands at the leading edge."""
        return section == self._edge(1)

    def is_last(self, section: int) -> bool:
        """Whether a column stands at the trailing edge."""
        return section == self._edge(-1)

    def shows_cursor(self) -> bool:
        """Whether the keyboard is here, so that the current row has a ring."""
        return self.hasFocus()

    # Making

    def _set_up(self) -> None:
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        rows = self.verticalHeader()
        rows.hide()
        rows.setMinimumSectionSize(1)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(row_height(self._density))

    def _titles(self) -> ListHeader:
        header = self.horizontalHeader()
        if not isinstance(header, ListHeader):
            raise TypeError("a list view has column titles of its own kind")
        return header

    def _edge(self, pace: int) -> int:
        header = self.horizontalHeader()
        places = range(header.count()) if pace > 0 else reversed(range(header.count()))
        sections = (header.logicalIndex(place) for place in places)
        return next((section for section in sections if not header.isSectionHidden(section)), -1)

    def _reset_columns(self) -> None:
        header = self.horizontalHeader()
        for section, column in enumerate(self.list_model().columns):
            header.moveSection(header.visualIndex(section), section)
            self.setColumnHidden(section, column.hidden)
            self.setColumnWidth(section, self._width_of(column))

    @staticmethod
    def _width_of(column: Column) -> int:
        return column.width * metrics().averageCharWidth() + 24

    # Working

    def _order_wanted(self, order: tuple[Sort, ...]) -> None:
        self._order = order
        self._titles().show_order(order)
        self.sort_requested.emit(order)

    def _list_began(self, found: Found) -> None:
        model = self.list_model()
        self._titles().show_order(model.order)
        current = self.currentIndex()
        if self._top is not None and self._top[0] == hash(model.spec):
            self.verticalScrollBar().setValue(self._top[1])
        elif current.isValid() and current.row() in found.marks.values():
            self.scrollTo(current, QAbstractItemView.ScrollHint.PositionAtCenter)
        else:
            self.scrollToTop()
        self._top = None

    def _list_leaves(self) -> None:
        self._top = (hash(self.list_model().spec), self.verticalScrollBar().value())

    def _open(self, index: QModelIndex) -> None:
        model = self.list_model()
        row_id = model.id_at(index.row())
        if index.isValid() and row_id is not None and model.is_usable(index.row()):
            self.open_requested.emit(row_id)

    def _toggle(self) -> bool:
        model, current = self.list_model(), self.currentIndex()
        place = next((i for i, c in enumerate(model.columns) if c.kind is CellKind.CHECK), None)
        entry = model.entry(current.row()) if current.isValid() else None
        if place is None or entry is None:
            return False
        ids = self.selected_ids() or (entry.id,)
        model.check_toggled.emit(list(ids), not entry.values[place])
        return True

    def _put_on_clipboard(self, entries: list[Entry]) -> None:
        columns = self.list_model().columns
        header = self.horizontalHeader()
        sections = [header.logicalIndex(place) for place in range(header.count())]
        shown = [section for section in sections if not self.isColumnHidden(section)]
        lines = ["\t".join(columns[section].title for section in shown)]
        lines += [
            "\t".join(copied_text(entry, columns[section], section) for section in shown) for entry in entries
        ]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def _hover(self, where: QPoint | None) -> None:
        row = -1 if where is None else self.rowAt(where.y())
        if row != self.hovered:
            old, self.hovered = self.hovered, row
            for changed in (old, row):
                if changed >= 0:
                    y = self.rowViewportPosition(changed)
                    self.viewport().update(0, y, self.viewport().width(), self.rowHeight(changed))

    # Qt's overrides

    def setModel(self, model: QAbstractItemModel | None) -> None:
        super().setModel(model)
        if not isinstance(model, ListModel):
            return
        # Before the selection takes it up, the view must know where it stood.
        model.swapping.connect(self._list_leaves)
        self._choice = Choice(self, model)
        self._choice.changed.connect(self.selection_changed_by_id)
        model.began.connect(self._list_began)
        self._reset_columns()
        self.set_density(self._density)

    def selectAll(self) -> None:
        if self._choice is not None:
            self._choice.select_all()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_selection()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._open(self.currentIndex())
        elif event.key() == Qt.Key.Key_Space and not event.modifiers() and self._toggle():
            event.accept()
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(event.position().toPoint())
        super().mouseMoveEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Leave, QEvent.Type.HoverLeave):
            self._hover(None)
        return super().viewportEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.model().rowCount():
            no_selection = self.selectionModel().SelectionFlag.NoUpdate
            self.selectionModel().setCurrentIndex(self.model().index(0, max(self._edge(1), 0)), no_selection)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def paintEvent(self, e: QPaintEvent) -> None:
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        last = last if last >= 0 else self.model().rowCount() - 1
        if self._choice is not None and first >= 0 and (first, last) != self._looked_at:
            self._looked_at = (first, last)
            self.list_model().look_at(first, last)
        super().paintEvent(e)
