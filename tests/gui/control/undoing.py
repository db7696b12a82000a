"""Who takes part in random sequences of changes: people at the program, and the blog's application."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QRadioButton
from pytestqt.qtbot import QtBot

from blogadmin.core.database.changes import Changes
from blogadmin.core.database.errors import KnownError, translate
from blogadmin.core.operations.bulk_back import PutBack
from blogadmin.core.operations.bulk_run import Change
from blogadmin.core.operations.operation import Operation, Outcome
from blogadmin.gui.control.services import Services
from blogadmin.gui.control.undo import Step, UndoHistory
from blogadmin.gui.dialogs.merge import MergeDialog
from tests.core.operations.test_bulk_run import run
from tests.gui.control.acts import BULKS, OPERATIONS, STATEMENTS, TAKES, Act
from tests.gui.control.ledger import Ledger, Row, Sql, State
from tests.gui.recorder import Recorder

if TYPE_CHECKING:
    from blogadmin.core.database.engine import Database


class Desk(Protocol):
    """Where somebody works with the program. What is tried and cannot be done changes nothing."""

    name: str
    history: UndoHistory

    def do(self, op: Operation) -> None:
        """Commit an operation, and wait for the end."""
        ...

    def bulk(self, change: Change, ids: Iterable[int]) -> None:
        """Change any number of rows, and wait for the end."""
        ...

    def take(self, step: Callable[[], None]) -> None:
        """Take a step of the history, and wait for the end."""
        ...


class PlainDesk:
    """The program without its window and workers: the same history, and each commit at once."""

    def __init__(self, name: str, database: Database) -> None:
        self.name = name
        self.history = UndoHistory()
        self.history.connect_to(self._commit, lambda _title, _text: None)
        self._database = database

    def do(self, op: Operation) -> None:
        try:
            outcome = self._database.transact(op.apply)
        except Exception as exc:  # noqa: BLE001 - told apart there
            known_or_raised(exc)
        else:
            self.history.push(outcome, op.label)

    def bulk(self, change: Change, ids: Iterable[int]) -> None:
        report = run(self._database, change, ids)
        self.history.push(Outcome(Changes(), report.message, report.inverse), report.label)

    def take(self, step: Callable[[], None]) -> None:
        step()

    def _commit(
        self, op: Operation, done: Callable[[Outcome], None], failed: Callable[[KnownError | None], None]
    ) -> None:
        try:
            outcome = self._taken(op)
        except Exception as exc:  # noqa: BLE001 - told apart there
            failed(known_or_raised(exc))
        else:
            done(outcome)

    def _taken(self, op: Any) -> Outcome:
        if not isinstance(op, PutBack):
            return self._database.transact(op.apply)
        report = run(self._database, op)
        return Outcome(Changes(), report.message, report.inverse, rest=op.rest(report))


def known_or_raised(exc: Exception) -> KnownError:
    """The known error that ``exc`` is; anything else is a fault, raised as it is."""
    known = translate(exc)
    if known is None:
        raise exc
    return known


class WindowDesk:
    """The program with its workers and its event loop; whoever is asked leaves what others wrote."""

    def __init__(self, name: str, services: Services, messages: Recorder, qtbot: QtBot) -> None:
        self.name = name
        self.history = services.undo
        self._services, self._messages, self._qtbot = services, messages, qtbot

    def do(self, op: Operation) -> None:
        self._services.controller.commit(op)
        self._wait()

    def bulk(self, change: Change, ids: Iterable[int]) -> None:
        self._services.controller.run_bulk(change, array("q", ids))
        self._wait()

    def take(self, step: Callable[[], None]) -> None:
        step()
        self._wait()
        while (dialog := asking()) is not None:
            for row in dialog.rows:
                radio = dialog.findChild(QRadioButton, f"{row.planned.field.name}TheirsRadio")
                assert radio is not None
                radio.setFocus()
                QTest.keyClick(radio, Qt.Key.Key_Space)
            QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
            self._qtbot.waitUntil(lambda dialog=dialog: asking() is not dialog)
            self._wait()

    def _wait(self) -> None:
        services = self._services
        self._qtbot.waitUntil(
            lambda: (
                not services.controller._runs
                and not services.tasks.outstanding
                and not self.history._under_way
            )
        )
        assert self._messages.bugs == []


def asking() -> MergeDialog | None:
    """The window that asks what to keep."""
    return next((w for w in QApplication.topLevelWidgets() if isinstance(w, MergeDialog)), None)


class Expected(NamedTuple):
    """What must be there once a step is taken, if nobody else writes from this turn on."""

    state: State
    turn: int


class Person:
    """Somebody at a desk, who makes changes and takes them back."""

    def __init__(self, desk: Desk, ledger: Ledger, met: Counter[str]) -> None:
        """``met`` counts what came of it."""
        self.desk = desk
        self._ledger = ledger
        self._met = met
        self._expected: dict[Step, Expected] = {}
        self.disturbed = 0
        """The last turn in which something changed that the way back does not lead over."""

    def act(self, act: Act) -> bool:
        """Do it; returns whether anything changed."""
        if act.what in TAKES:
            return self._take(act)
        ledger, desk = self._ledger, self.desk
        before, steps = ledger.state, desk.history.back
        if act.what in BULKS:
            desk.bulk(*BULKS[act.what](ledger, act))
        elif (op := OPERATIONS[act.what](ledger, act)) is not None:
            desk.do(op)
        changed = ledger.settle(desk.name)
        self._met["changes"] += changed
        self._note(before, steps, desk.history.back, changed)
        return changed

    def undo_all(self) -> None:
        """Take everything back."""
        while self.desk.history.can_undo:
            self._take(Act("undo", frozenset(), 0))

    def redo_all(self) -> None:
        """Make everything again."""
        while self.desk.history.can_redo:
            self._take(Act("redo", frozenset(), 0))

    def _take(self, act: Act) -> bool:
        history, ledger = self.desk.history, self._ledger
        backwards = act.what.startswith("undo")
        steps = history.back if backwards else history.forth
        if not steps:
            return False
        number = act.value % len(steps) if act.what.endswith("step") else 0
        step, before = steps[number], ledger.state
        others = history.forth if backwards else history.back
        self.desk.take(lambda: (history.undo_step if backwards else history.redo_step)(step))
        changed = ledger.settle(self.desk.name, taking=True)
        self._met["steps taken"] += changed
        self._met["steps that changed nothing"] += not changed
        expected = self._expected.pop(step, None)
        if number:
            self.disturbed = ledger.turn
        elif expected is not None and self.disturbed <= expected.turn:
            assert ledger.state == expected.state, differences(ledger.state, expected.state)
            self._met["steps that had to be exact"] += 1
        self._note(before, others, history.forth if backwards else history.back, changed)
        return changed

    def _note(self, before: State, steps: tuple[Step, ...], now: tuple[Step, ...], changed: bool) -> None:
        """Remember what the new step on one of the stacks must lead to."""
        if now[:1] != steps[:1]:
            self._expected[now[0]] = Expected(before, self._ledger.turn)
        elif changed:
            self.disturbed = self._ledger.turn


def differences(one: State, two: State) -> dict[Any, Any]:
    """What two states do not have in common, for whoever reads the failure."""
    empty: Row = {}
    return {
        (*key, name): (one.get(key, empty).get(name), two.get(key, empty).get(name))
        for key in one.keys() | two.keys()
        for name in one.get(key, empty).keys() | two.get(key, empty).keys()
        if one.get(key, empty).get(name) != two.get(key, empty).get(name)
    }


class Blog:
    """The blog's web application: plain statements, each committed by itself."""

    name = "blog"

    def __init__(self, sql: Sql, ledger: Ledger) -> None:
        self._sql = sql
        self._ledger = ledger

    def act(self, act: Act) -> bool:
        """Do it; returns whether anything changed."""
        changed = False
        for statement, args in STATEMENTS[act.what](self._ledger, act):
            self._sql(statement, args)
            changed |= self._ledger.settle(self.name)
        return changed
