"""Two programs on one server: what one commits shows in the other's window, also after a lost connection."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import psycopg2.extensions
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from blogadmin.core.database.engine import Database
from blogadmin.core.database.news import Standing
from blogadmin.gui.control.live import OWN_LOGIN, Live
from blogadmin.gui.control.services import Services
from blogadmin.gui.pages.following import news_words
from blogadmin.gui.pages.main_window import MainWindow
from blogadmin.gui.pages.page import ListPage
from blogadmin.gui.pages.posts import POSTS
from blogadmin.gui.tables.cells import Condition
from blogadmin.gui.tables.row_ranges import RowRanges
from blogadmin.gui.tables.unseen import News
from tests.conftest import connect
from tests.core.database.feeding import feeding
from tests.faults.proxy import FaultProxy
from tests.gui.pages.conftest import OpenWindow, Sql, is_loaded, page_of

CHANGES = 1000
TITLE = 0


@pytest.fixture
def database(proxy: FaultProxy) -> Iterator[Database]:
    """The window's way to its database, through the proxy."""
    with closing(Database(proxy.url)) as opened:
        yield opened


@pytest.fixture
def services(services: Services) -> Iterator[Services]:
    """The services, with somebody who listens."""
    live = Live(services.tasks, services.hub)
    yield replace(services, live=live)
    live.close()


@pytest.fixture
def page(blog: None, open_window: OpenWindow, sql: Sql, services: Services, qtbot: QtBot) -> ListPage:
    """Two hundred posts in a window that is told of changes."""
    del blog
    sql(
        "INSERT INTO posts (public_id, title, slug, body, author_id)"
        " SELECT gen_random_uuid(), 'More ' || i, 'more-' || i, 'Body', (SELECT min(id) FROM users)"
        " FROM generate_series(1, 197) i"
    )
    page = page_of(open_window(), "posts")
    qtbot.waitUntil(lambda: is_loaded(page) and stands(services).kind == "live")
    qtbot.waitUntil(lambda: services.tasks.outstanding == 0)
    return page


def stands(services: Services) -> Standing:
    assert services.live is not None
    return services.live.standing


class Client:
    """Another program, which changes posts at random."""

    def __init__(self, raw: psycopg2.extensions.connection, seed: int) -> None:
        self._raw = raw
        self._random = random.Random(seed)
        self._seed = seed
        self._made = 0

    def change(self) -> None:
        """Insert, update or delete one post."""
        roll = self._random.random()
        with self._raw.cursor() as cursor:
            if roll < 0.1:
                self._made += 1
                name = f"new-{self._seed}-{self._made}"
                cursor.execute(
                    "INSERT INTO posts (public_id, title, slug, body, author_id)"
                    " VALUES (gen_random_uuid(), %s, %s, 'Body', (SELECT min(id) FROM users))",
                    [name, name],
                )
                return
            cursor.execute("SELECT id FROM posts ORDER BY id")
            post = self._random.choice(cursor.fetchall())
            if roll < 0.2:
                cursor.execute("DELETE FROM comments WHERE post_id = %s", post)
                cursor.execute("DELETE FROM posts WHERE id = %s", post)
            else:
                cursor.execute("UPDATE posts SET title = title || '.' WHERE id = %s", post)


def shown(page: ListPage) -> dict[int, tuple[str, Condition]]:
    """Title and condition of every row on the screen, by id."""
    first = page.view.rowAt(0)
    last = page.view.rowAt(page.view.viewport().height() - 1)
    entries = [page.model.entry(row) for row in range(first, last + 1)]
    assert None not in entries
    return {entry.id: (entry.cells[TITLE], entry.condition) for entry in entries if entry is not None}


def is_true(page: ListPage, sql: Sql) -> bool:
    """Whether each row on the screen is as it is in the database now; gone ones must say so."""
    fresh = dict(sql("SELECT id, title FROM posts"))
    rows = shown(page)
    alive = {row_id: title for row_id, (title, condition) in rows.items() if condition is Condition.LIVE}
    return alive == {row_id: fresh[row_id] for row_id in rows if row_id in fresh}


def test_what_another_program_commits_shows_where_it_stands(
    page: ListPage, services: Services, sql: Sql, qtbot: QtBot
) -> None:
    first = page.model.id_at(0)
    before = page.model.ids_in(RowRanges([(0, 200)]))
    sql("UPDATE posts SET title = 'Moved' WHERE id = %s", [first])
    qtbot.waitUntil(lambda: page.model.index(0, TITLE).data() == "Moved")
    assert page.model.ids_in(RowRanges([(0, 200)])) == before


def test_lists_are_true_after_a_thousand_changes_and_lost_connections(
    page: ListPage, services: Services, proxy: FaultProxy, database_url: str, sql: Sql, qtbot: QtBot
) -> None:
    with closing(connect(database_url)) as one, closing(connect(database_url)) as two:
        clients = [Client(one, 1), Client(two, 2)]
        for number in range(CHANGES):
            clients[number % 2].change()
            if number % 250 == 100:
                proxy.refuse()
                proxy.kill()
            elif number % 250 == 200:
                proxy.pass_through()
            if number % 50 == 0:
                # The window has its turn: it follows while things change, not afterwards.
                qtbot.waitUntil(lambda: services.tasks.outstanding == 0)
    qtbot.waitUntil(lambda: stands(services) == Standing("live"))
    services.tasks.retry_now()
    qtbot.waitUntil(lambda: services.tasks.connection_state == "connected" and is_loaded(page))
    qtbot.waitUntil(lambda: services.tasks.outstanding == 0)
    qtbot.waitUntil(lambda: is_true(page, sql))
    page.model.reload()
    qtbot.waitUntil(lambda: is_loaded(page) and services.tasks.outstanding == 0)
    fresh = [row[0] for row in sql("SELECT id FROM posts ORDER BY updated_at DESC, id DESC")]
    assert list(page.model.ids_in(RowRanges([(0, page.model.rowCount())])) or ()) == fresh
    qtbot.waitUntil(lambda: is_true(page, sql))


def test_what_was_missed_is_read_again_and_counted(
    page: ListPage, services: Services, proxy: FaultProxy, sql: Sql, qtbot: QtBot
) -> None:
    ids = [row_id for row_id in (page.model.id_at(0), page.model.id_at(1)) if row_id is not None]
    feed = services.live
    assert feed is not None
    proxy.refuse()
    proxy.kill()
    qtbot.waitUntil(lambda: stands(services).kind == "connecting")
    sql("DELETE FROM comments")
    sql("DELETE FROM posts WHERE id = %s", [ids[0]])
    sql("UPDATE posts SET title = 'Missed' WHERE id = %s", [ids[1]])
    proxy.pass_through()
    qtbot.waitUntil(lambda: stands(services).kind == "live")
    qtbot.waitUntil(lambda: page.model.index(1, TITLE).data() == "Missed")
    qtbot.waitUntil(lambda: page.news.message() == "1 post moved, 1 deleted")


def test_who_edits_a_post_stands_in_the_list(
    page: ListPage, services: Services, database_url: str, qtbot: QtBot
) -> None:
    first = page.model.id_at(0)
    assert first is not None

    def detail() -> str:
        entry = page.model.entry(0)
        return "" if entry is None else entry.details[TITLE]

    plain = detail()
    with feeding(database_url) as (_database, feed, _told):
        feed.hold("posts", first)
        feed.hold("users", first)
        qtbot.waitUntil(lambda: detail() == f"{OWN_LOGIN} is editing")
    qtbot.waitUntil(lambda: detail() == plain)


def test_the_status_bar_says_whether_changes_show_by_themselves(
    page: ListPage, services: Services, proxy: FaultProxy, qtbot: QtBot
) -> None:
    window = page.window()
    assert isinstance(window, MainWindow)
    label = window.status_bar.findChild(QLabel, "liveLabel")
    assert label is not None
    assert label.text() == "Live"
    assert label.textFormat() is Qt.TextFormat.PlainText
    proxy.refuse()
    proxy.kill()
    qtbot.waitUntil(lambda: label.text() == "")


@pytest.mark.parametrize(
    ("news", "words"),
    [
        (News(12, 3, 1), "12 new posts, 3 moved, 1 deleted"),
        (News(created=1), "1 new post"),
        (News(moved=1200), "1,200 posts moved"),
        (News(gone=1), "1 post deleted"),
        (News(moved=1, gone=2), "1 post moved, 2 deleted"),
    ],
    ids=str,
)
def test_news_are_put_in_words(news: News, words: str) -> None:
    assert news_words(news, POSTS) == words
