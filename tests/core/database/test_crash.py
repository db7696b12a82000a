"""A server that dies in the middle of a save and comes back: what the program says of the save is true."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from blogadmin.core.database.engine import Database
from blogadmin.core.database.errors import Unavailable
from blogadmin.core.operations.posts import EditPost
from tests.conftest import connect
from tests.faults.own_server import OwnServer, own_server

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are a POSIX matter")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[OwnServer]:
    with own_server(tmp_path) as standing:
        ask(
            standing,
            "INSERT INTO users (email, name, password_hash) VALUES ('a@b.c', 'Anna', 'x');"
            "INSERT INTO posts (public_id, title, slug, body, author_id) SELECT gen_random_uuid(),"
            " 'Post ' || i, 'post-' || i, 'Body', 1 FROM generate_series(1, 2) i",
        )
        # What nobody has committed shall not get to the disk by itself meanwhile.
        ask(standing, "ALTER SYSTEM SET wal_writer_delay = '10s'")
        ask(standing, "SELECT pg_reload_conf()")
        yield standing


def ask(server: OwnServer, statement: str) -> list[tuple[Any, ...]]:
    """What a client of their own is answered."""
    with closing(connect(server.url)) as own, own.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_a_number_that_was_given_out_again_after_a_crash_does_not_stand_for_our_save(
    server: OwnServer,
) -> None:
    """Ours had not reached the disk; so the server gives its number to the next who writes, who commits."""
    numbers: list[int] = []

    def edit(session: Session) -> None:
        EditPost(1, 1, {"title": "Post 1"}, {"title": "Mine"}).apply(session)
        numbers.append(session.scalar(text("SELECT txid_current()")) or 0)
        server.kill()
        server.start()
        theirs = "UPDATE posts SET title = 'Theirs' WHERE id = 2 RETURNING txid_current()"
        numbers.append(ask(server, theirs)[0][0])

    with closing(Database(server.url)) as database, pytest.raises(Unavailable):
        database.transact(edit)
    assert numbers[0] == numbers[1], "the crash came too late to show anything"
    assert ask(server, f"SELECT txid_status({numbers[0]})") == [("committed",)]
    assert ask(server, "SELECT title FROM posts ORDER BY id") == [("Post 1",), ("Theirs",)]
