"""The way from settings to an open database: the private server or a given URL, and what is found there.

No Qt and, until a method is called, no SQLAlchemy: every method blocks and belongs on a worker.
"""

from __future__ import annotations

import logging
import threading
import weakref
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

from blogadmin import paths
from blogadmin.core import hosts

if TYPE_CHECKING:
    from blogadmin.core.database.adopt import Plan
    from blogadmin.core.database.embedded import EmbeddedServer
    from blogadmin.core.database.engine import Database
    from blogadmin.core.database.schema import State
    from blogadmin.settings import Settings

log = logging.getLogger(__name__)

ANSWER_FOR: Final = 2.0
"""Seconds for the first answers of a server, beside those that connecting may take."""


class Opened(NamedTuple):
    """A database that answered, what its schema is, and how to name the place to a person.

    ``url`` may hold a password; ``given`` is what to open again, ``None`` for the private server.
    """

    database: Database
    state: State
    place: str
    local: bool
    encrypted: bool
    url: str

    @property
    def given(self) -> str | None:
        """What ``Connector.open`` takes to come here again."""
        return None if self.local else self.url

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.place})"


class Connector:
    """Opens databases for the window, and closes what it opened.

    Raises the known errors of ``core.database.errors``.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server: EmbeddedServer | None = None
        self._starting = threading.Lock()
        self._databases: weakref.WeakSet[Database] = weakref.WeakSet()

    def open(self, url: str | None = None) -> Opened:
        """Open ``url``, or the one in the settings, or else this user's private server.

        A pooler may let everybody in and never answer a question: then it is given up like a silent server.
        """
        from blogadmin.core.database import errors, schema
        from blogadmin.core.database.address import connects_within
        from blogadmin.core.database.engine import Database
        from blogadmin.core.database.pulse import answering

        given = url or self._settings.database_url
        address = self._address(url)
        database = Database(address, self._settings)
        self._databases.add(database)
        try:
            with answering(database, connects_within(database.url.query, self._settings) + ANSWER_FOR):
                state = schema.inspect(database)
                encrypted = self._encrypted(database)
            database.read_only = state.kind == "newer"
            return Opened(database, state, _place(given), given is None, encrypted, address)
        except BaseException as exc:
            database.close()
            known = errors.translate(exc)
            if known is None or known is exc:
                raise
            raise known from exc

    def glance(self, kept: str, url: str | None = None) -> list[Any]:
        """The rows of the glance that was ``kept`` as text, in what ``open(url)`` opens; none without one.

        Whatever is wrong there, ``open`` will say it.
        """
        from blogadmin.core.database import driver

        driver.load()
        import psycopg2

        from blogadmin.core.database.errors import KnownError
        from blogadmin.core.queries.glance import Glance

        glance = Glance.from_text(kept)
        try:
            return [] if glance is None else glance.rows(self._address(url), self._settings)
        except (psycopg2.Error, KnownError, ValueError, OverflowError):
            log.debug("nothing to show before the database is open")
            return []

    def upgrade(self, opened: Opened) -> Opened:
        """Bring the schema up to date (or make it, in an empty database) and look again."""
        from blogadmin.core.database import schema

        schema.upgrade(opened.url)
        return self._again(opened)

    def load_sample(self, opened: Opened) -> Opened:
        """Make the schema and fill it with the sample blog."""
        from blogadmin.core.transfer import sample

        fresh = self.upgrade(opened)
        sample.load(fresh.database)
        return fresh

    def plan_adoption(self, opened: Opened, zone: str | None) -> Plan:
        """What adopting the database would do, were its naive times in ``zone``."""
        from blogadmin.core.database import adopt

        return adopt.plan(opened.database, assume_timezone=zone)

    def adopt(self, opened: Opened, zone: str | None) -> Opened:
        """Adopt the database that the blog's application made."""
        from blogadmin.core.database import adopt

        adopt.apply(opened.database, assume_timezone=zone)
        return self._again(opened)

    def prepare_history(self, opened: Opened) -> bool:
        """Make places for the history of the coming months; whether any was missing."""
        from blogadmin.core.database import history

        return history.ensure_months(opened.database)

    def close(self) -> None:
        """Close what is still open, and stop the private server if no other program uses it."""
        for database in tuple(self._databases):
            database.close()
        if self._server is not None:
            self._server.stop()
            self._server = None

    def _address(self, url: str | None) -> str:
        given = url or self._settings.database_url
        if given:
            return given
        with self._starting:
            return self._private_url()

    def _private_url(self) -> str:
        from blogadmin.core.database.embedded import EmbeddedServer, EmbeddedServerError
        from blogadmin.core.database.errors import Unavailable

        if self._server is None:
            self._server = EmbeddedServer(self._settings.data_dir or paths.user_data_dir())
        try:
            self._server.start()
            self._server.ensure_database()
            return self._server.url()
        except EmbeddedServerError as exc:
            raise Unavailable(str(exc)) from exc

    def _again(self, opened: Opened) -> Opened:
        from blogadmin.core.database import schema

        state = schema.inspect(opened.database)
        opened.database.read_only = state.kind == "newer"
        return opened._replace(state=state)

    @staticmethod
    def _encrypted(database: Database) -> bool:
        with database.reader() as session:
            raw: Any = session.connection().connection.dbapi_connection
            return bool(raw.info.ssl_in_use)


def _place(url: str | None) -> str:
    """Where the blog is, without a password: "anna@db.example.org / journal"."""
    if url is None:
        return "this computer"
    parts = urlsplit(hosts.in_query(url))
    host = ", ".join(hosts.names(url)) or "this computer"
    login = f"{parts.username}@" if parts.username else ""
    return f"{login}{host} / {parts.path.lstrip('/') or 'postgres'}"
