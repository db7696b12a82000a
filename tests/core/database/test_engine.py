"""Sessions commit or roll back, readers keep their connection, and nothing stays behind."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from sqlalchemy import QueuePool, make_url, text
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError
from sqlalchemy.orm import Session

from blogadmin import __version__
from blogadmin.core.database import engine as engine_module
from blogadmin.core.database import errors
from blogadmin.core.database.engine import Database, to_url
from blogadmin.core.database.errors import Cancelled, ReadOnly, TookTooLong, Unavailable
from blogadmin.core.database.units import driver_connection
from blogadmin.settings import Settings, SettingsError
from tests.faults.proxy import FaultProxy

Sql = Callable[..., list[tuple[Any, ...]]]
SLEEP = text("SELECT pg_sleep(60)")


class Waiting:
    """A thread in which ``work`` waits for the server; ``error`` is what woke it."""

    def __init__(self, work: Callable[[Callable[[Session], None]], None]) -> None:
        self.error: Exception | None = None
        self.pid = 0
        self._work = work
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Waiting:
        self._thread.start()
        assert self._begun.wait(10)
        return self

    def __exit__(self, *_exc: object) -> None:
        self._thread.join(10)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._work(self._fall_asleep)
        except Exception as exc:  # noqa: BLE001 - whatever it is, the test looks at it
            self.error = exc

    def _fall_asleep(self, session: Session) -> None:
        self.pid = session.scalar(text("SELECT pg_backend_pid()")) or 0
        self._begun.set()
        session.execute(SLEEP)


def waiting_in(scope: Callable[[], Any]) -> Waiting:
    """A thread that sleeps on the server in a session of ``scope``."""

    def work(fall_asleep: Callable[[Session], None]) -> None:
        with scope() as session:
            fall_asleep(session)

    return Waiting(work)


def in_use(database: Database) -> int:
    pool = database.engine.pool
    assert isinstance(pool, QueuePool)
    return pool.checkedout()


def asleep(sql: Sql, pid: int) -> bool:
    return bool(sql("SELECT 1 FROM pg_stat_activity WHERE pid = %s AND wait_event = 'PgSleep'", (pid,)))


# --- Addresses and options


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@h:1/d",
        "postgres://u:p@h:1/d",
        "postgresql+psycopg2://u:p@h:1/d",
        "postgresql+asyncpg://u:p@h:1/d",
    ],
)
def test_any_postgresql_address_is_taken_as_psycopg2(url: str) -> None:
    assert to_url(url).render_as_string(hide_password=False) == "postgresql+psycopg2://u:p@h:1/d"


@pytest.mark.parametrize("url", ["sqlite:///x", "no address with pa55", "postgresql://u:pa55@h:port/d"])
def test_anything_else_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Database(url)
    assert caught.value.name == "database_url"
    assert "pa55" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_password_shows_nowhere() -> None:
    opened = Database("postgresql://u:pa55@127.0.0.1/d")
    assert "pa55" not in f"{opened!r} {opened.url!r} {opened.engine!r} {opened.settings!r}"


def shown(database: Database, *names: str) -> list[str]:
    with database.session_scope() as session:
        return [session.scalar(text("SELECT current_setting(:name)"), {"name": name}) or "" for name in names]


def test_the_server_is_told_who_we_are_and_how_long_to_wait(database: Database) -> None:
    names = (
        "application_name",
        "timezone",
        "statement_timeout",
        "lock_timeout",
        "idle_in_transaction_session_timeout",
    )
    assert shown(database, *names) == [f"blogadmin/{__version__}", "UTC", "15s", "3s", "30s"]


def test_what_the_address_says_wins(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = make_url(database_url).update_query_dict(
        {"options": "-c lock_timeout=7s -c work_mem=5MB", "application_name": "cron"}
    )
    monkeypatch.setenv("PGOPTIONS", "-c work_mem=9MB")
    with closing(Database(theirs.render_as_string(hide_password=False))) as database:
        names = ("application_name", "lock_timeout", "work_mem", "timezone")
        assert shown(database, *names) == ["cron", "7s", "5MB", "UTC"]
    with closing(Database(database_url)) as database:
        assert shown(database, "work_mem") == ["9MB"]
    twice = make_url(database_url).update_query_pairs([("options", "-c work_mem=6MB")] * 2, append=True)
    with closing(Database(twice.render_as_string(hide_password=False))) as database:
        assert shown(database, "work_mem") == ["6MB"]


def test_a_login_without_any_privilege_can_connect(database_url: str, sql: Sql) -> None:
    """Some options are refused to everyone but superusers, before the connection stands."""
    name = f"plain_{make_url(database_url).database}"
    sql(f"CREATE ROLE \"{name}\" LOGIN PASSWORD 'only-here'")
    try:
        plain = make_url(database_url).set(username=name, password="only-here")
        with closing(Database(plain.render_as_string(hide_password=False))) as database:
            with database.reader() as session:
                assert session.scalar(text("SELECT current_user")) == name
            with database.session_scope() as session:
                assert session.scalar(text("SELECT current_user")) == name
    finally:
        sql(f'DROP ROLE "{name}"')


# --- Units of work


def test_a_scope_commits_on_success(database: Database, sql: Sql) -> None:
    with database.session_scope() as session:
        session.execute(text("CREATE TABLE kept (id int)"))
    assert sql("SELECT to_regclass('kept') IS NOT NULL") == [(True,)]
    assert in_use(database) == 0


def test_a_scope_rolls_back_on_any_exception(database: Database, sql: Sql) -> None:
    def unit() -> None:
        with database.session_scope() as session:
            session.execute(text("CREATE TABLE lost (id int)"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        unit()
    assert sql("SELECT to_regclass('lost') IS NULL") == [(True,)]
    assert in_use(database) == 0


def test_a_generator_that_is_thrown_away_rolls_back(database: Database, sql: Sql) -> None:
    given = database.get_db()
    next(given).execute(text("CREATE TABLE lost (id int)"))
    given.close()
    assert sql("SELECT to_regclass('lost') IS NULL") == [(True,)]
    assert in_use(database) == 0


def test_a_commit_that_is_refused_is_told_as_refused(database: Database, sql: Sql) -> None:
    sql("CREATE TABLE late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    with pytest.raises(DBAPIError) as caught, database.session_scope() as session:
        session.execute(text("INSERT INTO late VALUES (1), (1)"))
    assert errors.describe(caught.value) == "UniqueViolation 23505 late_id_key"


def test_a_database_that_is_only_looked_at_takes_no_change(database: Database, sql: Sql) -> None:
    database.read_only = True
    with pytest.raises(InternalError) as caught, database.session_scope() as session:
        session.execute(text("CREATE TABLE lost (id int)"))
    assert isinstance(errors.translate(caught.value), ReadOnly)
    database.read_only = False
    with database.session_scope() as session:
        session.execute(text("CREATE TABLE kept (id int)"))
    assert sql("SELECT to_regclass('kept') IS NOT NULL") == [(True,)]


def test_connections_that_died_at_rest_are_replaced_unseen(database: Database, sql: Sql) -> None:
    with database.session_scope() as one, database.session_scope() as two:
        pids = [database.backend_pid(one), database.backend_pid(two)]
    sql("SELECT pg_terminate_backend(pid, 5000) FROM unnest(%s) AS pid", (pids,))
    with database.session_scope() as one:
        assert database.backend_pid(one) not in pids


def test_a_backend_that_is_terminated_is_told_as_unavailable(database: Database, sql: Sql) -> None:
    with database.session_scope() as session:
        pid = database.backend_pid(session)
        sql("SELECT pg_terminate_backend(%s, 5000)", (pid,))
        with pytest.raises(OperationalError) as caught:
            session.execute(text("SELECT 1"))
        session.rollback()
    assert caught.value.connection_invalidated
    assert isinstance(errors.translate(caught.value), Unavailable)
    with database.session_scope() as session:
        assert database.backend_pid(session) != pid


@pytest.mark.parametrize("scope", ["reader", "session_scope"])
def test_a_lost_connection_does_not_hide_what_went_wrong_first(
    database: Database, sql: Sql, scope: str
) -> None:
    def unit() -> None:
        with getattr(database, scope)() as session:
            sql("SELECT pg_terminate_backend(%s, 5000)", (database.backend_pid(session),))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        unit()
    assert in_use(database) == 0


def test_a_lost_connection_is_known_by_its_state_in_any_language(database: Database) -> None:
    """The words are not SQLAlchemy's English ones, as from a server that speaks German."""
    german = text("DO $$ BEGIN RAISE EXCEPTION 'Verbindung wird abgebrochen' USING ERRCODE = '57P01'; END $$")
    with pytest.raises(OperationalError) as caught, database.session_scope() as session:
        session.execute(german)
    assert caught.value.connection_invalidated


def test_a_session_that_is_used_after_the_loss_says_unavailable(database: Database, sql: Sql) -> None:
    with database.session_scope() as session:
        sql("SELECT pg_terminate_backend(%s, 5000)", (database.backend_pid(session),))
        with pytest.raises(OperationalError):
            session.execute(text("SELECT 1"))
        with pytest.raises(Exception, match="rolled back") as caught:
            session.execute(text("SELECT 1"))
        session.rollback()
    assert isinstance(errors.translate(caught.value), Unavailable)


def test_an_exhausted_pool_is_told_as_unavailable(database_url: str) -> None:
    tight = Settings(pool_size=1, max_overflow=0, pool_timeout=0.1)
    with closing(Database(database_url, tight)) as database, database.session_scope() as first:
        first.execute(text("SELECT 1"))
        with pytest.raises(Exception, match="QueuePool") as caught, database.session_scope() as second:
            second.execute(text("SELECT 1"))
    answer = errors.translate(caught.value)
    assert isinstance(answer, Unavailable)
    assert "busy" in str(answer)


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        ({"host": "127.0.0.1", "port": 1}, Unavailable, "cannot be reached"),
        ({"host": "no-such-host.invalid", "port": 1}, Unavailable, "no server of this name"),
        ({"database": "no_such_database"}, Unavailable, "no database of this name"),
        ({"username": "no_such_login", "password": "x"}, errors.NotPermitted, "login in|name and password"),
    ],
)
def test_a_connection_that_cannot_be_made_says_why(
    database_url: str, change: dict[str, Any], kind: type[errors.KnownError], words: str
) -> None:
    url = make_url(database_url).set(**change)
    if "host" in change:
        url = url.difference_update_query(["host", "port"])
    with closing(Database(url.render_as_string(hide_password=False))) as database:
        with pytest.raises(OperationalError) as caught, database.reader() as session:
            session.execute(text("SELECT 1"))
        answer = errors.translate(caught.value)
    assert type(answer) is kind
    assert re.search(words, str(answer))


def test_a_server_that_does_not_answer_is_told_so(database_url: str) -> None:
    with FaultProxy(database_url) as proxy, closing(Database(proxy.url, Settings(connect_timeout=2))) as hole:
        proxy.swallow()
        with pytest.raises(OperationalError) as caught, hole.session_scope() as session:
            session.execute(text("SELECT 1"))
    assert "in time" in str(errors.translate(caught.value))


# --- Readers


def test_a_reader_keeps_its_connection_and_leaves_no_transaction_open(database: Database, sql: Sql) -> None:
    with database.reader() as session:
        first = database.backend_pid(session)
        session.execute(text("SELECT 1"))
        assert sql("SELECT state FROM pg_stat_activity WHERE pid = %s", (first,)) == [("idle",)]
    with database.reader() as session:
        assert database.backend_pid(session) == first


def test_readers_take_nothing_from_the_writers_pool(database: Database) -> None:
    with database.reader() as session:
        session.execute(text("SELECT 1"))
        assert in_use(database) == 0


def test_a_reader_inside_a_reader_is_the_same_session(database: Database) -> None:
    with database.reader() as outer:
        with database.reader() as inner:
            assert inner is outer
        assert outer.scalar(text("SELECT 1")) == 1


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(InternalError) as caught, database.reader() as session:
        session.execute(text("CREATE TABLE lost (id int)"))
    assert isinstance(errors.translate(caught.value), ReadOnly)


def test_a_reader_finds_the_server_that_takes_changes(database_url: str) -> None:
    """libpq takes a server whose sessions begin read only for a standby."""
    url = make_url(database_url).update_query_dict({"target_session_attrs": "read-write"})
    with closing(Database(url.render_as_string(hide_password=False))) as database:
        with database.reader() as session:
            assert session.scalar(text("SHOW transaction_read_only")) == "on"
        with database.session_scope() as session:
            assert session.scalar(text("SHOW transaction_read_only")) == "off"


def test_a_reader_goes_on_after_a_wrong_statement(database: Database) -> None:
    with database.reader() as session:
        first = database.backend_pid(session)
        with pytest.raises(DBAPIError):
            session.execute(text("SELECT 1/0"))
    with database.reader() as session:
        assert session.scalar(text("SELECT 1")) == 1
        assert database.backend_pid(session) == first


def test_a_reader_connects_again_after_the_connection_was_lost(database: Database, sql: Sql) -> None:
    def read() -> int:
        with database.reader() as session:
            return session.scalar(text("SELECT pg_backend_pid()")) or 0

    first = read()
    sql("SELECT pg_terminate_backend(%s, 5000)", (first,))
    with pytest.raises(OperationalError) as caught:
        read()
    assert isinstance(errors.translate(caught.value), Unavailable)
    assert read() != first


def test_a_reader_whose_connection_was_closed_under_it_opens_another(database: Database) -> None:
    with database.reader() as session:
        driver_connection(session.connection()).close()
    with database.reader() as session:
        assert session.scalar(text("SELECT 1")) == 1


def test_a_reader_that_rested_is_asked_before_it_is_used(
    database: Database, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "PING_AFTER", 0.0)
    with database.reader() as session:
        first = database.backend_pid(session)
    with database.reader() as session:
        assert database.backend_pid(session) == first
    sql("SELECT pg_terminate_backend(%s, 5000)", (first,))
    with database.reader() as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) != first


def test_each_thread_has_its_own_reader_and_takes_it_along(database: Database, sql: Sql) -> None:
    pids: list[int] = []

    def read() -> None:
        with database.reader() as session:
            pids.append(database.backend_pid(session))

    with database.reader() as session:
        mine = database.backend_pid(session)
        other = threading.Thread(target=read)
        other.start()
        other.join()
    later = threading.Thread(target=read)
    later.start()
    later.join()
    assert len({mine, *pids}) == 3
    while sql("SELECT 1 FROM pg_stat_activity WHERE pid = %s", (pids[0],)):
        """The first thread ended; its connection went when the next one needed its own."""
    assert sql("SELECT 1 FROM pg_stat_activity WHERE pid = %s", (mine,))


def test_closing_leaves_no_connection_even_of_a_reader_in_use(database: Database, sql: Sql) -> None:
    with database.session_scope() as session:
        session.execute(text("SELECT 1"))
    with database.reader() as session:
        database.close()
        assert session.scalar(text("SELECT 1")) == 1
    while sql(
        "SELECT 1 FROM pg_stat_activity"
        " WHERE application_name LIKE 'blogadmin/%' AND datname = current_database()"
    ):
        """A backend takes a moment to leave."""
    with database.reader() as session:
        assert session.scalar(text("SELECT 1")) == 1


# --- Stopping


@pytest.mark.parametrize("scope", ["reader", "session_scope"])
def test_cancelling_wakes_the_thread_that_waits(database: Database, sql: Sql, scope: str) -> None:
    with waiting_in(getattr(database, scope)) as waiting:
        while not asleep(sql, waiting.pid):
            pass
        assert database.cancel(waiting.pid)
    assert isinstance(waiting.error, Cancelled)


def test_a_cancel_by_somebody_else_is_shown(database: Database, sql: Sql) -> None:
    """Cancelled is never shown; an administrator's cancel must not make a save vanish silently."""
    with waiting_in(database.session_scope) as waiting:
        while not asleep(sql, waiting.pid):
            pass
        sql("SELECT pg_cancel_backend(%s)", (waiting.pid,))
    assert waiting.error is not None
    assert isinstance(errors.translate(waiting.error), TookTooLong)


def test_a_cancel_that_came_too_late_explains_no_later_timeout(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.reader() as session:
        assert database.cancel(database.backend_pid(session))
        assert session.scalar(text("SELECT 1")) == 1
        monkeypatch.setattr(engine_module, "_CANCEL_COUNTS_FOR", 0.0)
        session.execute(text("SET statement_timeout = 20"))
        with pytest.raises(OperationalError) as caught:
            session.execute(SLEEP)
    assert isinstance(errors.translate(caught.value), TookTooLong)


def test_cancelling_tells_when_it_could_not(database: Database, database_url: str) -> None:
    with FaultProxy(database_url) as proxy, closing(Database(proxy.url)) as cut_off:
        proxy.refuse()
        assert not cut_off.cancel(1)
    assert not database.cancel(2**31 - 1)


def test_aborting_wakes_every_thread_and_lets_nobody_in(database: Database, sql: Sql) -> None:
    with waiting_in(database.reader) as reading, waiting_in(database.session_scope) as writing:
        while not (asleep(sql, reading.pid) and asleep(sql, writing.pid)):
            pass
        database.abort()
    for waiting in (reading, writing):
        assert waiting.error is not None
        assert isinstance(errors.translate(waiting.error), Unavailable)
    with pytest.raises(Unavailable, match="closing"), database.reader() as session:
        session.execute(text("SELECT 1"))
    with pytest.raises(Unavailable, match="closing"), database.session_scope() as session:
        session.execute(text("SELECT 1"))
    assert not database.cancel(reading.pid)
    sql("SELECT pg_terminate_backend(pid) FROM unnest(%s) AS pid", ([reading.pid, writing.pid],))


def test_a_connection_that_stands_only_after_the_abort_is_shut(database: Database) -> None:
    with closing(database.connect()) as late, late.cursor() as cursor:
        database._aborted = True
        database._remember(late)
        with pytest.raises(psycopg2.DatabaseError):
            cursor.execute("SELECT 1")


# --- What the blog's web application imports


@pytest.fixture
def configured(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[None]:
    monkeypatch.setenv("BLOGADMIN_DATABASE_URL", database_url)
    monkeypatch.setattr("blogadmin.paths.config_file", lambda: tmp_path / "none.toml")
    engine_module.default.cache_clear()
    yield
    engine_module.default().close()
    engine_module.default.cache_clear()


@pytest.mark.usefixtures("configured")
def test_the_module_offers_one_engine_and_its_sessions() -> None:
    from blogadmin.core.database.engine import SessionLocal, default, engine, get_db, session_scope

    assert engine is default().engine
    with SessionLocal() as session:
        assert session.get_bind() is engine
    with session_scope() as session:
        assert session.get_bind() is engine
    assert [session.get_bind() for session in get_db()] == [engine]


def test_without_a_setting_there_is_no_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.delenv("BLOGADMIN_DATABASE_URL", raising=False)
    monkeypatch.setattr("blogadmin.paths.config_file", lambda: tmp_path / "none.toml")
    engine_module.default.cache_clear()
    with pytest.raises(SettingsError, match="BLOGADMIN_DATABASE_URL"):
        engine_module.default()
    with pytest.raises(AttributeError, match="nothing"):
        engine_module.__getattr__("nothing")
