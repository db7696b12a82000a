"""Whatever a cut does to a save, the unit of work says what the table says: saved, or not saved."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from random import Random
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from blogadmin.core.database import outcome
from blogadmin.core.database.engine import Database
from blogadmin.core.database.errors import KnownError, OutcomeUnknown, Unavailable, translate
from blogadmin.core.operations.posts import CreatePost, EditPost, SetStatus
from blogadmin.core.operations.users import EditUser
from tests.faults.proxy import FaultProxy

Sql = Callable[..., list[tuple[Any, ...]]]
FORGOTTEN = 0
"""Of this number the server answers what it answers of one that is too old."""
CUTS = {
    "before BEGIN": ("cut_before", b"BEGIN"),
    "mid UPDATE": ("cut_after", b"UPDATE"),
    "before COMMIT": ("cut_before", b"COMMIT"),
    "after COMMIT": ("cut_after", b"COMMIT"),
}


@pytest.fixture(autouse=True)
def blog(sql: Sql) -> None:
    sql("INSERT INTO users (email, name, password_hash) VALUES ('a@b.c', 'Anna', 'x')")
    sql(
        "INSERT INTO posts (public_id, title, slug, body, author_id)"
        " SELECT gen_random_uuid(), 'Post ' || i, 'post-' || i, 'Body', 1 FROM generate_series(1, 3) i"
    )


@pytest.fixture
def shaky(proxy: FaultProxy) -> Iterator[Database]:
    """The database by way of the proxy."""
    with closing(Database(proxy.url)) as opened:
        opened.transact(lambda session: session.execute(text("SELECT 1")).all())
        yield opened


def keep_no_history(sql: Sql) -> None:
    """Make the database one of those that know no history yet."""
    sql("DROP TABLE IF EXISTS audit_log CASCADE")
    for table, event in itertools.product(("users", "posts", "comments"), ("created", "changed", "deleted")):
        sql(f"DROP TRIGGER IF EXISTS z_{event} ON {table}")


def keeps_history(sql: Sql) -> bool:
    return sql("SELECT to_regclass('audit_log') IS NOT NULL") == [(True,)]


def said(database: Database, unit: Callable[[Session], object]) -> str:
    """What the unit of work says of its own end."""
    try:
        database.transact(unit)
    except (DBAPIError, KnownError) as exc:
        return {Unavailable: "not saved", OutcomeUnknown: "unknown"}.get(type(translate(exc)), repr(exc))
    return "saved"


# The table of cuts


class Judge:
    """Saves over connections that are cut, and compares what was said with what is in the table."""

    def __init__(self, database: Database, proxy: FaultProxy, sql: Sql) -> None:
        self.database, self.proxy, self.sql = database, proxy, sql
        self.numbers = itertools.count()
        self.tally: Counter[tuple[str, str, str]] = Counter()

    def save_and_cut(self, cut: str) -> None:
        """One save, a dialog's or a bare statement's, with its cut."""
        way, words = CUTS[cut]
        number = next(self.numbers)
        title = f"Title {number}"
        version = self.sql("SELECT version FROM posts WHERE id = 1")[0][0]
        before = {"title": self.sql("SELECT title FROM posts WHERE id = 1")[0][0]}

        def bare(session: Session) -> None:
            session.execute(text("UPDATE posts SET title = :title WHERE id = 1"), {"title": title})

        edit = EditPost(1, version, before, {"title": title})
        getattr(self.proxy, way)(words)
        told = said(self.database, edit.apply if number % 2 else bare)
        assert self.proxy.struck.is_set()
        self.proxy.pass_through()
        # Whoever was cut holds the row until the server has noticed.
        self.sql("SELECT FROM posts WHERE id = 1 FOR UPDATE")
        is_there = self.sql("SELECT title FROM posts WHERE id = 1") == [(title,)]
        self.tally[cut, told, "saved" if is_there else "not saved"] += 1


@pytest.mark.parametrize("times", [5, pytest.param(50, marks=pytest.mark.slow)])
@pytest.mark.parametrize("history", [True, False], ids=["history", "no history"])
@pytest.mark.timeout(300)
def test_what_is_said_of_a_save_that_was_cut_is_true(
    shaky: Database,
    proxy: FaultProxy,
    sql: Sql,
    times: int,
    history: bool,
    record_property: Callable[[str, object], None],
) -> None:
    if not history:
        keep_no_history(sql)
    judge = Judge(shaky, proxy, sql)
    order = [cut for cut in CUTS for _ in range(times)]
    Random(times).shuffle(order)
    for cut in order:
        judge.save_and_cut(cut)
    record_property("cuts", dict(judge.tally))
    assert judge.tally == {
        ("before BEGIN", "not saved", "not saved"): times,
        ("mid UPDATE", "not saved", "not saved"): times,
        ("before COMMIT", "not saved", "not saved"): times,
        ("after COMMIT", "saved", "saved"): times,
    }


def test_a_new_row_is_never_sent_twice(shaky: Database, proxy: FaultProxy, sql: Sql) -> None:
    def create(slug: str) -> str:
        return said(shaky, CreatePost("New", slug, "Body", "draft", 1).apply)

    proxy.cut_after(b"COMMIT")
    assert create("new-1") == "saved"
    proxy.cut_after(b"INSERT INTO posts")
    assert create("new-2") == "not saved"
    proxy.cut_before(b"COMMIT")
    assert create("new-3") == "not saved"
    proxy.pass_through()
    assert sql("SELECT slug FROM posts WHERE title = 'New'") == [("new-1",)]


def test_nobody_knows_while_nobody_can_be_asked(
    shaky: Database, proxy: FaultProxy, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcome, "ASK_FOR", 0.3)

    def unit(session: Session) -> None:
        session.execute(text("UPDATE posts SET title = 'Mine' WHERE id = 1"))
        proxy.cut_after(b"COMMIT")
        proxy.refuse()

    with pytest.raises(OutcomeUnknown):
        shaky.transact(unit)
    assert sql("SELECT title FROM posts WHERE id = 1") == [("Mine",)]


def test_a_server_that_comes_back_meanwhile_is_asked(shaky: Database, proxy: FaultProxy, sql: Sql) -> None:
    """It is away when the answer is lost, and back within the time that the unit asks for."""
    back = threading.Timer(1.0, proxy.pass_through)

    def unit(session: Session) -> None:
        session.execute(text("UPDATE posts SET title = 'Mine' WHERE id = 1"))
        proxy.cut_after(b"COMMIT")
        proxy.refuse()
        back.start()

    assert said(shaky, unit) == "saved"
    back.join()


# A server that has not noticed


def test_a_transaction_that_waits_for_a_client_who_is_gone_is_ended_for_an_answer(
    database: Database, sql: Sql
) -> None:
    """On a dead network the server waits on: it must neither be believed to save nor left unknown."""
    with database.session_scope() as left:
        xid = left.scalar(text("UPDATE posts SET title = 'Mine' WHERE id = 1 RETURNING txid_current()"))
        assert xid is not None
        assert not outcome.was_committed(database, outcome.Trace(xid, "request"))
        left.invalidate()
    assert sql("SELECT title FROM posts WHERE id = 1") == [("Post 1",)]


def test_a_transaction_that_works_is_waited_for(database: Database, sql: Sql) -> None:
    told: list[outcome.Trace] = []
    begun = threading.Event()
    change = text("UPDATE posts SET title = 'Mine' WHERE id = 1 RETURNING txid_current()")

    def slow(session: Session) -> None:
        told.append(outcome.Trace(session.scalar(change) or 0, seen_name(session)))
        begun.set()
        session.execute(text("SELECT pg_sleep(1.5)"))

    working = threading.Thread(target=database.transact, args=(slow,))
    working.start()
    assert begun.wait(10)
    assert outcome.was_committed(database, told[0])
    working.join()


# Transactions whose id was given out again, or never


def committed_id(sql: Sql, request: str, change: str) -> int:
    """Somebody's transaction, as the server knows it after they committed."""
    found = sql(
        f"BEGIN; SET LOCAL blogadmin.request_id = '{request}'; {change};"
        " CREATE TEMP TABLE mine AS SELECT txid_current() AS id; COMMIT; SELECT id FROM mine"
    )
    sql("DROP TABLE mine")
    return found[0][0]


def test_an_id_that_somebody_else_has_now_does_not_count_as_saved(database: Database, sql: Sql) -> None:
    if not keeps_history(sql):
        pytest.skip("this schema keeps no history yet")
    xid = committed_id(sql, "theirs", "UPDATE posts SET title = 'Theirs' WHERE id = 2")
    assert outcome.was_committed(database, outcome.Trace(xid, "theirs"))
    assert not outcome.was_committed(database, outcome.Trace(xid, "mine"))


def test_an_edit_that_the_history_does_not_name_was_not_saved(database: Database, sql: Sql) -> None:
    if not keeps_history(sql):
        pytest.skip("this schema keeps no history yet")
    xid = committed_id(sql, "theirs", "CREATE TABLE not_of_the_blog (id int)")
    assert outcome.was_committed(database, outcome.Trace(xid, "mine"))
    assert not outcome.was_committed(database, outcome.Trace(xid, "mine", recorded=True))


def test_a_history_that_is_switched_off_proves_nothing(database: Database, sql: Sql) -> None:
    if not keeps_history(sql):
        pytest.skip("this schema keeps no history yet")
    sql("ALTER TABLE posts DISABLE TRIGGER z_changed")
    xid = committed_id(sql, "mine", "UPDATE posts SET title = 'Mine' WHERE id = 2")
    assert outcome.was_committed(database, outcome.Trace(xid, "mine", recorded=True))


def test_an_id_of_which_the_server_has_forgotten_is_found_in_the_history(
    database: Database, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not keeps_history(sql):
        pytest.skip("this schema keeps no history yet")
    monkeypatch.setattr(outcome, "ASK_FOR", 0.3)
    committed_id(sql, "mine", "UPDATE posts SET title = 'Mine' WHERE id = 2")
    assert sql("SELECT txid_status(%s)", (FORGOTTEN,)) == [(None,)]
    assert outcome.was_committed(database, outcome.Trace(FORGOTTEN, "mine", recorded=True))
    assert not outcome.was_committed(database, outcome.Trace(FORGOTTEN, "lost", recorded=True))
    with pytest.raises(OutcomeUnknown):
        outcome.was_committed(database, outcome.Trace(FORGOTTEN, "lost"))


def test_an_id_that_the_server_never_gave_out_was_not_saved(database: Database, sql: Sql) -> None:
    xid = sql("SELECT txid_current()")[0][0] + 1000
    assert not outcome.was_committed(database, outcome.Trace(xid, "mine"))


def test_without_a_history_a_forgotten_id_stays_unknown(
    database: Database, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_no_history(sql)
    monkeypatch.setattr(outcome, "ASK_FOR", 0.3)
    with pytest.raises(OutcomeUnknown):
        outcome.was_committed(database, outcome.Trace(FORGOTTEN, "mine", recorded=True))


def test_another_table_of_the_historys_name_does_no_harm(database: Database, sql: Sql) -> None:
    keep_no_history(sql)
    sql("CREATE TABLE audit_log (what text)")
    sql(
        "CREATE TRIGGER z_changed AFTER UPDATE ON posts EXECUTE FUNCTION suppress_redundant_updates_trigger()"
    )
    xid = sql("SELECT txid_current()")[0][0]
    assert outcome.was_committed(database, outcome.Trace(xid, "mine", recorded=True))


# The request's name


def seen_name(session: Session) -> str:
    return session.scalar(text("SELECT current_setting('blogadmin.request_id', true)")) or ""


def test_each_unit_has_a_name_of_its_own_that_ends_with_it(database: Database) -> None:
    names = [database.transact(seen_name) for _ in range(2)]
    assert all(len(name) == 32 for name in names)
    assert names[0] != names[1]
    with database.session_scope() as session:
        assert seen_name(session) == ""


def test_the_name_outlives_what_the_unit_takes_back(database: Database) -> None:
    def unit(session: Session) -> list[str]:
        names: list[str] = []
        with session.begin_nested() as savepoint:
            names.append(seen_name(session))
            savepoint.rollback()
        names.append(seen_name(session))
        session.rollback()
        return [*names, seen_name(session)]

    names = database.transact(unit)
    assert len(set(names)) == 1
    assert len(names[0]) == 32


def test_a_unit_that_says_nothing_leaves_no_name_behind(database: Database) -> None:
    database.transact(database.backend_pid)
    with database.engine.connect() as connection:
        assert not connection.scalar(text("SELECT current_setting('blogadmin.request_id', true)"))


@pytest.mark.parametrize("way", ["many rows", "cursor"])
def test_statements_that_cannot_take_the_name_along_are_named_too(database: Database, way: str) -> None:
    def unit(session: Session) -> str:
        if way == "many rows":
            rows = [{"id": 1, "title": "A"}, {"id": 2, "title": "B"}]
            session.connection().execute(text("UPDATE posts SET title = :title WHERE id = :id"), rows)
        else:
            ids = text("SELECT id FROM posts").execution_options(stream_results=True)
            assert len(session.execute(ids).all()) == 3
        return seen_name(session)

    assert len(database.transact(unit)) == 32


def test_the_name_costs_no_journey_of_its_own(shaky: Database, proxy: FaultProxy) -> None:
    proxy.cut_before(b"'; SELECT 42")
    assert said(shaky, lambda session: session.execute(text("SELECT 42")).all()) == "not saved"
    assert proxy.struck.is_set()


@pytest.mark.parametrize(
    "operation",
    [
        EditPost(1, 1, {"title": "Post 1"}, {"title": "Mine"}),
        EditUser(1, 1, {"name": "Anna"}, {"name": "Ada"}),
        SetStatus((1, 2), "published"),
        CreatePost("New", "new", "Body", "draft", 1),
    ],
    ids=lambda operation: type(operation).__name__,
)
def test_the_history_has_the_name_of_whatever_the_program_does(
    database: Database, sql: Sql, operation: Any
) -> None:
    if not keeps_history(sql):
        pytest.skip("this schema keeps no history yet")
    names: list[str] = []

    def unit(session: Session) -> None:
        operation.apply(session)
        names.append(seen_name(session))

    before = sql("SELECT max(id) FROM audit_log")[0][0] or 0
    database.transact(unit)
    kept = sql("SELECT DISTINCT request_id FROM audit_log WHERE id > %s", (before,))
    assert kept == [(names[0],)]
