"""One field of a merge: what both sides made of it, beside each other, and what shall be kept."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from blogadmin.gui.dialogs.merge_card import LINES, BaseCard, ChoiceCard, changed_words
from blogadmin.gui.dialogs.merge_parts import RowHead, Ways
from blogadmin.gui.dialogs.merge_plan import Decision, Keep, Planned, Question

_SAID = {Keep.THEIRS: "theirs", Keep.MINE: "mine", Keep.BOTH: "both", Keep.EDITED: "edited"}


class MergeRow(QObject):
    """Holds a field's decisions, and the widgets that ask for them, one question at a time.

    Signals:
        decided: something was chosen, typed, or turned to.
    """

    decided = Signal()

    def __init__(self, planned: Planned, parent: QWidget) -> None:
        super().__init__(parent)
        self.planned = planned
        self.decisions: list[Decision | None] = [None] * len(planned.questions)
        self._at = 0
        field = planned.field
        name, mono = field.name, field.kind in ("lines", "json")
        self._base = BaseCard(f"{name}Base", f"{field.label}, base", mono=mono, parent=parent)
        self._theirs = ChoiceCard(f"{name}Theirs", f"{field.label}: keep theirs", mono=mono, parent=parent)
        self._mine = ChoiceCard(f"{name}Mine", f"{field.label}: keep mine", mono=mono, parent=parent)
        self._cards = (self._base, self._theirs, self._mine)
        self._head = RowHead(field, parent)
        self._ways = Ways(field, (self._theirs.radio, self._mine.radio), parent)
        for card in self._cards:
            card.text.resized.connect(self._fit)
        self._head.turned.connect(self._turn)
        self._ways.chosen.connect(self._choose)
        self._ways.typed.connect(self._typed)
        self.show_question(0)

    def add_to(self, grid: QGridLayout, at: int) -> None:
        """Take two rows of ``grid`` from ``at`` on: the cards, and below them the other ways."""
        grid.addWidget(self._head, at, 0, 2, 1, Qt.AlignmentFlag.AlignTop)
        for column, card in enumerate(self._cards, 1):
            grid.addWidget(card, at, column)
        grid.addWidget(self._ways, at + 1, 2, 1, 2)

    # What was decided

    @property
    def open_count(self) -> int:
        """How many questions have no usable answer yet."""
        return sum(self._is_open(index) for index in range(len(self.decisions)))

    def value(self) -> object:
        """The field's value; ask only when nothing is open."""
        return self.planned.value([decision for decision in self.decisions if decision is not None])

    def remember(self, former: Sequence[tuple[Question, Decision]]) -> None:
        """Take over decisions that were made about the same questions before."""
        for index, question in enumerate(self.planned.questions):
            for asked, decision in former:
                if question.is_same(asked):
                    self.decisions[index] = decision
        self.show_question(self.next_open(0) or 0)

    def answers(self) -> list[tuple[Question, Decision]]:
        """Each question that was decided, with its decision."""
        pairs = zip(self.planned.questions, self.decisions, strict=True)
        return [(question, decision) for question, decision in pairs if decision is not None]

    def next_open(self, start: int, step: int = 1) -> int | None:
        """The first open question from ``start`` on, in steps of ``step``."""
        end = len(self.decisions) if step > 0 else -1
        return next((index for index in range(start, end, step) if self._is_open(index)), None)

    def _is_open(self, index: int) -> bool:
        return self.decisions[index] is None or self._fault(index) is not None

    def _fault(self, index: int) -> str | None:
        """What is wrong with a text edited by hand, as a sentence."""
        decision, field, editor = self.decisions[index], self.planned.field, self._ways.editor
        if decision is None or decision.keep is not Keep.EDITED:
            return None
        # Half of a character, as a broken input method leaves it, is seen by the editor alone.
        found = editor.problem() if editor is not None and index == self._at else None
        if found is None and field.check is not None:
            found = field.check(decision.text)
        return f"{field.label} {found}" if found and found[:1].islower() else found

    # Showing

    @property
    def at(self) -> int:
        """Which question is shown."""
        return self._at

    def show_question(self, index: int) -> None:
        """Show a question, with what was decided about it."""
        self._at = index
        question, decision = self.planned.questions[index], self.decisions[index]
        self._base.show_version(question.base)
        self._theirs.show_version(question.theirs, changed_words(question.base, question.theirs))
        self._mine.show_version(question.mine, changed_words(question.base, question.mine))
        self._fit()
        self._ways.choose(decision.keep if decision else None)
        self._show_decision()

    def focus(self) -> None:
        """Go to what is chosen, or to the first choice."""
        self._ways.focus()

    def has_focus(self) -> bool:
        """Whether the keyboard is in this row."""
        focused = self._head.window().focusWidget()
        places = (*self._cards, self._head, self._ways)
        return focused is not None and any(place.isAncestorOf(focused) for place in places)

    def widget(self) -> QWidget:
        """What has to be scrolled to so that the row is seen."""
        return self._theirs

    def _fit(self) -> None:
        most = max(card.text.lines_needed() for card in self._cards)
        for card in self._cards:
            card.text.show_lines(max(1, min(most, LINES)))

    def _show_decision(self) -> None:
        decision = self.decisions[self._at]
        self._ways.show_editor(decision.text if decision and decision.keep is Keep.EDITED else None)
        self._tell()

    def _tell(self) -> None:
        total, open_ones, decision = len(self.decisions), self.open_count, self.decisions[self._at]
        if total > 1:
            words = f"{total - open_ones} of {total} decided"
        else:
            words = "choose one" if open_ones or decision is None else f"chosen: {_SAID[decision.keep]}"
        question = self.planned.questions[self._at]
        parts = [f"Conflict {self._at + 1} of {total}"] if total > 1 else []
        parts += [f"line {question.line:,}"] if question.line else []
        parts += [f"“{question.place}”"] if question.place else []
        self._head.tell(words, ", ".join(parts), is_open=bool(open_ones))
        self._head.stand_at(self._at, total)
        self._ways.show_fault(self._fault(self._at))

    # Deciding

    def _choose(self, keep: Keep) -> None:
        before, question = self.decisions[self._at], self.planned.questions[self._at]
        text = before.text if before else ""
        if keep is Keep.EDITED and not text:
            both = [part for part in (question.theirs, question.mine) if part is not None]
            kept = before.keep if before else Keep.MINE
            text = {Keep.THEIRS: question.theirs, Keep.BOTH: "\n".join(both)}.get(kept, question.mine) or ""
        # What was typed by hand is kept while the person looks at other choices.
        self.decisions[self._at] = Decision(keep, text)
        self._show_decision()
        self.decided.emit()

    def _typed(self, text: str) -> None:
        self.decisions[self._at] = Decision(Keep.EDITED, text)
        self._tell()
        self.decided.emit()

    def _turn(self, by: int) -> None:
        self.show_question(self._at + by)
        self.decided.emit()
