"""Which revision a database has, and the way to the newest.

Opening the program reads the revision with one plain statement. Alembic, which takes as long to import as
the window takes to appear, is imported only when something has to be upgraded.
"""

from __future__ import annotations

import ast
import re
import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from blogadmin import paths
from blogadmin.core.database.errors import NotPermitted

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection, Engine

    from blogadmin.core.database.engine import Database

Kind = Literal["empty", "foreign", "current", "older", "newer"]

TABLES = ("users", "posts", "comments")
REVISION_TABLE = "blogadmin_version"
"""Where the revision stands. Alembic's usual name is left to the blog's application, which may use it."""
FORMER_TABLE = "alembic_version"
"""Where the first revisions of this program kept it."""
FORMER_REVISIONS = ("0001",)


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: its revision, the one before it, and what it does in one line."""

    revision: str
    down_revision: str | None
    summary: str


@dataclass(frozen=True, slots=True)
class State:
    """How a database stands to this program.

    ``empty``: none of the blog's tables. ``foreign``: the blog's tables, but never migrated by this program;
    it can be adopted. ``older``: ``pending`` says what an upgrade will do. ``newer``: a revision that this
    program does not know, so it may only look.
    """

    kind: Kind
    revision: str | None
    head: str
    pending: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def migrations() -> tuple[Migration, ...]:
    """Every step in order, the first one first."""
    found = [_read(p.read_text("utf-8")) for p in (paths.migrations_dir() / "versions").glob("*.py")]
    by_parent = {step.down_revision: step for step in found}
    chain: list[Migration] = []
    while (step := by_parent.get(chain[-1].revision if chain else None)) is not None:
        chain.append(step)
    if not chain or len(chain) != len(found):
        raise RuntimeError("the migrations do not form one chain")
    return tuple(chain)


def head() -> str:
    """The newest revision that this program knows."""
    return migrations()[-1].revision


def inspect(database: Database) -> State:
    """Tell how ``database`` stands to this program. Raises the driver's error when it cannot be asked."""
    with database.reader() as session:
        return inspect_connection(session.connection())


def inspect_connection(connection: Connection) -> State:
    """Tell how the database of ``connection`` stands to this program."""
    present = _present(connection)
    revision = _recorded(connection, present)
    if revision is None:
        return State("foreign" if present & set(TABLES) else "empty", None, head(), _pending(None))
    if revision == head():
        return State("current", revision, head())
    if revision in {step.revision for step in migrations()}:
        return State("older", revision, head(), _pending(revision))
    return State("newer", revision, head())


def recorded(connection: Connection) -> str | None:
    """The revision that this program noted in the database, or ``None`` if it never did."""
    return _recorded(connection, _present(connection))


def upgrade(url: str) -> None:
    """Bring the database at ``url`` to ``head()`` in one transaction.

    Two programs may call this at once: one does the work, the other waits and finds it done. Raises
    ``NotPermitted`` when the database is newer than this program, and the driver's error for everything
    else that can go wrong; in each case nothing has changed.
    """
    from sqlalchemy import create_engine, pool

    from blogadmin.core.database.address import connect_args, to_url
    from blogadmin.settings import Settings

    target = to_url(url)
    # VACUUM cannot note that everybody sees a row while the commit of it, or one soon after, is not on disk
    # yet. Given while connecting, as a pooler's other clients would inherit what is set later.
    given = connect_args(target.query, Settings(statement_timeout_ms=0), synchronous_commit="on")
    engine = create_engine(target, poolclass=pool.NullPool, hide_parameters=True, connect_args=given)
    with engine.connect() as connection:
        kind = inspect_connection(connection).kind
        connection.commit()
        if kind == "newer":
            raise NotPermitted(
                "The database belongs to a newer version of this program. Update this program first."
            )
        if kind != "current":
            _run_alembic(connection)
    if kind == "older":
        _tidy(engine)


def _tidy(engine: Engine) -> None:
    """Vacuum what a migration may have written anew: without, lists look up each row of an index, too."""
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    # The upgrade is done whatever becomes of this; autovacuum will do it one day.
    with suppress(DBAPIError), engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text(f"VACUUM (ANALYZE, SKIP_LOCKED) {', '.join(TABLES)}"))


def _run_alembic(connection: Connection) -> None:
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    # Alembic keeps the migration that runs in a variable of the whole process.
    with _upgrading:
        command.upgrade(config, "head")


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    # Alembic interpolates the option, and a folder's name may contain a percent sign.
    config.set_main_option("script_location", str(paths.migrations_dir()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


_upgrading = threading.Lock()
_TRIGGER = "blogadmin_touch()"
_PRESENT = (
    "SELECT name FROM unnest(CAST(:names AS text[])) AS name WHERE to_regclass(quote_ident(name)) IS NOT NULL"
    " UNION ALL SELECT :trigger WHERE to_regprocedure(:trigger) IS NOT NULL"
)
_ASSIGNED = re.compile(r"^(revision|down_revision)(?:\s*:[^=]+)?\s*=\s*(.+?)\s*$", re.MULTILINE)


def _present(connection: Connection) -> set[str]:
    from sqlalchemy import text

    names = [REVISION_TABLE, FORMER_TABLE, *TABLES]
    return set(connection.scalars(text(_PRESENT), {"names": names, "trigger": _TRIGGER}))


def _recorded(connection: Connection, present: set[str]) -> str | None:
    from sqlalchemy import text

    if REVISION_TABLE in present:
        return connection.scalar(text(f"SELECT version_num FROM {REVISION_TABLE}"))  # noqa: S608
    # Another application may count its revisions the same way; it would not have made our triggers.
    if FORMER_TABLE in present and _TRIGGER in present:
        former = connection.scalar(text(f"SELECT version_num FROM {FORMER_TABLE}"))  # noqa: S608
        return former if former in FORMER_REVISIONS else None
    return None


def _read(source: str) -> Migration:
    assigned = {name: ast.literal_eval(value) for name, value in _ASSIGNED.findall(source)}
    doc = source.split('"""', 2)[1]
    return Migration(assigned["revision"], assigned["down_revision"], doc.strip().partition("\n")[0])


def _pending(revision: str | None) -> tuple[str, ...]:
    steps = migrations()
    done = 0 if revision is None else 1 + [step.revision for step in steps].index(revision)
    return tuple(step.summary for step in steps[done:])
