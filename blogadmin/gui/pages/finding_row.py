"""The line over a list in which something is looked for: words, filters, saved views."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from blogadmin.gui.pages.noun import Noun
from blogadmin.gui.theme import SPACE_M, metrics, set_variant
from blogadmin.gui.widgets.buttons import ghost_button, plain_button
from blogadmin.gui.widgets.labels import ElidedLabel
from blogadmin.gui.widgets.search_field import SearchField


class _Toggle(QPushButton):
    """A button that is on or off. It has room for its words in the bold type that it has while on."""

    def sizeHint(self) -> QSize:
        strong = metrics(weight=QFont.Weight.DemiBold).horizontalAdvance(self.text())
        more = strong - metrics().horizontalAdvance(self.text())
        return super().sizeHint() + QSize(max(0, more), 0)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class FindingRow(QWidget):
    """Layout only: ``Finding`` decides what happens.

    ``bodies`` shows only for a noun whose texts can be searched; ``note`` says what a search was bounded to.
    """

    def __init__(self, noun: Noun, parent: QWidget) -> None:
        super().__init__(parent)
        self.search = SearchField(noun.search_hint, self)
        self.search.setAccessibleName(f"Search {noun.plural}")
        self.bodies = _Toggle("Search in bodies", self)
        self.bodies.setCheckable(True)
        self.bodies.setAutoDefault(False)
        self.bodies.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.bodies.setObjectName("bodiesToggle")
        self.bodies.setAccessibleName("Search in bodies")
        set_variant(self.bodies, kind="chip")
        self.bodies.setVisible(noun.has_bodies)
        self.add = ghost_button("Add filter", "addFilterButton", "plus", self)
        self.views = plain_button("Views", "viewsButton", "bookmark", self)
        self.note = ElidedLabel(role="caption", tone="muted", parent=self)
        self.note.setObjectName("findingNote")
        self.note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_M)
        row.addWidget(self.search, 2)
        row.addWidget(self.bodies)
        row.addWidget(self.add)
        row.addWidget(self.note, 2)
        row.addWidget(self.views)

    def say(self, words: str) -> None:
        """Say something about what was found, in a quiet voice; empty says nothing."""
        self.note.setText(words)
        self.note.setAccessibleName(words)
