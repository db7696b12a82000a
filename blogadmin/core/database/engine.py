"""The way into a database: engines, sessions, and the emergency exits.

One ``Database`` for a process. Units of work go through ``session_scope()`` (or ``get_db()``, the same body
as a generator that a web framework can inject); lists read through ``reader()``. The blog's web application
may import ``engine``, ``SessionLocal``, ``get_db`` and ``session_scope`` from here: they belong to the
database that the settings name, and nothing is opened before it is used.

Behind PgBouncer, allow our start-up options: ``ignore_startup_parameters = extra_float_digits,options``.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

import psycopg2
from psycopg2 import extensions
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import NullPool

from blogadmin.core.database import bare_rows, kept_plans
from blogadmin.core.database.address import CONNECT_FOR, connect_args, in_time, to_url
from blogadmin.core.database.errors import Cancelled, OutcomeUnknown, Unavailable
from blogadmin.core.database.lock_watch import LockWatch, blockers
from blogadmin.core.database.outcome import UNKNOWN
from blogadmin.core.database.own_backends import OwnBackends
from blogadmin.core.database.pooled import Pooling
from blogadmin.core.database.pulse import Look, Pings, look
from blogadmin.core.database.sockets import alarm, shut
from blogadmin.core.database.units import begun, driver_connection, transact
from blogadmin.settings import Settings, SettingsError, load

T = TypeVar("T")

ASIDE_FOR: Final = 5.0
"""Seconds that a question on the side may take."""
ASIDE_CONNECT_FOR: Final = 8
"""Seconds for connecting to all servers of an address together, where a question has a limit of its own."""
PING_AFTER: Final = 5.0
"""Seconds of rest after which a reader's connection is asked whether it still lives."""

# SQLAlchemy tells a lost connection by English words; a server may speak another language.
_LOST = frozenset({"57P01", "57P02", "57P03", "57P04", "57P05", "25P03", "08000", "08003", "08006", "08P01"})
_QUERY_CANCELED = "57014"
# A cancel that came too late must not explain a time-out that strikes the same connection later.
_CANCEL_COUNTS_FOR = 5.0


class Database:
    """One database, its connections and its sessions. Making it opens nothing."""

    def __init__(self, url: str, settings: Settings | None = None) -> None:
        """Raises ``SettingsError`` when ``url`` is not the address of a PostgreSQL database."""
        self.url: Final = to_url(url)
        self.settings: Final = settings or Settings()
        self.read_only = False
        """When true, ``session_scope()`` opens transactions in which the server refuses every change."""
        self._lock = threading.Lock()
        self._sockets: weakref.WeakSet[extensions.connection] = weakref.WeakSet()
        self._cancelled: dict[int, float] = {}
        self._aborted = False
        self._mine = threading.local()
        self._kept: list[_Reader] = []
        self.backends: Final = OwnBackends()
        """The server's processes behind the connections of this database."""
        self.pings: Final = Pings()
        self.pooling: Final = Pooling(self.settings, self.pings)
        self.engine: Final = self._make_engine(
            {},
            pool_pre_ping=True,
            pool_size=self.settings.pool_size,
            max_overflow=self.settings.max_overflow,
            pool_timeout=self.settings.pool_timeout,
            pool_recycle=1800,
        )
        # Readers keep their connection, so they must neither use up nor wait for the writers' pool.
        self._reading: Final = self._make_engine(
            {"default_transaction_read_only": "on"},
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
        )
        kept_plans.enable(self._reading)
        self._only_looking: Final = self.engine.execution_options(postgresql_readonly=True)
        self.sessions: Final = sessionmaker(bind=self.engine, autoflush=False)
        self.lock_watch: Final = LockWatch(self)
        event.listen(self.sessions, "after_begin", begun)

    def get_db(self) -> Generator[Session, None, None]:
        """Give one session: committed on success, rolled back on any exception, always closed.

        Raises ``OutcomeUnknown`` when the connection is lost while the server commits.
        """
        session = self.sessions(bind=self._only_looking) if self.read_only else self.sessions()
        try:
            yield session
            session.flush()
            _commit(session)
        except BaseException:
            # On a connection that is gone this fails, too, and must not hide what went wrong first.
            with suppress(DBAPIError):
                session.rollback()
            raise
        finally:
            session.close()

    def session_scope(self) -> AbstractContextManager[Session]:
        """``get_db()`` for a ``with`` statement."""
        return contextmanager(self.get_db)()

    @contextmanager
    def reader(self) -> Iterator[Session]:
        """Give a session for reading on the connection that this thread keeps.

        Each statement stands alone (autocommit), so nothing is left open and no snapshot grows old. After a
        lost connection the next use opens a new one. Used again inside itself, it gives the same session.
        """
        mine: _Reader | None = getattr(self._mine, "reader", None)
        if mine is not None and mine.in_use:
            yield mine.session
            return
        mine = self._living_reader(mine)
        try:
            with mine.using() as session:
                yield session
        finally:
            if mine not in self._kept:
                # close() came meanwhile and left the connection to us, who were using it.
                mine.close()

    def backend_pid(self, session: Session) -> int:
        """The process on the server that works for ``session``; takes a connection if it has none yet."""
        return driver_connection(session.connection()).info.backend_pid

    def cancel(self, pid: int) -> bool:
        """Ask the server to stop what ``pid`` is doing; whoever waits for it gets ``Cancelled``.

        Goes over a second short connection: psycopg2's own ``cancel()`` would stop every Python thread
        until the network answers. ``False`` when the server could not be asked or knows no such process.
        """
        self._cancelled[pid] = time.monotonic()
        try:
            process = self.pooling.process(pid)
            with self.aside() as side, side.cursor() as cursor:
                cursor.execute(f"SELECT pg_cancel_backend({process.expression})", (process.value,))
                row = cursor.fetchone()
        except (psycopg2.Error, Unavailable):
            return False
        return bool(row and row[0])

    def transact(self, unit: Callable[[Session], T]) -> T:
        """Run ``unit`` in a session and commit; repeat it after a deadlock, at most three times in all.

        ``unit`` must not do anything but work on its session, since it may run again. Raises ``Locked``
        with the name of who held the row, and ``OutcomeUnknown`` only when, with the connection lost during
        COMMIT, the server could not be asked again. Other errors come as the driver raised them.
        """
        return transact(self, unit)

    def blockers(self, pid: int) -> str:
        """Who holds what ``pid`` waits for, as "bob (psql)"; empty when nobody does or nobody can tell."""
        return blockers(self, pid)

    def look(self, pid: int | None = None, *, committing: bool = False) -> Look:
        """Ask on the side whether the server says anything at all, and whether ``pid`` works for us.

        ``committing``: it has nothing to do but that. Pings that the server owes are given up.
        """
        return look(self, pid, committing=committing)

    def doubt(self) -> None:
        """A connection was lost: ask the readers' own whether they live before they are used again."""
        for reader in tuple(self._kept):
            reader.used = -PING_AFTER

    @contextmanager
    def aside(self, seconds: float | None = None) -> Iterator[extensions.connection]:
        """Give a connection for one short question, closed afterwards.

        Behind a proxy whose server is gone an answer may never come, and no timeout of libpq or the server
        notices: after ``seconds``, by default ``ASIDE_FOR``, the socket is shut. Of ``seconds`` those for
        connecting are taken off, down to one.
        """
        began = time.monotonic()
        with closing(self.connect(CONNECT_FOR if seconds is None else ASIDE_CONNECT_FOR)) as side:
            spent = time.monotonic() - began
            with alarm(ASIDE_FOR if seconds is None else max(seconds - spent, min(seconds, 1)), shut, side):
                yield side

    def connect(self, seconds: int = CONNECT_FOR) -> extensions.connection:
        """Open a connection of its own, in autocommit. Close it; ``abort()`` reaches it, too.

        ``seconds``: for all servers of the address together.
        """
        arguments, keywords = self.engine.dialect.create_connect_args(self.url)
        self._refuse_when_aborted()
        keywords = {**keywords, **connect_args(self.url.query, self.settings)}
        raw = psycopg2.connect(*arguments, **in_time(self.url.query, self.settings, keywords, seconds))
        self._remember(raw)
        raw.autocommit = True
        return raw

    def sever(self, pid: int) -> bool:
        """Shut the socket of the connection that ``pid`` serves, so that who waits for it fails at once.

        For a server that answers nothing any more, a ``cancel()`` neither. ``False``: no such connection.
        """
        raw = self.connection_of(pid)
        if raw is not None:
            shut(raw)
        return raw is not None

    def connection_of(self, pid: int) -> extensions.connection | None:
        """The open connection that was told to be served by ``pid``."""
        with self._lock:
            mine = (raw for raw in self._sockets if not raw.closed and raw.info.backend_pid == pid)
            return next(mine, None)

    def abort(self) -> None:
        """Shut every socket, so that each thread that waits for the server wakes at once with an error.

        For the end of the program; afterwards only ``close()`` is useful.
        """
        self._aborted = True
        with self._lock:
            for raw in tuple(self._sockets):
                shut(raw)

    def close(self) -> None:
        """Close every connection that is at rest; the others close as soon as they are given back."""
        self.lock_watch.close()
        with self._lock:
            kept, self._kept = self._kept, []
        for reader in kept:
            if not reader.in_use:
                reader.close()
        self._reading.dispose()
        self.engine.dispose()

    def _make_engine(self, fixed: dict[str, str], **arguments: Any) -> Engine:
        engine = create_engine(
            self.url,
            connect_args=connect_args(self.url.query, self.settings),
            hide_parameters=True,
            echo=self.settings.echo,
            **arguments,
        )
        bare_rows.enable(engine)
        engine.dialect.do_ping = self.pings.of_pool(engine.dialect.do_ping)
        event.listen(engine, "do_connect", self._connecting)
        event.listen(engine, "connect", self.backends.opened)
        event.listen(engine, "close", self.backends.closed)
        self.pooling.listen(engine, fixed)
        event.listen(engine, "handle_error", self._seen)
        return engine

    def _living_reader(self, mine: _Reader | None) -> _Reader:
        if mine is not None:
            if mine.lives(self.pings):
                return mine
            mine.close()
        fresh = self._mine.reader = _Reader(self._reading.connect(), self.sessions)
        with self._lock:
            gone = [kept for kept in self._kept if kept is mine or not kept.thread.is_alive()]
            self._kept = [kept for kept in self._kept if kept not in gone] + [fresh]
        for reader in gone:
            reader.close()
        return fresh

    def _connecting(self, dialect: Any, _record: Any, arguments: Any, keywords: dict[str, Any]) -> Any:
        """Connect for SQLAlchemy, whose own first questions shall be within reach of ``abort()``, too."""
        self._refuse_when_aborted()
        raw = dialect.connect(*arguments, **in_time(self.url.query, self.settings, keywords))
        self._remember(raw)
        return raw

    def _refuse_when_aborted(self) -> None:
        if self._aborted:
            raise Unavailable("The program is closing.")

    def _remember(self, raw: extensions.connection) -> None:
        with self._lock:
            self._sockets.add(raw)
            if self._aborted:
                shut(raw)

    def _seen(self, context: ExceptionContext) -> Exception | None:
        code = getattr(context.original_exception, "pgcode", None)
        if code in _LOST:
            context.is_disconnect = True
        if code != _QUERY_CANCELED or context.connection is None:
            return None
        at = self._cancelled.pop(driver_connection(context.connection).info.backend_pid, None)
        if at is None or time.monotonic() - at > _CANCEL_COUNTS_FOR:
            return None
        return Cancelled("Stopped.")


class _Reader:
    """A thread's own connection for reading, and when it was last of use."""

    __slots__ = ("connection", "in_use", "session", "thread", "used")

    def __init__(self, connection: Connection, sessions: sessionmaker[Session]) -> None:
        self.connection = connection
        self.session = sessions(bind=connection)
        self.in_use = False
        self.thread = threading.current_thread()
        self.used = time.monotonic()

    @contextmanager
    def using(self) -> Iterator[Session]:
        """Give the session to somebody who asks something."""
        self.in_use = True
        try:
            yield self.session
            # Not closed: on a connection in autocommit there is nothing to end, and making it anew would
            # take a tenth of the time of a list query. Mapped objects are not seen again.
            self.session.expunge_all()
        except BaseException:
            with suppress(DBAPIError):
                self.session.close()
            raise
        finally:
            self.in_use = False
            self.used = time.monotonic()

    def lives(self, pings: Pings) -> bool:
        """Whether the connection can be used again; asks the server only after a rest."""
        if self.connection.closed or self.connection.invalidated:
            return False
        raw = driver_connection(self.connection)
        if raw.closed:
            return False
        if time.monotonic() - self.used < PING_AFTER:
            return True
        try:
            with pings.pinging(raw), raw.cursor() as cursor:
                cursor.execute("SELECT 1")
        except psycopg2.Error:
            return False
        return True

    def close(self) -> None:
        """Close the connection, whatever state it is in."""
        if not self.connection.closed:
            self.connection.invalidate()
            self.connection.close()


def _commit(session: Session) -> None:
    try:
        session.commit()
    except DBAPIError as exc:
        if not exc.connection_invalidated:
            raise
        raise OutcomeUnknown(UNKNOWN) from exc


@cache
def default() -> Database:
    """The database that the settings name. Raises ``SettingsError`` when they name none."""
    from blogadmin import paths

    settings = load(file=paths.config_file())
    if settings.database_url is None:
        raise SettingsError("BLOGADMIN_DATABASE_URL", "is not set, so there is no database to open.")
    return Database(settings.database_url, settings)


def get_db() -> Generator[Session, None, None]:
    """A session on the ``default()`` database, for ``Depends(get_db)``."""
    yield from default().get_db()


def session_scope() -> AbstractContextManager[Session]:
    """A session on the ``default()`` database, for a ``with`` statement."""
    return default().session_scope()


if TYPE_CHECKING:
    engine: Engine
    SessionLocal: sessionmaker[Session]

_LAZY: dict[str, Callable[[], object]] = {
    "engine": lambda: default().engine,
    "SessionLocal": lambda: default().sessions,
}


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return _LAZY[name]()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
