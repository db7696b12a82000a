"""The list in front is read before those behind it, unless somebody wants to see one of them."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from blogadmin.core.database.changes import Changes
from blogadmin.core.queries.spec import ListSpec
from blogadmin.gui.control.services import Services
from blogadmin.gui.control.ticket import Ticket
from blogadmin.gui.tables.list_model import ListModel, State
from tests.gui.pages.conftest import OpenWindow, Sql


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[ListModel]:
    """The lists of which the reading has begun, in their order."""
    found: list[ListModel] = []
    load = ListModel.load

    def noting(model: ListModel, spec: ListSpec) -> None:
        found.append(model)
        load(model, spec)

    monkeypatch.setattr(ListModel, "load", noting)
    return found


def test_lists_behind_are_read_when_nobody_waits_for_anything(
    blog: None, open_window: OpenWindow, begun: list[ListModel], qtbot: QtBot
) -> None:
    window = open_window()
    front = window.current_page()
    assert front is not None
    assert begun == [front.model]
    qtbot.waitUntil(lambda: len(begun) > 1)
    assert front.model.state is State.READY
    qtbot.waitUntil(lambda: all(page.model.state is State.READY for page in window.pages))
    assert sorted(map(id, begun)) == sorted(id(page.model) for page in window.pages)


def test_a_list_that_is_brought_to_the_front_is_read_at_once(
    blog: None, open_window: OpenWindow, begun: list[ListModel], qtbot: QtBot
) -> None:
    window = open_window()
    wanted = window.pages[-1]
    window.show_page(wanted.noun.key)
    assert begun[1:] == [wanted.model]
    qtbot.waitUntil(lambda: all(page.model.state is State.READY for page in window.pages))
    assert begun.count(wanted.model) == 1


def test_what_changes_behind_is_read_when_somebody_goes_there(
    blog: None,
    open_window: OpenWindow,
    services: Services,
    sql: Sql,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    window = open_window()
    front, behind = window.current_page(), next(page for page in window.pages if page.noun.key == "users")
    assert front is not None
    assert front is not behind
    qtbot.waitUntil(lambda: all(page.model.state is State.READY for page in window.pages))
    qtbot.waitUntil(lambda: services.tasks.outstanding == 0)
    slots: list[str] = []
    read = services.tasks.read

    def noting(slot: str, *arguments: Any, **keywords: Any) -> Ticket:
        slots.append(slot)
        return read(slot, *arguments, **keywords)

    monkeypatch.setattr(services.tasks, "read", noting)
    name = behind.model.column_of("name") or 0
    first, before = behind.model.id_at(0), behind.model.index(0, name).data()
    sql("UPDATE users SET name = 'Renamed' WHERE id = %s", [first])
    services.hub.announce(Changes.of("users", updated=[first or 0]))
    qtbot.waitUntil(lambda: "posts.rows" in slots and services.tasks.outstanding == 0)
    assert "users.rows" not in slots
    assert behind.model.index(0, name).data() == before != "Renamed"
    window.show_page("users")
    qtbot.waitUntil(lambda: behind.model.index(0, name).data() == "Renamed")
    # Whoever goes back finds the other list at rest meanwhile, and awake now.
    window.show_page(front.noun.key)
    post = front.model.id_at(0)
    sql("UPDATE posts SET title = 'Renamed, too' WHERE id = %s", [post])
    services.hub.announce(Changes.of("posts", updated=[post or 0]))
    qtbot.waitUntil(lambda: front.model.index(0, 0).data() == "Renamed, too")
