"""What stands in place of a list that has nothing to show."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from blogadmin.gui.theme import ICON_LARGE, MARGIN, SPACE_L, SPACE_M, SPACE_XS
from blogadmin.gui.widgets.buttons import ghost_button, plain_button
from blogadmin.gui.widgets.labels import Label
from blogadmin.gui.widgets.panel import Panel
from blogadmin.gui.widgets.pills import IconMark

Action = tuple[str, Callable[[], object]]

# Even a button that does not show has a name, for whoever walks the tree of widgets.
_NO_ACTION = "No action"


class EmptyState(Panel):
    """An icon, one sentence of what is the case, one of what helps, and up to two ways out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent=parent)
        self._callbacks: tuple[Callable[[], object], ...] = ()
        self._mark = IconMark("info", "text3", ICON_LARGE, self)
        self._title = Label(role="dialog_title", wrap=True, parent=self)
        self._title.setObjectName("emptyStateTitle")
        self._text = Label(tone="muted", wrap=True, parent=self)
        self._text.setObjectName("emptyStateText")
        self._buttons = (
            plain_button("", "emptyStateAction", parent=self),
            ghost_button("", "emptyStateSecondAction", parent=self),
        )
        for at, button in enumerate(self._buttons):
            button.setAccessibleName(_NO_ACTION)
            button.clicked.connect(lambda _checked=False, at=at: self._act(at))
        self._lay_out()

    def show_message(self, icon: str, title: str, text: str = "", actions: Sequence[Action] = ()) -> None:
        """Show what is the case; at most two actions, each its words and what it does."""
        self._mark.set_icon(icon, "text3")
        self._fill(title, text, actions)

    def show_failure(
        self,
        title: str,
        text: str = "",
        action_text: str = "Retry",
        on_action: Callable[[], object] | None = None,
    ) -> None:
        """Show that something went wrong, with a way to try again if there is one."""
        self._mark.set_icon("alert-circle", "bad")
        self._fill(title, text, [(action_text, on_action)] if on_action is not None else [])

    def buttons(self) -> list[QPushButton]:
        """The buttons that are offered now."""
        return [button for button in self._buttons if not button.isHidden()]

    def _fill(self, title: str, text: str, actions: Sequence[Action]) -> None:
        news = title != self._title.text()
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self._callbacks = tuple(callback for _, callback in actions)
        words = [words for words, _ in actions]
        for at, button in enumerate(self._buttons):
            button.setVisible(at < len(words))
            button.setText(words[at] if at < len(words) else "")
            button.setAccessibleName(button.text() or _NO_ACTION)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        if news and self.isVisible():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, f"{title}. {text}"))

    def _act(self, at: int) -> None:
        if at < len(self._callbacks):
            self._callbacks[at]()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(SPACE_XS)
        column.addStretch(2)
        column.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(SPACE_L)
        for label in (self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(label)
        column.addSpacing(SPACE_M)
        row = QHBoxLayout()
        row.setSpacing(SPACE_M)
        row.addStretch(1)
        for button in self._buttons:
            button.hide()
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(3)
