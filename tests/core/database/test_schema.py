"""The revision is read by plain SQL, and an upgrade is done once, whole or not at all."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from blogadmin import paths
from blogadmin.core.database import errors, schema
from blogadmin.core.database.engine import Database
from blogadmin.core.database.errors import Locked, NotPermitted

Sql = Callable[..., list[tuple[Any, ...]]]

ROOT = Path(schema.__file__).parents[3]
SECOND = '''"""Greet whoever reads posts.

More about it.
"""

from alembic import op

revision: str = "9001"
down_revision: str | None = "{parent}"


def upgrade() -> None:
    op.execute("ALTER TABLE posts ADD greeting text")
    op.execute("{last}")


def downgrade() -> None:
    op.execute("ALTER TABLE posts DROP greeting")
'''


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Database]:
    with closing(Database(empty_database_url)) as opened:
        yield opened


@pytest.fixture
def add_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Give the program one more migration, in a folder of its own; its last statement is the argument."""
    folder = tmp_path / "100% migrations"
    parent = schema.head()
    shutil.copytree(paths.migrations_dir(), folder)

    def add(last: str = "SELECT 1") -> None:
        (folder / "versions" / "9001_more.py").write_text(SECOND.format(parent=parent, last=last))
        monkeypatch.setattr(paths, "migrations_dir", lambda: folder)
        schema.migrations.cache_clear()

    yield add
    monkeypatch.undo()
    schema.migrations.cache_clear()


def run(code: str, *arguments: str, root: Path = ROOT) -> Any:
    """Run ``code`` in a Python of its own, as another program would be; its output read as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def greeted(database: Database) -> bool:
    column = text("SELECT 1 FROM information_schema.columns WHERE column_name = 'greeting'")
    with database.reader() as session:
        return session.scalar(column) is not None


def test_an_empty_database_is_upgraded_to_the_head(empty: Database, empty_database_url: str) -> None:
    first = schema.inspect(empty)
    assert (first.kind, first.revision) == ("empty", None)
    assert first.pending[0] == "Users, posts, comments, and the triggers that keep their versions."
    schema.upgrade(empty_database_url)
    assert schema.inspect(empty) == schema.State("current", schema.head(), schema.head())
    schema.upgrade(empty_database_url)
    assert schema.inspect(empty).kind == "current"


def test_tables_that_were_never_migrated_are_foreign(empty: Database, empty_database_url: str) -> None:
    with empty.session_scope() as session:
        session.execute(text("CREATE TABLE posts (id int)"))
    assert schema.inspect(empty).kind == "foreign"
    with empty.session_scope() as session:
        session.execute(text("CREATE TABLE alembic_version (version_num varchar(32))"))
    assert schema.inspect(empty).kind == "foreign"
    with pytest.raises(DBAPIError) as caught:
        schema.upgrade(empty_database_url)
    assert errors.describe(caught.value) == "DuplicateTable 42P07"


def as_the_first_program_left_it(database: Database) -> None:
    """Its one revision, noted under Alembic's usual name."""
    with database.engine.connect() as connection:
        config = schema._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    with database.session_scope() as session:
        session.execute(text("ALTER TABLE blogadmin_version RENAME TO alembic_version"))
        session.execute(
            text("ALTER TABLE alembic_version RENAME CONSTRAINT blogadmin_version_pkc TO alembic_version_pkc")
        )


def test_a_revision_noted_under_the_former_name_is_recognised_and_moved(
    empty: Database, empty_database_url: str
) -> None:
    as_the_first_program_left_it(empty)
    assert (schema.inspect(empty).kind, schema.inspect(empty).revision) == ("older", "0001")
    schema.upgrade(empty_database_url)
    assert schema.inspect(empty).kind == "current"
    names = text(
        "SELECT to_regclass('alembic_version'), conname FROM pg_constraint WHERE conname LIKE '%pkc'"
    )
    with empty.reader() as session:
        assert session.execute(names).all() == [(None, "blogadmin_version_pkc")]


@pytest.mark.parametrize("revision", ["0001", "0002", "8e1f04b2c7aa"])
def test_the_blog_s_own_migration_history_is_not_ours(
    empty: Database, revision: str, empty_database_url: str
) -> None:
    with empty.session_scope() as session:
        session.execute(text("CREATE TABLE posts (id int)"))
        session.execute(text("CREATE TABLE alembic_version (version_num varchar(32))"))
        session.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})
    state = schema.inspect(empty)
    assert (state.kind, state.revision) == ("foreign", None)
    with pytest.raises(DBAPIError):
        schema.upgrade(empty_database_url)
    with empty.reader() as session:
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == revision


def test_a_history_of_the_blog_that_begins_later_changes_nothing(database: Database) -> None:
    with database.session_scope() as session:
        session.execute(text("CREATE TABLE alembic_version (version_num varchar(32))"))
        session.execute(text("INSERT INTO alembic_version VALUES ('0001')"))
    assert schema.inspect(database).kind == "current"


def test_a_revision_that_we_do_not_know_is_newer_and_never_touched(
    database: Database, database_url: str, sql: Sql
) -> None:
    sql("UPDATE blogadmin_version SET version_num = '9999'")
    assert schema.inspect(database) == schema.State("newer", "9999", schema.head())
    with pytest.raises(NotPermitted, match="newer version of this program"):
        schema.upgrade(database_url)
    assert schema.inspect(database).revision == "9999"


def test_an_older_database_tells_what_an_upgrade_will_do(
    database: Database, database_url: str, add_migration: Callable[..., None]
) -> None:
    before = schema.head()
    add_migration()
    assert schema.inspect(database) == schema.State("older", before, "9001", ("Greet whoever reads posts.",))
    schema.upgrade(database_url)
    assert schema.inspect(database).kind == "current"
    assert greeted(database)


def test_an_upgrade_that_fails_leaves_nothing(
    database: Database, database_url: str, add_migration: Callable[..., None]
) -> None:
    add_migration("SELECT 1/0")
    with pytest.raises(DBAPIError):
        schema.upgrade(database_url)
    assert schema.inspect(database).kind == "older"
    assert not greeted(database)


def test_an_upgrade_does_not_wait_long_for_a_table_in_use(
    database: Database, database_url: str, add_migration: Callable[..., None]
) -> None:
    add_migration()
    with database.session_scope() as session:
        session.execute(text("SELECT count(*) FROM posts"))
        with pytest.raises(DBAPIError) as caught:
            schema.upgrade(database_url)
    assert isinstance(errors.translate(caught.value), Locked)
    assert schema.inspect(database).kind == "older"


def test_migrations_that_do_not_form_one_chain_are_a_bug(add_migration: Callable[..., None]) -> None:
    add_migration()
    stray = SECOND.format(parent="0000", last="SELECT 1")
    (paths.migrations_dir() / "versions" / "9001_more.py").write_text(stray)
    schema.migrations.cache_clear()
    with pytest.raises(RuntimeError, match="one chain"):
        schema.head()


def test_two_programs_that_upgrade_at_once_do_it_once(empty: Database, empty_database_url: str) -> None:
    code = "import sys; from blogadmin.core.database import schema; schema.upgrade(sys.argv[1])"
    both = [
        subprocess.Popen([sys.executable, "-c", code, empty_database_url], cwd=ROOT, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    for program in both:
        _out, complaint = program.communicate(timeout=60)
        assert program.returncode == 0, complaint
    assert schema.inspect(empty).kind == "current"


def test_opening_a_current_database_does_not_import_alembic(database_url: str) -> None:
    code = (
        "import json, sys\n"
        "from blogadmin.core.database import schema\n"
        "from blogadmin.core.database.engine import Database\n"
        "database = Database(sys.argv[1])\n"
        "kind = schema.inspect(database).kind\n"
        "database.close()\n"
        "print(json.dumps([kind, 'alembic' in sys.modules]))\n"
    )
    assert run(code, database_url) == ["current", False]


def test_an_installed_program_finds_its_migrations(empty_database_url: str, tmp_path: Path) -> None:
    """As the wheel lays them out: inside the package, with no checkout around it."""
    leave_out = shutil.ignore_patterns("__pycache__", "gui")
    shutil.copytree(ROOT / "blogadmin", tmp_path / "blogadmin", ignore=leave_out)
    shutil.copytree(ROOT / "migrations", tmp_path / "blogadmin" / "_migrations", ignore=leave_out)
    code = (
        "import json, sys, blogadmin\n"
        "from blogadmin.core.database import schema\n"
        "schema.upgrade(sys.argv[1])\n"
        "print(json.dumps(blogadmin.__file__))\n"
    )
    assert run(code, empty_database_url, root=tmp_path).startswith(str(tmp_path))
    with closing(Database(empty_database_url)) as database:
        assert schema.inspect(database).kind == "current"


def test_naming_errors_and_settings_does_not_import_sqlalchemy() -> None:
    code = (
        "import json, sys\n"
        "import blogadmin.settings, blogadmin.core.values\n"
        "from blogadmin.core.database import changes, errors, schema\n"
        "errors.translate(errors.NotFound('gone'))\n"
        "print(json.dumps(sorted({'sqlalchemy', 'psycopg2', 'alembic'} & set(sys.modules))))\n"
    )
    assert run(code) == []


def test_the_head_that_we_read_is_the_one_that_alembic_sees() -> None:
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(schema._config())
    assert scripts.get_heads() == [schema.head()]
    assert [s.revision for s in schema.migrations()] == [
        script.revision for script in reversed(list(scripts.walk_revisions()))
    ]
