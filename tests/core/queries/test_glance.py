"""First rows before SQLAlchemy is there: the same that the list reads afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import psycopg2
import pytest
from sqlalchemy.orm import Session

from blogadmin.connection import Connector
from blogadmin.core.queries import comments, history, posts, users
from blogadmin.core.queries import glance as glances
from blogadmin.core.queries.glance import Glance
from blogadmin.core.queries.listing import Listing
from blogadmin.core.queries.spec import Condition, Group, ListSpec, Sort
from blogadmin.settings import Settings
from tests.faults.proxy import FaultProxy

Sql = Callable[..., list[tuple[Any, ...]]]
LISTINGS = [posts.LISTING, comments.LISTING, users.LISTING, history.LISTING]


def glance_at(listing: Listing[Any], spec: ListSpec | None = None, limit: int = 64) -> Glance:
    found = listing.glance(spec or ListSpec(), limit)
    assert found is not None
    return found


@pytest.mark.usefixtures("blog")
@pytest.mark.parametrize("listing", LISTINGS, ids=lambda listing: listing.noun)
def test_it_shows_the_rows_of_the_list_in_each_order(
    listing: Listing[Any], session: Session, database_url: str
) -> None:
    for column in listing.sortable:
        for descending in (False, True):
            spec = ListSpec(sort=(Sort(column, descending),))
            glance = glance_at(listing, spec, 3)
            kept = Glance.from_text(glance.to_text())
            assert kept is not None
            assert kept == glance
            rows = kept.rows(database_url, Settings())
            assert rows == listing.first(session, spec, 3)
            assert len(rows) == 3
            assert {type(row).__name__ for row in rows} == {glance.row}


@pytest.mark.usefixtures("blog")
def test_without_an_order_it_is_that_of_the_noun(session: Session, database_url: str) -> None:
    rows = glance_at(posts.LISTING).rows(database_url, Settings())
    assert rows == posts.LISTING.first(session, ListSpec(), 64)
    assert [row.title for row in rows[:2]] == ["50% off", "snakeXcase"]


def test_there_is_none_of_a_list_that_is_narrowed() -> None:
    drafts = Group((Condition("status", "is", ("draft",)),))
    assert posts.LISTING.glance(ListSpec(search="word"), 64) is None
    assert posts.LISTING.glance(ListSpec(where=drafts), 64) is None


@pytest.mark.parametrize(
    "change",
    [
        {"columns": ["id", "title"]},
        {"row": "NoSuchRow"},
        {"row": "PostDetail"},
        {"reads": {"tags": "nothing_of_that_name"}},
        {"reads": None},
        {"statement": None},
    ],
    ids=str,
)
def test_what_another_version_kept_is_not_used(change: dict[str, Any]) -> None:
    text = glance_at(posts.LISTING).to_text()
    assert Glance.from_text(text) is not None
    assert Glance.from_text(json.dumps({**json.loads(text), **change})) is None


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "{}", "null", "\x00"])
def test_nonsense_is_no_glance(text: str, database_url: str) -> None:
    assert Glance.from_text(text) is None
    assert Connector(Settings(database_url=database_url)).glance(text) == []


@pytest.mark.usefixtures("blog")
def test_whatever_it_was_made_of_it_changes_nothing(database_url: str, sql: Sql) -> None:
    glance = glance_at(posts.LISTING)._replace(statement="DELETE FROM comments RETURNING id")
    with pytest.raises(psycopg2.Error) as refused:
        glance.rows(database_url, Settings())
    assert refused.value.pgcode == "25006"
    assert sql("SELECT count(*) FROM comments") == [(5,)]


@pytest.mark.usefixtures("blog")
def test_a_date_that_cannot_be_shown_leaves_it_to_the_list(database_url: str, sql: Sql) -> None:
    sql("UPDATE posts SET created_at = 'infinity' WHERE id = 2")
    glance = glance_at(posts.LISTING)
    with pytest.raises(ValueError, match="too far away"):
        glance.rows(database_url, Settings())
    assert Connector(Settings(database_url=database_url)).glance(glance.to_text()) == []


def test_tables_that_are_not_there_leave_it_to_the_list(empty_database_url: str) -> None:
    connector = Connector(Settings(database_url=empty_database_url))
    assert connector.glance(glance_at(posts.LISTING).to_text()) == []


@pytest.mark.parametrize("address", ["postgresql://nobody@127.0.0.1:1/blog", "no address"])
def test_a_server_that_is_not_there_leaves_it_to_the_list(address: str) -> None:
    assert Connector(Settings(database_url=address)).glance(glance_at(posts.LISTING).to_text()) == []


def test_nobody_waits_long_for_a_server_that_says_nothing(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(glances, "LIMIT", 0.3)
    with FaultProxy(database_url) as proxy:
        proxy.let_in_and_swallow()
        began = time.monotonic()
        assert Connector(Settings(database_url=proxy.url)).glance(glance_at(posts.LISTING).to_text()) == []
        assert time.monotonic() - began < 5


def test_it_takes_neither_sqlalchemy_nor_qt() -> None:
    found = subprocess.run(
        [sys.executable, "-c", "import sys, blogadmin.core.queries.glance; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {name.partition(".")[0] for name in found.stdout.split()}
    assert "psycopg2" in loaded
    assert not loaded & {"sqlalchemy", "PySide6", "alembic"}
