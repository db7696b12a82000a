"""No committed change is overwritten by someone who never saw it, however clients race."""

from __future__ import annotations

import itertools
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any, Literal, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from blogadmin.core import queries
from blogadmin.core.database.engine import Database
from blogadmin.core.database.errors import Conflict, KnownError, Locked, Unavailable, translate
from blogadmin.core.operations.posts import EditPost
from blogadmin.settings import Settings
from tests.conftest import connect

Sql = Callable[..., list[tuple[Any, ...]]]
FIELDS = ("title", "slug", "body", "status")
KILL = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE 'blogadmin/%'
ORDER BY state = 'active' DESC, random() LIMIT 1
"""
POST = "SELECT title, slug, body, status FROM posts"
NUMBERS = "SELECT title, body FROM posts"


@pytest.fixture(autouse=True)
def blog(sql: Sql) -> None:
    """One post that counts up to now 0."""
    sql("INSERT INTO users (email, name, password_hash) VALUES ('a@b.c', 'Anna', 'x')")
    sql(
        "INSERT INTO posts (public_id, title, slug, body, author_id)"
        " VALUES (gen_random_uuid(), '0', 'a-post', '0', 1)"
    )


def opened(database: Database) -> tuple[int, dict[str, Any]]:
    """What a person sees who opens the post: its version, and its fields."""
    with database.reader() as session:
        detail = queries.posts.detail(session, 1)
    assert detail is not None
    return detail.version, {name: getattr(detail, name) for name in FIELDS}


# Racing


class Counting(threading.Thread):
    """A client who raises the numbers in title and body again and again."""

    def __init__(self, url: str, times: int) -> None:
        super().__init__()
        self.url, self.times = url, times
        self.met: Counter[str] = Counter()
        self.trouble: Exception | None = None

    def run(self) -> None:
        try:
            # As patient as a person: eight who wait for one row may wait for longer than three seconds.
            with closing(Database(self.url, Settings(lock_timeout_ms=30_000))) as database:
                while self.met["saved"] < self.times:
                    self.met[self._try(database)] += 1
        except Exception as exc:  # noqa: BLE001 - looked at by the test
            self.trouble = exc

    def _try(self, database: Database) -> str:
        try:
            version, seen = opened(database)
            more = {"title": str(int(seen["title"]) + 1), "body": str(int(seen["body"]) + 1)}
            database.transact(EditPost(1, version, seen, more).apply)
        except (DBAPIError, KnownError) as exc:
            known = translate(exc)
            if isinstance(known, Conflict | Locked | Unavailable):
                return type(known).__name__
            raise
        return "saved"


@contextmanager
def connections_dying(url: str, every: float) -> Iterator[list[int]]:
    """End one of the clients' connections after the other, one at work rather than one at rest."""
    over, killed = threading.Event(), [0]

    def kill() -> None:
        with closing(connect(url)) as own, own.cursor() as cursor:
            while not over.wait(every):
                cursor.execute(KILL)
                killed[0] += cursor.rowcount

    killing = threading.Thread(target=kill)
    killing.start()
    try:
        yield killed
    finally:
        over.set()
        killing.join()


def race(url: str, clients: int, times: int) -> Counter[str]:
    """Let clients count, and sum up what they met."""
    counting = [Counting(url, times) for _ in range(clients)]
    for one in counting:
        one.start()
    for one in counting:
        one.join()
    assert [one.trouble for one in counting if one.trouble] == []
    return sum((one.met for one in counting), Counter())


@pytest.mark.parametrize("dying", [False, True], ids=["in peace", "connections die"])
def test_no_increment_of_four_clients_is_lost(database_url: str, sql: Sql, dying: bool) -> None:
    with ExitStack() as stack:
        if dying:
            stack.enter_context(connections_dying(database_url, 0.2))
        met = race(database_url, 4, 25)
    assert met["saved"] == 100
    assert sql(NUMBERS) == [("100", "100")]


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_no_increment_of_eight_clients_is_lost_while_connections_die(
    database_url: str, sql: Sql, record_property: Callable[[str, object], None]
) -> None:
    with connections_dying(database_url, 0.2) as killed:
        met = race(database_url, 8, 1000)
    record_property("met", dict(met))
    record_property("killed", killed[0])
    assert killed[0] > 0
    assert met["saved"] == 8000
    assert sql(NUMBERS) == [("8000", "8000")]


# Any order of opening and saving


class Step(NamedTuple):
    """What one of two clients does: open the post, or save some fields, deciding for one side if asked."""

    client: int
    fields: frozenset[str]
    """None: open it again."""
    keep: Literal["mine", "theirs", "give up"]


STEPS = st.lists(
    st.builds(
        Step,
        st.integers(0, 1),
        st.frozensets(st.sampled_from(FIELDS[:3]), max_size=3),
        st.sampled_from(("mine", "theirs", "give up")),
    ),
    min_size=2,
    max_size=12,
)


NEVER_TYPED = itertools.count(1)
"""Not counted anew for each example: what is saved twice is no change, and not in the history."""


class Client:
    """Somebody with a dialog: what they saw, and when. What they type is never typed twice."""

    def __init__(self, database: Database, name: str) -> None:
        self.database, self.name = database, name
        self.seen: defaultdict[str, set[Any]] = defaultdict(set)
        self.bodies: list[str] = []
        """The bodies that were saved and that the history has not named yet."""
        self.open()

    def open(self) -> None:
        """Open the post anew."""
        self.version, self.base = opened(self.database)
        self._saw(self.base)

    def save(self, step: Step, number: int) -> None:
        """Save fields with new values; a clash is decided as the step says, knowing both values."""
        mine: dict[str, Any] = dict.fromkeys(step.fields, f"{self.name}-{number}")
        while mine:
            try:
                self.database.transact(EditPost(1, self.version, self.base, mine).apply)
            except Conflict as conflict:
                self._saw(conflict.theirs)
                self.version, self.base = conflict.version, {**self.base, **conflict.theirs}
                if conflict.fields and step.keep == "give up":
                    return
                if step.keep == "theirs":
                    mine = {name: mine[name] for name in mine.keys() - {c.field for c in conflict.fields}}
            else:
                self.bodies += [mine["body"]] if "body" in mine else []
                self._saw(mine)
                self.open()
                return

    def _saw(self, values: dict[str, Any]) -> None:
        for name, value in values.items():
            self.seen[name].add(value)


def history(sql: Sql, since: int) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Who changed the post from what to what, as the database recorded it."""
    return [
        (who, old or {}, new or {})
        for who, old, new in sql(
            "SELECT application, old, new FROM audit_log WHERE noun = 'posts' AND id > %s ORDER BY id",
            (since,),
        )
    ]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_whatever_is_replaced_had_been_seen_by_who_replaced_it(
    two: tuple[Database, Database], sql: Sql, steps: list[Step]
) -> None:
    since = sql("SELECT coalesce(max(id), 0) FROM audit_log")[0][0]
    now: dict[str, Any] = dict(zip(FIELDS, sql(POST)[0], strict=True))
    clients = {name: Client(database, name) for database, name in zip(two, ("one", "two"), strict=True)}
    for step in steps:
        client = list(clients.values())[step.client]
        client.save(step, next(NEVER_TYPED)) if step.fields else client.open()
    for who, old, new in history(sql, since):
        for name, was in old.items():
            assert was == now[name], "a change is missing from the history"
            assert was in clients[who].seen[name], f"{who} replaced {name}, which they never saw"
        now |= new
        if "body" in old:
            # Told by whoever replaces it, or by the row.
            now["body"] = clients[who].bodies.pop(0)
    assert tuple(now.values()) == sql(POST)[0]


@pytest.fixture
def two(database_url: str) -> Iterator[tuple[Database, Database]]:
    """Two programs on one database, each with a name that the history keeps."""
    names = ("one", "two")
    urls = [make_url(database_url).update_query_dict({"application_name": name}) for name in names]
    with ExitStack() as stack:
        first, second = (
            stack.enter_context(closing(Database(url.render_as_string(hide_password=False)))) for url in urls
        )
        yield first, second
