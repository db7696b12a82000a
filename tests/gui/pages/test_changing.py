"""What is changed in this window shows at once; what others change waits until the person asks for it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from blogadmin.core import operations
from blogadmin.core.database.changes import Changes
from blogadmin.gui.control.services import Services
from blogadmin.gui.pages.main_window import MainWindow
from blogadmin.gui.pages.page import ListPage
from tests.gui.pages.conftest import OpenWindow, Sql, is_loaded, page_of

FORTY_MORE = (
    "INSERT INTO posts (public_id, title, slug, body, author_id)"
    " SELECT gen_random_uuid(), 'More ' || i, 'more-' || i, 'Body', (SELECT min(id) FROM users)"
    " FROM generate_series(1, 40) i"
)


def create(services: Services, sql: Sql, title: str) -> None:
    ((author,),) = sql("SELECT min(id) FROM users")
    services.controller.commit(
        operations.posts.CreatePost(title, title.lower().replace(" ", "-"), "Body", "draft", author)
    )


def titles(page: ListPage) -> list[str]:
    return [str(page.model.index(row, 0).data()) for row in range(page.model.rowCount())]


def selected_titles(page: ListPage) -> list[str]:
    rows = (page.model.row_of(row_id) for row_id in page.view.selected_ids())
    return [str(page.model.index(row, 0).data()) for row in rows if row is not None]


def test_a_new_post_is_in_the_list_selected_and_in_view(
    blog: None, open_window: OpenWindow, services: Services, sql: Sql, qtbot: QtBot
) -> None:
    sql(FORTY_MORE)
    page = page_of(open_window(), "posts")
    qtbot.waitUntil(lambda: page.status.text() == "43 posts")
    page.view.scrollToBottom()
    create(services, sql, "Brand new")
    qtbot.waitUntil(lambda: page.status.text() == "44 posts, 1 selected")
    qtbot.waitUntil(lambda: selected_titles(page) == ["Brand new"])
    index = page.view.currentIndex()
    assert index.data() == "Brand new"
    assert page.view.viewport().rect().intersects(page.view.visualRect(index))
    assert not page.news.isVisible()


def test_a_new_post_that_the_search_leaves_out_changes_no_selection(
    window: MainWindow, services: Services, sql: Sql, qtbot: QtBot
) -> None:
    page = page_of(window, "posts")
    QTest.keyClicks(page.search, "Post 2")
    qtbot.waitUntil(lambda: page.status.text() == "1 post")
    page.view.selectRow(0)
    create(services, sql, "Brand new")
    qtbot.waitUntil(lambda: sql("SELECT count(*) FROM posts") == [(4,)])
    qtbot.waitUntil(lambda: services.tasks.outstanding == 0)
    assert page.status.text() == "1 post, 1 selected"
    assert selected_titles(page) == ["Post 2"]
    assert not page.news.isVisible()


def test_deleted_rows_leave_the_list_and_come_back_with_undo(
    window: MainWindow, services: Services, sql: Sql, qtbot: QtBot
) -> None:
    page = page_of(window, "posts")
    before = titles(page)
    ids = tuple(page.model.cache.ids)
    page.view.selectRow(2)
    keeps = page.view.selected_ids()
    services.controller.commit(operations.posts.DeletePosts(ids[:1], with_comments=True))
    qtbot.waitUntil(lambda: page.status.text() == "2 posts, 1 selected")
    assert page.view.selected_ids() == keeps
    window.menus.undo.trigger()
    qtbot.waitUntil(lambda: page.status.text().startswith("3 posts"))
    qtbot.waitUntil(lambda: titles(page) == before)
    assert not page.news.isVisible()


def test_the_comments_that_went_with_a_post_leave_their_list(
    window: MainWindow, services: Services, sql: Sql, qtbot: QtBot
) -> None:
    comments = page_of(window, "comments")
    ((post,),) = sql("SELECT post_id FROM comments")
    services.controller.commit(operations.posts.DeletePosts((post,), with_comments=True))
    qtbot.waitUntil(lambda: comments.status.text() == "0 comments")


def test_rows_of_others_are_only_counted_until_the_person_reloads(
    window: MainWindow, services: Services, sql: Sql, qtbot: QtBot
) -> None:
    page = page_of(window, "posts")
    sql(FORTY_MORE)
    new = [row_id for (row_id,) in sql("SELECT id FROM posts WHERE title LIKE 'More%%'")]
    services.hub.announce(Changes.of("posts", created=new))
    assert page.news.isVisible()
    assert page.news.message() == "40 new posts"
    assert page.status.text() == "3 posts"
    button = page.news.findChild(QPushButton, "bannerAction")
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: is_loaded(page) and page.status.text() == "43 posts")
    assert not page.news.isVisible()
