"""What a private server is told depends on the machine that it shares with the window."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from blogadmin.core.database.embedded import EmbeddedServer


@pytest.mark.parametrize(("processors", "helpers"), [(None, 0), (1, 0), (2, 0), (3, 1), (4, 2), (64, 2)])
def test_statement_leaves_window_a_processor(
    processors: int | None,
    helpers: int,
    home: Path,
    query: Callable[..., list[tuple[Any, ...]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    with EmbeddedServer(home, fast=True) as server:
        assert query(server.url("postgres"), "SHOW max_parallel_workers_per_gather") == [(str(helpers),)]
