"""The words of a post are kept by the database, for every client alike, and never travel to the program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, func, inspect, select
from sqlalchemy.exc import InvalidRequestError

from blogadmin.core import values
from blogadmin.core.database.engine import Database
from blogadmin.core.models import Comment, Post, User
from blogadmin.core.models.search import INDEXED_CHARACTERS

Sql = Callable[..., list[tuple[Any, ...]]]

# Four bytes in UTF-8, and a letter for PostgreSQL in every locale with characters.
HAN = "\U00020000"


@pytest.fixture
def author(sql: Sql) -> int:
    [(key,)] = sql(
        "INSERT INTO users (email, name, password_hash) VALUES ('ada@example.org', 'Ada', 'x') RETURNING id"
    )
    return key


def add(sql: Sql, author: int, title: str, body: str) -> int:
    [(key,)] = sql(
        "INSERT INTO posts (public_id, title, body, slug, author_id)"
        " VALUES (gen_random_uuid(), %s, %s, %s, %s) RETURNING id",
        (title, body, f"p{len(body)}-{title.replace(' ', '-')}", author),
    )
    return key


def found(sql: Sql, words: str) -> list[str]:
    query = "SELECT title FROM posts WHERE body_search @@ to_tsquery('english', %s) ORDER BY title"
    return [title for (title,) in sql(query, (words,))]


def test_any_client_s_post_is_found_by_the_words_of_its_title_and_body(sql: Sql, author: int) -> None:
    add(sql, author, "On gardens", "Planting trees in autumn")
    assert found(sql, "tree") == ["On gardens"]
    assert found(sql, "garden & plant") == ["On gardens"]
    assert found(sql, "garden:A") == ["On gardens"], "words of the title weigh more"
    assert found(sql, "tree:A") == []


@pytest.mark.parametrize(("column", "gone", "now"), [("title", "garden", "shed"), ("body", "tree", "shed")])
def test_a_change_is_found_at_once_and_what_went_is_not(
    sql: Sql, author: int, column: str, gone: str, now: str
) -> None:
    add(sql, author, "Gardens", "Trees")
    sql(f"UPDATE posts SET {column} = 'Sheds'")
    assert (len(found(sql, now)), found(sql, gone)) == (1, [])


def test_nobody_can_set_the_words_or_make_a_change_of_them(sql: Sql, author: int) -> None:
    add(sql, author, "Gardens", "Trees")
    sql("UPDATE posts SET body_search = 'lies', view_count = view_count + 1")
    assert found(sql, "lies") == []
    assert found(sql, "tree") == ["Gardens"]
    assert sql("SELECT version, updated_at = created_at FROM posts") == [(1, True)]


def test_a_page_view_leaves_the_words_as_they_are(sql: Sql, author: int) -> None:
    key = add(sql, author, "Gardens", "Trees")
    sql("ALTER TABLE posts DISABLE TRIGGER b_search")
    sql("UPDATE posts SET body_search = 'oak'")
    sql("ALTER TABLE posts ENABLE TRIGGER b_search")
    sql("UPDATE posts SET view_count = 5, status = 'published' WHERE id = %s", (key,))
    assert found(sql, "oak") == ["Gardens"], "nothing was read anew"


WORST = "".join(
    f"{HAN * (n % 9 + 1)}{chr(0x20000 + n % 40_000)}-{chr(0x21000 + n)}{HAN} " for n in range(20_000)
)


@pytest.mark.parametrize(
    "body",
    [
        " ".join(f"w{n:x}" for n in range(600_000))[: values.BODY_MAX_BYTES - 1024**2],
        "x" * (values.BODY_MAX_BYTES - 100),
        WORST,
        " ".join(chr(0x20000 + n % 42_000) + chr(0x4E00 + n // 42_000) for n in range(200_000)),
        " ".join(f"http://h{n}.example.org/{n}/path" for n in range(60_000)),
    ],
    ids=["short words", "one word", "hyphens", "letters of four bytes", "addresses"],
)
def test_the_largest_bodies_can_be_saved_and_are_found_by_their_beginning(
    sql: Sql, author: int, body: str
) -> None:
    """A tsvector holds at most 1 MB, and PostgreSQL would refuse the row."""
    assert len(body) > INDEXED_CHARACTERS
    body = "Beginning " + body + " ending"
    add(sql, author, "Large", body[: values.BODY_MAX_BYTES // 4] if not body.isascii() else body)
    assert found(sql, "begin") == ["Large"]
    assert found(sql, "end") == []


def test_the_words_are_neither_loaded_nor_sent_by_entities(database: Database, author: int) -> None:
    statements: list[str] = []
    event.listen(
        database.engine, "before_cursor_execute", lambda _c, _k, words, *_r: statements.append(words)
    )
    with database.session_scope() as session:
        post = Post(title="Gardens", body="Trees", slug="one", author_id=author)
        session.add(post)
        session.flush()
        post.title = "Sheds"
        session.flush()
        session.refresh(post)
    with database.reader() as session:
        post = session.scalars(select(Post)).one()
        assert "body_search" in inspect(post).unloaded
        with pytest.raises(InvalidRequestError, match="body_search"):
            _ = post.body_search
        matching = select(Post.title).where(
            Post.body_search.bool_op("@@")(func.to_tsquery("english", "shed"))
        )
        assert session.scalars(matching).all() == ["Sheds"]
    sent = [s for s in statements if not s.startswith("INSERT") and "to_tsquery" not in s]
    assert len(sent) >= 2
    assert not [s for s in sent if "body_search" in s]
    [insert] = [s for s in statements if s.startswith("INSERT")]
    assert "body_search" not in insert.partition("RETURNING")[2]


SORTED = [
    (model, column)
    for model, columns in (
        (User, "id name email role is_active created_at updated_at"),
        (Post, "id title slug status view_count created_at updated_at"),
        (Comment, "id status created_at updated_at"),
    )
    for column in columns.split()
]


@pytest.mark.parametrize("way", ["ASC", "DESC"])
@pytest.mark.parametrize(("model", "column"), SORTED, ids=lambda part: getattr(part, "__name__", part))
def test_every_stored_order_is_read_from_an_index_in_both_directions(
    sql: Sql, model: type[User | Post | Comment], column: str, way: str
) -> None:
    end = f", id {way}" if column not in ("id", "email", "slug") else ""
    sql("SET enable_seqscan = off")
    plan = sql(f"EXPLAIN SELECT id FROM {model.__tablename__} ORDER BY {column} {way}{end} LIMIT 100")
    shown = "\n".join(str(line) for (line,) in plan)
    assert "Sort" not in shown
    assert "Index" in shown
    assert not model.__table__.c[column].nullable, "and no NULL needs a place in the order"


def test_authors_order_their_posts_from_two_indexes(sql: Sql) -> None:
    sql("SET enable_seqscan = off; SET enable_sort = off; SET enable_hashjoin = off")
    plan = sql(
        "EXPLAIN SELECT p.id FROM posts p JOIN users u ON u.id = p.author_id"
        " ORDER BY u.name, u.id, p.id LIMIT 100"
    )
    shown = "\n".join(str(line) for (line,) in plan)
    assert "ix_users_name_id" in shown
    assert "ix_posts_author_id_id" in shown
    # Only posts of one author at a time are put in order, never the whole list.
    assert "Incremental Sort" in shown or "Sort" not in shown
