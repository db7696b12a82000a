"""The sheet in which a filter is added or changed: first the field, then its value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from blogadmin.core.queries.spec import Condition, Field
from blogadmin.gui.pages.filter_editors import Editor, make_editor
from blogadmin.gui.pages.filter_words import FilterWords
from blogadmin.gui.theme import SPACE_L, SPACE_M, SPACE_S, metrics, row_height, set_variant
from blogadmin.gui.widgets.buttons import primary_button, tool_button
from blogadmin.gui.widgets.labels import Label
from blogadmin.gui.widgets.popover import Popover

if TYPE_CHECKING:
    from blogadmin.gui.control.tasks import Tasks

_WIDTH = 50
"""In average characters."""


class _Steps(QStackedWidget):
    """As high as the step that shows; a plain stack is as high as its highest page."""

    def sizeHint(self) -> QSize:
        shown = self.currentWidget()
        return shown.sizeHint() if shown is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        shown = self.currentWidget()
        return shown.minimumSizeHint() if shown is not None else super().minimumSizeHint()


class FilterPanel(Popover):
    """Asks for one condition.

    Signals:
        chosen(Condition): the person has given one.
        counts_wanted(str): the values of that field are on the screen, and want their counts.
    """

    chosen = Signal(object)
    counts_wanted = Signal(str)

    def __init__(
        self, fields: Mapping[str, Field], words: FilterWords, tasks: Tasks, window: QWidget
    ) -> None:
        super().__init__(window)
        self._fields, self._words, self._tasks = fields, words, tasks
        self._anchor: QWidget | None = None
        self.editor: Editor | None = None
        self.setObjectName("filterPanel")
        self.setAccessibleName("Filter")
        self._stack = _Steps(self)
        self.list = self._field_list()
        first = QWidget(self)
        around = QVBoxLayout(first)
        around.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        around.addWidget(self.list)
        self._stack.addWidget(first)
        self._stack.addWidget(self._editing())
        self.body.addWidget(self._stack)
        self._stack.setFixedWidth(_WIDTH * metrics().averageCharWidth())

    def ask_field(self, anchor: QWidget) -> None:
        """Begin with the list of fields, below ``anchor``."""
        self._anchor = anchor
        self._show_step(0)
        self.list.setCurrentRow(0)
        self.open_below(anchor, self.list)

    def edit(self, condition: Condition, anchor: QWidget) -> None:
        """Begin with a condition that there is already."""
        self._anchor = anchor
        self._open_editor(condition.field, condition)

    def show_counts(self, field: str, counts: Mapping[Any, str]) -> None:
        """Show how many rows have each value, if that field is still on the screen."""
        if self.editor is not None and self.editor.name == field:
            self.editor.show_counts(counts)

    # Making

    def _field_list(self) -> QListWidget:
        found = QListWidget(self)
        found.setObjectName("filterFields")
        found.setAccessibleName("Filter by")
        found.setFrameShape(QFrame.Shape.NoFrame)
        found.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        found.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        set_variant(found, kind="sheet")
        for name in self._fields:
            item = QListWidgetItem(self._words.title(name))
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setSizeHint(QSize(1, row_height()))
            found.addItem(item)
        found.setFixedHeight(len(self._fields) * row_height())
        found.itemClicked.connect(self._take_field)
        return found

    def _editing(self) -> QWidget:
        page = self._page = QWidget(self)
        self._title = Label(weight=QFont.Weight.DemiBold, parent=page)
        self._back = tool_button("chevron-left", "Another field (Alt+Left)", "filterBackButton", page)
        self._back.clicked.connect(self._go_back)
        # A shortcut, because boxes take arrows whatever is held with them.
        back = QShortcut(QKeySequence("Alt+Left"), self)
        back.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        back.activated.connect(self._back.click)
        self._problem = Label(role="caption", tone="muted", wrap=True, parent=page)
        self._problem.setObjectName("filterProblem")
        self._apply = primary_button("Apply", "applyFilterButton", parent=page)
        self._apply.clicked.connect(self._finish)
        head = QHBoxLayout()
        head.setSpacing(SPACE_S)
        head.addWidget(self._back)
        head.addWidget(self._title, 1)
        foot = QHBoxLayout()
        foot.addWidget(self._problem, 1)
        foot.addWidget(self._apply)
        self._form = QVBoxLayout(page)
        self._form.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_L)
        self._form.setSpacing(SPACE_L)
        self._form.addLayout(head)
        self._form.addLayout(foot)
        return page

    # Working

    def _take_field(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self._open_editor(item.data(Qt.ItemDataRole.UserRole), None)

    def _open_editor(self, name: str, condition: Condition | None) -> None:
        self._drop_editor()
        title = self._words.title(name)
        editor = self.editor = make_editor(
            name, title, self._fields[name], self._page, self._tasks, self._words.names
        )
        editor.setObjectName("filterEditor")
        self._form.insertWidget(1, editor)
        if condition is not None:
            editor.show_condition(condition)
        editor.changed.connect(self._changed)
        self._title.setText(title)
        self._back.setVisible(condition is None)
        self._problem.setText("")
        self._show_step(1)
        if self._anchor is not None:
            first = editor.first()
            self.open_below(self._anchor, first)
            if isinstance(first, QLineEdit):
                first.selectAll()
        self.counts_wanted.emit(name)

    def _changed(self) -> None:
        self._problem.setText("")
        self.refit()

    def _go_back(self) -> None:
        if self._anchor is not None:
            self.ask_field(self._anchor)

    def _finish(self) -> None:
        if self.editor is None:
            return
        condition = self.editor.condition()
        if condition is None:
            self._problem.setText(self.editor.problem())
            self.refit()
            self.editor.first().setFocus()
            return
        self.close_sheet()
        self.chosen.emit(condition)

    def _show_step(self, step: int) -> None:
        self._stack.setCurrentIndex(step)
        self._stack.updateGeometry()

    def _drop_editor(self) -> None:
        if self.editor is not None:
            self._form.removeWidget(self.editor)
            self.editor.hide()
            self.editor.deleteLater()
            self.editor = None

    # Qt's overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and self._stack.currentIndex() == 0:
            self._take_field(self.list.currentItem())
        elif enter:
            self._finish()
        else:
            super().keyPressEvent(event)
