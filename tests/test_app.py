"""The program as one process: what it imports, and that it can draw itself."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QDialog

import blogadmin.gui
from blogadmin.gui.widgets.popover import Popover
from blogadmin.opening import NAMELESS
from blogadmin.screenshots.studio import SHOWS
from tests.inspecting import FOUND

ROOT = Path(__file__).parents[1]
SCENES = {
    "welcome",
    "posts",
    "comments",
    "users",
    "history",
    "history-entry",
    "post-history",
    "user-history",
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
    "undo-list",
    "cell-editor",
    "palette",
    "views-menu",
    "views-menu-own",
    "save-view",
    "rename-view",
    "who-am-i",
    "filter-fields",
    "filter-chips",
    "filter-status",
    "filter-time",
    "found-in-bodies",
    "bulk-question",
    "bulk-report",
    "unsaved",
    "changed-elsewhere",
    "conflict",
    "adopt",
    "adopt-zone",
    "adopt-misfits",
    "upgrade",
    "crash",
    "connection-lost",
    "read-failure",
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


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the program drew itself into."""
    home = tmp_path_factory.mktemp("home")
    done = run("-m", "tests.inspecting", str(home / "pictures"), home=home, timeout=280)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return home / "pictures"


def subclasses(base: type) -> Iterator[type]:
    """Those that have no subclasses themselves, from the program's own modules."""
    for kind in base.__subclasses__():
        own = kind.__module__.startswith("blogadmin.")
        yield from ([kind] if own and not kind.__subclasses__() else subclasses(kind))


@pytest.mark.timeout(300)
def test_it_draws_every_page_and_dialog_light_and_dark(pictures: Path) -> None:
    wanted = {f"{scene}-{mode}.png" for scene in SCENES for mode in ("light", "dark")}
    assert {file.name for file in pictures.iterdir()} == wanted
    for scene in SCENES:
        light, dark = ((pictures / f"{scene}-{mode}.png").read_bytes() for mode in ("light", "dark"))
        assert light.startswith(b"\x89PNG")
        assert len(light) > 2000, f"{scene} shows next to nothing"
        assert light != dark, f"{scene} looks the same in both themes"


@pytest.mark.timeout(300)
def test_every_dialog_and_sheet_has_a_scene(pictures: Path) -> None:
    for module in pkgutil.walk_packages(blogadmin.gui.__path__, "blogadmin.gui."):
        importlib.import_module(module.name)
    made = {kind.__name__ for base in (QDialog, Popover) for kind in subclasses(base)}
    assert len(made) > 10
    shown = {name for file in pictures.iterdir() for name in QImage(str(file)).text(SHOWS).split()}
    assert made - shown == set()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("fault", ["nameless", "leaps", "leftovers"])
def test_each_field_has_a_name_tab_goes_as_the_eye_does_and_nothing_lies_over_a_picture(
    pictures: Path, fault: str
) -> None:
    found = json.loads((pictures.parent / FOUND).read_text(encoding="utf-8"))[fault]
    assert len(found) == 2 * len(SCENES)
    assert {picture: faults for picture, faults in found.items() if faults} == {}


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
        # What measures coverage may be there before the program begins.
        "there = set(sys.modules)\n"
        "from PySide6.QtCore import QTimer\n"
        "from PySide6.QtWidgets import QApplication\n"
        "from blogadmin import app, cli\n"
        "class Window(app.MainWindow):\n"
        "    def paintEvent(self, event):\n"
        "        print(*(set(sys.modules) - there), flush=True)\n"
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


def test_what_the_first_rows_need_is_loaded_without_what_takes_long(tmp_path: Path) -> None:
    """A class made by ``dataclasses`` takes ten times as long as a named tuple."""
    script = (
        "import sys\n"
        "import PySide6.QtWidgets\n"
        "there = set(sys.modules)\n"
        "from blogadmin import cli, connection\n"
        "from blogadmin.core.database import driver\n"
        "driver.load()\n"
        "import blogadmin.core.queries.glance, blogadmin.gui.tables.early_rows\n"
        "from blogadmin.gui.pages import comments, posts, users\n"
        "print(*(set(sys.modules) - there))\n"
    )
    loaded = run("-c", script, home=tmp_path).stdout.split()
    assert {"psycopg2", "blogadmin.gui.tables.cell_painter"} <= set(loaded)
    assert {"dataclasses", "uuid", "ssl", "socket", "sqlalchemy"}.isdisjoint(loaded)
    assert {"blogadmin.gui.theme.icons", "blogadmin.gui.theme.stylesheet"}.isdisjoint(loaded)


@pytest.mark.parametrize("noun", sorted(NAMELESS))
def test_what_the_first_rows_need_is_loaded_without_the_names_of_qt(tmp_path: Path, noun: str) -> None:
    script = (
        "import PySide6.QtWidgets\n"
        "from PySide6 import QtCore\n"
        "import blogadmin.ahead, blogadmin.connection, blogadmin.gui.tables.early_rows\n"
        f"import blogadmin.gui.pages.{noun}\n"
        "print('Qt' in vars(QtCore))\n"
        "QtCore.Qt\n"
        "print('Qt' in vars(QtCore))\n"
    )
    assert run("-c", script, home=tmp_path).stdout.split() == ["False", "True"]


def test_names_of_qt_are_made_in_the_windows_thread_before_parts_are_loaded_on_another(
    tmp_path: Path,
) -> None:
    """Whoever paints while another thread makes them ends the program."""
    script = (
        "import threading\n"
        "from PySide6 import QtCore\n"
        "from blogadmin import app, opening, settings\n"
        "from blogadmin.gui.theme import Mode\n"
        "application, window = app._plain_application(), app.MainWindow()\n"
        "made = opening.Opening(application, window, settings.Settings(), Mode.LIGHT)\n"
        "def load(name):\n"
        "    print('Qt' in vars(QtCore), threading.current_thread() is threading.main_thread())\n"
        "    raise SystemExit\n"
        "opening.import_module = load\n"
        "window.show()\n"
        "print('Qt' in vars(QtCore))\n"
        "def begun():\n"
        "    print('Qt' in vars(QtCore))\n"
        "window.frame.painted.connect(begun)\n"
        "made._loaded.connect(application.quit)\n"
        "application.exec()\n"
        "made.close()\n"
    )
    assert run("-c", script, home=tmp_path).stdout.split() == ["False", "False", "True", "False"]


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
