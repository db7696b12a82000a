"""The way from settings to an open database: the private server or a given URL, and what is found there.

No Qt and, until a method is called, no SQLAlchemy: every method blocks and belongs on a worker.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from blogadmin import paths

if TYPE_CHECKING:
    from blogadmin.core.database.adopt import Plan
    from blogadmin.core.database.embedded import EmbeddedServer
    from blogadmin.core.database.engine import Database
    from blogadmin.core.database.schema import State
    from blogadmin.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """A database that answered, what its schema is, and how to name the place to a person."""

    database: Database
    state: State
    place: str
    local: bool
    encrypted: bool


class Connector:
    """Opens databases for the window, and closes what it opened.

    Raises the known errors of ``core.database.errors``.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server: EmbeddedServer | None = None
        self._url = ""

    def open(self, url: str | None = None) -> Opened:
        """Open ``url``, or the one in the settings, or else this user's private server."""
        from blogadmin.core.database import errors, schema
        from blogadmin.core.database.engine import Database

        given = url or self._settings.database_url
        self._url = given or self._private_url()
        database = Database(self._url, self._settings)
        try:
            state = schema.inspect(database)
            database.read_only = state.kind == "newer"
            return Opened(database, state, _place(given), given is None, self._encrypted(database))
        except BaseException as exc:
            database.close()
            known = errors.translate(exc)
            if known is None or known is exc:
                raise
            raise known from exc

    def upgrade(self, opened: Opened) -> Opened:
        """Bring the schema up to date (or make it, in an empty database) and look again."""
        from blogadmin.core.database import schema

        schema.upgrade(self._url)
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

    def close(self) -> None:
        """Stop the private server if no other program uses it. The database was closed before."""
        if self._server is not None:
            self._server.stop()
            self._server = None

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
        return Opened(opened.database, state, opened.place, opened.local, opened.encrypted)

    @staticmethod
    def _encrypted(database: Database) -> bool:
        with database.reader() as session:
            raw: Any = session.connection().connection.dbapi_connection
            return bool(raw.info.ssl_in_use)


def _place(url: str | None) -> str:
    """Where the blog is, without a password: "anna@db.example.org / journal"."""
    if url is None:
        return "this computer"
    parts = urlsplit(url)
    host = parts.hostname or "this computer"
    login = f"{parts.username}@" if parts.username else ""
    return f"{login}{host} / {parts.path.lstrip('/') or 'postgres'}"
