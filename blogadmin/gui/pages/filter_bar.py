"""The chips of a list's filter, in the order in which they were chosen."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from blogadmin.core.queries.spec import Condition, Group
from blogadmin.gui.pages.filter_tree import Part, Place, parts_of, removed, tidied, with_any
from blogadmin.gui.pages.filter_words import FilterWords
from blogadmin.gui.theme import RADIUS, SPACE_S
from blogadmin.gui.widgets.buttons import ghost_button, link_button
from blogadmin.gui.widgets.chip import Chip
from blogadmin.gui.widgets.chip_flow import FlowLayout
from blogadmin.gui.widgets.labels import Label
from blogadmin.gui.widgets.panel import Panel


class FilterBar(QWidget):
    """Shows a filter as chips and tells what the person makes of it. Hidden while there is no filter.

    A group stands in a frame, its chips with "or" (or "and") between them.

    Signals:
        changed(Group or None): the person took something away, or turned "all" into "any".
        edit_wanted(place): a chip was clicked.
        alternative_wanted(place): another condition is to stand beside that of a chip.
    """

    changed = Signal(object)
    edit_wanted = Signal(object)
    alternative_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.where: Group | None = None
        self._words = FilterWords((), {})
        self._chips: list[tuple[Place, Chip]] = []
        self._made: list[QWidget] = []
        self.setObjectName("filterBar")
        self.setAccessibleName("Filters")
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._match = ghost_button("", "matchButton", parent=self)
        self._match.clicked.connect(self._turn)
        self.clear_button = link_button("Clear all", "clearFiltersButton", parent=self)
        self.clear_button.clicked.connect(self.clear)
        self._flow = FlowLayout(self)
        self._flow.addWidget(self._match)
        self._flow.addWidget(self.clear_button)
        self.hide()

    def show_filter(self, where: Group | None, words: FilterWords) -> None:
        """Show the chips of ``where``; the keyboard stays at the chip where it was."""
        had = next((n for n, (_, chip) in enumerate(self._chips) if chip.hasFocus()), -1)
        self.where, self._words = tidied(where), words
        for widget in self._made:
            self._flow.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._chips, self._made = [], []
        for at, part in enumerate(parts_of(self.where)):
            self._add_part(at, part)
        for before, after in pairwise([self._match, *self.chips(), self.clear_button]):
            QWidget.setTabOrder(before, after)
        self._show_match()
        self.setVisible(bool(self._chips))
        if had >= 0 and self._chips:
            self._focus(min(had, len(self._chips) - 1))
        self.updateGeometry()

    def rename(self) -> None:
        """Say the chips anew: a name has become known."""
        for place, chip in self._chips:
            chip.set_words(*self._words.chip(self.part(place)))

    def chips(self) -> list[Chip]:
        """The chips, in their order."""
        return [chip for _, chip in self._chips]

    def chip_at(self, place: Place) -> Chip | None:
        """The chip of what stands at ``place``."""
        return next((chip for at, chip in self._chips if at == place), None)

    def part(self, place: Place) -> Part:
        """What stands at ``place``."""
        part = parts_of(self.where)[place[0]]
        return part.parts[place[1]] if len(place) > 1 and isinstance(part, Group) else part

    def clear(self) -> None:
        """Take all away."""
        if self.where is not None:
            self.changed.emit(None)

    def remove_last(self) -> None:
        """Take the last chip away."""
        if self._chips:
            self._remove(self._chips[-1][0])

    # Making

    def _add_part(self, at: int, part: Part) -> None:
        widget = self._group(at, part) if isinstance(part, Group) else self._chip((at,), part, self)
        self._made.append(widget)
        self._flow.insert(at + 1, widget)
        widget.show()

    def _group(self, at: int, group: Group) -> QWidget:
        frame = Panel("sunken", border="line", radius=RADIUS, parent=self)
        row = QHBoxLayout(frame)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        for inner_at, inner in enumerate(group.parts):
            if inner_at:
                row.addWidget(Label("or" if group.any else "and", tone="muted", parent=frame))
            row.addWidget(self._chip((at, inner_at), inner, frame))
        return frame

    def _chip(self, place: Place, part: Part, parent: QWidget) -> Chip:
        chip = Chip(*self._words.chip(part), parent, editable=isinstance(part, Condition))
        chip.setObjectName(f"chip_{len(self._chips) + 1}")
        if isinstance(part, Condition):
            chip.clicked.connect(lambda: self.edit_wanted.emit(place))
        chip.remove_wanted.connect(lambda: self._remove(place))
        chip.alternative_wanted.connect(lambda: self.alternative_wanted.emit(place))
        chip.step_wanted.connect(lambda by, n=len(self._chips): self._focus(n + by))
        self._chips.append((place, chip))
        return chip

    def _show_match(self) -> None:
        several = len(parts_of(self.where)) > 1
        any_ = self.where is not None and self.where.any
        self._match.setVisible(several)
        self._match.setText("Any of" if any_ else "All of")
        self._match.setAccessibleName("Any of the filters must match" if any_ else "All filters must match")
        other = "all of them" if any_ else "any of them"
        self._match.setToolTip(f"Show rows that match {other} instead")

    # Working

    def _turn(self) -> None:
        if self.where is not None:
            self.changed.emit(with_any(self.where, not self.where.any))

    def _remove(self, place: Place) -> None:
        self.changed.emit(removed(self.where, place))

    def _focus(self, at: int) -> None:
        if 0 <= at < len(self._chips):
            self._chips[at][1].setFocus(Qt.FocusReason.TabFocusReason)

    def _alternative_words(self, place: Place) -> str:
        if self.where is None:
            return ""
        beside = self.where.parts[place[0]]
        any_ = beside.any if isinstance(beside, Group) else not self.where.any
        return "Or…" if any_ else "And…"

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        for place, chip in self._chips:
            if chip.rect().contains(chip.mapFrom(self, event.pos())) or chip.hasFocus():
                by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
                below = chip.mapToGlobal(QPoint(0, chip.height()))
                where = event.globalPos() if by_mouse else below
                chip.menu(self._alternative_words(place)).popup(where)
                return
        super().contextMenuEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.LayoutDirectionChange):
            self._flow.invalidate()
