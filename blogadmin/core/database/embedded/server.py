"""The private server as a program sees it: start or join it, connect to it, leave it."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote, urlencode

import psycopg2
import psycopg2.errors
import psycopg2.extensions
from psycopg2 import sql

from blogadmin.core.database.embedded import binaries, caretaker, failure, postmaster, root
from blogadmin.core.database.embedded.cluster import USER, Address, Cluster
from blogadmin.core.database.embedded.lock import POLL_S, FileLock

HOLD = "blogadmin hold"
_LOCK_TIMEOUT_S = postmaster.START_TIMEOUT_S + postmaster.STOP_TIMEOUT_S
_CONNECT_TIMEOUT_S = 5
# A server that has just come up was once seen to refuse the right password; it is asked for this long.
_PASSWORD_PATIENCE_S = 1.0

_log = logging.getLogger(__name__)


class EmbeddedServer:
    """A PostgreSQL server of this person's own, with its data below ``home``.

    All programs that name the same ``home`` share one server. Each holds one connection for as long as
    it uses the server; the last one to leave stops it. ``fast`` is for tests: when the server or the
    computer crashes, data may be lost. All methods block: keep them off the GUI thread.
    """

    def __init__(self, home: Path, *, fast: bool = False) -> None:
        self._home = home.absolute()
        self._fast = fast
        self._loopback = os.name == "nt"
        self._linger = caretaker.LINGER_S
        self._cluster: Cluster | None = None
        self._address: Address | None = None
        self._hold: psycopg2.extensions.connection | None = None
        self._refusal = ""

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder. Raises ``EmbeddedServerError`` before the first ``start``."""
        return self._known().data

    @property
    def major(self) -> int:
        """The version of PostgreSQL. Raises ``EmbeddedServerError`` before the first ``start``."""
        return self._known().programs.major

    def users(self) -> int:
        """Return how many programs use the server now, this one included.

        Raises ``EmbeddedServerError`` before the first ``start``, ``psycopg2.Error`` when it is lost.
        """
        query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s"
        with self._session() as cursor:
            cursor.execute(query, (HOLD,))
            return cursor.fetchall()[0][0]

    def start(self) -> Self:
        """Use the server: make it if need be, start it if need be, wait until it answers.

        May be called again at any time, and is cheap while all is well. Call it again when the server
        was lost: a program counts as a user only while its own connection stands.
        Raises ``EmbeddedServerError``.
        """
        if self._holds():
            return self
        began = time.monotonic()
        try:
            cluster = self._cluster or self._find()
            cluster.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._locked(cluster.home) as lock:
                # Another program may have made it, by another PostgreSQL, while we waited for the lock.
                cluster = cluster if cluster.exists else self._find()
                if not cluster.exists:
                    cluster.create(lock)
                self._cluster = cluster
                self._hold = self._open(cluster)
        except OSError as error:
            raise failure.no_folder(self._home, error) from error
        _log.info("using PostgreSQL %d after %.2f s", self.major, time.monotonic() - began)
        return self

    def url(self, database: str = "blogadmin") -> str:
        """Return the URL of ``database`` for SQLAlchemy, password included; nothing is created.

        Raises ``EmbeddedServerError`` before the first ``start``.
        """
        cluster, address = self._known(), self._address
        if address is None:
            raise failure.not_running(self._home)
        login = f"postgresql+psycopg2://{USER}:{quote(cluster.password(), safe='')}@"
        name = quote(database, safe="")
        if not address.is_socket:
            return f"{login}{address.host}:{address.port}/{name}"
        return f"{login}/{name}?" + urlencode({"host": address.host, "port": address.port}, quote_via=quote)

    def ensure_database(self, database: str = "blogadmin") -> bool:
        """Create ``database`` unless it exists; return whether it was created.

        Programs may race here: exactly one of them gets ``True``.
        Raises ``EmbeddedServerError`` before the first ``start``, ``psycopg2.Error`` when it fails.
        """
        # Nobody is ever connected to template0; a session in template1 would keep it from being copied.
        create = sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(database))
        with self._session() as cursor:
            cursor.execute("SELECT FROM pg_database WHERE datname = %s", (database,))
            if cursor.rowcount:
                return False
            try:
                cursor.execute(create)
            except (psycopg2.errors.DuplicateDatabase, psycopg2.errors.UniqueViolation):
                return False
        return True

    def stop(self) -> bool:
        """Stop using the server, and stop it if no other program uses it.

        Returns whether the server is off now; ``False`` as well when this program did not use it.
        Raises ``EmbeddedServerError`` when another program keeps it busy.
        """
        cluster = self._cluster
        if cluster is None or self._hold is None:
            return False
        with self._locked(cluster.home):
            hold = self._hold if self._holds() else self._rejoin(cluster)
            self._hold = None
            if hold is None:
                return not postmaster.runs(cluster)
            with contextlib.closing(hold):
                return self._alone(hold) and postmaster.shut_down(cluster)

    def _find(self) -> Cluster:
        account, home = root.choose(self._home)
        programs = binaries.find(home, account)
        return Cluster(home, programs, fast=self._fast, loopback=self._loopback)

    def _known(self) -> Cluster:
        if self._cluster is None:
            raise failure.not_running(self._home)
        return self._cluster

    @contextlib.contextmanager
    def _locked(self, home: Path) -> Iterator[FileLock]:
        with FileLock(home / "lock") as lock:
            if not lock.take(_LOCK_TIMEOUT_S):
                raise failure.busy(self._home)
            yield lock

    def _holds(self) -> bool:
        """Tell whether this program is counted as a user, of a server that lets new sessions in."""
        hold = self._hold
        if hold is None:
            return False
        try:
            # A killed server's session may outlive it for a moment; only a new one proves the server.
            with self._session():
                return _ask(hold, "SELECT true")
        except psycopg2.Error:
            hold.close()
            return False

    def _open(self, cluster: Cluster) -> psycopg2.extensions.connection:
        deadline = time.monotonic() + postmaster.START_TIMEOUT_S
        launched = False
        refused_since: float | None = None
        while (hold := self._join(cluster)) is None:
            if "password authentication failed" in self._refusal:
                refused_since = refused_since or time.monotonic()
                self._check_password(cluster, launched, time.monotonic() - refused_since)
            if postmaster.runs(cluster):
                if time.monotonic() > deadline:
                    raise failure.no_answer(self._home, postmaster.START_TIMEOUT_S, self._refusal)
            elif launched:
                words = postmaster.last_words(cluster)
                raise failure.not_started(self._home, cluster.start_log, words)
            else:
                # Asked before, so that no server is started that nobody can enter.
                cluster.password()
                postmaster.launch(cluster)
                launched = True
            time.sleep(POLL_S)
        return hold

    def _rejoin(self, cluster: Cluster) -> psycopg2.extensions.connection | None:
        """Join the server again if it recovered, or was revived, after this program lost it."""
        deadline = time.monotonic() + postmaster.STOP_TIMEOUT_S
        while (hold := self._join(cluster)) is None:
            if not postmaster.runs(cluster) or time.monotonic() > deadline:
                return None
            time.sleep(POLL_S)
        return hold

    def _check_password(self, cluster: Cluster, launched: bool, refused_for: float) -> None:
        if launched and refused_for < _PASSWORD_PATIENCE_S:
            return
        if launched:
            # Nobody can enter it, so nobody, its caretaker neither, would ever stop it.
            postmaster.shut_down(cluster)
        raise failure.no_password(self._home, cluster.password_file)

    def _join(self, cluster: Cluster) -> psycopg2.extensions.connection | None:
        """Connect and be counted as a user, or return ``None`` if the server is off, or going off."""
        self._refusal = ""
        address = cluster.address()
        if address is None:
            return None
        hold = None
        try:
            hold = psycopg2.connect(_dsn(cluster, address, HOLD))
            hold.autocommit = True
            if not _ask(hold, "SELECT pg_try_advisory_lock_shared(%s)", caretaker.LOCK_KEY):
                hold.close()
                return None
            cared_for = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = %s)"
            if not _ask(hold, cared_for, caretaker.NAME):
                caretaker.send(_dsn(cluster, address, caretaker.NAME), cluster.programs, self._linger)
        except psycopg2.Error as error:
            self._refusal = str(error)
            if hold is not None:
                hold.close()
            return None
        self._address = address
        return hold

    def _alone(self, hold: psycopg2.extensions.connection) -> bool:
        """Tell whether no other program uses the server; then none can join any more, either."""
        with contextlib.suppress(psycopg2.Error):
            _ask(hold, "SELECT pg_advisory_unlock_shared(%s)", caretaker.LOCK_KEY)
            return _ask(hold, "SELECT pg_try_advisory_lock(%s)", caretaker.LOCK_KEY)
        return False

    @contextlib.contextmanager
    def _session(self) -> Iterator[psycopg2.extensions.cursor]:
        cluster, address = self._known(), self._address
        if address is None:
            raise failure.not_running(self._home)
        connection = psycopg2.connect(_dsn(cluster, address, "blogadmin setup"))
        with contextlib.closing(connection):
            connection.autocommit = True
            with connection.cursor() as cursor:
                yield cursor

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _ask(connection: psycopg2.extensions.connection, question: str, *arguments: object) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(question, arguments)
        return cursor.fetchall()[0][0]


def _dsn(cluster: Cluster, address: Address, program: str) -> str:
    return psycopg2.extensions.make_dsn(
        user=USER,
        password=cluster.password(),
        host=address.host,
        port=address.port,
        dbname="postgres",
        application_name=program,
        connect_timeout=_CONNECT_TIMEOUT_S,
        client_encoding="UTF8",
        # Said here so that the shell's PGOPTIONS, PGSSLMODE … have no say.
        options="",
        sslmode="disable",
        gssencmode="disable",
    )
