"""A model of a list in memory, in the light theme."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import platformdirs
import pytest
from PySide6.QtWidgets import QApplication

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
def model(manual: ManualTasks, things: MemoryList, qapp: QApplication) -> Iterator[ListModel]:
    """A model of ``things`` with nothing loaded yet."""
    made = ListModel(manual, COLUMNS, lambda: things, "things")
    yield made
    made.deleteLater()
