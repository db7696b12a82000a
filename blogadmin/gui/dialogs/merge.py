"""The window in which a person decides between two versions of a row, field by field.

It knows neither saving nor the database: fields go in, chosen values come out. Whoever else finds that
somebody changed what he was about to change (undo, restoring a version) can ask with it, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QFont,
    QKeySequence,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from blogadmin.gui.control.messages import Choice, Messages
from blogadmin.gui.dialogs.conflict_table import Compared, ConflictTable
from blogadmin.gui.dialogs.frame import Scroller, button_box, fit_height, footer, frame
from blogadmin.gui.dialogs.merge_plan import Decision, Planned, Question
from blogadmin.gui.dialogs.merge_row import MergeRow
from blogadmin.gui.theme import MARGIN, SPACE_L, SPACE_M, SPACE_S, metrics
from blogadmin.gui.widgets.buttons import danger_button, link_button, plain_button, primary_button
from blogadmin.gui.widgets.labels import ElidedLabel, Label
from blogadmin.gui.widgets.pills import IconMark, KeyHint, StatusGlyph

Answers = Sequence[tuple[Question, Decision]]

_HEAD_CHARACTERS = 18
_WIDTH, _HEIGHT = 1000, 300


@dataclass(frozen=True, slots=True)
class MergeWords:
    """What the window says around the fields.

    ``base``, ``theirs`` and ``mine`` stand beside the heads of their columns. Without ``discard`` there is
    no such button; ``discard_question`` is what it asks before it does anything.
    """

    heading: str
    explanation: str
    base: str = ""
    theirs: str = ""
    mine: str = "not saved yet"
    accept: str = "Save merged"
    keep: str = "Keep editing"
    discard: str = "Discard mine…"
    discard_question: str = "What you typed will be gone."


class MergeDialog(QDialog):
    """Shows what clashes in three versions, and lets nothing pass until all of it is decided.

    ``open()`` it; closing it otherwise than by a button is "keep". Deletes itself when closed.

    Signals:
        merged: the values of all fields by name.
        discarded: mine shall be given up, and the person has confirmed that.
    """

    merged = Signal(object)
    discarded = Signal()

    def __init__(
        self,
        planned: Sequence[Planned],
        words: MergeWords,
        messages: Messages,
        parent: QWidget | None = None,
        *,
        former: Answers = (),
    ) -> None:
        """``former`` are decisions of an earlier window; those about the same question are taken over."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("mergeDialog")
        self.setWindowTitle("Resolve conflict – blogadmin")
        self.setAccessibleDescription(words.explanation)
        self._planned, self._words, self._messages = tuple(planned), words, messages
        self._content = QWidget(self)
        self.rows = [MergeRow(one, self._content) for one in planned if one.questions]
        for row in self.rows:
            row.remember(former)
            row.decided.connect(self._changed)
        self._lay_out()
        self._connect()
        self._changed()
        self.resize(self._wanted_size())
        self.go_to_open()

    def answers(self) -> list[tuple[Question, Decision]]:
        """What was decided so far."""
        return [answer for row in self.rows for answer in row.answers()]

    def open_count(self) -> int:
        """How many conflicts are open."""
        return sum(row.open_count for row in self.rows)

    def go_to_open(self, step: int = 1) -> None:
        """Show the next open conflict, or with -1 the one before; from the end it goes round."""
        rows = self.rows
        here = next((index for index, row in enumerate(rows) if row.has_focus()), None)
        start = here if here is not None else (0 if step > 0 else len(rows) - 1)
        first = rows[start].at + (step if here is not None else 0)
        for turn in range(len(rows) + 1):
            row = rows[(start + step * turn) % len(rows)]
            begin = first if turn == 0 else 0 if step > 0 else len(row.decisions) - 1
            found = row.next_open(begin, step)
            if found is not None:
                row.show_question(found)
                row.focus()
                # Once what is shown now has its place.
                QTimer.singleShot(0, row, partial(self._scroller.ensureWidgetVisible, row.widget()))
                return

    # Deciding

    def _changed(self) -> None:
        total, left = sum(len(row.decisions) for row in self.rows), self.open_count()
        conflicts = "conflict" if total == 1 else "conflicts"
        said = f"{left} of {total} {conflicts} open" if left else "All conflicts decided"
        self._glyph.set_status("pending" if left else "approved")
        self._glyph.setAccessibleName("")
        self._accept.setEnabled(not left)
        self._accept.setToolTip("Decide the open conflicts first." if left else "")
        self._fit_later()
        if said != self._count.text():
            self._count.setText(said)
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._count, said))

    def _save(self) -> None:
        if self.open_count():
            return
        decided = {row.planned.field.name: row.value() for row in self.rows}
        values = {one.field.name: one.value() for one in self._planned if not one.questions}
        self.accept()
        self.merged.emit({**values, **decided})

    def _ask_to_discard(self) -> None:
        def answered(key: str) -> None:
            if key == "discard":
                self.done(QDialog.DialogCode.Rejected)
                self.discarded.emit()

        self._messages.ask(
            self,
            "Discard mine",
            self._words.discard_question,
            [
                Choice("discard", "Discard mine", "destructive"),
                Choice("cancel", "Keep mine", "reject", default=True),
            ],
            answered,
        )

    def _show_merged(self) -> None:
        self._merged_table.setVisible(self._merged_table.isHidden())
        self._show_button.setText("Hide" if self._merged_table.isVisibleTo(self) else "Show")
        self._fit_later()

    # Layout

    def _lay_out(self) -> None:
        self._scroller = Scroller(self._content, self)
        layout = QVBoxLayout(self._content)
        layout.setContentsMargins(0, 0, SPACE_S, 0)
        layout.setSpacing(SPACE_M)
        layout.addLayout(self._grid())
        layout.addLayout(self._merged_line())
        self._merged_table = ConflictTable(self._content)
        self._merged_table.compare([_compared(one) for one in self._planned if not one.questions])
        layout.addWidget(self._merged_table)
        layout.addStretch(1)
        self._accept = primary_button(self._words.accept, "saveMergedButton", "merge", parent=self)
        self._keep = plain_button(self._words.keep, "keepEditingButton", parent=self)
        self._discard = danger_button(self._words.discard or "Discard", "discardMineButton", parent=self)
        # A button box shows whatever is put into it.
        self._discard.hide()
        others = [self._discard] if self._words.discard else []
        self._glyph = StatusGlyph("pending", "bg", parent=self)
        self._count = Label(weight=QFont.Weight.DemiBold, parent=self)
        self._count.setObjectName("openConflicts")
        hint = KeyHint("F8", "next open")
        foot = footer([self._glyph, self._count, hint], button_box(self._accept, self._keep, *others))
        frame(self, [self._head(), self._scroller], foot, grows=self._scroller)

    def _head(self) -> QWidget:
        head = QWidget(self)
        heading = Label(self._words.heading, role="dialog_title", wrap=True, parent=head)
        heading.setObjectName("mergeHeading")
        explanation = Label(self._words.explanation, tone="muted", wrap=True, parent=head)
        explanation.setObjectName("mergeExplanation")
        layout = QGridLayout(head)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(SPACE_L)
        layout.setVerticalSpacing(SPACE_S)
        layout.addWidget(IconMark("merge", "warn", 20, parent=head), 0, 0)
        layout.addWidget(heading, 0, 1)
        layout.addWidget(explanation, 1, 0, 1, 2)
        layout.setColumnStretch(1, 1)
        return head

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_L)
        grid.setVerticalSpacing(SPACE_S)
        grid.setColumnMinimumWidth(0, _HEAD_CHARACTERS * metrics("caption").averageCharWidth())
        heads = (
            ("Field", ""),
            ("Base", self._words.base),
            ("Theirs", self._words.theirs),
            ("Mine", self._words.mine),
        )
        for column, (strong, rest) in enumerate(heads):
            grid.addLayout(self._column_head(strong, rest), 0, column)
            grid.setColumnStretch(column, 1 if column else 0)
        for index, row in enumerate(self.rows):
            row.add_to(grid, 1 + 2 * index)
        return grid

    def _column_head(self, strong: str, rest: str) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(SPACE_M)
        line.addWidget(Label(strong, weight=QFont.Weight.DemiBold, parent=self._content))
        beside = ElidedLabel(rest, role="caption", tone="muted", parent=self._content)
        line.addWidget(beside, 1)
        return line

    def _merged_line(self) -> QHBoxLayout:
        merged = [one.field.label for one in self._planned if not one.questions]
        fields = "field" if len(merged) == 1 else "fields"
        words = f"{len(merged)} {fields} merged without conflict: {', '.join(merged)}"
        line = QHBoxLayout()
        line.setSpacing(SPACE_S)
        glyph = StatusGlyph("approved", parent=self._content)
        glyph.setAccessibleName("")
        label = ElidedLabel(words, role="caption", tone="muted", parent=self._content)
        label.setObjectName("mergedFields")
        self._show_button = link_button("Show", "showMergedButton", parent=self._content)
        self._show_button.setAccessibleName("Show the fields merged without conflict")
        for widget in (glyph, label, self._show_button):
            line.addWidget(widget)
            widget.setVisible(bool(merged))
        line.addStretch(1)
        return line

    def _fit_later(self) -> None:
        # The texts know how high they are once they have their width.
        QTimer.singleShot(0, self, lambda: fit_height(self, self._scroller))

    def _wanted_size(self) -> QSize:
        room = self.screen().availableGeometry().size() - QSize(2 * MARGIN, 2 * MARGIN)
        height = max(_HEIGHT, self.sizeHint().height())
        return QSize(_WIDTH, height).boundedTo(room)

    def _connect(self) -> None:
        self._accept.clicked.connect(self._save)
        self._keep.clicked.connect(self.reject)
        self._discard.clicked.connect(self._ask_to_discard)
        self._show_button.clicked.connect(self._show_merged)
        for keys, step in (("F8", 1), ("Shift+F8", -1)):
            QShortcut(QKeySequence(keys), self, lambda step=step: self.go_to_open(step))
        for keys in ("Ctrl+Return", "Ctrl+Enter", "Ctrl+S"):
            QShortcut(QKeySequence(keys), self, self._accept.click)

    # Qt's overrides

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit_later()


def _compared(one: Planned) -> Compared:
    field = one.field
    changed = not field.same(field.mine, field.base)
    mine = field.words(field.mine) if changed else None
    return Compared(field.label, field.words(field.base), field.words(field.theirs), mine)
