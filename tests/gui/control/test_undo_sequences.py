"""Do, undo, redo over random sequences of changes: the tables are equal, nothing of others is overwritten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from blogadmin.core.database.engine import Database
from blogadmin.gui.control.services import Services
from blogadmin.gui.dialogs.undo_merge import ask
from tests.gui.control.acts import BLOG, Turn, turns
from tests.gui.control.ledger import Ledger, Sql
from tests.gui.control.undoing import Blog, Desk, Person, PlainDesk, WindowDesk
from tests.gui.recorder import Recorder

REAL = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def two(database_url: str) -> Iterator[dict[str, Desk]]:
    """Two programs on one database."""
    with ExitStack() as stack:
        opened = {name: stack.enter_context(closing(Database(database_url))) for name in ("anna", "ben")}
        yield {name: PlainDesk(name, database) for name, database in opened.items()}


@pytest.fixture
def window(services: Services, messages: Recorder, qtbot: QtBot) -> dict[str, Desk]:
    """A program with its window, which asks about what both changed."""
    made = QWidget()
    made.setObjectName("window")
    qtbot.addWidget(made)
    made.show()
    services.undo.offer_merge(partial(ask, services, made))
    return {"anna": WindowDesk("anna", services, messages, qtbot)}


def begin(sql: Sql) -> None:
    """A small blog with ids that never were."""
    sql("DELETE FROM comments; DELETE FROM posts; DELETE FROM users")
    sql(
        "INSERT INTO users (name, email, password_hash)"
        " SELECT 'User ' || n, 'user-' || n || '@example.org', 'hash' FROM generate_series(1, 3) n"
    )
    sql(
        "INSERT INTO posts (public_id, title, slug, body, metadata, author_id)"
        " SELECT gen_random_uuid(), 'Post ' || n, 'post-' || n, 'Body ' || n,"
        """ CASE n WHEN 1 THEN '{"tags": ["a", "b"], "n": 1}' WHEN 2 THEN '{"n": 2}' END::jsonb,"""
        " (SELECT min(id) + n / 2 FROM users) FROM generate_series(1, 3) n"
    )
    sql(
        "INSERT INTO comments (post_id, author_id, body) SELECT (SELECT min(id) + n / 2 FROM posts),"
        " (SELECT min(id) + n / 2 FROM users), 'Comment ' || n FROM generate_series(1, 3) n"
    )


def play(desks: Mapping[str, Desk], sql: Sql, acts: Sequence[Turn], met: Counter[str]) -> None:
    """Let everybody have their turns; whatever steps do to the tables is held to the ledger's rules."""
    begin(sql)
    ledger = Ledger(sql)
    begun = ledger.state
    people = {name: Person(desk, ledger, met) for name, desk in desks.items()}
    everyone = {**people, BLOG: Blog(sql, ledger)}
    for who, act in acts:
        if everyone[who].act(act):
            for name, person in people.items():
                if name != who:
                    person.disturbed = ledger.turn
    for person in people.values():
        person.redo_all()
        done = ledger.state
        person.undo_all()
        assert person.disturbed or ledger.state == begun
        person.redo_all()
        assert person.disturbed or ledger.state == done
        for other in people.values():
            if other is not person:
                other.disturbed = ledger.turn
    assert held(sql) == []


def held(sql: Sql) -> list[tuple[object, ...]]:
    """Which programs hold a lock or stand in a transaction; the server's own housekeeping does not count."""
    return sql(
        "SELECT application_name, state, query FROM pg_stat_activity AS a"
        " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        " AND (state LIKE 'idle in transaction%%' OR EXISTS (SELECT FROM pg_locks WHERE pid = a.pid))",
        (),
    )


Play = Callable[[Mapping[str, Desk], st.SearchStrategy[list[Turn]], int], Counter[str]]


@pytest.fixture
def play_many(sql: Sql, record_property: Callable[[str, object], None]) -> Play:
    """Play that many sequences; tells what was met."""

    def many(
        desks: Mapping[str, Desk], sequences: st.SearchStrategy[list[Turn]], number: int
    ) -> Counter[str]:
        met = Counter[str]()

        # The few of every run are always the same ones: what they must have met is certain.
        @settings(REAL, max_examples=number, derandomize=number < 100)
        @given(acts=sequences)
        def sequence(acts: list[Turn]) -> None:
            met["sequences"] += 1
            for desk in desks.values():
                desk.history.clear()
            play(desks, sql, acts, met)

        sequence()
        record_property("met", dict(met))
        return met

    return many


def of_one(most: int) -> st.SearchStrategy[list[Turn]]:
    return turns(("anna",), most, blog=False, merging=False)


def of_three(most: int) -> st.SearchStrategy[list[Turn]]:
    return turns(("anna", "ben"), most, blog=True, merging=False)


def at_a_window(most: int) -> st.SearchStrategy[list[Turn]]:
    return turns(("anna",), most, blog=True, merging=True)


def test_what_one_person_did_is_taken_back_and_made_again_exactly(
    two: dict[str, Desk], play_many: Play
) -> None:
    met = play_many({"anna": two["anna"]}, of_one(5), 25)
    assert met["steps that had to be exact"] > 100


def test_no_step_overwrites_what_somebody_else_wrote(two: dict[str, Desk], play_many: Play) -> None:
    met = play_many(two, of_three(6), 25)
    assert min(met["steps taken"], met["steps that changed nothing"]) > 5


def test_it_is_the_same_at_a_window(window: dict[str, Desk], play_many: Play) -> None:
    assert play_many(window, at_a_window(4), 8)["steps taken"] > 5


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("who", ["one", "three", "window"])
def test_a_thousand_sequences(
    two: dict[str, Desk], window: dict[str, Desk], play_many: Play, who: str
) -> None:
    if who == "one":
        met = play_many({"anna": two["anna"]}, of_one(10), 1000)
    elif who == "three":
        met = play_many(two, of_three(12), 1000)
    else:
        met = play_many(window, at_a_window(8), 300)
    assert met["steps taken"] > 1000
