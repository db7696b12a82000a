"""One PostgreSQL for the run, one database for each test, and nothing left behind by any of them."""

from __future__ import annotations

import gc
import hashlib
import logging
import os
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.*=false")

import psycopg2
import psycopg2.extensions
import pytest

if TYPE_CHECKING:
    from blogadmin.connection import Connector, Opened
    from blogadmin.core.database.engine import Database
    from tests.faults.proxy import FaultProxy

MEMORY = Path("/dev/shm")
IN_MEMORY = "blogadmin-tests"
SERVER_FOLDER = "PYTEST_BLOGADMIN_SERVER"
ROOM = 4 * 2**30
"""Bytes that must be free in memory, or the server's files lie on the disk."""
TESTS = Path(__file__).parent
MIGRATIONS = TESTS.parent / "migrations" / "versions"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run the tests marked slow")


def pytest_configure(config: pytest.Config) -> None:
    """Name a folder in memory for the tests' server, where copying a database costs a tenth."""
    # Where root lacks namespaces, the server's programs lie beside its files and must be able to run.
    if hasattr(config, "workerinput") or not MEMORY.is_dir() or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        return
    for left in MEMORY.glob(f"{IN_MEMORY}-*"):
        if not Path(f"/proc/{left.name.rpartition('-')[2]}").exists():
            shutil.rmtree(left, ignore_errors=True)
    if shutil.disk_usage(MEMORY).free > ROOM:
        # Workers inherit it.
        os.environ[SERVER_FOLDER] = str(MEMORY / f"{IN_MEMORY}-{os.getpid()}")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Give the memory back when the last worker has stopped the server."""
    folder = os.environ.get(SERVER_FOLDER)
    if folder and not hasattr(config, "workerinput"):
        shutil.rmtree(folder, ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # Files with a few long tests come first: begun last, one worker would wait for the other's.
    items.sort(key=lambda item: not (item.path.parent == TESTS or TESTS / "e2e" in item.path.parents))
    if config.getoption("--slow"):
        return
    skip = pytest.mark.skip(reason="slow; run with --slow")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Spell out what UTF-8 cannot carry: tests log half characters, and a worker sends what was logged."""
    report = yield
    report.sections = [
        (title, text.encode("utf-8", "backslashreplace").decode()) for title, text in report.sections
    ]
    return report


def with_database(url: str, name: str) -> str:
    """The same server, another database."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path="/" + name))


def connect(url: str) -> psycopg2.extensions.connection:
    """A plain connection in autocommit, as psql would have it."""
    connection = psycopg2.connect(url.replace("+psycopg2", ""), application_name="test")
    connection.autocommit = True
    return connection


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a server on which tests may create databases.

    BLOGADMIN_TEST_URL names a server of your own; otherwise the embedded one runs for as long as the
    tests do, one for all xdist workers.
    """
    given = os.environ.get("BLOGADMIN_TEST_URL")
    if given:
        yield given
        return
    from blogadmin.core.database.embedded import EmbeddedServer

    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    home = Path(os.environ.get(SERVER_FOLDER) or shared / "server")
    with EmbeddedServer(home, fast=True) as server:
        yield server.url("postgres")


@pytest.fixture(scope="session")
def admin(server_url: str) -> Iterator[psycopg2.extensions.cursor]:
    """A cursor on the server's own database, to make and drop others with."""
    with closing(connect(server_url)) as connection, connection.cursor() as cursor:
        yield cursor


@pytest.fixture(scope="session")
def template(server_url: str) -> str:
    """Name of a migrated, empty database that each test's own is copied from."""
    digest = hashlib.sha256(b"".join(p.read_bytes() for p in sorted(MIGRATIONS.glob("*.py")))).hexdigest()
    name = f"blogadmin_template_{digest[:12]}"
    with closing(connect(server_url)) as admin, admin.cursor() as cursor:
        # Workers and test runs that share a server build the template once between them.
        cursor.execute("SELECT pg_advisory_lock(727274)")
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate", (name,))
        if cursor.fetchone() is None:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}"')
            from blogadmin.core.database import schema

            schema.upgrade(with_database(server_url, name))
            cursor.execute(f'ALTER DATABASE "{name}" IS_TEMPLATE true')
        cursor.execute("SELECT pg_advisory_unlock(727274)")
    return name


@pytest.fixture
def make_database(
    server_url: str, admin: psycopg2.extensions.cursor
) -> Iterator[Callable[[str | None], str]]:
    """Make databases that are dropped after the test: ``make_database(template or None) -> url``."""
    names: list[str] = []

    def make(template: str | None = None) -> str:
        names.append(f"test_{uuid.uuid4().hex[:16]}")
        copy_database(admin, names[-1], template)
        return with_database(server_url, names[-1])

    yield make
    left_open = _transactions_left_open(admin, names)
    for name in names:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    assert not left_open, f"transactions left open: {left_open}"


def copy_database(admin: psycopg2.extensions.cursor, name: str, template: str | None) -> None:
    """Make a database that is the template's twin; without one it is empty."""
    # Copied as files: going through the server's log, page by page, takes half as long again.
    how = " STRATEGY file_copy" if admin.connection.server_version >= 150_000 else ""
    admin.execute(f'CREATE DATABASE "{name}"{how}' + (f' TEMPLATE "{template}"' if template else ""))


@pytest.fixture(scope="module")
def make_template(
    server_url: str, admin: psycopg2.extensions.cursor, template: str
) -> Iterator[Callable[[Callable[[str], object]], str]]:
    """Fill databases for the tests of a module to copy: ``make_template(fill) -> name``.

    ``fill`` gets the URL of a migrated, empty database and leaves no connection to it open.
    """
    names: list[str] = []

    def make(fill: Callable[[str], object]) -> str:
        names.append(f"test_{uuid.uuid4().hex[:16]}")
        copy_database(admin, names[-1], template)
        fill(with_database(server_url, names[-1]))
        return names[-1]

    yield make
    for name in names:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _transactions_left_open(cursor: psycopg2.extensions.cursor, names: list[str]) -> list[tuple[str, str]]:
    """What stands in a transaction and stays there.

    A connection that a test cut off is let go by the server a moment after the test has ended.
    """
    end = time.monotonic() + 3
    while True:
        cursor.execute(
            "SELECT application_name, query FROM pg_stat_activity"
            " WHERE datname = ANY(%s) AND state LIKE 'idle in transaction%%'",
            (names,),
        )
        found = cursor.fetchall()
        if not found or time.monotonic() > end:
            return found


@pytest.fixture(scope="module")
def filled(template: str) -> str:
    """Name of the database that each test's own is copied from; a module may fill another."""
    return template


@pytest.fixture
def database_url(make_database: Callable[[str | None], str], filled: str) -> str:
    """A database of the test's own: migrated, and empty unless the module says what is in it."""
    return make_database(filled)


@pytest.fixture
def empty_database_url(make_database: Callable[[str | None], str]) -> str:
    """A database with nothing in it, not even a schema."""
    return make_database(None)


@pytest.fixture
def proxy(database_url: str) -> Iterator[FaultProxy]:
    """What stands between the program and the test's server."""
    from tests.faults.proxy import FaultProxy

    with FaultProxy(database_url) as standing:
        yield standing


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The program's own way into ``database_url``; closed after the test."""
    from blogadmin.core.database.engine import Database

    with closing(Database(database_url)) as opened:
        yield opened


@contextmanager
def client(url: str) -> Iterator[Callable[..., list[tuple[Any, ...]]]]:
    """Run statements as another client would: ``run("UPDATE …", args) -> rows`` (committed at once)."""
    with closing(connect(url)) as connection:

        def run(statement: str, args: object = None) -> list[tuple[Any, ...]]:
            with connection.cursor() as cursor:
                cursor.execute(statement, args)  # pyright: ignore[reportArgumentType]
                return cursor.fetchall() if cursor.description else []

        yield run


@pytest.fixture
def sql(database_url: str) -> Iterator[Callable[..., list[tuple[Any, ...]]]]:
    """Run a statement as another client would: ``sql("UPDATE …", args) -> rows`` (committed at once)."""
    with client(database_url) as run:
        yield run


@pytest.fixture(scope="module", autouse=True)
def old_objects_set_aside() -> None:
    """Take what stands before a module's tests out of collections: they look at what a test made, only.

    A hundred thousand objects of libraries and collected tests would be looked through after each test.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def garbage_collected_here(request: pytest.FixtureRequest) -> Iterator[None]:
    """Collect garbage on this thread only: on a worker it could end a widget on the wrong thread."""
    gc.disable()
    yield
    if {"qtbot", "qapp"} & set(request.fixturenames):
        gc.collect()
    else:
        gc.collect(0)


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """Fail a test that leaves a thread running."""
    before = set(threading.enumerate())
    yield
    left = [t for t in threading.enumerate() if t not in before and t.is_alive()]
    for thread in left:
        thread.join(2.0)
    left = [t.name for t in left if t.is_alive()]
    assert not left, f"threads left running: {left}"


@pytest.fixture(autouse=True)
def no_unexpected_log(caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test in which the program logs a warning, unless it is marked ``expects_log``."""
    yield
    if request.node.get_closest_marker("expects_log"):
        return
    for when in ("setup", "call"):
        loud = [r for r in caplog.get_records(when) if r.levelno >= logging.WARNING]
        assert not loud, f"logged during {when}: {[r.getMessage() for r in loud]}"


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """No database opens before this is set."""
    from blogadmin.connection import Connector

    event = threading.Event()
    open_ = Connector.open

    def open_later(self: Connector, url: str | None = None) -> Opened:
        event.wait(20)
        return open_(self, url)

    monkeypatch.setattr(Connector, "open", open_later)
    yield event
    event.set()
