"""The list in front is read before those behind it, unless somebody wants to see one of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from blogadmin.core.queries.spec import ListSpec
from blogadmin.gui.pages.main_window import MainWindow
from blogadmin.gui.tables.list_model import ListModel, State

OpenWindow = Callable[[], MainWindow]


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
