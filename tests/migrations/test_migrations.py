"""The migrations go up, down and up again, and lead exactly to the models."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, event, text

from blogadmin.core.database import schema
from blogadmin.core.database.engine import Database
from blogadmin.core.models import Base
from tests.conftest import connect

ROOT = Path(__file__).parents[2]

# Everything that a client can notice, as PostgreSQL itself describes it.
CATALOGUE = {
    "columns": (
        "SELECT table_name, ordinal_position, column_name, data_type, character_maximum_length, is_nullable,"
        " column_default FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
    ),
    "constraints": (
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2"
    ),
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    "functions": (
        "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        " AND oid NOT IN (SELECT objid FROM pg_depend WHERE deptype = 'e') ORDER BY 1"
    ),
    "triggers": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1",
    "policies": (
        "SELECT c.relname::text, c.relrowsecurity, p.polname::text, p.polcmd::text, p.polroles::text,"
        " pg_get_expr(p.polqual, p.polrelid) FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid"
        " ORDER BY 1, 3"
    ),
    "sequences": "SELECT sequencename, data_type::text FROM pg_sequences ORDER BY 1",
}
OURS_ALONE = ("blogadmin_version",)


def catalogue(url: str) -> dict[str, list[tuple[object, ...]]]:
    """What is in the database, without Alembic's own table."""
    found: dict[str, list[tuple[object, ...]]] = {}
    with closing(connect(url)) as connection, connection.cursor() as cursor:
        for section, statement in CATALOGUE.items():
            cursor.execute(statement)
            found[section] = [row for row in cursor.fetchall() if not str(row[0]).startswith(OURS_ALONE)]
    return found


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Database]:
    with closing(Database(empty_database_url)) as opened:
        yield opened


def migrate(database: Database, change: Callable[..., object], target: str) -> None:
    """Run Alembic's ``upgrade`` or ``downgrade``."""
    with database.engine.connect() as connection:
        config = schema._config()
        config.attributes["connection"] = connection
        change(config, target)


def test_up_down_and_up_again_is_the_same_as_up(empty: Database, empty_database_url: str) -> None:
    blank = catalogue(empty_database_url)
    migrate(empty, command.upgrade, "head")
    first = catalogue(empty_database_url)
    migrate(empty, command.downgrade, "base")
    assert catalogue(empty_database_url) == blank
    migrate(empty, command.upgrade, "head")
    assert catalogue(empty_database_url) == first
    assert all(first.values()), "each section of the comparison has something to compare"


def test_every_single_step_can_be_taken_back(empty: Database, empty_database_url: str) -> None:
    for step in schema.migrations():
        before = catalogue(empty_database_url)
        migrate(empty, command.upgrade, step.revision)
        migrate(empty, command.downgrade, "-1")
        assert catalogue(empty_database_url) == before
        migrate(empty, command.upgrade, step.revision)


def test_the_head_and_the_models_leave_the_same_catalogue(
    empty: Database, empty_database_url: str, database_url: str
) -> None:
    with empty.engine.begin() as connection:
        Base.metadata.create_all(connection)
    ours, migrated = catalogue(empty_database_url), catalogue(database_url)
    for section in CATALOGUE:
        assert ours[section] == migrated[section]


def test_making_the_tables_twice_harms_nothing(empty: Database, empty_database_url: str) -> None:
    found: list[dict[str, list[tuple[object, ...]]]] = []
    for _ in range(2):
        with empty.engine.begin() as connection:
            Base.metadata.create_all(connection)
        found.append(catalogue(empty_database_url))
    assert found[0] == found[1]


def difference(connection: Connection) -> list[object]:
    # Partitions are tables in the catalogue; env.py, too, leaves them to the table that they belong to.
    partitions = set(connection.scalars(text("SELECT relname FROM pg_class WHERE relispartition")))
    options = {
        "compare_type": True,
        "compare_server_default": True,
        "version_table": schema.REVISION_TABLE,
        "include_object": lambda _item, name, _kind, reflected, _other: (
            not (reflected and name in partitions)
        ),
    }
    return compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)


def test_autogenerate_finds_nothing_to_do(database: Database) -> None:
    with database.engine.connect() as connection:
        assert difference(connection) == []


@pytest.mark.parametrize(
    "drift",
    [
        "ALTER TABLE posts ADD extra int",
        "ALTER TABLE posts ALTER title TYPE varchar(199)",
        "ALTER TABLE posts ALTER status DROP DEFAULT",
        "ALTER TABLE posts ALTER author_id DROP NOT NULL",
        "DROP INDEX ix_posts_author_id_id",
        "DROP INDEX ix_audit_log_request_id",
        "ALTER TABLE audit_log ADD extra int",
        "CREATE TABLE extra (id int)",
    ],
)
def test_autogenerate_would_find_a_drift(database: Database, drift: str) -> None:
    """The test before this one means something only if the comparison hides nothing."""
    with database.engine.connect() as connection:
        connection.execute(text(drift))
        assert difference(connection) != []


def alembic(url: str | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Alembic's own command line in the checkout, as a developer calls it."""
    environment = {name: value for name, value in os.environ.items() if name != "BLOGADMIN_DATABASE_URL"}
    if url is not None:
        environment["BLOGADMIN_DATABASE_URL"] = url
    return subprocess.run(
        [sys.executable, "-m", "alembic", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_alembic_s_own_command_line_works_in_the_checkout(empty_database_url: str) -> None:
    assert alembic(empty_database_url, "upgrade", "head").returncode == 0
    checked = alembic(empty_database_url, "check")
    assert checked.returncode == 0, checked.stderr
    assert "No new upgrade operations detected." in checked.stdout


def test_alembic_without_a_database_says_what_is_missing() -> None:
    done = alembic(None, "check")
    assert done.returncode != 0
    assert "Set BLOGADMIN_DATABASE_URL" in done.stderr


def test_the_upgrade_can_be_printed_and_run_by_hand(empty_database_url: str, database_url: str) -> None:
    script = alembic(None, "upgrade", "head", "--sql").stdout
    assert "pg_advisory_xact_lock" in script
    with closing(connect(empty_database_url)) as connection, connection.cursor() as cursor:
        cursor.execute(script)
    assert catalogue(empty_database_url) == catalogue(database_url)


def test_an_upgrade_waits_for_another_first_and_then_only_shortly_for_tables(empty: Database) -> None:
    sent: list[str] = []
    event.listen(
        empty.engine, "before_cursor_execute", lambda _c, _cur, statement, *_rest: sent.append(statement)
    )
    migrate(empty, command.upgrade, "head")
    order = ["lock_timeout = 0", "pg_advisory_xact_lock", "lock_timeout = '3s'", "CREATE TABLE users"]
    places = [next(i for i, statement in enumerate(sent) if words in statement) for words in order]
    assert places == sorted(places)
    with empty.engine.connect() as connection:
        assert connection.scalar(text("SHOW statement_timeout")) == "15s", "the limits ended with the upgrade"
