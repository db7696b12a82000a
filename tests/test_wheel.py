"""The installed wheel runs without the checkout: migrations and resources travel inside it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.processes import printed

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the contents of a freshly built wheel, as site-packages would have them."""
    made = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(made)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = made.glob("*.whl")
    site = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return site


def run(site: Path, *arguments: str) -> str:
    """Run ``python -m blogadmin`` from the wheel's contents, far from the checkout."""
    environment = {"PYTHONPATH": str(site), "BLOGADMIN_DATABASE_URL": ""}
    return printed("-m", *arguments, cwd=site, seconds=110, environment=environment)


def test_the_wheel_and_not_the_checkout_is_run(installed: Path) -> None:
    where = "import blogadmin.paths as p; print(p.migrations_dir(), p.resources_dir())"
    assert printed("-c", where, cwd=installed, environment={"PYTHONPATH": str(installed)}).split() == [
        str(installed / "blogadmin" / "_migrations"),
        str(installed / "blogadmin" / "_resources"),
    ]


def test_both_entry_points_are_declared(installed: Path) -> None:
    (metadata,) = installed.glob("*.dist-info/entry_points.txt")
    text = metadata.read_text()
    assert "[gui_scripts]\nblogadmin = blogadmin.__main__:main" in text
    assert "blogadmin-cli = blogadmin.__main__:main" in text


def test_a_database_is_made_and_filled_from_the_wheel(installed: Path, empty_database_url: str) -> None:
    said = run(installed, "blogadmin", "--database-url", empty_database_url, "db", "sample")
    assert "posts" in said
    assert "up to date" in run(installed, "blogadmin", "--database-url", empty_database_url, "db", "status")
