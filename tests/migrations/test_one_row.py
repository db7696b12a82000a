"""The fifth migration on a history with entries, and on one that belongs to somebody else."""

from __future__ import annotations

import uuid
from contextlib import closing

from alembic import command

from blogadmin.core.database import schema
from tests.conftest import connect
from tests.migrations.test_history import migrate, query

FUNCTIONS = """
SELECT proname::text, pg_get_userbyid(proowner)::text, proacl::text FROM pg_proc
WHERE proname LIKE 'blogadmin_record%' ORDER BY 1
"""


def test_the_functions_stay_whose_they_were(empty_database_url: str) -> None:
    migrate(empty_database_url, command.upgrade, "0004")
    owner = f"owner_{uuid.uuid4().hex[:12]}"
    with closing(connect(empty_database_url)) as raw:
        query(raw, f"CREATE ROLE {owner}; GRANT ALL ON SCHEMA public TO {owner}")
        for table in (*schema.TABLES, "audit_log"):
            query(raw, f"ALTER TABLE {table} OWNER TO {owner}")
        for name in ("tell(text, bigint[], bigint[], bigint[])", *(f"record_{t}()" for t in schema.TABLES)):
            query(raw, f"ALTER FUNCTION blogadmin_{name} OWNER TO {owner}")
        theirs = query(raw, FUNCTIONS)
        try:
            for change, name in (("upgrade", "0005"), ("downgrade", "0004")):
                migrate(empty_database_url, getattr(command, change), name)
                assert query(raw, FUNCTIONS) == theirs
        finally:
            query(raw, f"DROP OWNED BY {owner} CASCADE; DROP ROLE {owner}")


def test_one_row_is_recorded_alike_before_and_after(empty_database_url: str) -> None:
    migrate(empty_database_url, command.upgrade, "0004")
    with closing(connect(empty_database_url)) as raw:
        query(raw, "INSERT INTO users (id, email, name, password_hash) VALUES (1, 'a@b', 'A', '')")
        change = "UPDATE users SET name = name || '!', password_hash = name WHERE id = 1"
        query(raw, change)
        migrate(empty_database_url, command.upgrade, "0005")
        query(raw, change)
        migrate(empty_database_url, command.downgrade, "0004")
        query(raw, change)
        told = "SELECT op, version, old, new FROM audit_log WHERE op = 'changed' ORDER BY id"
        assert query(raw, told) == [
            (
                "changed",
                2 + n,
                {"name": "A" + "!" * n, "password_hash": "***"},
                {"name": "A" + "!" * (n + 1), "password_hash": "***"},
            )
            for n in range(3)
        ]
