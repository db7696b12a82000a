"""A model of a list in memory, in the light theme."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import platformdirs
import pytest
import shiboken6
from PySide6.QtWidgets import QApplication

from blogadmin.gui.tables.columns import Column
from blogadmin.gui.tables.list_model import ListModel
from blogadmin.gui.theme import Mode, apply_theme
from tests.gui.tables.doubles import COLUMNS, ManualTasks, MemoryList, thing


@pytest.fixture(autouse=True)
def look(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[QApplication]:
    """The light theme, with images written to a folder of the test's own."""
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *_, **__: tmp_path / "cache")
    apply_theme(qapp, Mode.LIGHT)
    yield qapp
    apply_theme(qapp, Mode.LIGHT)


@pytest.fixture
def manual() -> ManualTasks:
    return ManualTasks()


@pytest.fixture
def things() -> MemoryList:
    """1,000 things with the ids 1 to 1,000."""
    return MemoryList(thing(number) for number in range(1, 1001))


@pytest.fixture
def columns() -> tuple[Column, ...]:
    """What the models show of things; a module may show less."""
    return COLUMNS


@pytest.fixture
def make_model(
    manual: ManualTasks, qapp: QApplication, columns: tuple[Column, ...]
) -> Iterator[Callable[[MemoryList], ListModel]]:
    """Make models of lists in memory, with nothing loaded yet.

    They end with the test and not whenever Python collects them: that may be on a worker thread of a later
    test, and timers must end on the thread they began on.
    """
    made: list[ListModel] = []

    def make(things: MemoryList) -> ListModel:
        made.append(ListModel(manual, columns, lambda: things, "things"))
        return made[-1]

    yield make
    for model in made:
        shiboken6.delete(model)


@pytest.fixture
def model(make_model: Callable[[MemoryList], ListModel], things: MemoryList) -> ListModel:
    """A model of ``things`` with nothing loaded yet."""
    return make_model(things)
