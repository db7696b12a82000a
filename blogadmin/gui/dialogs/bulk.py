"""Many rows at once: what the change would do, its progress, and what became of every row."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QProgressBar, QWidget

from blogadmin.core import operations
from blogadmin.core.database.errors import Invalid, KnownError, in_words
from blogadmin.gui.dialogs.bulk_question import Asked, BulkQuestion
from blogadmin.gui.dialogs.bulk_words import happened, headline
from blogadmin.gui.dialogs.facts import count
from blogadmin.gui.dialogs.frame import USER_WIDTH, Scroller, button_box, column, fit_height, footer, frame
from blogadmin.gui.dialogs.step_report import StepReport
from blogadmin.gui.dialogs.trouble_bar import TroubleBar, Way
from blogadmin.gui.widgets.buttons import plain_button, primary_button
from blogadmin.gui.widgets.labels import Label

if TYPE_CHECKING:
    from blogadmin.core.operations.bulk_run import Change, Preview
    from blogadmin.core.operations.bulk_values import BulkReport
    from blogadmin.gui.control.bulk import BulkRun
    from blogadmin.gui.control.services import Services

_FAULT = "This is a fault in the program."


@dataclass(frozen=True, slots=True)
class BulkRequest:
    """A verb for many rows.

    ``noun`` is the singular; ``change`` makes the change from what was asked for (``None`` where nothing
    is); ``age`` is how many seconds ago the list was read in which the rows were chosen.
    """

    noun: str
    title: str
    ids: array[int]
    change: Callable[[Any], Change]
    asked: Asked = ""
    age: float = 0.0


class BulkDialog(QDialog):
    """Asks, runs and reports, in this order; while it runs it cannot be closed, only be cancelled."""

    def __init__(self, services: Services, request: BulkRequest, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._request = request
        self._what = count(len(request.ids), request.noun)
        self._since: datetime | None = None
        self._run: BulkRun | None = None
        self._report: BulkReport | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("bulkDialog")
        self.setWindowTitle(f"{request.title}: {self._what} – blogadmin")
        self.setMinimumWidth(USER_WIDTH)
        self._make_parts()
        self._lay_out()
        self._question.value_changed.connect(self._look)
        self._question.judged.connect(self._judge)
        self._judge()

    def start(self, change: Change) -> None:
        """Go on without a question, as where it has been asked elsewhere."""
        self._question.hide()
        self._reason.hide()
        self._trouble.clear()
        self._progress.show()
        self._words.show()
        self.start_button.hide()
        self.cancel_button.setEnabled(True)
        self.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_progress(0, len(self._request.ids))
        # Now, with the click, not when it is over: the person may be about to press Cancel.
        fit_height(self, self._scroller, shrinks=self.isVisible())
        controller = self._services.controller
        self._run = run = controller.run_bulk(change, self._request.ids, initiator=self.parent(), toast=False)
        run.progressed.connect(self._show_progress)
        run.waits.connect(self._words.setText)
        run.finished.connect(self._finished)

    # Making

    def _make_parts(self) -> None:
        request = self._request
        self._trouble = TroubleBar(self)
        self._title = Label(f"{request.title}: {self._what}", role="dialog_title", wrap=True, parent=self)
        self._title.setObjectName("bulkTitle")
        tasks = self._services.tasks
        self._question = BulkQuestion(tasks, request.asked, len(request.ids), self)
        self._reason = Label(role="caption", tone="muted", wrap=True, parent=self)
        self._reason.setObjectName("bulkReason")
        self._progress = QProgressBar(self)
        self._progress.setObjectName("bulkProgress")
        self._progress.setAccessibleName("Progress")
        self._progress.setTextVisible(False)
        self._words = Label(tabular=True, wrap=True, parent=self)
        self._words.setObjectName("bulkWords")
        self._outcome = StepReport(self, "What was done")
        self._outcome.setObjectName("bulkOutcome")
        self.start_button = primary_button(f"Change {self._what}", "startButton", parent=self)
        self.cancel_button = plain_button("Cancel", "cancelButton", parent=self)
        self.export_button = plain_button("Export report…", "exportButton", "download", self)
        self.start_button.clicked.connect(self._start_as_asked)
        self.cancel_button.clicked.connect(self.reject)
        self.export_button.clicked.connect(self._export)

    def _lay_out(self) -> None:
        content = QWidget()
        parts = (self._title, self._question, self._progress, self._words, self._outcome, self._reason)
        layout = column(*parts)
        # What is hidden gives its room to the end, so that nothing that is read moves.
        layout.addStretch(1)
        content.setLayout(layout)
        for part in (self._progress, self._words, self._outcome, self.export_button):
            part.hide()
        self._scroller = Scroller(content)
        foot = footer([self.export_button], button_box(self.start_button, self.cancel_button))
        frame(self, [self._trouble, self._scroller], foot, grows=self._scroller)

    # Asking

    def _look(self) -> None:
        """Look up what the change would do."""
        question, request = self._question, self._request
        self._trouble.clear()
        slot = f"bulk-{id(self)}"
        if not question.has_value:
            self._services.tasks.cancel(slot)
            return
        change = request.change(question.value())
        self._services.tasks.read(
            slot,
            lambda session: _foresee(session, change, request.ids, request.age),
            self._show_preview,
            self._no_preview,
        )

    def _show_preview(self, answer: tuple[Preview, datetime]) -> None:
        preview, self._since = answer
        self._question.show_preview(preview)
        fit_height(self, self._scroller)

    def _start_as_asked(self) -> None:
        preview = self._question.preview
        if preview is not None:
            # What others change from now on was in nobody's sight.
            since = self._since if self._question.spares else preview.as_of
            self.start(replace(self._request.change(self._question.value()), since=since))

    def _no_preview(self, error: Exception) -> None:
        if isinstance(error, Invalid):
            self._question.say_at_value(in_words(error))
            return
        known = isinstance(error, KnownError)
        words = f"What it would do could not be looked up. {error if known else _FAULT}"
        self._trouble.say(words, [Way("Retry", "retryButton", self._look)])
        if not known:
            self._services.messages.bug(error)

    def _judge(self) -> None:
        why = self._question.why_not()
        self._reason.setText(why)
        self._reason.setVisible(bool(why) and self._run is None)
        self.start_button.setEnabled(not why)
        self.start_button.setToolTip(why)

    # Running

    def _show_progress(self, done: int, total: int) -> None:
        # A progress bar counts in 31 bits, and a person sees no more than a thousand steps. Without an end
        # it only shows that something is going on.
        self._progress.setRange(0, 1000 if total else 0)
        self._progress.setValue(done * 1000 // total if total else 0)
        if self.cancel_button.isEnabled():
            self._words.setText(f"{done:,} of {count(total, self._request.noun)}" if total else "Counting…")

    def _finished(self, report: BulkReport) -> None:
        self._report, self._run = report, None
        self._title.setText(f"{self._request.title}: {headline(report).lower()}")
        self._progress.hide()
        self._words.setText(report.stopped)
        self._words.setVisible(bool(report.stopped))
        self._outcome.report(happened(report))
        self.export_button.show()
        self.cancel_button.setText("Close")
        self.cancel_button.setAccessibleName("Close")
        self.cancel_button.setEnabled(True)
        self.cancel_button.setDefault(True)
        self.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)
        fit_height(self, self._scroller)

    def _offer_undo(self) -> None:
        """Once the dialog is gone: the same note as after any change."""
        report, messages, undo = self._report, self._services.messages, self._services.undo
        if report is not None and report.inverse is not None:
            messages.toast(report.message, action="Undo", on_action=undo.undo)
        elif report is not None:
            messages.toast(report.message)

    # The report

    def _export(self) -> None:
        chooser = QFileDialog(self, "Export report")
        chooser.setObjectName("exportDialog")
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setNameFilter("Tables (*.csv)")
        chooser.setDefaultSuffix("csv")
        chooser.selectFile(f"{self._request.title.lower().replace(' ', '-')}-report.csv")
        chooser.fileSelected.connect(self.write_report)
        chooser.open()

    def write_report(self, name: str) -> None:
        """Write the report into the file ``name``, and say where it is."""
        report = self._report
        if report is None:
            return
        self.export_button.setEnabled(False)
        self._services.tasks.run(lambda: _write(report, Path(name)), self._exported)

    def _exported(self, said: tuple[str, Literal["bad", "info"]]) -> None:
        self.export_button.setEnabled(True)
        self._trouble.say(said[0], kind=said[1])
        fit_height(self, self._scroller)

    # Qt's overrides

    def open(self) -> None:
        super().open()
        if self._run is None:
            self._look()

    def reject(self) -> None:
        if self._run is None:
            super().reject()
            self._offer_undo()
        elif self.cancel_button.isEnabled():
            self._run.cancel()
            self.cancel_button.setEnabled(False)
            self._words.setText("Stopping after what is under way…")

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # The safe answer: Enter must not change thousands of rows.
        self.start_button.setDefault(False)
        self.cancel_button.setDefault(True)
        if self._request.asked:
            self._question.setFocus()
        else:
            self.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)
        fit_height(self, self._scroller)


def _foresee(session: Any, change: Change, ids: array[int], age: float) -> tuple[Preview, datetime]:
    """What ``change`` would do, and when, by the server's clock, the list was read ``age`` seconds ago."""
    since = operations.bulk_run.server_time(session) - timedelta(seconds=age)
    return operations.bulk_run.preview(session, change, ids, since), since


def _write(report: BulkReport, path: Path) -> tuple[str, Literal["bad", "info"]]:
    """Write the report, and say how that went."""
    try:
        report.write_csv(path)
    except OSError as exc:
        return f"The report could not be written: {exc.strerror}. Choose another place.", "bad"
    return f"The report is in {path}.", "info"
