"""What stands above and below a comparison: the versions, how many lines differ, the ways on."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QListView, QVBoxLayout, QWidget

from blogadmin.gui.theme import SPACE_L, SPACE_M, SPACE_S, draw_pill, pill_size
from blogadmin.gui.widgets.buttons import plain_button
from blogadmin.gui.widgets.labels import ElidedLabel, Label
from blogadmin.gui.widgets.panel import Panel
from blogadmin.gui.widgets.pills import KeyHint, Mark

HERE, SINCE = "here", "since"
_SIDES: Final = {HERE: "What this version changed", SINCE: "From this version to your form"}


class LineCount(Mark):
    """How many lines are new or gone, with the sign in front: "+5 lines"."""

    def __init__(self, sign: str, tone: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign, self._tone, self._words = sign, tone, ""
        self.hide()

    def show_count(self, count: int) -> None:
        """Show that many lines; none at all hides it."""
        self._words = f"{self._sign}{count:,} line{'' if count == 1 else 's'}"
        self.setAccessibleName(self._words)
        self.setVisible(count > 0)
        self._changed()

    def words(self) -> str:
        """What it says."""
        return self._words

    def extent(self) -> QSize:
        return pill_size(self._words).toSize()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        draw_pill(painter, rect, self._words, self._tone, f"{self._tone}_soft")


class Head(Panel):
    """Names the two sides, counts their lines, and lets a person choose the other side."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("surface", edges=("bottom",), parent=parent)
        self.title = ElidedLabel(parent=self)
        self.title.setObjectName("historyTitle")
        self.compare = QComboBox(self)
        self.compare.setObjectName("historyCompare")
        self.compare.setAccessibleName("What to compare")
        # Its own list view: the native one ignores the style of items.
        self.compare.setView(QListView(self.compare))
        for side, words in _SIDES.items():
            self.compare.addItem(words, side)
        self.added = LineCount("+", "ok", self)
        self.added.setObjectName("addedLines")
        self.removed = LineCount("−", "bad", self)
        self.removed.setObjectName("removedLines")
        self.restore = plain_button("Restore version…", "restoreButton", "undo", self)
        upper, lower = QHBoxLayout(), QHBoxLayout()
        upper.addWidget(self.title, 1)
        upper.addWidget(self.restore)
        lower.setSpacing(SPACE_M)
        lower.addWidget(self.compare)
        lower.addStretch(1)
        lower.addWidget(self.added)
        lower.addWidget(self.removed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        layout.setSpacing(SPACE_S)
        layout.addLayout(upper)
        layout.addLayout(lower)

    def side(self) -> str:
        """What is compared: ``HERE`` or ``SINCE``."""
        return str(self.compare.currentData())


class Foot(Panel):
    """Where in the changes one stands, and the keys that lead on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("bg", edges=("top",), parent=parent)
        self.place = Label(role="caption", tone="muted", tabular=True, parent=self)
        self.place.setObjectName("historyPlace")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_S, SPACE_L, SPACE_S)
        layout.setSpacing(SPACE_L)
        layout.addWidget(self.place, 1)
        layout.addWidget(KeyHint("J", "next change", self))
        layout.addWidget(KeyHint("K", "previous", self))

    def stand_at(self, at: int, total: int) -> None:
        """Which change of how many."""
        if not total:
            self.place.setText("")
        elif at < 0:
            self.place.setText(f"{total:,} change{'' if total == 1 else 's'}")
        else:
            self.place.setText(f"Change {at + 1:,} of {total:,}")
