"""Generated blogs: repeatable, of any size, beside what is there, and within every rule of the database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from blogadmin.core.database.engine import Database
from blogadmin.core.database.errors import Invalid
from blogadmin.core.transfer import UNUSABLE_HASH, rows
from blogadmin.core.transfer.generate import generate
from tests.conftest import connect

Sql = Callable[..., list[tuple[Any, ...]]]
TABLES = ("users", "posts", "comments")


def counts(sql: Sql) -> tuple[int, ...]:
    return tuple(sql(f"SELECT count(*) FROM {table}")[0][0] for table in TABLES)


def checksum(sql: Sql) -> str:
    digest = hashlib.sha256()
    for table in TABLES:
        for row in sql(f"SELECT * FROM {table} ORDER BY id"):
            digest.update(repr(row).encode())
    return digest.hexdigest()


@pytest.fixture
def twin(make_database: Callable[[str | None], str], template: str) -> Iterator[tuple[Database, Sql]]:
    """Another empty database, and a way to look into it."""
    url = make_database(template)
    with closing(Database(url)) as database, closing(connect(url)) as connection:

        def run(statement: str, args: object = None) -> list[tuple[Any, ...]]:
            with connection.cursor() as cursor:
                cursor.execute(statement, args)  # pyright: ignore[reportArgumentType]
                return cursor.fetchall()

        yield database, run


def test_as_many_rows_as_asked_for(database: Database, sql: Sql) -> None:
    generate(database, users=30, posts=200, comments=500)

    assert counts(sql) == (30, 200, 500)


def test_the_same_seed_makes_the_same_blog(database: Database, sql: Sql, twin: tuple[Database, Sql]) -> None:
    other, other_sql = twin

    generate(database, users=20, posts=300, comments=400, seed=7)
    generate(other, users=20, posts=300, comments=400, seed=7)

    assert checksum(sql) == checksum(other_sql)


def test_another_seed_makes_another_blog(database: Database, sql: Sql, twin: tuple[Database, Sql]) -> None:
    other, other_sql = twin

    generate(database, users=5, posts=20, comments=5, seed=1)
    generate(other, users=5, posts=20, comments=5, seed=2)

    title = "SELECT title FROM posts ORDER BY id"
    assert sql(title) != other_sql(title)


def test_a_second_run_of_the_same_seed_adds_other_rows(database: Database, sql: Sql) -> None:
    generate(database, users=10, posts=50, comments=50)

    generate(database, users=10, posts=50, comments=50)

    assert counts(sql) == (20, 100, 100)
    assert sql("SELECT count(DISTINCT body) > 60 FROM posts") == [(True,)]


def test_names_made_with_numbers_pass_by_those_that_are_there(database: Database, sql: Sql) -> None:
    """A dump can bring rows with high numbers in their names while the sequences begin at one."""
    generate(database, users=40, posts=100, comments=0)
    sql("UPDATE users SET id = id + 1000 WHERE id NOT IN (SELECT author_id FROM posts)")
    taken = sql("SELECT email FROM users UNION SELECT slug FROM posts")
    sql("DELETE FROM posts; DELETE FROM users WHERE id < 1000")
    sql("ALTER SEQUENCE posts_id_seq RESTART; ALTER SEQUENCE users_id_seq RESTART")
    sql(
        "INSERT INTO posts (public_id, title, body, slug, author_id)"
        " SELECT gen_random_uuid(), 'kept', '', slug, (SELECT max(id) FROM users)"
        " FROM unnest(%s::text[]) AS slug WHERE slug NOT LIKE '%%@%%'",
        ([name for (name,) in taken],),
    )

    generate(database, users=40, posts=100, comments=10)

    assert sql("SELECT count(*) FROM posts") == [(200,)]


def test_big_loads_into_empty_tables_leave_every_rule_in_place(database: Database, sql: Sql) -> None:
    rules = (
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint"
        " WHERE connamespace = 2200 UNION SELECT tablename, indexname, indexdef, true FROM pg_indexes"
        " WHERE schemaname = 'public' ORDER BY 1, 2, 3"
    )
    before = sql(rules)

    generate(database, users=500, posts=3_000, comments=4_000)

    assert counts(sql) == (500, 3_000, 4_000)
    assert sql(rules) == before


def test_a_key_that_other_tables_lean_on_stays_while_loading(database: Database, sql: Sql) -> None:
    sql("CREATE TABLE pins (slug text REFERENCES posts (slug))")

    generate(database, users=10, posts=6_000, comments=0)

    assert sql("SELECT count(*) FROM pg_constraint WHERE conname = 'posts_slug_key'") == [(1,)]
    assert counts(sql) == (10, 6_000, 0)


def test_a_failure_in_a_big_load_leaves_the_tables_as_they_were(database: Database, sql: Sql) -> None:
    class Stop(Exception):
        pass

    def stop(noun: str, done: int, _total: int) -> None:
        if noun == "posts" and done > 1_000:
            raise Stop

    with pytest.raises(Stop):
        generate(database, users=10, posts=6_000, comments=0, progress=stop)

    assert counts(sql) == (0, 0, 0)
    assert sql("SELECT count(*) FROM pg_indexes WHERE indexname = 'ix_posts_updated_at_id'") == [(1,)]


def test_progress_tells_noun_count_and_total(database: Database) -> None:
    told: list[tuple[str, int, int]] = []

    generate(database, users=3, posts=1_200, comments=7, progress=lambda *step: told.append(step))

    assert told[0] == ("users", 3, 3)
    assert told[-1] == ("comments", 7, 7)
    of_posts = [done for noun, done, total in told if noun == "posts" and total == 1_200]
    assert of_posts == sorted(of_posts)
    assert of_posts[-1] == 1_200
    assert len(of_posts) > 1


def test_posts_of_those_who_are_there_already(database: Database, sql: Sql) -> None:
    generate(database, users=4, posts=0, comments=0)

    generate(database, users=0, posts=60, comments=0)
    generate(database, users=0, posts=0, comments=80)

    assert counts(sql) == (4, 60, 80)
    late = "SELECT count(*) FROM comments c JOIN posts p ON p.id = post_id WHERE c.created_at < p.created_at"
    assert sql(late) == [(0,)]


@pytest.mark.parametrize(
    ("users", "posts", "comments", "field"),
    [(0, 5, 0, "users"), (2, 0, 5, "posts"), (-1, 0, 0, "users"), (0, 0, -5, "comments")],
)
def test_numbers_that_cannot_be_are_refused(
    database: Database, sql: Sql, users: int, posts: int, comments: int, field: str
) -> None:
    with pytest.raises(Invalid, match="cannot be") as refused:
        generate(database, users=users, posts=posts, comments=comments)

    assert refused.value.field == field
    assert counts(sql)[1:] == (0, 0)


def test_nothing_at_all_is_a_size_too(database: Database, sql: Sql) -> None:
    generate(database, users=0, posts=0, comments=0)

    assert counts(sql) == (0, 0, 0)


def test_the_content_is_varied_and_hangs_together(database: Database, sql: Sql) -> None:
    generate(database, users=300, posts=2_000, comments=3_000)

    assert {role for (role,) in sql("SELECT DISTINCT role FROM users")} == {
        "user",
        "editor",
        "moderator",
        "admin",
    }
    assert len(sql("SELECT DISTINCT status FROM posts")) == 5
    assert len(sql("SELECT DISTINCT status FROM comments")) == 4
    assert sql("SELECT max(length(title)) > 130, count(DISTINCT title) > 900 FROM posts") == [(True, True)]
    rtl = r"SELECT bool_or(title ~ '[\u0590-\u06ff]'), bool_or(title ~ 'é') FROM posts"
    assert sql(rtl) == [(True, True)]
    assert sql("SELECT avg(octet_length(body)) BETWEEN 700 AND 1500 FROM posts") == [(True,)]
    assert sql("SELECT max(view_count) > 20 * avg(view_count) FROM posts WHERE view_count > 0") == [(True,)]
    assert sql("SELECT bool_or(NOT is_active), bool_or(is_active) FROM users") == [(True, True)]
    tags = "SELECT DISTINCT jsonb_array_elements(metadata->'tags') FROM posts"
    assert len(sql(tags)) > 20
    assert sql(
        "SELECT count(*) FROM comments c JOIN posts p ON p.id = post_id"
        " WHERE p.status NOT IN ('published', 'archived') OR c.created_at < p.created_at"
    ) == [(0,)]
    before_sign_up = (
        "SELECT count(*) FROM posts p JOIN users u ON u.id = author_id WHERE p.created_at < u.created_at"
    )
    assert sql(before_sign_up) == [(0,)]


def test_the_words_of_posts_put_together_are_those_that_the_trigger_would_read(
    database: Database, sql: Sql
) -> None:
    generate(database, users=50, posts=6_000, comments=0)

    sql("CREATE TABLE put_together AS SELECT id, body_search AS words FROM posts")
    assert sql("SELECT version FROM posts WHERE version > 1") == []
    assert sql("SELECT tgenabled::text FROM pg_trigger WHERE tgname = 'b_search'") == [("O",)]
    sql("UPDATE posts SET title = title || '', body_search = NULL, body = body || E'\\n'")
    differing = "SELECT id FROM posts JOIN put_together USING (id) WHERE body_search IS DISTINCT FROM words"
    assert sql(differing) == []


def test_small_and_big_loads_make_the_same_posts(
    database: Database, sql: Sql, monkeypatch: pytest.MonkeyPatch, twin: tuple[Database, Sql]
) -> None:
    from blogadmin.core.transfer import generate as module

    other, other_sql = twin
    generate(database, users=20, posts=300, comments=400, seed=7)
    monkeypatch.setattr(module, "_WORTH_REBUILDING", 1)
    generate(other, users=20, posts=300, comments=400, seed=7)

    assert checksum(sql) == checksum(other_sql)


def test_bodies_can_be_short(database: Database, sql: Sql) -> None:
    generate(database, users=10, posts=6_000, comments=0, short=True)

    assert sql("SELECT avg(octet_length(body)) BETWEEN 400 AND 650 FROM posts") == [(True,)]


def test_rows_that_come_with_the_tables_are_not_recorded_one_by_one(database: Database, sql: Sql) -> None:
    sql(
        "CREATE TABLE recorded (id int); CREATE FUNCTION blogadmin_record_test() RETURNS trigger"
        " LANGUAGE plpgsql AS 'BEGIN INSERT INTO recorded SELECT id FROM new_rows; RETURN NULL; END'"
    )
    for table in TABLES:
        sql(
            f"CREATE TRIGGER recording AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows"
            " FOR EACH STATEMENT EXECUTE FUNCTION blogadmin_record_test()"
        )

    generate(database, users=10, posts=6_000, comments=20)

    assert sql("SELECT count(*) FROM recorded") == [(0,)]
    generate(database, users=0, posts=0, comments=7)
    assert sql("SELECT count(*) FROM recorded") == [(7,)]


def test_programs_that_listen_are_told_of_a_big_load(database: Database, database_url: str) -> None:
    with closing(connect(database_url)) as listening, listening.cursor() as cursor:
        cursor.execute("LISTEN blogadmin")

        generate(database, users=10, posts=6_000, comments=0)

        listening.poll()
        told = [json.loads(message.payload) for message in listening.notifies]
    assert told == [{"n": noun, "all": True} for noun in TABLES]


def test_indexes_alone_answer_afterwards(database: Database, sql: Sql) -> None:
    generate(database, users=100, posts=6_000, comments=1_000)

    # A table may end with a few pages that were not needed.
    seen = sql("SELECT relname FROM pg_class WHERE relallvisible > 0.9 * relpages AND relkind = 'r'")
    assert {name for (name,) in seen} >= set(TABLES)


def test_the_statistics_are_fresh_afterwards(database: Database, sql: Sql) -> None:
    generate(database, users=100, posts=1_000, comments=0)

    assert sql("SELECT reltuples FROM pg_class WHERE relname = 'posts'") == [(1_000.0,)]


def test_the_rows_are_not_gathered_in_memory() -> None:
    """Ten million posts are as easy to begin as ten: a line is made when it is taken."""
    from random import Random

    ids = range(1, 10_000_001)
    new = rows.NewPosts(ids, rows.Growth(len(ids)), salt=1)
    people = rows.NewPeople(range(1, 2), rows.Growth(1))
    lines = rows.posts(Random(1), new, 0, people, rows.texts(Random(1), len(ids)))

    first = next(lines)

    assert first.startswith(b"1\t")
    assert first.count(b"\t") == 10


def test_others_who_write_meanwhile_keep_their_ids(database: Database, sql: Sql) -> None:
    generate(database, users=2, posts=0, comments=0)
    mine: list[int] = []

    def write_too(noun: str, _done: int, _total: int) -> None:
        if noun == "comments" and not mine:
            mine.extend(key for (key,) in sql(_INSERT))

    generate(database, users=0, posts=100, comments=10, progress=write_too)

    assert len(mine) == 1
    assert sql("SELECT count(*), count(DISTINCT id) FROM posts") == [(101, 101)]


_INSERT = (
    "INSERT INTO posts (public_id, title, body, slug, author_id)"
    " SELECT gen_random_uuid(), 'Mine', '', 'mine', min(id) FROM users RETURNING id"
)


def test_nobody_can_sign_in_as_a_generated_user(database: Database, sql: Sql) -> None:
    generate(database, users=3, posts=0, comments=0)

    assert sql("SELECT DISTINCT password_hash FROM users") == [(UNUSABLE_HASH,)]
    for guess in ("", "!", "password", "A" * 32):
        with pytest.raises(VerifyMismatchError):
            PasswordHasher().verify(UNUSABLE_HASH, guess)


def test_beside_other_rows_each_part_is_committed_on_its_own(
    database: Database, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    from blogadmin.core.transfer import generate as module

    monkeypatch.setattr(module, "_CHUNK", 30)
    generate(database, users=3, posts=0, comments=0)

    def stop(_noun: str, done: int, _total: int) -> None:
        if done > 60:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(database, users=0, posts=100, comments=0, progress=stop)

    assert counts(sql) == (3, 60, 0)
    generate(database, users=0, posts=100, comments=0)
    assert counts(sql) == (3, 160, 0)


def test_a_table_without_numbering_is_refused(database: Database, sql: Sql) -> None:
    sql("ALTER SEQUENCE users_id_seq OWNED BY NONE")

    with pytest.raises(Invalid, match="has no numbering of its own"):
        generate(database, users=1, posts=0, comments=0)


def test_old_posts_with_odd_dates_can_be_commented_on(database: Database, sql: Sql) -> None:
    generate(database, users=2, posts=2, comments=0)
    sql(
        "UPDATE posts SET created_at = CASE id WHEN 1 THEN '0044-03-15 BC'::timestamptz ELSE '9999-01-01' END"
    )

    generate(database, users=0, posts=0, comments=20)

    assert counts(sql) == (2, 2, 20)
