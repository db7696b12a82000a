"""The bar at the bottom of a list that offers what can be done with the selected rows."""

from __future__ import annotations

import html
from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFont, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QWidget

from blogadmin.gui.theme import ICON_SIZE, MARGIN, SPACE_L, SPACE_M, control_height
from blogadmin.gui.widgets.buttons import tool_button
from blogadmin.gui.widgets.labels import Label
from blogadmin.gui.widgets.panel import Panel
from blogadmin.gui.widgets.pills import IconMark, KeyHint


class _ActionButton(QPushButton):
    """A button that shows an action and follows its text, icon and state."""

    def __init__(self, action: QAction, parent: QWidget) -> None:
        super().__init__(parent)
        self._action = action
        stem = (action.objectName() or "bulk").removesuffix("Action")
        self.setObjectName(f"{stem}SelectedButton")
        self.setProperty("kind", "danger" if action.property("kind") == "danger" else "ghost")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        # The wider room is the gap between icon and text, which style sheets do not know.
        self.setIconSize(QSize(ICON_SIZE + 5, ICON_SIZE))
        self._follow()
        action.changed.connect(self._follow)
        self.clicked.connect(action.trigger)

    def _follow(self) -> None:
        action = self._action
        self.setText(action.text())
        self.setAccessibleName(action.text().replace("&", ""))
        self.setIcon(action.icon())
        self.setEnabled(action.isEnabled())
        self.setToolTip(html.escape(action.toolTip()))


class BulkBar(Panel):
    """How many rows are selected, a button for each action, and how to let go of them.

    Hidden while nothing is selected. Where room is short the key hint goes first; then the last
    actions move into a menu. An action with the property `kind` "danger" gets a red outline.

    Signals:
        cleared: the person pressed Esc in the list, or the clear button.
    """

    is_bottom_bar = True
    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("accent_soft", edges=("top",), parent=parent)
        self._buttons: list[tuple[QAction, QPushButton]] = []
        self.setObjectName("bulkBar")
        self._mark = IconMark("check", "accent_ink", parent=self)
        self._count = Label(weight=QFont.Weight.DemiBold, tabular=True, parent=self)
        self._count.setObjectName("selectedCount")
        self._more = tool_button("more", "More actions", "moreActionsButton", self)
        self._menu = QMenu(self)
        self._menu.setObjectName("moreActionsMenu")
        self._more.clicked.connect(self._open_menu)
        self._hint = KeyHint("Esc", "clear selection", self)
        self._clear = tool_button("x", "Clear selection (Esc)", "clearSelectionButton", self)
        self._clear.clicked.connect(self.cleared)
        self._lay_out()
        owner = parent or self
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), owner)
        self._escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._escape.activated.connect(self.cleared)
        self.set_count(0)

    def set_actions(self, actions: Sequence[QAction]) -> None:
        """Offer these actions, in this order; the buttons follow text, icon and enabled state."""
        for _, button in self._buttons:
            self._row.removeWidget(button)
            button.deleteLater()
        self._buttons = [(action, _ActionButton(action, self)) for action in actions]
        for at, (_, button) in enumerate(self._buttons):
            self._row.insertWidget(self._first_button + at, button)
        if not self.isHidden():
            self._fit()

    def set_count(self, count: int, words: str = "") -> None:
        """Say how many rows are selected, in other words if there are better ones; it shows from one on."""
        self._count.setText(words or f"{count:,} selected")
        self.setAccessibleName(self._count.text())
        self._escape.setEnabled(count > 0)
        self.setVisible(count > 0)
        if count:
            self._fit()

    def in_order(self) -> list[QWidget]:
        """What the bar is made of, from its leading edge on."""
        places = (self._row.itemAt(at) for at in range(self._row.count()))
        return [widget for place in places if place is not None and (widget := place.widget()) is not None]

    def _lay_out(self) -> None:
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(MARGIN, SPACE_M - 2, MARGIN, SPACE_M - 2)
        self._row.setSpacing(SPACE_M)
        self._row.addWidget(self._mark)
        self._row.addWidget(self._count)
        self._row.addSpacing(SPACE_M)
        self._first_button = self._row.count()
        self._row.addWidget(self._more)
        self._row.addStretch(1)
        self._row.addWidget(self._hint)
        self._row.addWidget(self._clear)
        self._more.hide()

    def _fit(self) -> None:
        """Show what there is room for."""
        gap = self._row.spacing()
        fixed = (self._mark, self._count, self._clear)
        room = self.width() - 2 * MARGIN - 3 * gap - sum(w.sizeHint().width() + gap for w in fixed)
        widths = [button.sizeHint().width() + gap for _, button in self._buttons]
        self._hint.setVisible(sum(widths) + self._hint.sizeHint().width() + SPACE_L <= room)
        shown = len(widths)
        if sum(widths) > room:
            room -= self._more.sizeHint().width() + gap
            while shown and sum(widths[:shown]) > room:
                shown -= 1
        self._more.setVisible(shown < len(widths))
        for at, (_, button) in enumerate(self._buttons):
            button.setVisible(at < shown)
        self._shown = shown

    def _open_menu(self) -> None:
        self._menu.clear()
        self._menu.addActions([action for action, _ in self._buttons[self._shown :]])
        # Upwards: the bar lies at the bottom edge of its window.
        above = QPoint(0, -self._menu.sizeHint().height())
        self._menu.popup(self._more.mapToGlobal(above))

    def minimumSizeHint(self) -> QSize:
        # Not that of the layout: a bar of many buttons would hold the whole window wide.
        return QSize(10 * control_height(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
