"""The same work by others: Qt's own table model, and web admins where programs that drive them are at hand.

They change rows and make tables, so they get a copy of the blog that is dropped afterwards. The web admins
are measured from request to HTML in one process, without a socket and without a browser: that flatters them.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import venv
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from platformdirs import user_cache_path
from sqlalchemy import make_url

from blogadmin.core.database.engine import Database
from tests.benchmarks import costs
from tests.benchmarks.children import ROOT
from tests.benchmarks.data import connect
from tests.benchmarks.report import ahead, at_most
from tests.benchmarks.run import Run
from tests.benchmarks.stage import open_stage

Figures = dict[str, float]

_SECONDS = 1_800
_PACKAGES = (
    "django",
    "sqladmin",
    "flask-admin",
    "flask-sqlalchemy",
    "wtforms",
    "sqlalchemy",
    "psycopg2-binary",
    "httpx",
    "greenlet",
    "python-multipart",
)

SAME_WORK = {
    "first_page": "first_rows.updated_at_desc",
    "jump": "jump",
    "last_page": "jump.to_last",
    "sort_title": "first_rows.title",
    "sort_author": "first_rows.author",
    "search_title": "search",
    "save_one": "peers.this_program.save_one",
    "toggle_1000_users": "peers.this_program.toggle_1000_users",
}
"""What others are asked to do, and the figure of this program that is the same work."""

_SEARCHED = ("lomera", "cepola", "dinerous", "gukeling", "mujunful", "tunerity", "vapolor")
_PLANT = "UPDATE posts SET title = left(title, 150) || ' ' || %s WHERE id %% 700 = %s"

_UNSAVE = "UPDATE posts SET title = reverse(title), view_count = view_count + 1 WHERE title LIKE 'Edited %'"
_EXACT_ESTIMATE = """
UPDATE pg_class SET reltuples = (SELECT count(*) FROM posts) WHERE oid = CAST('posts' AS regclass)
"""

_NAMES = {"first_page_100": "first_page", "page_9000": "jump", "save_one_post_only": "save_one"}


@dataclass(frozen=True, slots=True)
class Peer:
    """Somebody else's program, and the one that drives it: ``--dsn URL --json FILE``, a line for a figure."""

    name: str
    program: str
    arguments: tuple[str, ...] = ()


WEB = (
    Peer("django_admin", "django_admin.py", ("--tuned",)),
    Peer("sqladmin", "sqladmin_flask.py", ("--peer", "sqladmin")),
    Peer("flask_admin", "sqladmin_flask.py", ("--peer", "flask")),
)


def peers(run: Run) -> None:
    """Each peer's figures, and for each kind of work this program against the best of them."""
    run.close_stage()
    found: dict[str, Figures] = {}
    with run.blog.copy() as url:
        _plant_words(url)
        own = _OwnWriting(run, url, 1 + len(WEB))
        found["qsqltablemodel"] = _driven([sys.executable, "-m", "tests.benchmarks.peer_qt"], ROOT, url)
        own.take()
        folder = run.peers or _folder_nearby()
        python = None if folder is None else _environment(run.data_dir)
        for peer in WEB:
            if folder is not None and python is not None and (folder / peer.program).is_file():
                found[peer.name] = _driven([python, peer.program, *peer.arguments], folder, url)
            else:
                found[peer.name] = {}
            own.take()
        own.tell()
    for name, figures in found.items():
        if not figures:
            run.report.add(f"peers.{name}", None, note="could not be run here")
        for work, value in figures.items():
            run.report.add(f"peers.{name}.{work}", value, unit="MB" if work == "peak_rss" else "ms")
    _compare(run, [figures for figures in found.values() if figures])


class _OwnWriting:
    """What writes, on the same copy, to the same rows, in the same rhythm, and once after each of the others:
    the machine is not as quick in one minute as in the next.
    """

    def __init__(self, run: Run, url: str, takes: int) -> None:
        self._run = run
        self._url = url
        self._saves = max(run.often(101, 7) // takes, 7)
        self._rounds = max(run.often(8, 1) // takes, 1)
        self._saved: list[tuple[float, float]] = []
        self._switched: list[tuple[float, float]] = []

    def take(self) -> None:
        """Measure once more."""
        _tidy(self._url)
        with open_stage(self._url) as stage:
            stage.settle()
            saved = costs.one_after_another(stage, self._saves)
        self._saved.append((saved, costs.bare_one_after_another(self._url, self._saves)))
        first = tuple(range(1, costs.USERS + 1))
        with closing(Database(self._url)) as database:
            tidy = partial(_tidy, self._url)
            self._switched.append(costs.switched_alone(self._url, database, first, self._rounds, tidy))

    def tell(self) -> None:
        """Report the medians of what was measured."""
        takes = len(self._saved)
        saved, bare = map(statistics.median, zip(*self._saved, strict=True))
        note = "until the window knows, and the next at once; limit: UPDATE and COMMIT alone; "
        note += f"{self._saves} times after each of {takes} others"
        self._run.report.add("peers.this_program.save_one", saved, limit=bare, note=note)
        taken, bare = map(statistics.median, zip(*self._switched, strict=True))
        note = "the first users, as the others do; limit: one bare statement; "
        note += f"{self._rounds} times after each of {takes} others"
        self._run.report.add("peers.this_program.toggle_1000_users", taken, limit=bare, note=note)


def _plant_words(url: str) -> None:
    """Give some titles the words that the programs search for: a search without a hit costs nothing."""
    with closing(connect(url)) as connection, connection.cursor() as cursor:
        for place, word in enumerate(_SEARCHED):
            cursor.execute(_PLANT, (word, place))
        cursor.execute("ANALYZE posts")


def _tidy(url: str) -> None:
    """Clear away what whoever wrote there before has left behind.

    To step over it takes time; and some give the same posts the same titles, which who finds them there
    need not write at all.
    """
    with closing(connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(_UNSAVE)
        cursor.execute("VACUUM posts, users")
        # Who pages by the estimate must not be sent behind the end.
        cursor.execute(_EXACT_ESTIMATE)


def _compare(run: Run, found: list[Figures]) -> None:
    behind, compared = [], 0
    for work, key in SAME_WORK.items():
        best = min((figures[work] for figures in found if work in figures), default=None)
        value = run.value_of(key)
        if best is None or value is None:
            continue
        compared += 1
        note = f"this program: {key}; limit: the best of the others"
        run.report.add(f"peers.{work}", value, limit=best, target=ahead(), note=note)
        if value >= best:
            behind.append(work)
    note = f"of {compared} kinds of work, those in which one of {len(found)} others is ahead: "
    note += ", ".join(behind) or "none"
    number = len(behind) if compared else None
    run.report.add("peers", number, unit="", target=at_most(0, ""), note=note)


def _driven(command: list[str], folder: Path, url: str) -> Figures:
    """What a program says of itself on a tidy database; nothing if it cannot be run."""
    _tidy(url)
    with tempfile.TemporaryDirectory() as home:
        told = Path(home) / "figures"
        address, environment = _address(url)
        done = subprocess.run(
            [*command, "--dsn", address, "--json", str(told)],
            cwd=folder,
            env={**os.environ, **environment, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            print(f"\n{' '.join(command)}:\n{done.stderr[-1500:]}", file=sys.stderr)
        lines = told.read_text("utf-8").splitlines() if told.is_file() else []
    figures = [json.loads(line) for line in lines]
    named = ((str(figure["op"]), float(figure["median"])) for figure in figures)
    return {_NAMES.get(work, work): value for work, value in named}


def _address(url: str) -> tuple[str, dict[str, str]]:
    """An address without a host, which others would misread as a folder is one, and libpq's words for it."""
    parsed = make_url(url)
    host, port = parsed.query.get("host", parsed.host or ""), parsed.query.get("port", str(parsed.port or ""))
    words = {"PGHOST": str(host), "PGPORT": str(port), "PGPASSWORD": str(parsed.password or "")}
    return f"postgresql://{parsed.username}@/{parsed.database}", words


def _folder_nearby() -> Path | None:
    """A folder beside the checkout that holds the programs."""
    found = sorted(ROOT.parent.glob("*/bench/django_admin.py"))
    return found[0].parent if found else None


def _environment(data_dir: Path | None) -> str | None:
    """A Python with the others' packages, made once beside the blogs; ``None`` if they cannot be had."""
    home = (data_dir or user_cache_path("blogadmin") / "bench") / "others"
    python, ready = home / "bin" / "python", home / "ready"
    if not ready.is_file():
        venv.create(home, with_pip=True, clear=True)
        command = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *_PACKAGES]
        if subprocess.run(command, check=False).returncode != 0:
            return None
        ready.touch()
    return str(python)
