"""One process, 20,000 repaints and edits: no crash, and no memory that never comes back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STEPS = 20_000
GROWTH = 12.0
"""MB that the second half may add. One small object leaked at each step would add more."""


@pytest.mark.timeout(180)
def test_it_works_for_20_000_steps_in_one_process(database_url: str, blog: None, tmp_path: Path) -> None:
    folders = {name: str(tmp_path) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME")}
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-m", "tests.e2e.endurance", database_url, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, **folders, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=160,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["steps"] == STEPS
    assert told["dialogs"] >= 45
    quarter, half, whole = told["memory"]
    assert quarter > 0
    assert whole - half < GROWTH, f"grew from {quarter} over {half} to {whole} MB"
