"""Saved views are kept, changed and deleted by who saved them, and every step has a way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from blogadmin.core import queries
from blogadmin.core.database.engine import Database
from blogadmin.core.database.errors import Conflict, Duplicate, Invalid, NotFound, NotPermitted, translate
from blogadmin.core.operations.operation import Operation, Outcome
from blogadmin.core.operations.views import DeleteView, RenameView, SaveView, ShareView, UpdateView
from blogadmin.core.queries.spec import Condition, Group, ListSpec
from blogadmin.core.queries.spec_json import to_json

Sql = Callable[..., list[tuple[Any, ...]]]
Do = Callable[[Operation], Outcome]
DRAFTS = to_json(ListSpec(where=Group((Condition("status", "is", "draft"),))))
ALL = "SELECT id, name, spec, shared, version FROM saved_views ORDER BY id"


@pytest.fixture
def view(do: Do, sql: Sql) -> int:
    """A view "Drafts", at version 1."""
    made = do(SaveView("posts", "Drafts", DRAFTS)).created_id
    assert made is not None
    assert sql(ALL) == [(made, "Drafts", DRAFTS, False, 1)]
    return made


def test_what_is_saved_is_read_as_one_s_own(view: int, database: Database) -> None:
    with database.session_scope() as session:
        (read,) = queries.views.saved(session, queries.posts.LISTING)
    assert (read.id, read.name, read.own, read.shared, read.version) == (view, "Drafts", True, False, 1)
    assert to_json(read.spec) == DRAFTS


@pytest.mark.parametrize(
    ("change", "now"),
    [
        (lambda id_: RenameView(id_, 1, "Unfinished"), ("Unfinished", DRAFTS, False)),
        (lambda id_: ShareView(id_, 1, True), ("Drafts", DRAFTS, True)),
        (lambda id_: UpdateView(id_, 1, {"search": "moon"}), ("Drafts", {"search": "moon"}, False)),
    ],
    ids=["rename", "share", "update"],
)
def test_a_change_has_a_way_back_and_forth(
    view: int, do: Do, sql: Sql, change: Callable[[int], Operation], now: tuple[Any, ...]
) -> None:
    outcome = do(change(view))
    assert outcome.changes.touched("saved_views") == {view}
    assert sql(ALL) == [(view, *now, 2)]
    assert outcome.inverse is not None
    back = do(outcome.inverse)
    assert sql(ALL) == [(view, "Drafts", DRAFTS, False, 3)]
    assert back.inverse is not None
    do(back.inverse)
    assert sql(ALL) == [(view, *now, 4)]


def test_a_deleted_view_comes_back_with_everything(view: int, do: Do, sql: Sql) -> None:
    outcome = do(DeleteView(view, 1))
    assert sql(ALL) == []
    assert outcome.message == "View “Drafts” deleted"
    assert outcome.inverse is not None
    do(outcome.inverse)
    assert sql(ALL) == [(view, "Drafts", DRAFTS, False, 2)]


def test_undoing_a_save_deletes_it(do: Do, sql: Sql) -> None:
    outcome = do(SaveView("posts", "Drafts", DRAFTS, shared=True))
    assert outcome.inverse is not None
    do(outcome.inverse)
    assert sql(ALL) == []


def test_every_step_can_be_taken_back_one_after_the_other(do: Do, sql: Sql) -> None:
    states, backs = [sql(ALL)], []
    forth: list[Callable[[], Operation]] = [
        lambda: SaveView("posts", "Drafts", DRAFTS),
        lambda: RenameView(*at(sql), "Unfinished"),
        lambda: ShareView(*at(sql), True),
        lambda: UpdateView(*at(sql), {"search": "moon"}),
        lambda: DeleteView(*at(sql)),
    ]
    for step in forth:
        backs.append(do(step()).inverse)
        states.append(sql(ALL))
    for _ in range(2):
        backs = [do(back).inverse for back in reversed(backs) if back is not None]
        states.reverse()
        assert [row[:4] for row in sql(ALL)] == [row[:4] for row in states[-1]]
    assert len(backs) == len(forth)


def at(sql: Sql) -> tuple[int, int]:
    """The id and the version of the one view."""
    [(id_, version)] = sql("SELECT id, version FROM saved_views")
    return id_, version


def test_a_way_back_overwrites_nothing_that_was_set_since(view: int, do: Do, sql: Sql) -> None:
    backs = [
        do(RenameView(view, 1, "Mine")).inverse,
        do(UpdateView(view, 2, {"search": "moon"})).inverse,
        do(ShareView(view, 3, True)).inverse,
    ]
    sql("""UPDATE saved_views SET name = 'Theirs', spec = '{"search": "sun"}', shared = false""")
    now = sql(ALL)
    for back in backs:
        assert back is not None
        with pytest.raises(Conflict):
            do(back)
    assert sql(ALL) == now


CHANGES = [
    lambda id_, version: RenameView(id_, version, "x"),
    lambda id_, version: ShareView(id_, version, True),
    lambda id_, version: UpdateView(id_, version, {}),
    DeleteView,
]


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_that_others_did_is_overwritten(view: int, do: Do, sql: Sql, change: Any) -> None:
    sql("UPDATE saved_views SET name = 'Theirs'")
    with pytest.raises(Conflict):
        do(change(view, 1))
    assert [row[1] for row in sql(ALL)] == ["Theirs"]
    sql("DELETE FROM saved_views")
    with pytest.raises(NotFound):
        do(change(view, 2))


@pytest.mark.parametrize("change", CHANGES)
def test_somebody_else_s_view_is_not_changed(view: int, do: Do, sql: Sql, change: Any) -> None:
    sql("UPDATE saved_views SET owner = 'another', shared = true")
    before = sql(ALL)
    with pytest.raises(NotPermitted, match="belongs to somebody else"):
        do(change(view, 2))
    assert sql(ALL) == before


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "two\nlines", "nul\x00"])
def test_a_name_that_cannot_be_shown_is_refused(view: int, do: Do, name: str) -> None:
    for operation in (SaveView("posts", name, DRAFTS), RenameView(view, 1, name)):
        with pytest.raises(Invalid) as caught:
            do(operation)
        assert caught.value.field == "name"


def test_a_name_is_used_once(view: int, do: Do) -> None:
    other = do(SaveView("posts", "Others", {})).created_id
    assert other is not None
    do(SaveView("users", "Drafts", {}))
    for operation in (SaveView("posts", "Drafts", {}), RenameView(other, 1, "Drafts")):
        with pytest.raises(IntegrityError) as caught:
            do(operation)
        known = translate(caught.value)
        assert isinstance(known, Duplicate)
        assert known.field == "name"
