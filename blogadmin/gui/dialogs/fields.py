"""The fields of a form: what each is called, which widget edits it, and what makes its value wrong."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, Protocol, cast

from PySide6.QtCore import QEvent, QObject, Qt, Signal, SignalInstance
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QAbstractScrollArea, QCheckBox, QComboBox, QListView, QWidget

from blogadmin.gui.widgets.field import FormField


class ValueWidget(Protocol):
    """A widget that edits one value; a QWidget with a signal ``changed``, which protocols cannot say."""

    def set_value(self, value: Any, /) -> None: ...
    def propose(self, value: Any, /) -> None: ...
    def value(self) -> Any: ...
    def is_changed(self) -> bool: ...
    def problem(self) -> str | None: ...
    def notice(self) -> str: ...
    def locate_problem(self) -> None: ...


class ChoiceField(QComboBox):
    """One word out of a few. A word that nobody knows is shown as it is and kept."""

    changed = Signal()

    def __init__(self, choices: Iterable[tuple[str, str, QIcon]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Its own list view: the native one ignores the style of items.
        self.setView(QListView(self))
        for word, label, icon in choices:
            self.addItem(icon, label, word)
        self._known = self.count()
        self._loaded: str | None = None
        self.currentIndexChanged.connect(lambda _index: self.changed.emit())

    def set_value(self, value: str | None) -> None:
        """Show ``value`` as the loaded one."""
        self._loaded = value
        while self.count() > self._known:
            self.removeItem(self._known)
        if value is not None and self.findData(value) < 0:
            self.addItem(value, value)
        self.setCurrentIndex(self.findData(value) if value is not None else -1)

    def propose(self, value: str) -> None:
        """Choose ``value`` as a person would."""
        self.setCurrentIndex(self.findData(value))

    def value(self) -> str | None:
        """The word that is chosen."""
        return self.currentData()

    def is_changed(self) -> bool:
        """Whether another word is chosen than the loaded one."""
        return self.value() != self._loaded

    def problem(self) -> str | None:
        """A choice is never wrong by itself."""
        return None

    def notice(self) -> str:
        """Nothing has to be said about a choice."""
        return ""

    def locate_problem(self) -> None:
        """The focus alone shows where."""

    def wheelEvent(self, event: Any) -> None:
        # Scrolling a form must not change what happens to lie under the pointer.
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class TickField(QCheckBox):
    """Yes or no."""

    changed = Signal()

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._loaded = False
        self.toggled.connect(lambda _on: self.changed.emit())

    def set_value(self, value: bool | None) -> None:
        """Show ``value`` as the loaded one."""
        self._loaded = bool(value)
        self.setChecked(self._loaded)

    def propose(self, value: bool) -> None:
        """Tick it or not, as a person would."""
        self.setChecked(value)

    def value(self) -> bool:
        """Whether it is ticked."""
        return self.isChecked()

    def is_changed(self) -> bool:
        """Whether it differs from the loaded value."""
        return self.isChecked() != self._loaded

    def problem(self) -> str | None:
        """A tick is never wrong by itself."""
        return None

    def notice(self) -> str:
        """Nothing has to be said about a tick."""
        return ""

    def locate_problem(self) -> None:
        """The focus alone shows where."""


class Field:
    """One field of a form, with its block of label, widget, help and error in ``row``.

    ``check`` tells why a value is wrong, as a sentence or completing the label. ``same`` compares values
    where ``==`` does not do; ``words`` shows a value to a person. A widget may label itself.
    """

    def __init__(
        self,
        name: str,
        label: str,
        widget: ValueWidget,
        *,
        required: bool = False,
        check: Callable[[Any], str | None] | None = None,
        same: Callable[[Any, Any], bool] = operator.eq,
        words: Callable[[Any], str] = str,
        help_text: str = "",
        labelled: bool = True,
    ) -> None:
        self.name = name
        self.label = label
        self.widget = widget
        self.check = check
        self.same = same
        self.words = words
        self.help_text = help_text
        self.qt = cast("QWidget", widget)
        self.row = FormField(
            label if labelled else "", self.qt, required=required, help_text=help_text, name=name
        )
        self.changed: SignalInstance = cast("Any", widget).changed
        self.qt.setAccessibleName(label)
        layout = self.row.layout()
        if isinstance(widget, QCheckBox) and layout is not None:
            # As wide as its words: beside them a click would do nothing.
            layout.setAlignment(widget, Qt.AlignmentFlag.AlignLeading)
        cleaned = getattr(widget, "cleaned", None)
        if cleaned is not None:
            cleaned.connect(self.row.set_help)

    def problem(self) -> str | None:
        """Why the value cannot be saved, as a sentence, or ``None``."""
        # A value that nobody touched was good enough for the database; it is not sent either.
        found = self.widget.problem()
        if found is None and self.check is not None:
            found = self.check(self.widget.value())
        return self.sentence(found) if found else None

    def sentence(self, message: str) -> str:
        """A message as a whole sentence: one that begins in lower case completes the label."""
        return f"{self.label} {message}" if message[:1].islower() else message

    def show_error(self, message: str | None) -> None:
        """Say under the field what is wrong with it; ``None`` takes it away."""
        self.row.set_error(self.sentence(message) if message else None)

    @property
    def error(self) -> str | None:
        """What the field says is wrong with it now."""
        return self.row.error

    def lock(self, locked: bool) -> None:
        """Keep the value from being changed, though it can be read and copied, or give it free again."""
        set_read_only = getattr(self.qt, "setReadOnly", None)
        if set_read_only is None:
            self.qt.setEnabled(not locked)
        else:
            set_read_only(locked or bool(self.widget.notice()))

    def settle(self) -> None:
        """After loading: no error, and the notice of a value that cannot be shown or the usual help."""
        self.show_error(None)
        notice = self.widget.notice()
        self.row.set_help(self.sentence(notice) if notice else self.help_text)

    def focus(self) -> None:
        """Go there, ready for typing the right value."""
        self.qt.setFocus(Qt.FocusReason.OtherFocusReason)
        self.widget.locate_problem()


class Watch(QObject):
    """Looks over the shoulder of a form's fields: tells of leaving one, and keeps input out while closed."""

    left = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.closed = False
        self._names: dict[QObject, str] = {}

    def add(self, field: Field) -> None:
        """Watch ``field``."""
        widget = field.qt.focusProxy() or field.qt
        self._names[widget] = field.name
        widget.installEventFilter(self)
        if isinstance(widget, QAbstractScrollArea):
            widget.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self.closed and event.type() in _INPUT:
            return True
        if event.type() == QEvent.Type.FocusOut and watched in self._names:
            self.left.emit(self._names[watched])
        return False


_INPUT = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.InputMethod,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.Wheel,
        QEvent.Type.DragEnter,
        QEvent.Type.Drop,
    }
)


class Form:
    """All fields of a dialog in their order. Knows nothing of rows, saving or the database."""

    def __init__(self) -> None:
        self._fields: dict[str, Field] = {}

    def add(self, field: Field) -> Field:
        """Take ``field`` in behind the others."""
        self._fields[field.name] = field
        return field

    def __iter__(self) -> Iterator[Field]:
        return iter(self._fields.values())

    def __getitem__(self, name: str) -> Field:
        return self._fields[name]

    def __contains__(self, name: object) -> bool:
        return name in self._fields

    def load(self, values: Mapping[str, Any]) -> None:
        """Show the values of a row; a field without one is emptied."""
        for field in self:
            field.widget.set_value(values.get(field.name))
            field.settle()

    def lock(self, locked: bool) -> None:
        """Keep every value from being changed, or give them free again."""
        for field in self:
            field.lock(locked)

    def rebase(self, theirs: Mapping[str, Any], keep: Collection[str] = ()) -> None:
        """Take other values as the loaded ones; what was typed here stays, and counts as a change.

        Fields of ``keep`` stay, too: somebody decided about them, even if back to what was there before.
        """
        for field in self:
            if field.name in theirs:
                stays = field.name in keep or field.widget.is_changed()
                mine = field.widget.value()
                field.widget.set_value(theirs[field.name])
                if stays:
                    field.widget.propose(mine)

    def is_changed(self) -> bool:
        """Whether a person changed something; cheap enough for every key stroke."""
        return any(field.widget.is_changed() for field in self)

    def values(self) -> dict[str, Any]:
        """All values. Ask ``check`` first: a field with a problem has no value."""
        return {field.name: field.widget.value() for field in self}

    def changes(self, base: Mapping[str, Any]) -> dict[str, Any]:
        """The values that differ from ``base``."""
        return {
            field.name: value
            for field in self
            if field.widget.is_changed()
            and not field.same(value := field.widget.value(), base.get(field.name))
        }

    def check(self, *, everything: bool) -> int:
        """Show under each field what is wrong with it; how many are. Untouched ones only on demand."""
        for field in self:
            asked = everything or field.widget.is_changed()
            field.show_error(field.problem() if asked else None)
        return len(self.faulty())

    def faulty(self) -> list[Field]:
        """The fields that show an error, in order."""
        return [field for field in self if field.error]
