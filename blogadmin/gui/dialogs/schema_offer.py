"""What a database needs before it can be worked in: its schema upgraded, or the database adopted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from PySide6.QtCore import Qt, QTimeZone, Signal
from PySide6.QtWidgets import (
    QCompleter,
    QDialog,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from blogadmin.core.database.errors import KnownError
from blogadmin.gui.control.services import Services
from blogadmin.gui.dialogs.frame import button_box, column, footer, frame
from blogadmin.gui.theme import font
from blogadmin.gui.widgets.banner import Banner
from blogadmin.gui.widgets.buttons import plain_button, primary_button
from blogadmin.gui.widgets.field import FormField
from blogadmin.gui.widgets.labels import Label

_WIDTH, _HEIGHT = 720, 560


class SchemaState(Protocol):
    """What the schema gate found: ``core.database.schema.State``."""

    @property
    def pending(self) -> tuple[str, ...]: ...


class Unfit(Protocol):
    """One thing that does not fit: ``core.database.adopt.Misfit``."""

    @property
    def table(self) -> str: ...
    @property
    def column(self) -> str: ...
    @property
    def problem(self) -> str: ...
    @property
    def count(self) -> int: ...


class AdoptionPlan(Protocol):
    """What adopting would do: ``core.database.adopt.Plan``."""

    @property
    def misfits(self) -> Sequence[Unfit]: ...
    @property
    def needs_timezone(self) -> tuple[str, ...]: ...
    @property
    def can_apply(self) -> bool: ...
    @property
    def notes(self) -> tuple[str, ...]: ...
    def as_sql(self) -> str: ...


class _Offer(QDialog):
    """An offer with an explanation, a text to read, one button that does it and one that does not."""

    def __init__(
        self, services: Services, parent: QWidget, name: str, title: str, accept: str, reject: str
    ) -> None:
        super().__init__(parent)
        self.services = services
        self.setObjectName(name)
        self.setWindowTitle(f"{title} – blogadmin")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(_WIDTH, _HEIGHT)
        self.trouble = Banner("bad", self, closable=False)
        self.trouble.setObjectName("errorMessage")
        self.title = Label(title, role="dialog_title", parent=self)
        self.words = Label(wrap=True, parent=self)
        self.details = QPlainTextEdit(self)
        self.details.setObjectName("details")
        self.details.setReadOnly(True)
        self.details.setFont(font("mono"))
        self.accept_button = primary_button(accept, "acceptButton", parent=self)
        self.reject_button = plain_button(reject, "rejectButton", parent=self)
        self.leading: list[QWidget] = []
        self.doing = Label(role="caption", tone="muted", parent=self)
        self.doing.setObjectName("doing")
        self._at_work = False
        self.accept_button.clicked.connect(self.go)
        self.reject_button.clicked.connect(self.reject)

    def arrange(self, *between: QWidget) -> None:
        """Lay the parts out, with some of a subclass's own before the details."""
        body = QWidget(self)
        layout = column(self.title, self.words, *between, self.details)
        layout.setStretchFactor(self.details, 1)
        for widget in between:
            layout.setStretchFactor(widget, int(isinstance(widget, QTableWidget)))
        body.setLayout(layout)
        foot = footer([*self.leading, self.doing], button_box(self.accept_button, self.reject_button))
        frame(self, [self.trouble, body], foot, grows=body)

    def go(self) -> None:
        """Do what is offered."""

    def decline(self) -> None:
        """The person does not want it; the dialog closes next."""

    def work(self, job: Callable[[], Any], done: Callable[[Any], object]) -> None:
        """Run ``job`` on a worker; everything waits for it, a failure is told here and nothing closes."""
        self.trouble.hide()
        self._set_at_work(True)

        def over(answer: Any) -> None:
            self._set_at_work(False)
            done(answer)

        self.services.tasks.run(job, over, self._failed, owner=self)

    def _set_at_work(self, at_work: bool) -> None:
        self._at_work = at_work
        self.setEnabled(not at_work)
        self.doing.setText("Working… It is done as a whole or not at all." if at_work else "")

    def _failed(self, exc: Exception) -> None:
        self._set_at_work(False)
        if isinstance(exc, KnownError):
            self.trouble.set_message("Nothing was changed.", str(exc))
        else:
            self.services.messages.bug(exc)

    # Qt's overrides

    def reject(self) -> None:
        # The window's own button to close works even on a window that waits. What is under way goes on, so
        # nobody may be told that nothing happens.
        if not self._at_work:
            self.decline()
            super().reject()


class UpgradeOffer(_Offer):
    """The database is older than the program: says what an upgrade will do, and does it when told to.

    Signals:
        upgraded: what the upgrade answered.
        read_only_chosen: the person only wants to look.
    """

    upgraded = Signal(object)
    read_only_chosen = Signal()

    def __init__(
        self, services: Services, parent: QWidget, state: SchemaState, upgrade: Callable[[], object]
    ) -> None:
        super().__init__(
            services, parent, "upgradeDialog", "The database needs an upgrade", "Upgrade now", "Only look"
        )
        self._upgrade = upgrade
        self._window = parent.window()
        self.words.setText(
            "It was made by an older blogadmin. The upgrade is done as a whole or not at all, and other "
            "programs wait for a moment meanwhile. Without it you can look at everything but change nothing. "
            "Make a backup first if the blog is not yours alone."
        )
        self.quit_button = plain_button("Quit", "quitButton", parent=self)
        self.quit_button.clicked.connect(self._quit)
        self.leading = [self.quit_button]
        self.details.setAccessibleName("What the upgrade will do")
        self.details.setPlainText("\n".join(f"• {line}" for line in state.pending))
        self.arrange()

    def go(self) -> None:
        self.work(self._upgrade, self._done)

    def _done(self, answer: object) -> None:
        self.upgraded.emit(answer)
        self.accept()

    def decline(self) -> None:
        self.read_only_chosen.emit()

    def _quit(self) -> None:
        self.done(QDialog.DialogCode.Rejected)
        self._window.close()


class MisfitTable(QTableWidget):
    """What does not fit, by table and column, with the number of rows; hidden while all of it fits."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(0, 4, parent)
        self.setObjectName("misfits")
        self.setAccessibleName("What does not fit")
        self.setHorizontalHeaderLabels(["Table", "Column", "What does not fit", "Rows"])
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.setWordWrap(True)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        # As the columns get their widths; when the rows are filled in they have none yet.
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeading)
        self.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.hide()

    def show_misfits(self, misfits: Sequence[Unfit]) -> None:
        """Show ``misfits`` in place of those before."""
        self.setRowCount(len(misfits))
        for row, misfit in enumerate(misfits):
            rows = f"{misfit.count:,}" if misfit.count else ""
            for place, text in enumerate((misfit.table, misfit.column, misfit.problem, rows)):
                self.setItem(row, place, QTableWidgetItem(text))
        self.setVisible(bool(misfits))


class AdoptOffer(_Offer):
    """The blog's own application made the database: shows what is missing, and adds it when told to.

    Signals:
        adopted: what the adoption answered.
        declined: the person left everything as it is.
    """

    adopted = Signal(object)
    declined = Signal()

    def __init__(
        self,
        services: Services,
        parent: QWidget,
        *,
        plan_for: Callable[[str | None], AdoptionPlan],
        adopt: Callable[[str | None], object],
    ) -> None:
        super().__init__(
            services, parent, "adoptDialog", "Adopt this database?", "Adopt", "Leave it as it is"
        )
        self._plan_for = plan_for
        self._adopt = adopt
        self.words.setText(
            "Another application made it. blogadmin can add what it needs to work in it safely: nothing is "
            "removed, everything happens in one transaction, and the application goes on as before."
        )
        self._make_zone()
        self._zone_field.hide()
        self.details.setAccessibleName("What adopting will do")
        self.accept_button.setEnabled(False)
        self._misfits = MisfitTable(self)
        self._notes = Label(wrap=True, parent=self)
        self._notes.setObjectName("notes")
        self._notes.hide()
        self._asked: str | None = None
        self.arrange(self._zone_field, self._misfits, self._notes)
        self._read_plan()

    def _make_zone(self) -> None:
        self.zone = QLineEdit(self)
        self.zone.setObjectName("timezone")
        self.zone.setPlaceholderText("Europe/Berlin")
        self._zones = [bytes(name.data()).decode() for name in QTimeZone.availableTimeZoneIds()]
        completer = QCompleter(self._zones, self.zone)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.zone.setCompleter(completer)
        self.zone.editingFinished.connect(self._zone_told)
        self.zone.textChanged.connect(self._zone_typed)
        self._zone_field = FormField(
            "Time zone of the stored times",
            self.zone,
            required=True,
            help_text="The application stored times without a zone. Usually that of its server; often UTC.",
            name="timezone",
        )

    def go(self) -> None:
        self.work(lambda: self._adopt(self._chosen()), self._done)

    def _chosen(self) -> str | None:
        return self.zone.text().strip() or None

    def _zone_typed(self, text: str) -> None:
        # Chosen from the list, or typed to the end: nobody should have to leave the field first.
        if text in self._zones:
            self._zone_told()

    def _zone_told(self) -> None:
        if self._chosen() != self._asked:
            self._read_plan()

    def _read_plan(self) -> None:
        self._asked = zone = self._chosen()
        self.details.setPlainText("Comparing…")
        self.accept_button.setEnabled(False)
        self.services.tasks.run(
            lambda: self._plan_for(zone),
            lambda plan: self._show_plan(plan) if zone == self._asked else None,
            lambda exc: self._no_plan(exc) if zone == self._asked else None,
            owner=self,
        )

    def _show_plan(self, plan: AdoptionPlan) -> None:
        self.trouble.hide()
        self._zone_field.set_error(None)
        self.accept_button.setEnabled(plan.can_apply)
        if plan.needs_timezone:
            self._zone_field.show()
        self._misfits.show_misfits(plan.misfits)
        mark = "• " if len(plan.notes) > 1 else ""
        self._notes.setText("\n".join(f"{mark}{note}" for note in plan.notes))
        self._notes.setVisible(bool(plan.notes))
        self.details.setVisible(not plan.misfits)
        if plan.misfits:
            self.trouble.set_message("It does not fit yet.", "What is listed below must be put right first.")
        elif plan.needs_timezone:
            columns = "\n".join(f"• {column}" for column in plan.needs_timezone)
            self.details.setPlainText(f"These times have no zone; name it above:\n{columns}")
            self.zone.setFocus()
        else:
            self.details.setPlainText(plan.as_sql())

    def _no_plan(self, exc: Exception) -> None:
        self.accept_button.setEnabled(False)
        self.details.clear()
        if not isinstance(exc, KnownError):
            self.services.messages.bug(exc)
        elif self._asked is not None:
            self._zone_field.show()
            self._zone_field.set_error(str(exc))
        else:
            self.trouble.set_message("The database could not be compared.", str(exc))

    def _done(self, answer: object) -> None:
        self.adopted.emit(answer)
        self.accept()

    def decline(self) -> None:
        self.declined.emit()
