"""The dialog in which a user is made or changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from blogadmin.core import operations, queries, values
from blogadmin.gui.dialogs.edit_dialog import EditDialog
from blogadmin.gui.dialogs.edit_state import EditState
from blogadmin.gui.dialogs.facts import Facts, count
from blogadmin.gui.dialogs.fields import ChoiceField, Field, TickField
from blogadmin.gui.dialogs.frame import FIELD_GAP, USER_WIDTH, column, row
from blogadmin.gui.dialogs.history_who import who_changed
from blogadmin.gui.dialogs.history_window import HistoryWindow
from blogadmin.gui.dialogs.password_field import PasswordField
from blogadmin.gui.dialogs.text_fields import LineField
from blogadmin.gui.theme import ROLE, SPACE_L, SPACE_XS, icon
from blogadmin.gui.widgets.buttons import plain_button
from blogadmin.gui.widgets.labels import ElidedLabel, Label
from blogadmin.gui.widgets.pills import Avatar

if TYPE_CHECKING:
    from blogadmin.core.operations.operation import Operation
    from blogadmin.core.queries.details import UserDetail

_KEEP = "Leave both empty to keep the present password."
_FACTS = ("Wrote", "Created", "Updated")
_NEW = f"At least {values.PASSWORD_MIN} characters."


class UserDialog(EditDialog):
    """Name, address, role and whether active; a password only when a new one is set."""

    noun = "user"
    key = "users"

    def build(self) -> QWidget:
        self.setMinimumWidth(USER_WIDTH)
        self._name = LineField()
        self._password, self._again = PasswordField(), PasswordField()
        name = self.add(Field("name", "Name", self._name, required=True, check=_name_problem))
        email = self.add(Field("email", "E-mail", LineField(), required=True, check=values.email_problem))
        role = self.add(Field("role", "Role", _role_field(), words=_role_label))
        active = self.add(
            Field(
                "is_active",
                "Active",
                TickField("Active – may sign in and post"),
                labelled=False,
                words=lambda on: "yes" if on else "no",
            )
        )
        password = self.add(Field("password", "Password", self._password, check=self._password_problem))
        again = self.add(Field("passwordAgain", "Password again", self._again, check=self._again_problem))
        self._passwords = (password, again)
        self._facts = Facts()
        self._reserve()
        self._name.changed.connect(self._show_head)
        self._history: HistoryWindow | None = None
        self.saving.merging.who_changed = who_changed(self.services, self)
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(FIELD_GAP)
        layout.addLayout(self._head())
        layout.addLayout(column(name.row, email.row, role.row, active.row))
        layout.addLayout(row(password.row, again.row))
        layout.addWidget(self._facts)
        layout.addStretch(1)
        return content

    def _reserve(self) -> None:
        """Take the room of a row's facts before it has come: the window must not grow under the pointer."""
        self._passwords[0].row.set_help(_KEEP)
        for name in _FACTS:
            self._facts.show_fact(name, " ")

    def read(self, session: Any, row_id: int) -> UserDetail | None:
        return queries.users.detail(session, row_id)

    def values_of(self, detail: UserDetail) -> dict[str, Any]:
        return {
            "name": detail.name,
            "email": detail.email,
            "role": detail.role,
            "is_active": detail.is_active,
        }

    def show_detail(self, detail: UserDetail | None) -> None:
        for field in self._passwords:
            field.row.set_required(detail is None)
        self._passwords[0].row.set_help(_NEW if detail is None else _KEEP)
        self._facts.clear()
        if detail is not None:
            written = f"{count(detail.posts, 'post')}, {count(detail.comments, 'comment')}"
            for name, fact in zip(_FACTS, (written, detail.created_at, detail.updated_at), strict=True):
                self._facts.show_fact(name, fact)
        self._kind.setText("Not saved yet" if detail is None else f"User no. {detail.id}")
        self._show_head()

    def caption(self) -> str:
        if self.state.id is None:
            return "New user"
        return self._name.value() or "User"

    def defaults(self) -> dict[str, Any]:
        return {"role": values.Role.USER.value, "is_active": True}

    def prepare(
        self,
        values: dict[str, Any],
        ready: Callable[[dict[str, Any]], None],
        failed: Callable[[Exception], object],
    ) -> None:
        plain = values.pop("password", "")
        values.pop("passwordAgain", None)
        if not plain:
            ready(values)
            return
        # Hashing is slow on purpose: on this thread the window would stand still.
        self.services.tasks.run(
            lambda: operations.users.hash_password(plain),
            lambda hashed: ready({**values, "password_hash": hashed}),
            failed,
            owner=self,
        )

    def create_operation(self, values: Mapping[str, Any]) -> Operation:
        return operations.users.CreateUser(**values)

    def edit_operation(self, state: EditState, values: Mapping[str, Any]) -> Operation:
        assert state.id is not None  # noqa: S101 - a new row is created, not edited
        return operations.users.EditUser(state.id, state.version, dict(state.base), dict(values))

    def show_history(self, entry_id: int | None = None) -> None:
        if self._history is None:
            self._history = HistoryWindow(self)
        self._history.pane.show_entry(entry_id)
        self._history.open()

    def _offer_history(self, _phase: object) -> None:
        self._history_button.setVisible(self.state.id is not None)

    def _password_problem(self, plain: str) -> str | None:
        if not plain:
            wanted = self.state.id is None or self._again.is_changed()
            return "is required." if wanted else None
        return operations.users.password_problem(plain)

    def _again_problem(self, plain: str) -> str | None:
        return None if plain == self._password.value() else "The two passwords differ. Type both again."

    def check(self, *, everything: bool) -> int:
        super().check(everything=everything)
        # Each of the two is wrong also when only the other was filled in.
        if any(field.widget.is_changed() for field in self._passwords):
            for field in self._passwords:
                field.show_error(field.problem())
        return len(self.form.faulty())

    def _head(self) -> QHBoxLayout:
        self._avatar = Avatar("", 40)
        self._title = ElidedLabel(role="dialog_title")
        self._kind = Label(role="caption", tone="muted")
        head = QHBoxLayout()
        head.setSpacing(SPACE_L)
        head.addWidget(self._avatar)
        words = column(self._title, self._kind, gap=SPACE_XS)
        head.addLayout(words, 1)
        self._history_button = plain_button("History…", "historyButton", "history", self)
        self._history_button.setToolTip("Who changed this user, and what (Ctrl+H)")
        self._history_button.clicked.connect(lambda _checked=False: self.show_history())
        QShortcut(QKeySequence("Ctrl+H"), self, self._history_button.click)
        self.phase_changed.connect(self._offer_history)
        head.addWidget(self._history_button)
        return head

    def _show_head(self) -> None:
        name = self._name.value()
        self._avatar.set_person(name, inactive=not self.form["is_active"].widget.value())
        self._title.setText(name or ("New user" if self.state.id is None else " "))


def _role_field() -> ChoiceField:
    return ChoiceField(
        (role.value, ROLE[role.value].label, icon(ROLE[role.value].icon)) for role in values.Role
    )


def _role_label(word: str | None) -> str:
    look = ROLE.get(word or "")
    return look.label if look else word or ""


def _name_problem(text: str) -> str | None:
    return values.line_problem(text, values.NAME_MAX)
