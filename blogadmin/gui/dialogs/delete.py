"""The question before rows go: what hangs on them, what becomes of that, and Cancel as the easy answer."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QDialog, QLineEdit, QWidget

from blogadmin.core import operations, queries
from blogadmin.core.database.errors import Invalid, KnownError, OutcomeUnknown, StillReferenced
from blogadmin.core.operations.bulk_progress import RESTORABLE
from blogadmin.gui.dialogs.author_field import AuthorField
from blogadmin.gui.dialogs.bulk_words import AT_ONCE, TYPED_FROM
from blogadmin.gui.dialogs.facts import count
from blogadmin.gui.dialogs.frame import USER_WIDTH, Scroller, button_box, column, fit_height, footer, frame
from blogadmin.gui.dialogs.trouble_bar import TroubleBar, Way
from blogadmin.gui.widgets.buttons import danger_button, plain_button
from blogadmin.gui.widgets.field import FormField
from blogadmin.gui.widgets.labels import Label

if TYPE_CHECKING:
    from blogadmin.core.operations.operation import Operation, Outcome
    from blogadmin.core.queries.rows import Dependents
    from blogadmin.gui.control.services import Services

_FAULT = "This is a fault in the program."


class DeleteDialog(QDialog):
    """Deletes users or posts, any number. Asks the server first what hangs on them.

    Few go in one transaction; many go bit by bit, with progress and a report, in a dialog of their own.
    Users who wrote something go only when it is given to somebody else; comments under posts go only when
    that is ticked. Nothing is deleted while what hangs on the rows is not known.

    Signals:
        deleted: the ``Outcome``, where they went in one transaction.
    """

    deleted = Signal(object)

    def __init__(
        self, services: Services, key: str, ids: Sequence[int], parent: QWidget | None = None
    ) -> None:
        """``key`` is the noun as the queries spell it, ``"users"`` or ``"posts"``."""
        super().__init__(parent)
        self._services = services
        self._key = key
        self._ids = array("q", ids)
        self._what = count(len(self._ids), key.removesuffix("s"))
        self._hanging: Dependents | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("deleteDialog")
        self.setWindowTitle(f"Delete {self._what} – blogadmin")
        self.setMinimumWidth(USER_WIDTH)
        self._make_parts()
        self._lay_out()
        self._look()

    def _make_parts(self) -> None:
        self._trouble = TroubleBar(self)
        self._title = Label(f"Delete {self._what}?", role="dialog_title", wrap=True, parent=self)
        self._title.setObjectName("deleteTitle")
        self._words = Label("Looking up what belongs to it…", wrap=True, parent=self)
        self._words.setObjectName("dependents")
        self._heir = AuthorField(self._services.tasks, self)
        self._heir_row = FormField(
            "Give the posts and comments to",
            self._heir,
            required=True,
            help_text="They stay as they are and get another author.",
            name="reassign_to",
        )
        self._with_comments = QCheckBox(self)
        self._with_comments.setObjectName("with_comments")
        self._typed = QLineEdit(self)
        self._typed_row = FormField(
            f"Type {len(self._ids)} to confirm", self._typed, required=True, name="confirmNumber"
        )
        self._reason = Label(role="caption", tone="muted", wrap=True, parent=self)
        self._reason.setObjectName("deleteReason")
        self.delete_button = danger_button(f"Delete {self._what}", "deleteButton", "trash", self)
        self.cancel_button = plain_button("Cancel", "cancelButton", parent=self)
        self._heir.changed.connect(self._judge)
        self._with_comments.toggled.connect(self._judge)
        self._typed.textChanged.connect(self._judge)
        self.delete_button.clicked.connect(self._delete)
        self.cancel_button.clicked.connect(self.reject)

    def _lay_out(self) -> None:
        content = QWidget()
        layout = column(
            self._title, self._words, self._heir_row, self._with_comments, self._typed_row, self._reason
        )
        # As wide as its words: beside them a click would do nothing.
        layout.setAlignment(self._with_comments, Qt.AlignmentFlag.AlignLeading)
        # Room that is left stays below: spread between the lines it would tear them apart.
        layout.addStretch(1)
        content.setLayout(layout)
        self._heir_row.hide()
        self._with_comments.hide()
        self._typed_row.setVisible(len(self._ids) > TYPED_FROM)
        self._scroller = Scroller(content)
        foot = footer([], button_box(self.delete_button, self.cancel_button))
        frame(self, [self._trouble, self._scroller], foot, grows=self._scroller)

    # What hangs on the rows

    def _look(self) -> None:
        self._hanging = None
        self._judge()
        key, ids = self._key, self._ids
        self._services.tasks.read(
            f"delete-{id(self)}", lambda session: _look_up(session, key, ids), self._found, self._not_found
        )

    def _found(self, answer: tuple[Dependents, str]) -> None:
        self._hanging, name = answer
        hanging = " and ".join(
            count(number, noun)
            for number, noun in ((self._hanging.posts, "post"), (self._hanging.comments, "comment"))
            if number
        )
        one = len(self._ids) == 1
        if one and name:
            self._title.setText(f"Delete “{name}”?")
        who = (f"“{name}”" if name else "This one") if one else f"These {self._what} together"
        verb = "has" if one else "have"
        words = f"{who} {verb} {hanging}." if hanging else f"Nothing hangs on {_them(one)}."
        if self._bit_by_bit() and len(self._ids) > RESTORABLE:
            words += " So many cannot be brought back by Undo."
        self._words.setText(words)
        self._heir_row.setVisible(bool(hanging) and self._key == "users")
        what = [w for w, n in (("posts", self._hanging.posts), ("comments", self._hanging.comments)) if n]
        self._heir_row.label.setText(f"Give the {' and '.join(what)} to")
        self._with_comments.setVisible(bool(hanging) and self._key == "posts")
        comments = count(self._hanging.comments, "comment")
        self._with_comments.setText(f"Delete the {comments} under {_them(one)}, too")
        self._with_comments.setAccessibleName(self._with_comments.text())
        self._judge()
        fit_height(self, self._scroller)

    def _not_found(self, error: Exception) -> None:
        one, known = len(self._ids) == 1, isinstance(error, KnownError)
        self._say(
            f"What belongs to {_them(one)} could not be read. {error if known else _FAULT}",
            Way("Retry", "retryButton", self._retry),
        )
        if not known:
            self._services.messages.bug(error)

    def _retry(self) -> None:
        self._trouble.clear()
        self._look()

    # Whether it may go on

    def _judge(self) -> None:
        why = self._why_not()
        self._reason.setText(why)
        self._reason.setVisible(bool(why))
        self.delete_button.setEnabled(not why)
        self.delete_button.setToolTip(why)

    def _why_not(self) -> str:
        """The reason why nothing can be deleted yet; empty when it can."""
        if self._hanging is None:
            return "What belongs to it has to be known first."
        if self._key == "users" and any(self._hanging):
            if self._heir.value() is None:
                return "Choose who shall own what they wrote; without an author it cannot stay."
            if self._heir.value() in self._ids:
                return "The new owner is among the users to delete. Choose someone else."
        if self._key == "posts" and self._hanging.comments and not self._with_comments.isChecked():
            return "The comments cannot stay without their post. Tick the box, or archive instead."
        if len(self._ids) > TYPED_FROM and _digits(self._typed.text()) != str(len(self._ids)):
            return f"Type the number {len(self._ids)}: so many rows should not go by a slip of the mouse."
        return ""

    # Deleting

    def _operation(self) -> Operation:
        if self._key == "users":
            return operations.users.DeleteUsers(tuple(self._ids), self._heir.value())
        return operations.posts.DeletePosts(tuple(self._ids), self._with_comments.isChecked())

    def _delete(self) -> None:
        if self._bit_by_bit():
            self._hand_over()
            return
        self._trouble.clear()
        self._heir_row.set_error(None)
        self.delete_button.setEnabled(False)
        self._services.controller.commit(
            self._operation(), initiator=self, done=self._done, failed=self._failed
        )

    def _bit_by_bit(self) -> bool:
        # What is given to somebody else goes with its authors, or not at all.
        return len(self._ids) > AT_ONCE and (self._key == "posts" or self._heir.value() is None)

    def _hand_over(self) -> None:
        from blogadmin.gui.dialogs.bulk import BulkDialog, BulkRequest

        change = operations.bulk_run.DeleteMany(self._key, self._with_comments.isChecked())
        request = BulkRequest(self._key.removesuffix("s"), "Delete", self._ids, lambda _nothing: change)
        dialog = BulkDialog(self._services, request, self.parentWidget())
        self.accept()
        dialog.start(change)
        dialog.open()

    def _done(self, outcome: Outcome) -> None:
        self.deleted.emit(outcome)
        self.accept()

    def _failed(self, error: KnownError) -> bool:
        self._judge()
        if isinstance(error, Invalid) and error.field == "reassign_to":
            self._heir_row.set_error(f"The new owner {error}")
            self._heir.setFocus()
        elif isinstance(error, StillReferenced):
            # Somebody wrote something since it was counted: count again, and let the person decide anew.
            self._say(f"Nothing was deleted. {error}")
            self._look()
        elif isinstance(error, OutcomeUnknown):
            self._say(
                "The connection broke while deleting. Nobody can tell yet whether anything was deleted; it is"
                " found out as soon as the server is back."
            )
        else:
            again = [Way("Retry", "retryButton", self._delete)] if error.retryable else []
            self._say(f"Nothing was deleted. {error}", *again)
        return True

    def _say(self, text: str, *ways: Way) -> None:
        self._trouble.say(text, ways)
        fit_height(self, self._scroller)

    # Qt's overrides

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # The safe answer: Enter must not delete. The box of buttons would choose its first one.
        self.delete_button.setDefault(False)
        self.cancel_button.setDefault(True)
        self.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)


def _look_up(session: Any, key: str, ids: Sequence[int]) -> tuple[Dependents, str]:
    """What hangs on the rows, and the name of a single one. Runs on a worker."""
    noun = queries.users if key == "users" else queries.posts
    detail = noun.detail(session, ids[0]) if len(ids) == 1 else None
    name = getattr(detail, "name", None) or getattr(detail, "title", "")
    return noun.dependents(session, ids), name


def _them(one: bool) -> str:
    return "it" if one else "them"


def _digits(text: str) -> str:
    return "".join(ch for ch in text if ch.isdecimal())
