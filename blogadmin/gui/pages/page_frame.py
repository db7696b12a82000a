"""The parts of a page and where they stand: header, search, messages, list, verbs of the selection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from blogadmin.gui.pages.filter_bar import FilterBar
from blogadmin.gui.pages.finding_row import FindingRow
from blogadmin.gui.pages.noun import Noun
from blogadmin.gui.pages.page_actions import PageActions
from blogadmin.gui.tables.list_model import ListModel
from blogadmin.gui.tables.list_view import ListView
from blogadmin.gui.theme import MARGIN, SPACE_L, SPACE_M
from blogadmin.gui.widgets.banner import Banner
from blogadmin.gui.widgets.bulk_bar import BulkBar
from blogadmin.gui.widgets.buttons import primary_button, tool_button
from blogadmin.gui.widgets.empty_state import EmptyState
from blogadmin.gui.widgets.labels import Label
from blogadmin.gui.widgets.panel import Panel
from blogadmin.gui.widgets.search_field import SearchField


class PageFrame(Panel):
    """Layout only: what has to decide something is in ``ListPage``."""

    finding_row: FindingRow
    search: SearchField
    filter_bar: FilterBar
    empty: EmptyState
    failure: Banner
    slow: Banner
    news: Banner
    bulk_bar: BulkBar
    stack: QStackedWidget

    def __init__(self, noun: Noun, model: ListModel, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent=parent)
        self.noun = noun
        self.model = model
        self.setObjectName(f"{noun.key}Page")
        self.setAccessibleName(noun.title)
        self.verbs = PageActions(noun, self)
        self.view = ListView(self)
        self.view.setObjectName("table")
        self.view.setAccessibleName(f"List of {noun.plural}")
        self.view.setModel(model)
        self.status = Label(role="caption", tone="muted", parent=self)
        self.status.setObjectName("statusLabel")

    def make_beside(self) -> Iterator[None]:
        """Make what stands around the list, in steps; until then the page is of no use."""
        noun = self.noun
        self.finding_row = FindingRow(noun, self)
        self.search = self.finding_row.search
        yield
        self.filter_bar = FilterBar(self)
        self.empty = EmptyState(self)
        self.empty.setObjectName("emptyState")
        yield
        self.failure = Banner("bad", self, closable=False)
        self.failure.setObjectName("failureBanner")
        self.slow = Banner("info", self, icon="clock", closable=False)
        self.slow.setObjectName("slowBanner")
        self.news = Banner("info", self)
        self.news.setObjectName("newRowsBanner")
        yield
        self.bulk_bar = BulkBar(self)
        self.stack = QStackedWidget(self)
        self.stack.setObjectName("listStack")
        self.stack.addWidget(self.view)
        self.stack.addWidget(self.empty)

    def passing(self) -> tuple[QWidget, ...]:
        """What takes room from the list for a while and is not there when the program starts."""
        return self.filter_bar, self.failure, self.slow, self.news, self.bulk_bar

    def lay_out(self, choose_columns: Callable[[QPoint], object]) -> None:
        """Place the parts; call it once the verbs are there."""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE_L, 0, 0)
        layout.setSpacing(SPACE_M)
        layout.addLayout(self._header(choose_columns))
        for widget in (self.finding_row, self.filter_bar):
            row = _row()
            row.addWidget(widget)
            layout.addLayout(row)
        banners = QVBoxLayout()
        banners.setContentsMargins(MARGIN, 0, MARGIN, 0)
        banners.addWidget(self.failure)
        banners.addWidget(self.slow)
        banners.addWidget(self.news)
        layout.addLayout(banners)
        # Without a gap: the list ends where the bar begins.
        below = QVBoxLayout()
        below.setSpacing(0)
        below.addWidget(self.stack, 1)
        below.addWidget(self.bulk_bar)
        layout.addLayout(below, 1)
        self._order_tabs()

    def _order_tabs(self) -> None:
        """Let Tab go from part to part as the eye does, whenever each was made."""
        above = (self.finding_row, self.filter_bar, self.failure, self.slow, self.news)
        parts = [*self._tools, *(w for part in above for w in part.findChildren(QWidget)), self.view]
        parts += self.bulk_bar.in_order()
        steps = [part for part in parts if part.focusPolicy() & Qt.FocusPolicy.TabFocus]
        for before, after in pairwise(steps):
            QWidget.setTabOrder(before, after)

    def _header(self, choose_columns: Callable[[QPoint], object]) -> QHBoxLayout:
        row = _row()
        row.addWidget(Label(self.noun.title, role="page_title", parent=self))
        row.addSpacing(SPACE_M)
        row.addWidget(self.status, 1)
        reload_ = tool_button("refresh", "Reload (F5)", "reloadButton", self)
        reload_.clicked.connect(self.verbs.all["reloadAction"].trigger)
        columns = tool_button("columns", "Choose columns", "columnsButton", self)
        columns.clicked.connect(lambda: choose_columns(columns.mapToGlobal(QPoint(0, columns.height()))))
        self._tools: list[QWidget] = [reload_, columns]
        middle = Qt.AlignmentFlag.AlignVCenter
        row.addWidget(reload_, 0, middle)
        row.addWidget(columns, 0, middle)
        new = self.verbs.all.get("newAction")
        if new is not None:
            button = primary_button(new.text(), "newButton", "plus", self)
            button.clicked.connect(new.trigger)
            new.enabledChanged.connect(button.setEnabled)
            row.addSpacing(SPACE_M)
            self._tools.append(button)
            # Aligned, it does not hold the row down to its own height: all pages have one.
            row.addWidget(button, 0, middle)
        return row


def _row() -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(MARGIN, 0, MARGIN, 0)
    row.setSpacing(SPACE_M)
    return row
