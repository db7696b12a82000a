"""What other programs do reaches the window's thread, and nothing of it outlives the program."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from pytestqt.qtbot import QtBot

from blogadmin.core.database.changes import Changes
from blogadmin.core.database.engine import Database
from blogadmin.core.database.news import Standing
from blogadmin.gui.control.hub import ChangeHub
from blogadmin.gui.control.live import OWN_LOGIN, Live, who
from blogadmin.gui.control.tasks import Tasks
from tests.core.database.feeding import Pooler, feeding, payload
from tests.faults.proxy import FaultProxy

Sql = Callable[..., list[tuple[object, ...]]]
NOTIFY = "SELECT pg_notify(%s, %s)"
PATIENCE = 20_000


@pytest.fixture
def live(tasks: Tasks, hub: ChangeHub) -> Iterator[Live]:
    made = Live(tasks, hub)
    yield made
    made.close()


def is_live(live: Live) -> bool:
    return live.standing == Standing("live")


def test_what_others_commit_is_announced_as_nobodys_here(
    live: Live, hub: ChangeHub, qtbot: QtBot, sql: Sql
) -> None:
    threads = []
    hub.changed.connect(lambda *_args: threads.append(threading.get_ident()))
    with qtbot.waitSignal(hub.lost_track, timeout=PATIENCE) as lost:
        live.begin()
    assert lost.args == [None]
    with qtbot.waitSignal(hub.changed, timeout=PATIENCE) as told:
        sql(NOTIFY, payload(n="posts", u=[1]))
    assert told.args == [Changes.of("posts", updated=[1]), None]
    with qtbot.waitSignal(hub.lost_track, timeout=PATIENCE) as lost:
        sql(NOTIFY, payload(n="posts", all=True))
    assert lost.args == ["posts"]
    assert threads == [threading.get_ident()]


def test_a_lost_connection_is_told_while_nobody_asks_for_anything(
    qtbot: QtBot, database_url: str, hub: ChangeHub
) -> None:
    with FaultProxy(database_url) as proxy, closing(Database(proxy.url)) as database:
        tasks = Tasks(database)
        live = Live(tasks, hub)
        try:
            live.begin()
            qtbot.waitUntil(lambda: is_live(live), timeout=PATIENCE)
            proxy.refuse()
            proxy.kill()
            qtbot.waitUntil(lambda: tasks.connection_state == "lost", timeout=PATIENCE)
            proxy.pass_through()
            qtbot.waitUntil(lambda: tasks.connection_state == "connected", timeout=PATIENCE)
        finally:
            live.close()
            tasks.close()


def test_it_says_how_it_stands(qtbot: QtBot, database_url: str, hub: ChangeHub) -> None:
    with FaultProxy(database_url) as proxy, closing(Database(proxy.url)) as database:
        tasks = Tasks(database)
        live = Live(tasks, hub)
        assert live.standing == Standing("connecting")
        with qtbot.waitSignal(live.state_changed, timeout=PATIENCE):
            live.begin()
        assert is_live(live)
        with qtbot.waitSignal(live.state_changed, timeout=PATIENCE):
            proxy.refuse()
            proxy.kill()
        assert live.standing.kind == "connecting"
        assert live.standing.reason
        with qtbot.waitSignal(live.state_changed, timeout=PATIENCE):
            proxy.pass_through()
            qtbot.waitUntil(lambda: is_live(live), timeout=PATIENCE)
        live.close()
        tasks.close()


def test_behind_a_pooler_it_is_not_live(qtbot: QtBot, database_url: str, hub: ChangeHub) -> None:
    with Pooler(database_url) as pooler, closing(Database(pooler.url)) as database:
        tasks = Tasks(database)
        live = Live(tasks, hub)
        with qtbot.waitSignals([live.state_changed, hub.lost_track], timeout=PATIENCE):
            live.begin()
        assert live.standing.kind == "not live"
        assert "pooler" in live.standing.reason
        live.close()
        tasks.close()


def test_another_database_is_followed_only_when_asked_for(
    live: Live, tasks: Tasks, qtbot: QtBot, make_database: Callable[[str | None], str], template: str
) -> None:
    live.begin()
    qtbot.waitUntil(lambda: is_live(live), timeout=PATIENCE)
    live.begin()
    with closing(Database(make_database(template))) as other:
        tasks.set_database(other)
        assert live.standing == Standing("connecting")
        live.begin()
        qtbot.waitUntil(lambda: is_live(live), timeout=PATIENCE)
        tasks.set_database(None)
        live.begin()
        assert live.standing == Standing("connecting")


def test_it_knows_who_edits_and_lets_others_know(live: Live, qtbot: QtBot, database_url: str) -> None:
    live.editing("users", 3)
    live.begin()
    with feeding(database_url) as (_database, feed, told):
        told.wait(lambda _events: [(e.noun, e.row_id) for e in told.editors()] == [("users", 3)])
        feed.hold("posts", 7)
        qtbot.waitUntil(lambda: dict(live.editors) == {("posts", 7): (OWN_LOGIN,)}, timeout=PATIENCE)
        live.editing("posts", 7)
        live.stopped("users", 3)
        told.wait(lambda _events: [(e.noun, e.row_id) for e in told.editors()] == [("posts", 7)])
        feed.let_go("posts", 7)
        qtbot.waitUntil(lambda: not live.editors, timeout=PATIENCE)


def test_closed_it_tells_nothing_and_leaves_no_thread(
    live: Live, hub: ChangeHub, qtbot: QtBot, sql: Sql
) -> None:
    live.begin()
    qtbot.waitUntil(lambda: is_live(live), timeout=PATIENCE)
    live.close()
    live.begin()
    assert [t for t in threading.enumerate() if t.name == "feed"] == []
    assert (
        sql(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND query LIKE '%%LISTEN%%'"
        )
        == []
    )


def test_names_begin_a_sentence() -> None:
    assert who(["anna"]) == "anna is"
    assert who(["anna", "bob"]) == "anna and bob are"
    assert who(["anna", "bob", "eve"]) == "anna and 2 others are"
