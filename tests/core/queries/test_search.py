"""Search words: where they are looked for, what serves them, and what is said when nothing does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Select
from sqlalchemy.orm import Session

from blogadmin.core import queries
from blogadmin.core.queries import abilities, search, statements
from blogadmin.core.queries.abilities import ALL, Abilities
from blogadmin.core.queries.listing import Listing
from blogadmin.core.queries.spec import Condition, Group, ListSpec, Sort
from blogadmin.core.queries.words import Length, length_of
from tests.conftest import client

Sql = Callable[..., list[tuple[Any, ...]]]
BY_ID = (Sort("id"),)


def listing_of(noun: str) -> Listing[Any]:
    return getattr(queries, noun).LISTING


def ids(session: Session, noun: str, words: str, sort: tuple[Sort, ...] = BY_ID) -> list[int]:
    return [row.id for row in listing_of(noun).first(session, ListSpec(words, sort))]


def plan_of(session: Session, statement: Select[Any], values: dict[str, Any]) -> str:
    connection = session.connection()
    compiled = statement.compile(dialect=connection.dialect)
    sent = compiled.construct_params({**compiled.params, **values})
    lines = connection.exec_driver_sql(f"EXPLAIN (COSTS OFF) {compiled}", dict(sent))
    return "\n".join(line for (line,) in lines)


@pytest.fixture(scope="module")
def many(make_template: Callable[[Callable[[str], object]], str]) -> str:
    """Name of a database with 20,000 posts.

    One in ten has "common", one has "needle", two authors in 500 are called Quentin.
    """
    return make_template(fill)


@pytest.fixture
def filled(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue("many" if "many" in request.fixturenames else "template")


def fill(url: str) -> None:
    with client(url) as sql:
        insert(sql)


def insert(sql: Sql) -> None:
    sql(
        "INSERT INTO users (name, email, password_hash)"
        " SELECT CASE WHEN g IN (7, 300) THEN 'Quentin ' ELSE 'User ' END || g, g || '@example.org', 'x'"
        " FROM generate_series(1, 500) g"
    )
    sql(
        "INSERT INTO posts (public_id, title, slug, body, author_id, updated_at)"
        " SELECT gen_random_uuid(), CASE WHEN g = 12345 THEN 'A needle in hay'"
        " WHEN g %% 10 = 0 THEN 'Something common ' ELSE md5(g::text) END || g, 's' || g, 'x', 1 + g %% 500,"
        " now() - g * interval '1 min' FROM generate_series(1, 20000) g",
        (),
    )
    sql("ANALYZE users, posts")


@pytest.mark.usefixtures("many")
def test_parts_of_words_are_served_by_their_index(session: Session) -> None:
    found = queries.posts.LISTING.statements
    asked = found.asked(ListSpec("needle"), session)
    assert asked is not None
    plan = plan_of(session, found.ids(asked[0]), asked[1])
    assert "Bitmap Index Scan on ix_posts_trigrams" in plan
    assert "Seq Scan on posts" not in plan
    assert ids(session, "posts", "NEEDLE") == [12345]


@pytest.mark.usefixtures("many")
def test_titles_and_names_are_found_by_a_combination_of_indexes(session: Session) -> None:
    found = queries.posts.LISTING.statements
    asked = found.asked(ListSpec("quentin"), session)
    assert asked is not None
    question, values = asked
    assert question.shape == (("part", "few"),)
    assert values["word_0_author"] == [7, 300]
    plan = plan_of(session, found.ids(question), values)
    assert "BitmapOr" in plan
    assert "Bitmap Index Scan on ix_posts_author_id_id" in plan
    assert len(ids(session, "posts", "quentin")) == 80


@pytest.mark.usefixtures("many")
def test_the_same_is_found_however_many_authors_match(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = ids(session, "posts", "quentin 00")
    monkeypatch.setattr(search, "FEW", 1)
    asked = queries.posts.LISTING.statements.asked(ListSpec("quentin 00"), session)
    assert asked is not None
    assert asked[0].shape[0] == ("part", "many")
    assert ids(session, "posts", "quentin 00") == few
    assert few


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("near", [10, 5000])
def test_the_first_rows_are_those_of_the_whole_list(
    session: Session, near: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "NEAR", near)
    known = queries.posts.LISTING
    listing = Listing("posts", known._row, known.columns, known.default_sort, known.filters)
    sorts = [(), BY_ID, (Sort("author"),), (Sort("comments"),), (Sort("status"), Sort("slug"))]
    for words in ("common", "needle", "quentin", "s1", "co", "common 77", "nowhere"):
        for sort in sorts:
            spec = ListSpec(words, sort)
            whole = b"".join(listing.ids(session, spec))
            first = [row.id for row in listing.first(session, spec, 20)]
            assert b"".join(id_.to_bytes(8, "big") for id_ in first) == whole[: 20 * 8]


@pytest.mark.usefixtures("blog")
def test_one_or_two_letters_begin_a_word(session: Session, sql: Sql) -> None:
    sql("UPDATE posts SET title = 'The 50-er', slug = 'a-qt-post' WHERE id = 5")
    assert ids(session, "posts", "of") == [2, 3]
    assert ids(session, "posts", "fi") == [3]
    assert ids(session, "posts", "qt") == [5]
    assert ids(session, "posts", "er") == [5]
    assert ids(session, "posts", "ff") == []
    assert ids(session, "posts", "É") == [1]
    assert ids(session, "users", "be") == [2, 3, 4]
    assert ids(session, "posts", "be ba") == [6]


@pytest.mark.usefixtures("blog")
def test_signs_and_other_scripts_are_found_anywhere(session: Session, sql: Sql) -> None:
    sql("UPDATE posts SET title = '東京の図書館' WHERE id = 4")
    assert ids(session, "posts", "図書") == [4]
    assert ids(session, "posts", "%") == [2, 3]
    assert ids(session, "posts", "\\") == [6]


def test_how_words_are_looked_for() -> None:
    for word in ("", "a-b", "50%", "図書", "_a_"):
        assert length_of(word) is Length.EVERYTHING
    for word in ("a", "é1", "Ж"):
        assert length_of(word) is Length.BEGINNING
    for word in ("abc", "500%", "図書館", "łódź"):
        assert length_of(word) is Length.PART


def test_a_database_of_the_character_type_c_knows_ascii_only() -> None:
    lengths = {word: length_of(word, scripts=False) for word in ("łódź", "łó", "lodz", "lo", "żaba-frog")}
    assert lengths == {
        "łódź": Length.EVERYTHING,
        "łó": Length.EVERYTHING,
        "lodz": Length.PART,
        "lo": Length.BEGINNING,
        "żaba-frog": Length.PART,
    }


@pytest.mark.usefixtures("many")
def test_the_estimate_of_a_search_is_the_planners(session: Session) -> None:
    listing = queries.posts.LISTING
    draft = Group((Condition("status", "is", "draft"),))
    assert listing.estimate(session, ListSpec()) == listing.estimate(session)
    assert 1000 < listing.estimate(session, ListSpec("common")) < 4000
    assert listing.estimate(session, ListSpec("needle")) < 1000
    assert listing.estimate(session, ListSpec(where=draft)) > 15_000
    assert listing.estimate(session, ListSpec("\x00")) == 0
    assert listing.estimate(session, ListSpec("common", bodies=True)) < 20_000


def test_a_database_without_the_extension_works_and_says_why(session: Session, sql: Sql) -> None:
    assert abilities.read(session).trigrams == {"posts", "users"}
    sql("DROP EXTENSION pg_trgm CASCADE")
    able = abilities.read(session)
    assert able.trigrams == frozenset()
    reason = queries.posts.LISTING.slow(ListSpec("needle"), able)
    assert reason is not None
    assert "pg_trgm" in reason
    assert ids(session, "posts", "needle") == []


def test_the_catalogue_tells_what_there_is(session: Session, sql: Sql) -> None:
    able = abilities.read(session)
    assert able.bodies
    assert able.keys
    assert able.language == "pg_catalog.english"
    assert abilities.of(session) == able
    sql("DROP TRIGGER b_search ON posts")
    sql("ALTER TABLE posts DROP COLUMN body_search")
    sql("DROP INDEX ix_posts_metadata_keys")
    assert abilities.of(session) == able
    less = abilities.read(session)
    assert (less.bodies, less.keys, less.language) == (False, False, "pg_catalog.english")


C = Condition
SLOW: dict[str, tuple[str, ListSpec, Abilities]] = {
    "counted": ("posts", ListSpec(sort=(Sort("comments"),)), ALL),
    "no order kept": ("posts", ListSpec(sort=(Sort("tags"),)), ALL),
    "many with the same": ("posts", ListSpec(sort=(Sort("status"), Sort("title"))), ALL),
    "comments by body": ("comments", ListSpec(sort=(Sort("body"),)), ALL),
    "comments by word": ("comments", ListSpec("word"), ALL),
    "no trigrams": ("users", ListSpec("word"), Abilities(trigrams=frozenset({"posts"}))),
    "no letters": ("users", ListSpec("%"), ALL),
    "another script": ("users", ListSpec("אבג"), Abilities(scripts=False)),
    "no words of texts": ("posts", ListSpec("word", bodies=True), Abilities(bodies=False)),
    "no keys": ("posts", ListSpec(where=Group((C("metadata", "has_key", "x"),))), Abilities(keys=False)),
    "counting": ("posts", ListSpec(where=Group((C("comments", "at_least", 5),))), ALL),
}
QUICK: dict[str, tuple[str, ListSpec]] = {
    "nothing": ("posts", ListSpec()),
    "indexed": ("posts", ListSpec(sort=(Sort("status"),))),
    "status and id": ("posts", ListSpec(sort=(Sort("status"), Sort("id")))),
    "telling first": ("posts", ListSpec(sort=(Sort("title"), Sort("status")))),
    "a word": ("posts", ListSpec("word")),
    "a word and a sign": ("posts", ListSpec("word %")),
    "two letters": ("posts", ListSpec("qt")),
    "texts": ("posts", ListSpec("word", bodies=True)),
    "with comments": ("posts", ListSpec(where=Group((C("comments", "at_least", 1),)))),
    "views": ("posts", ListSpec(where=Group((C("view_count", "at_least", 5),)))),
    "keys": ("posts", ListSpec(where=Group((C("metadata", "has_key", "x"),)))),
    "unknown": ("posts", ListSpec(sort=(Sort("nothing"),), where=Group((C("nothing", "is", "x"),)))),
}


@pytest.mark.parametrize("case", SLOW)
def test_what_takes_long_is_said_beforehand(case: str) -> None:
    noun, spec, able = SLOW[case]
    reason = listing_of(noun).slow(spec, able)
    assert reason is not None
    assert reason.endswith(".")


@pytest.mark.parametrize("case", QUICK)
def test_what_is_quick_has_no_reason(case: str) -> None:
    noun, spec = QUICK[case]
    assert listing_of(noun).slow(spec) is None


@pytest.mark.usefixtures("blog")
def test_what_takes_long_may_take_longer_and_nothing_else_does(session: Session) -> None:
    listing = queries.posts.LISTING
    seen: list[str] = []
    connection = session.connection()
    read = listing._read

    def limit() -> str:
        return str(connection.exec_driver_sql("SHOW statement_timeout").scalar_one())

    def noted(*arguments: Any, again: bool = False) -> list[Any]:
        seen.append(limit())
        return read(*arguments, again=again)

    before = limit()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(listing, "_read", noted)
        listing.first(session, ListSpec(sort=(Sort("comments"),)))
        listing.first(session, ListSpec(sort=(Sort("title"),)))
    assert seen == ["2min", before]
    assert b"".join(listing.ids(session, ListSpec(sort=(Sort("tags"),))))
    assert limit() == before
