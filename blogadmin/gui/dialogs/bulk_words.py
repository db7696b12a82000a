"""What a change of many rows would do and what it did, in an editor's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blogadmin.core.operations.bulk_values import BulkReport, Fate
from blogadmin.gui.dialogs.facts import count
from blogadmin.gui.dialogs.step_report import Result, Step

if TYPE_CHECKING:
    from blogadmin.core.operations.bulk_run import Preview

AT_ONCE = 500
"""Up to so many rows a verb acts at once, with the way back in a toast; beyond it asks and shows progress."""
TYPED_FROM = 1000
"""Above so many rows a click is not enough: the number has to be typed."""

_FATES: tuple[tuple[Fate, Result, str], ...] = (
    (Fate.UNCHANGED, "ok", "already as wanted"),
    (Fate.MOVED, "warn", "changed meanwhile; left alone"),
    (Fate.GONE, "warn", "deleted meanwhile"),
    (Fate.REFUSED, "bad", "not changed; the report says why"),
    (Fate.UNCERTAIN, "bad", "not known yet; told when the server is back"),
    (Fate.LEFT, "warn", "not reached; they are as before"),
)


def foreseen(preview: Preview) -> list[Step]:
    """What a change would do, line by line."""
    noun = preview.noun.removesuffix("s")
    lines: tuple[tuple[Result, int, str], ...] = (
        ("warn", preview.changed_meanwhile, "changed since the list was read, here or elsewhere"),
        ("ok", preview.already, "already as wanted; left as they are"),
        ("bad", preview.blocked, "cannot be changed; the report will say why"),
        ("warn", preview.gone, "deleted meanwhile; left out"),
    )
    number = preview.would_change
    look: Result = "ok" if number else "warn"
    first = Step(look, count(number, noun), "to change")
    steps = [first, *(Step(result, count(n, noun), words) for result, n, words in lines if n)]
    if number and not preview.undoable:
        steps.append(Step("warn", "No way back", "so many deleted rows are not kept"))
    return steps


def happened(report: BulkReport) -> list[Step]:
    """What a change did, line by line."""
    noun = report.noun.removesuffix("s")
    done = report.count(Fate.DONE)
    stays = "done, and stays so" if report.stopped or report.cancelled else "done"
    look: Result = "ok" if done else "warn"
    first = Step(look, count(done, noun), stays)
    others = [
        Step(result, count(number, noun), words)
        for fate, result, words in _FATES
        if (number := report.count(fate))
    ]
    return [first, *others]


def headline(report: BulkReport) -> str:
    """How it ended, as a title."""
    if report.cancelled:
        return "Cancelled"
    if report.stopped:
        return "Stopped before the end"
    return "Done, but not for all of them" if report.count(Fate.REFUSED) else "Done"
