"""The program as one process: what it imports, and that it can draw itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCENES = {
    "welcome",
    "posts",
    "comments",
    "users",
    "posts-selected",
    "nothing-found",
    "post-dialog",
    "user-dialog",
    "new-post-incomplete",
    "new-user-incomplete",
    "delete-post",
    "delete-user",
    "connect",
    "shortcuts",
    "about",
}


def run(*arguments: str, home: Path, timeout: float = 100) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own whose home is ``home``."""
    folders = {name: str(home) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **folders, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@pytest.mark.timeout(300)
def test_it_draws_every_page_and_dialog_light_and_dark(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    done = run("-m", "blogadmin", "--screenshot", str(folder), home=tmp_path, timeout=280)
    assert done.returncode == 0, done.stderr
    wanted = {f"{scene}-{mode}.png" for scene in SCENES for mode in ("light", "dark")}
    assert {file.name for file in folder.iterdir()} == wanted
    for scene in SCENES:
        light, dark = ((folder / f"{scene}-{mode}.png").read_bytes() for mode in ("light", "dark"))
        assert light.startswith(b"\x89PNG")
        assert len(light) > 2000, f"{scene} shows next to nothing"
        assert light != dark, f"{scene} looks the same in both themes"


def test_the_window_comes_without_the_driver_and_the_orm(tmp_path: Path) -> None:
    script = (
        "import sys; import blogadmin.app, blogadmin.gui.pages.main_window;"
        "print([m for m in ('sqlalchemy', 'psycopg2', 'alembic') if m in sys.modules])"
    )
    done = run("-c", script, home=tmp_path)
    assert done.stdout.strip() == "[]", done.stderr


def test_the_frame_is_painted_before_what_it_does_not_show_is_loaded(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from PySide6.QtCore import QTimer\n"
        "from PySide6.QtWidgets import QApplication\n"
        "from blogadmin import app, cli\n"
        "class Window(app.MainWindow):\n"
        "    def paintEvent(self, event):\n"
        "        print(*sys.modules, flush=True)\n"
        "        import os; os._exit(0)\n"
        "app.MainWindow = Window\n"
        "cli.run([])\n"
    )
    loaded = run("-c", script, home=tmp_path).stdout.split()
    assert "blogadmin.gui.pages.first_frame" in loaded
    early = {"blogadmin.gui.theme.state", "blogadmin.gui.theme.fonts", "blogadmin.gui.theme.tokens"}
    parts = ("blogadmin.gui.theme.", "blogadmin.gui.control.", "blogadmin.gui.widgets.")
    parts += ("blogadmin.gui.tables.", "blogadmin.gui.dialogs.", "blogadmin.core.", "blogadmin.log")
    assert [name for name in loaded if name.startswith(parts) and name not in early] == []
    assert {"tomllib", "json", "PySide6.QtSvg", "logging.handlers"}.isdisjoint(loaded)


def test_a_busy_worker_gives_the_window_its_turn_soon(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from blogadmin import app\n"
        "from blogadmin.gui.theme import Mode\n"
        "from blogadmin.settings import Settings\n"
        "application = app.application(Mode.LIGHT)\n"
        "program = app.build(Settings())\n"
        "assert sys.getswitchinterval() <= 0.001, sys.getswitchinterval()\n"
        "program.close()\n"
    )
    done = run("-c", code, home=tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_wrong_address_is_refused_before_a_window_appears(tmp_path: Path) -> None:
    done = run("-m", "blogadmin", "--database-url", "mysql://somewhere/blog", home=tmp_path)
    assert done.returncode != 0
    assert "database" in done.stderr
    assert "Traceback" not in done.stderr
