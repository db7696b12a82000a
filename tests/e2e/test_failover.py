"""The primary is killed and its standby takes over, under the real window."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel
from sqlalchemy import make_url

from blogadmin.core.database import outcome, schema
from blogadmin.gui.widgets.banner import Banner
from tests.conftest import client
from tests.e2e.conftest import Launch
from tests.e2e.robot import Robot
from tests.faults.pair import NoPair, Pair, pair
from tests.faults.proxy import FaultProxy

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="signals are a POSIX matter"),
]
Sql = Callable[..., list[tuple[Any, ...]]]
POST_7 = "SELECT title FROM posts WHERE slug = 'post-7'"


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Pair]:
    try:
        with pair(tmp_path) as both:
            schema.upgrade(both.url("first"))
            yield both
    except NoPair as why:
        pytest.skip(str(why))


@pytest.fixture
def database_url(servers: Pair) -> str:
    return servers.url("first")


@pytest.fixture
def editor(
    servers: Pair, proxy: FaultProxy, blog: None, launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> Robot:
    """An editor whose program knows both servers, and wants the one that takes changes."""
    del blog
    monkeypatch.setattr(outcome, "ASK_FOR", 0.3)
    servers.caught_up()
    ports = [make_url(url).port for url in (proxy.url, servers.url("second"))]
    places = ",".join(f"127.0.0.1:{port}" for port in ports)
    robot = launch(
        f"postgresql://blog:pw@{places}/postgres?target_session_attrs=read-write", lock_timeout_ms=30_000
    )
    robot.says("30 posts")
    robot.wait(lambda: is_live(robot))
    return robot


def is_live(robot: Robot) -> bool:
    return any(label.text() == "Live" for label in robot.root.findChildren(QLabel))


def banner(robot: Robot) -> Banner:
    return robot.find(Banner, "connectionBanner")


def fall(servers: Pair, proxy: FaultProxy) -> None:
    """The first server dies, and the way to it with it."""
    servers.kill()
    proxy.refuse()
    proxy.kill()


def test_the_window_goes_on_at_the_server_that_took_over(
    editor: Robot, servers: Pair, proxy: FaultProxy
) -> None:
    dialog = editor.type_over("Post number 07", "Typed before, saved after")
    fall(servers, proxy)
    editor.wait(banner(editor).isVisible)
    assert "cannot be reached" in banner(editor).message()
    assert "Post number 07" in editor.cells("title", 30)
    servers.promote()
    with client(servers.url("second")) as second:
        second("UPDATE posts SET title = 'Changed while nobody listened' WHERE slug = 'post-2'")
        editor.wait(lambda: not banner(editor).isVisible())
        editor.wait(lambda: "Changed while nobody listened" in editor.cells("title", 30))
        editor.wait(lambda: is_live(editor))
        second("UPDATE posts SET title = 'Changed while it listens' WHERE slug = 'post-3'")
        editor.wait(lambda: "Changed while it listens" in editor.cells("title", 30))
        assert dialog.text("title") == "Typed before, saved after"
        dialog.save()
        dialog.saved()
        assert second(POST_7) == [("Typed before, saved after",)]


@pytest.mark.parametrize("lost", [True, False], ids=["lost", "copied"])
def test_a_commit_that_the_first_confirmed_to_nobody_is_what_it_is_on_the_second(
    editor: Robot, servers: Pair, proxy: FaultProxy, sql: Sql, lost: bool
) -> None:
    if lost:
        servers.cut_off()
    dialog = editor.type_over("Post number 07", "Committed on the first")
    proxy.cut_after(b"COMMIT")
    sql("BEGIN; LOCK TABLE posts IN SHARE MODE")
    dialog.save()
    editor.wait(lambda: sql("SELECT count(*) FROM pg_locks WHERE NOT granted") != [(0,)])
    proxy.refuse()
    sql("COMMIT")
    editor.wait(lambda: "Nobody can tell yet" in dialog.message())
    assert proxy.struck.is_set()
    assert sql(POST_7) == [("Committed on the first",)]
    if not lost:
        servers.caught_up()
    fall(servers, proxy)
    servers.promote()
    with client(servers.url("second")) as second:
        if lost:
            editor.wait(lambda: dialog.message().startswith("It was not saved."))
            assert dialog.text("title") == "Committed on the first"
            assert second(POST_7) == [("Post number 07",)]
            dialog.save()
        dialog.saved()
        assert second(POST_7) == [("Committed on the first",)]
    editor.wait(lambda: "Committed on the first" in editor.cells("title", 30))


def test_a_save_under_way_when_the_first_dies_is_not_saved(
    editor: Robot, servers: Pair, proxy: FaultProxy, sql: Sql
) -> None:
    dialog = editor.type_over("Post number 07", "Saved at last")
    with client(servers.url("first")) as third:
        third("BEGIN; SELECT FROM posts WHERE slug = 'post-7' FOR UPDATE")
        dialog.save()
        editor.wait(lambda: sql("SELECT count(*) FROM pg_locks WHERE NOT granted") != [(0,)])
        fall(servers, proxy)
        editor.wait(lambda: dialog.message() != "")
    assert "Nothing was saved" in dialog.message()
    servers.promote()
    editor.wait(lambda: not banner(editor).isVisible())
    dialog.save()
    dialog.saved()
    with client(servers.url("second")) as second:
        assert second(POST_7) == [("Saved at last",)]
