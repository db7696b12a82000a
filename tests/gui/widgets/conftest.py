"""Widgets are tested in the look that people see, which writes nothing outside the test's folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import platformdirs
import pytest
from PySide6.QtWidgets import QApplication

from blogadmin.gui.theme import Mode, apply_theme


@pytest.fixture(autouse=True)
def look(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[QApplication]:
    """The application in the light theme."""
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *_, **__: tmp_path / "cache")
    apply_theme(qapp, Mode.LIGHT)
    yield qapp
    apply_theme(qapp, Mode.LIGHT)
