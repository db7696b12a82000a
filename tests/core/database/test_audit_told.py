"""Programs that listen are told which rows were created, changed and deleted; never what is in them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.conftest import connect

Sql = Callable[..., list[tuple[Any, ...]]]
Heard = Callable[[], list[dict[str, Any]]]
pytestmark = pytest.mark.usefixtures("small_blog")


@pytest.fixture
def raw_messages(database_url: str) -> Iterator[Callable[[], list[str]]]:
    """What came on the channel since the last look; all that was committed before it."""
    with closing(connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("LISTEN blogadmin")

        def read() -> list[str]:
            # The server hands over what is waiting with the answer to any statement.
            cursor.execute("SELECT 1")
            connection.poll()
            messages = [notify.payload for notify in connection.notifies]
            connection.notifies.clear()
            return messages

        yield read


@pytest.fixture
def heard(raw_messages: Callable[[], list[str]]) -> Heard:
    """The messages as values."""
    return lambda: [json.loads(message) for message in raw_messages()]


def add_posts(sql: Sql, first: int, last: int) -> None:
    sql(
        "INSERT INTO posts (id, public_id, title, body, slug, author_id)"
        " SELECT n, gen_random_uuid(), 'P', 'Text', 'p-' || n, 1 FROM generate_series(%s, %s) AS n",
        (first, last),
    )


def test_each_kind_of_change_has_its_ids(sql: Sql, heard: Heard) -> None:
    add_posts(sql, 5, 7)
    assert heard() == [{"n": "posts", "i": [5, 6, 7]}]
    sql("UPDATE posts SET title = 'New' WHERE id IN (5, 7)")
    assert heard() == [{"n": "posts", "u": [5, 7]}]
    sql("DELETE FROM posts WHERE id = 6")
    assert heard() == [{"n": "posts", "d": [6]}]
    sql("UPDATE users SET name = 'New' WHERE id = 2; UPDATE comments SET status = 'spam'")
    assert heard() == [{"n": "users", "u": [2]}, {"n": "comments", "u": [1]}]
    sql("UPDATE posts SET id = 8 WHERE id = 7")
    assert heard() == [{"n": "posts", "i": [8], "d": [7]}]


def test_the_message_has_no_needless_letters(sql: Sql, raw_messages: Callable[[], list[str]]) -> None:
    sql("UPDATE posts SET title = title || '!'")
    sql("UPDATE posts SET title = title || '!' WHERE id = 2")
    assert raw_messages() == ['{"n":"posts","u":[1,2]}', '{"n":"posts","u":[2]}']


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE posts SET view_count = view_count + 1",
        "UPDATE posts SET view_count = view_count + 1 WHERE id = 1",
        "UPDATE posts SET title = title",
        "DELETE FROM comments WHERE id = 77",
        "BEGIN; UPDATE posts SET title = 'Never'; ROLLBACK",
        "SET session_replication_role = replica; UPDATE posts SET title = 'Copied'",
    ],
)
def test_what_is_no_change_is_not_told(sql: Sql, heard: Heard, change: str) -> None:
    sql(change)
    assert heard() == []


def test_nothing_is_told_before_it_is_committed(sql: Sql, heard: Heard) -> None:
    sql("BEGIN; UPDATE posts SET title = 'Soon' WHERE id = 1")
    assert heard() == []
    sql("COMMIT")
    assert heard() == [{"n": "posts", "u": [1]}]


def test_many_ids_come_in_several_messages_that_the_server_accepts(
    sql: Sql, raw_messages: Callable[[], list[str]]
) -> None:
    add_posts(sql, 2_000_000_001, 2_000_003_000)
    messages = raw_messages()

    assert len(messages) == 5, "3,000 ids of eleven bytes"
    assert max(len(message) for message in messages) <= 7_900
    parts = [json.loads(message) for message in messages]
    assert all(set(part) == {"n", "i"} and part["n"] == "posts" for part in parts)
    assert sorted(i for part in parts for i in part["i"]) == list(range(2_000_000_001, 2_000_003_001))


def test_one_message_says_that_there_are_too_many(sql: Sql, raw_messages: Callable[[], list[str]]) -> None:
    add_posts(sql, 1_001, 11_000)
    assert sum(len(json.loads(message)["i"]) for message in raw_messages()) == 10_000
    sql("UPDATE posts SET status = 'review'")
    assert raw_messages() == ['{"n":"posts","all":true}']
