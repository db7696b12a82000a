"""Small dialogs round saved views: their name, and who "me" is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QLineEdit, QWidget

from blogadmin.core.database.errors import KnownError
from blogadmin.core.values import NAME_MAX
from blogadmin.gui.dialogs.author_field import AuthorField
from blogadmin.gui.dialogs.frame import button_box, footer, frame
from blogadmin.gui.theme import metrics
from blogadmin.gui.widgets.buttons import plain_button, primary_button
from blogadmin.gui.widgets.field import FormField
from blogadmin.gui.widgets.labels import Label

if TYPE_CHECKING:
    from blogadmin.gui.control.tasks import Tasks

_WIDTH = 56


class _Asking(QDialog):
    """A title, a form, and two buttons; ``accept_now`` runs when the person agrees."""

    def __init__(self, name: str, title: str, verb: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowTitle(f"{title} – blogadmin")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH * metrics().averageCharWidth())
        self.title = Label(title, role="dialog_title", parent=self)
        self.save_button = primary_button(verb, "saveButton", parent=self)
        self.cancel_button = plain_button("Cancel", "cancelButton", parent=self)
        self.save_button.setDefault(True)
        self.save_button.clicked.connect(self.accept_now)
        self.cancel_button.clicked.connect(self.reject)

    def lay_out(self, *parts: QWidget) -> None:
        """Place ``parts`` between the title and the buttons."""
        frame(self, [self.title, *parts], footer([], button_box(self.save_button, self.cancel_button)))

    def accept_now(self) -> None:
        """The person agrees."""


class NameDialog(_Asking):
    """Asks what a view is called, and with ``shared`` not ``None`` who sees it.

    Signals:
        named(str, bool): the name, and whether everybody shall see it. The dialog stays until it is told
            ``saved`` or ``failed``.
    """

    named = Signal(str, bool)

    def __init__(self, title: str, verb: str, name: str, parent: QWidget, *, shared: bool | None) -> None:
        super().__init__("viewNameDialog", title, verb, parent)
        self._name = QLineEdit(name, self)
        self._name.setMaxLength(NAME_MAX)
        self._form = FormField("Name", self._name, required=True, name="name")
        self._shared = QCheckBox("Everybody who uses this database sees it", self)
        self._shared.setObjectName("shared")
        self._shared.setAccessibleName(self._shared.text())
        self._shared.setVisible(shared is not None)
        self._shared.setChecked(bool(shared))
        self._name.textEdited.connect(lambda _text: self._form.set_error(None))
        self.lay_out(self._form, self._shared)
        self._name.selectAll()
        self._name.setFocus()

    def accept_now(self) -> None:
        if not self.name():
            self._form.set_error("Type a name.")
            self._name.setFocus()
            return
        self.save_button.setEnabled(False)
        self.named.emit(self.name(), self._shared.isChecked())

    def name(self) -> str:
        """What was typed, without what nobody sees."""
        return " ".join(self._name.text().split())

    def saved(self, _outcome: object) -> None:
        """It is done."""
        self.accept()

    def failed(self, error: KnownError) -> bool:
        """Say why it was not done; the person can try another name."""
        self.save_button.setEnabled(True)
        words = str(error)
        self._form.set_error(f"Name {words}" if words[:1].islower() else words)
        self._name.setFocus()
        self._name.selectAll()
        return True


class MeDialog(_Asking):
    """Asks once which of the blog's users the person is.

    Signals:
        chosen(UserChoice): that is who it is.
    """

    chosen = Signal(object)

    def __init__(self, tasks: Tasks, parent: QWidget) -> None:
        super().__init__("meDialog", "Who are you?", "That is me", parent)
        self._person = AuthorField(tasks, self)
        self._who: Any = None
        self._form = FormField(
            "Your name or e-mail address on this blog",
            self._person,
            name="me",
            help_text="Views such as “My drafts” then show your own posts. It is kept on this computer only.",
        )
        self._person.person_changed.connect(self._take)
        self.lay_out(self._form)
        self._person.setFocus()

    def _take(self, person: Any) -> None:
        self._who = person
        self._form.set_error(None)

    def accept_now(self) -> None:
        if self._who is None:
            self._form.set_error("Type your name and choose yourself from the list.")
            self._person.setFocus()
            return
        self.chosen.emit(self._who)
        self.accept()
