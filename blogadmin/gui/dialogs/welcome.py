"""The first start on an empty database: three ways in, the first one already chosen."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCommandLinkButton, QHBoxLayout, QVBoxLayout, QWidget

from blogadmin.gui.theme import ICON_SIZE, MARGIN, SPACE_L, SPACE_XXL, icon
from blogadmin.gui.widgets.labels import Label
from blogadmin.gui.widgets.panel import Panel

_WIDTH = 560
_WAYS = (
    (
        "sampleButton",
        "file-text",
        "Look around in a sample blog",
        "Users of every role, posts in every status, comments.",
    ),
    ("emptyButton", "plus", "Start with an empty blog", "The tables are made; the rest is yours to write."),
    ("serverButton", "plug", "Connect to a server", "Open the blog that your web application serves."),
)


class WelcomePage(Panel):
    """Offers what to do with an empty database. Nothing has been written before a choice.

    ``back_to`` names the database that is still open behind it, if there is one, and ``place`` this one.

    Signals:
        sample_chosen, empty_chosen, server_chosen, back_chosen: which way the person took.
    """

    sample_chosen = Signal()
    empty_chosen = Signal()
    server_chosen = Signal()
    back_chosen = Signal()

    def __init__(self, parent: QWidget | None = None, *, place: str = "", back_to: str = "") -> None:
        super().__init__("surface", parent=parent)
        self.setObjectName("welcomePage")
        self.setAccessibleName("Welcome")
        self._place, self._back_to = place, back_to
        self._busy = Label(tone="muted", parent=self)
        self._busy.setObjectName("welcomeState")
        self._buttons = [self._button(*way) for way in _WAYS]
        for button, chosen in zip(
            self._buttons, (self.sample_chosen, self.empty_chosen, self.server_chosen), strict=True
        ):
            button.clicked.connect(chosen)
        if back_to:
            way = self._button(
                "backButton", "undo", f"Back to {back_to}", "Nothing is written into the empty database."
            )
            way.clicked.connect(self.back_chosen)
            self._buttons.append(way)
        self._lay_out()

    def set_busy(self, words: str) -> None:
        """Say what is being done, and take no other choice meanwhile; empty words end that."""
        self._busy.setText(words)
        for button in self._buttons:
            button.setEnabled(not words)

    def _button(self, name: str, image: str, title: str, text: str) -> QCommandLinkButton:
        button = QCommandLinkButton(title, text, self)
        button.setObjectName(name)
        button.setAccessibleName(title)
        button.setAccessibleDescription(text)
        button.setIcon(icon(image, "accent_ink"))
        button.setIconSize(QSize(ICON_SIZE + SPACE_L, ICON_SIZE + SPACE_L))
        button.setProperty("kind", "choice")
        return button

    def _lay_out(self) -> None:
        column = QVBoxLayout()
        column.setSpacing(SPACE_L)
        column.addStretch(2)
        title = "An empty database" if self._back_to else "Welcome to blogadmin"
        column.addWidget(Label(title, role="number", parent=self))
        what = f"There is nothing yet in {self._place}." if self._back_to else "This database is empty."
        hint = Label(f"{what} How do you want to begin?", tone="muted", wrap=True, parent=self)
        hint.setObjectName("welcomeHint")
        column.addWidget(hint)
        column.addSpacing(SPACE_XXL)
        for button in self._buttons:
            column.addWidget(button)
        column.addWidget(self._busy)
        column.addStretch(3)
        middle = QWidget(self)
        middle.setLayout(column)
        middle.setMaximumWidth(_WIDTH)
        row = QHBoxLayout(self)
        row.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        row.addStretch(1)
        row.addWidget(middle, 4)
        row.addStretch(1)

    # Qt's overrides

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._buttons[0].setFocus(Qt.FocusReason.OtherFocusReason)
