"""What stands around the cards of a merged field: its name and state, and the other ways to settle it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from blogadmin.gui.dialogs.merge_card import LINES
from blogadmin.gui.dialogs.merge_plan import Keep, MergeField
from blogadmin.gui.dialogs.text_fields import LineField, MarkdownField
from blogadmin.gui.theme import SPACE_M, SPACE_S, SPACE_XL, SPACE_XS, font, metrics
from blogadmin.gui.widgets.buttons import tool_button
from blogadmin.gui.widgets.labels import Label
from blogadmin.gui.widgets.pills import StatusGlyph


class RowHead(QWidget):
    """The field's label, how far it is decided, and the steps between its conflicts.

    Signals:
        turned: the person wants to see the conflict that many steps on.
    """

    turned = Signal(int)

    def __init__(self, field: MergeField, parent: QWidget) -> None:
        super().__init__(parent)
        name, label = field.name, field.label
        self._glyph = StatusGlyph("pending", parent=self)
        self._state = Label(role="caption", tone="muted", parent=self)
        self._state.setObjectName(f"{name}State")
        self._place = Label(role="caption", tone="muted", wrap=True, parent=self)
        self._place.setObjectName(f"{name}Place")
        self._former = tool_button("chevron-left", f"{label}: conflict before", f"{name}Former", self)
        self._next = tool_button("chevron-right", f"{label}: next conflict", f"{name}Next", self)
        self._former.clicked.connect(lambda: self.turned.emit(-1))
        self._next.clicked.connect(lambda: self.turned.emit(1))
        state, turns = QHBoxLayout(), QHBoxLayout()
        state.setSpacing(SPACE_S)
        state.addWidget(self._glyph)
        state.addWidget(self._state, 1)
        turns.setSpacing(SPACE_XS)
        turns.addWidget(self._former)
        turns.addWidget(self._next)
        turns.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE_XS, 0, 0)
        layout.setSpacing(SPACE_XS)
        layout.addWidget(Label(label, weight=QFont.Weight.DemiBold, wrap=True, parent=self))
        layout.addLayout(state)
        layout.addWidget(self._place)
        layout.addLayout(turns)

    def tell(self, words: str, place: str, *, is_open: bool) -> None:
        """Say how far the field is decided, and where the conflict stands that is shown."""
        self._glyph.set_status("pending" if is_open else "approved")
        # The words beside it say the same.
        self._glyph.setAccessibleName("")
        self._state.setText(words)
        self._place.setText(place)
        self._place.setVisible(bool(place))

    def stand_at(self, index: int, total: int) -> None:
        """Which conflict of how many is shown."""
        for button, end in ((self._former, 0), (self._next, total - 1)):
            button.setVisible(total > 1)
            button.setEnabled(index != end)


class Ways(QWidget):
    """Holds the choice between the cards and what lies below them: both, or a text edited by hand.

    Signals:
        chosen: the person chose a ``Keep``.
        typed: the text edited by hand is another one.
    """

    chosen = Signal(object)
    typed = Signal(str)

    def __init__(self, field: MergeField, cards: Sequence[QRadioButton], parent: QWidget) -> None:
        """``cards`` are the buttons of theirs and of mine."""
        super().__init__(parent)
        both, edit = QRadioButton("Keep both, theirs first", self), QRadioButton("Edit by hand", self)
        both.setObjectName(f"{field.name}BothRadio")
        both.setVisible(field.kind == "lines")
        edit.setObjectName(f"{field.name}EditRadio")
        edit.setVisible(field.kind in ("text", "lines"))
        for radio in (both, edit):
            radio.setAccessibleName(f"{field.label}: {radio.text().lower()}")
        self.editor = _editor(field, self)
        self._error = Label(role="caption", tone="bad", wrap=True, parent=self)
        self._error.setObjectName(f"{field.name}MergeError")
        self._error.hide()
        self._buttons: list[QAbstractButton] = [*cards, both, edit]
        self._group = QButtonGroup(self)
        for button in self._buttons:
            self._group.addButton(button)
            button.installEventFilter(self)
        self._group.buttonClicked.connect(self._clicked)
        self._lay_out(both, edit)

    def choose(self, keep: Keep | None) -> None:
        """Show a choice as made, or none."""
        # A group that allows one only does not let go of it otherwise.
        self._group.setExclusive(False)
        for button, kept in zip(self._buttons, Keep, strict=True):
            button.setChecked(kept is keep)
        self._group.setExclusive(True)

    def show_editor(self, text: str | None) -> None:
        """Let ``text`` be edited by hand; ``None`` hides the editor."""
        if self.editor is None:
            return
        self.editor.setVisible(text is not None)
        if text is not None:
            self.editor.blockSignals(True)
            self.editor.set_value(text)
            self.editor.blockSignals(False)

    def show_fault(self, fault: str | None) -> None:
        """Say under the editor what is wrong with its text."""
        self._error.setText(fault or "")
        self._error.setVisible(fault is not None)

    def focus(self) -> None:
        """Go to what is chosen, or to the first choice."""
        (self._group.checkedButton() or self._buttons[0]).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _clicked(self, button: QAbstractButton) -> None:
        self.chosen.emit(list(Keep)[self._buttons.index(button)])

    def _edited(self) -> None:
        if self.editor is not None and self.editor.isVisibleTo(self):
            self.typed.emit(self.editor.value())

    def _walk(self, button: QAbstractButton, by: int) -> None:
        """Go to the next choice; as with radio buttons everywhere, what was chosen goes along."""
        ways = [way for way in self._buttons if way.isVisibleTo(way.window())]
        at = ways.index(button) + by
        if 0 <= at < len(ways):
            ways[at].setFocus(Qt.FocusReason.OtherFocusReason)
            if button.isChecked():
                ways[at].click()

    def _lay_out(self, both: QWidget, edit: QWidget) -> None:
        ways = QHBoxLayout()
        ways.setSpacing(SPACE_XL)
        ways.addWidget(both)
        ways.addWidget(edit)
        ways.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, SPACE_M)
        layout.setSpacing(SPACE_S)
        layout.addLayout(ways)
        if self.editor is not None:
            self.editor.changed.connect(self._edited)
            layout.addWidget(self.editor)
        layout.addWidget(self._error)

    # Qt's overrides

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Qt goes by where they lie, which from one card leads past the ways below.
        if not isinstance(event, QKeyEvent) or not isinstance(watched, QAbstractButton):
            return False
        by = _STEPS.get(event.key(), 0)
        if event.type() != QEvent.Type.KeyPress or not by:
            return False
        sideways = event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right)
        self._walk(watched, -by if sideways and watched.isRightToLeft() else by)
        return True


_STEPS: dict[int, int] = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: 1,
}


class _ResultText(MarkdownField):
    """A part of a body, edited by hand; some lines high."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.ensurePolished()
        self._take_font()

    def _take_font(self) -> None:
        wanted = font("mono")
        if self.font() != wanted:
            self.setFont(wanted)
        self.setFixedHeight(LINES * metrics("mono").lineSpacing())

    # Qt's overrides

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._take_font()


def _editor(field: MergeField, parent: QWidget) -> LineField | MarkdownField | None:
    if field.kind not in ("text", "lines"):
        return None
    editor = LineField(parent) if field.kind == "text" else _ResultText(parent)
    editor.setObjectName(f"{field.name}Result")
    editor.setAccessibleName(f"{field.label}: result")
    editor.hide()
    return editor
