"""Where the value of a condition is given, one small form for each kind of field.

Each has an operator where there are several, shows and gives a value, and says in words what is missing while
there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QDate, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDateEdit,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from blogadmin.core.queries.spec import Condition, Field, Kind
from blogadmin.gui.pages.filter_choices import ChoiceBoxes
from blogadmin.gui.pages.filter_words import OPERATORS, PERIODS, period_words
from blogadmin.gui.theme import SPACE_M
from blogadmin.gui.widgets.labels import Label

if TYPE_CHECKING:
    from blogadmin.gui.control.tasks import Tasks

_DATE = "yyyy-MM-dd"
_LONGEST = 1000


class Editor(QWidget):
    """The form for one condition: an operator where there are several, and a value.

    Signals:
        changed(): what was given is another value now.
    """

    changed = Signal()

    def __init__(self, name: str, title: str, field: Field, parent: QWidget) -> None:
        super().__init__(parent)
        self.name, self.title, self.field = name, title, field
        self.operator = _box(f"{title}: how to compare", "filterOperator", self)
        for op, words in OPERATORS[field.kind].items():
            self.operator.addItem(words.capitalize(), op)
        self.operator.setVisible(self.operator.count() > 1)
        self.operator.currentIndexChanged.connect(self._operator_changed)
        self.lines = QVBoxLayout(self)
        self.lines.setContentsMargins(0, 0, 0, 0)
        self.lines.setSpacing(SPACE_M)
        self.lines.addWidget(self.operator)

    def op(self) -> str:
        """The operator that is chosen."""
        return self.operator.currentData()

    def first(self) -> QWidget:
        """Where the keyboard begins."""
        return self.operator

    def show_condition(self, condition: Condition) -> None:
        """Show what a condition says, to be changed."""
        at = self.operator.findData(condition.op)
        self.operator.setCurrentIndex(max(at, 0))
        self._operator_changed()
        self.show_value(condition.op, condition.value)

    def show_value(self, op: str, value: Any) -> None:
        """Show a value of that operator."""

    def condition(self) -> Condition | None:
        """What is given, or ``None`` while ``problem`` tells why there is nothing."""
        return None if self.problem() else Condition(self.name, *self.given())

    def given(self) -> tuple[str, Any]:
        """Operator and value; called only while there is no problem."""
        return self.op(), None

    def problem(self) -> str:
        """What is missing, in words; empty when nothing is."""
        return ""

    def show_counts(self, counts: Mapping[Any, str]) -> None:
        """Show beside each value how many rows have it."""

    def _operator_changed(self) -> None:
        self.changed.emit()


class ChoiceEditor(Editor):
    """Words to be ticked: one, or several of which any may hold."""

    def __init__(self, name: str, title: str, field: Field, parent: QWidget) -> None:
        super().__init__(name, title, field, parent)
        self._boxes = ChoiceBoxes(field.choices, self)
        self._boxes.changed.connect(self.changed)
        self.lines.addWidget(self._boxes)

    def first(self) -> QWidget:
        return self._boxes.first()

    def show_value(self, op: str, value: Any) -> None:
        self._boxes.tick(value if isinstance(value, tuple) else (value,))

    def given(self) -> tuple[str, Any]:
        ticked = self._boxes.ticked()
        if self.op() == "is_not":
            return "is_not", ticked[0]
        return ("is", ticked[0]) if len(ticked) == 1 else ("any_of", ticked)

    def problem(self) -> str:
        ticked = self._boxes.ticked()
        if not ticked:
            return "Tick one or more."
        return "Tick only one for “is not”." if self.op() == "is_not" and len(ticked) > 1 else ""

    def show_counts(self, counts: Mapping[Any, str]) -> None:
        self._boxes.show_counts(counts)


class FlagEditor(Editor):
    """Yes or no."""

    def __init__(self, name: str, title: str, field: Field, parent: QWidget) -> None:
        super().__init__(name, title, field, parent)
        self._group = QButtonGroup(self)
        self._counts: dict[bool, Label] = {}
        grid = QGridLayout()
        for row, (value, words) in enumerate(((True, "Yes"), (False, "No"))):
            button = QRadioButton(words, self)
            button.setObjectName(f"value_{str(value).lower()}")
            button.setAccessibleName(f"{title}: {words}")
            self._group.addButton(button, int(value))
            count = self._counts[value] = Label(tone="muted", tabular=True, parent=self)
            grid.addWidget(button, row, 0)
            grid.addWidget(count, row, 1)
        grid.setColumnStretch(0, 1)
        self._group.button(1).setChecked(True)
        self._group.idToggled.connect(lambda _id, _on: self.changed.emit())
        self.lines.addLayout(grid)

    def first(self) -> QWidget:
        return self._group.checkedButton() or self.operator

    def show_value(self, op: str, value: Any) -> None:
        self._group.button(int(bool(value))).setChecked(True)

    def given(self) -> tuple[str, Any]:
        return "is", bool(self._group.checkedId())

    def show_counts(self, counts: Mapping[Any, str]) -> None:
        for value, label in self._counts.items():
            label.setText(counts.get(value, ""))


class PersonEditor(Editor):
    """Somebody whose name is typed; never a list of everybody."""

    def __init__(
        self, name: str, title: str, field: Field, parent: QWidget, tasks: Tasks, names: dict[int, str]
    ) -> None:
        from blogadmin.gui.dialogs.author_field import AuthorField

        super().__init__(name, title, field, parent)
        self.person = AuthorField(tasks, self)
        self.person.setObjectName("filterPerson")
        self.person.setAccessibleName(title)
        self.person.changed.connect(self.changed)
        self.person.person_changed.connect(lambda p: p and names.update({p.id: p.name}))
        self.lines.addWidget(self.person)

    def first(self) -> QWidget:
        return self.person

    def show_value(self, op: str, value: Any) -> None:
        if isinstance(value, int):
            self.person.propose(value)

    def given(self) -> tuple[str, Any]:
        return self.op(), self.person.value()

    def problem(self) -> str:
        wrong = self.person.problem()
        return f"{self.title} {wrong}" if wrong else ""


class TimeEditor(Editor):
    """A period that is named, or dates."""

    def __init__(self, name: str, title: str, field: Field, parent: QWidget) -> None:
        super().__init__(name, title, field, parent)
        self.period = _box(f"{title}: period", "filterPeriod", self)
        for value, words in PERIODS.items():
            self.period.addItem(words.capitalize(), value)
        self.period.setCurrentIndex(self.period.findData("7d"))
        self._from = self._date("filterDate", f"{title}: date")
        self._to = self._date("filterLastDate", f"{title}: last day")
        self._to_label = Label("to", tone="muted", parent=self)
        row = QHBoxLayout()
        row.setSpacing(SPACE_M)
        row.addWidget(self._from, 1)
        row.addWidget(self._to_label)
        row.addWidget(self._to, 1)
        self.lines.addWidget(self.period)
        self.lines.addLayout(row)
        self.period.currentIndexChanged.connect(self.changed)
        self._operator_changed()

    def first(self) -> QWidget:
        return self.period if self.op() == "within" else self._from

    def show_value(self, op: str, value: Any) -> None:
        if op == "within":
            if self.period.findData(value) < 0:
                self.period.addItem(period_words(value).capitalize(), value)
            self.period.setCurrentIndex(self.period.findData(value))
            return
        ends = value if isinstance(value, tuple) else (value,)
        for field, text in zip((self._from, self._to), ends, strict=False):
            day = QDate.fromString(str(text)[:10], _DATE)
            if day.isValid():
                field.setDate(day)

    def given(self) -> tuple[str, Any]:
        op, begin, end = self.op(), self._from.date(), self._to.date()
        if op == "within":
            return op, self.period.currentData()
        if op == "between":
            return op, (begin.toString(_DATE), end.toString(_DATE))
        return op, begin.toString(_DATE)

    def problem(self) -> str:
        backwards = self.op() == "between" and self._to.date() < self._from.date()
        return "The last day comes before the first." if backwards else ""

    def _operator_changed(self) -> None:
        op = self.op()
        self.period.setVisible(op == "within")
        self._from.setVisible(op != "within")
        self._to.setVisible(op == "between")
        self._to_label.setVisible(op == "between")
        super()._operator_changed()

    def _date(self, name: str, words: str) -> QDateEdit:
        field = QDateEdit(QDate.currentDate(), self)
        field.setObjectName(name)
        field.setAccessibleName(words)
        field.setDisplayFormat("d MMM yyyy")
        field.setCalendarPopup(True)
        field.dateChanged.connect(lambda _date: self.changed.emit())
        return field


class TextEditor(Editor):
    """A text, a tag, or a key of the metadata and what it holds."""

    def __init__(self, name: str, title: str, field: Field, parent: QWidget) -> None:
        super().__init__(name, title, field, parent)
        self._text = self._line("filterText", _ASKED[field.kind])
        self._value = self._line("filterValue", "Value")
        self._operator_changed()

    def first(self) -> QWidget:
        return self._text

    def show_value(self, op: str, value: Any) -> None:
        parts = value if isinstance(value, tuple) else (value,)
        for line, part in zip((self._text, self._value), parts, strict=False):
            line.setText(str(part))

    def given(self) -> tuple[str, Any]:
        text = self._text.text().strip()
        return self.op(), (text, self._value.text().strip()) if self.op() == "key_is" else text

    def problem(self) -> str:
        if not self._text.text().strip():
            return f"Type a {self._text.placeholderText().lower()}."
        return ""

    def _operator_changed(self) -> None:
        self._value.setVisible(self.op() == "key_is")
        super()._operator_changed()

    def _line(self, name: str, words: str) -> QLineEdit:
        line = QLineEdit(self)
        line.setObjectName(name)
        line.setPlaceholderText(words)
        line.setAccessibleName(f"{self.title}: {words}")
        line.setMaxLength(_LONGEST)
        line.textChanged.connect(lambda _text: self.changed.emit())
        self.lines.addWidget(line)
        return line


class NumberEditor(Editor):
    """A whole number, or two."""

    def __init__(self, name: str, title: str, field: Field, parent: QWidget) -> None:
        from blogadmin.gui.widgets.filter_number import NumberField

        super().__init__(name, title, field, parent)
        self._least = NumberField("filterNumber", title, self)
        self._most = NumberField("filterLastNumber", f"{title}: at most", self)
        self._and = Label("to", tone="muted", parent=self)
        row = QHBoxLayout()
        row.setSpacing(SPACE_M)
        row.addWidget(self._least, 1)
        row.addWidget(self._and)
        row.addWidget(self._most, 1)
        self.lines.addLayout(row)
        for number in (self._least, self._most):
            number.textChanged.connect(lambda _text: self.changed.emit())
        self._operator_changed()

    def first(self) -> QWidget:
        return self._least

    def show_value(self, op: str, value: Any) -> None:
        parts = value if isinstance(value, tuple) else (value,)
        for field, part in zip((self._least, self._most), parts, strict=False):
            field.setText(str(part))

    def given(self) -> tuple[str, Any]:
        if self.op() == "between":
            return "between", (self._least.number(), self._most.number())
        return self.op(), self._least.number()

    def problem(self) -> str:
        least, most = self._least.number(), self._most.number()
        if least is None or (self.op() == "between" and most is None):
            return "Type a whole number."
        backwards = self.op() == "between" and most is not None and most < least
        return "The second number is below the first." if backwards else ""

    def _operator_changed(self) -> None:
        for widget in (self._and, self._most):
            widget.setVisible(self.op() == "between")
        super()._operator_changed()


def make_editor(
    name: str, title: str, field: Field, parent: QWidget, tasks: Tasks, names: dict[int, str]
) -> Editor:
    """The form for conditions on a field of that kind; who is chosen in it is added to ``names``."""
    if field.kind is Kind.PERSON:
        return PersonEditor(name, title, field, parent, tasks, names)
    return _EDITORS[field.kind](name, title, field, parent)


_ASKED: Mapping[Kind, str] = {Kind.TEXT: "Text", Kind.TAGS: "Tag", Kind.KEY: "Key"}
_EDITORS: Mapping[Kind, type[Editor]] = {
    Kind.CHOICE: ChoiceEditor,
    Kind.FLAG: FlagEditor,
    Kind.TIME: TimeEditor,
    Kind.TEXT: TextEditor,
    Kind.TAGS: TextEditor,
    Kind.KEY: TextEditor,
    Kind.NUMBER: NumberEditor,
}


def _box(words: str, name: str, parent: QWidget) -> QComboBox:
    box = QComboBox(parent)
    # Only a view of one's own obeys the style sheet's rules for items.
    box.setView(QListView(box))
    box.view().setObjectName(f"{name}List")
    box.view().setAccessibleName(words)
    box.setObjectName(name)
    box.setAccessibleName(words)
    return box
