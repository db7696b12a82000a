"""What no part of the program may do, each rule in a sentence and looked up in the syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = sorted((ROOT / "blogadmin").rglob("*.py"))
GUI = sorted((ROOT / "blogadmin" / "gui").rglob("*.py"))
TESTS = [p for p in sorted((ROOT / "tests").rglob("*.py")) if p != Path(__file__)]


def calls(files: list[Path], wanted: Callable[[ast.Call], bool]) -> list[str]:
    """Places in ``files`` with a call that is ``wanted``."""
    return [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in files
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and wanted(node)
    ]


def method(*names: str) -> Callable[[ast.Call], bool]:
    """Matches ``anything.name(…)``."""
    return lambda call: isinstance(call.func, ast.Attribute) and call.func.attr in names


def modules(path: Path) -> Iterator[str]:
    """Top-level names of the modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def test_no_nested_event_loop() -> None:
    """A dialog that runs its own loop lets a second click in; QApplication's own exec is the one loop."""
    files = [p for p in CODE if p.name != "app.py"]
    assert calls(files, method("exec", "exec_", "processEvents")) == []


def test_no_cancel_that_holds_the_gil() -> None:
    """psycopg2's in-process cancel() stops every thread while a dead network is waited for."""

    def driver_cancel(call: ast.Call) -> bool:
        func = call.func
        if not (isinstance(func, ast.Attribute) and func.attr == "cancel"):
            return False
        owner = func.value
        name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
        return any(word in name for word in ("conn", "raw", "driver", "dbapi"))

    assert calls(CODE, driver_cancel) == []


def test_one_place_sets_the_style_sheet() -> None:
    places = calls(CODE, method("setStyleSheet"))
    assert len(places) == 1
    assert places[0].startswith("blogadmin/gui/theme/")


def test_tests_wait_on_conditions_and_never_sleep() -> None:
    def sleeps(call: ast.Call) -> bool:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        return name in ("sleep", "qWait", "qSleep")

    assert calls(TESTS, sleeps) == []


@pytest.mark.parametrize("forbidden", ["sqlite3", "mock"])
def test_neither_program_nor_tests_leave_postgresql(forbidden: str) -> None:
    assert [str(p) for p in CODE + TESTS if forbidden in set(modules(p))] == []
    if forbidden == "mock":
        assert [str(p) for p in TESTS if "unittest" in set(modules(p))] == []


def test_nothing_is_left_unfinished() -> None:
    words = ("TODO", "FIXME", "XXX", "NotImplementedError", "pragma: no cover")
    assert [
        f"{p.relative_to(ROOT)}: {word}" for p in CODE for word in words if word in p.read_text("utf-8")
    ] == []


def test_every_label_that_may_show_data_is_plain_text() -> None:
    """QLabel guesses at HTML: a user named <b>Bold</b> must be shown, not obeyed."""
    offenders = [
        place
        for place in calls(
            GUI, lambda call: isinstance(call.func, ast.Name) and call.func.id in ("QLabel", "QMessageBox")
        )
        if not _sets_plain_text(ROOT / place.partition(":")[0])
    ]
    assert offenders == []


def _sets_plain_text(path: Path) -> bool:
    return "PlainText" in path.read_text("utf-8")
