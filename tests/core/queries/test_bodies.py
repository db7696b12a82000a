"""Search through texts: what is found, in which order, with which snippet."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from blogadmin.core import queries
from blogadmin.core.models import Post
from blogadmin.core.queries import abilities, bodies
from blogadmin.core.queries.abilities import Abilities
from blogadmin.core.queries.rows import PostRow
from blogadmin.core.queries.spec import Condition, Group, ListSpec, Sort

Sql = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def texts(blog: None, sql: Sql) -> None:
    """Texts for the six posts; number 1 was touched last."""
    written = {
        1: "The lighthouse stands alone.",
        2: "A lighthouse is a house of light: lighthouse, lighthouse!",
        3: "Nothing here about running trains.",
        4: "She ran; the runner's train left. It's 100% true: O'Neill \\ ' said.",
        5: "Lighthouses and trains, but \x02no\x03 lies.",
        6: "word " * 30_000 + "zeppelin",
    }
    for id_, body in reversed(written.items()):
        sql("UPDATE posts SET body = %s, title = 'Title' WHERE id = %s", (body, id_))


def found(session: Session, words: str, **more: Any) -> list[int]:
    spec = ListSpec(words, bodies=True, **more)
    listing = queries.posts.LISTING
    first = [row.id for row in listing.first(session, spec)]
    packed = b"".join(listing.ids(session, spec))
    assert [id_ for (id_,) in struct.iter_unpack("!q", packed)] == first
    return first


@pytest.mark.usefixtures("texts")
def test_words_are_found_in_their_forms_the_best_hit_first(session: Session) -> None:
    assert found(session, "lighthouse") == [2, 1, 5]
    assert sorted(found(session, "train")) == [3, 4, 5]
    assert found(session, "lighthouse trains") == [5]
    assert sorted(found(session, "lighthouse -trains")) == [1, 2]
    assert found(session, '"house of light"') == [2]
    assert sorted(found(session, "runner or zeppelin")) == [4]
    assert found(session, "nowhere") == []


@pytest.mark.usefixtures("texts")
def test_the_last_word_may_still_be_typed(session: Session) -> None:
    assert found(session, "lightho") == [2, 1, 5]
    assert found(session, "trains lighth") == [5]
    assert found(session, "lightho ") == []
    assert found(session, '"lightho') == []
    assert found(session, "-lightho") != [2, 1, 5]
    assert found(session, "li") == []


@pytest.mark.usefixtures("texts")
def test_what_is_typed_is_never_an_error(session: Session) -> None:
    for words in (
        "'",
        "\\",
        "it's",
        "O'Neill",
        "a & b | !c",
        ":*",
        "((",
        "the",
        "or",
        "-",
        '"',
        "100%",
        "x\\",
    ):
        found(session, words)
    assert found(session, "O'Neill") == [4]
    assert found(session, "\x00") == []
    assert found(session, "\ud800") == []


@pytest.mark.usefixtures("texts")
def test_a_sort_and_a_filter_hold_for_texts_too(session: Session) -> None:
    assert found(session, "lighthouse", sort=(Sort("id"),)) == [1, 2, 5]
    assert found(session, "lighthouse", sort=(Sort("author"),)) == [5, 1, 2]
    published = Group((Condition("status", "is", "published"),))
    assert found(session, "lighthouse", where=published) == [2]
    assert len(found(session, "  ")) == 6


@pytest.mark.usefixtures("texts")
def test_more_than_are_ranked_are_found_and_it_is_told(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = queries.posts.LISTING
    asked = ListSpec("lighthouse", bodies=True)
    assert not listing.ranked_in_part(session, asked)
    monkeypatch.setattr(bodies, "CANDIDATES", 1)
    assert listing.ranked_in_part(session, asked)
    assert not listing.ranked_in_part(session, ListSpec("lighthouse", (Sort("id"),), bodies=True))
    assert not listing.ranked_in_part(session, ListSpec("lighthouse"))
    assert not listing.ranked_in_part(session, ListSpec("\x00", bodies=True))
    # Another text, so that no statement is known yet.
    question = listing.statements.asked(ListSpec("lighthouses", bodies=True), session)
    assert question is not None
    assert list(session.scalars(listing.statements.ids(question[0]))) == [1, 2, 5]


@pytest.mark.usefixtures("texts")
def test_snippets_show_the_hits_of_the_rows_that_are_asked_for(session: Session) -> None:
    listing = queries.posts.LISTING
    spec = ListSpec("lighthouse", bodies=True)
    rows = listing.rows(session, [1, 5, 3], spec)
    snippets = {id_: row.snippet for id_, row in rows.items() if isinstance(row, PostRow)}
    assert "\x02lighthouse\x03 stands alone" in snippets[1]
    assert "\x02Lighthouses\x03 and trains, but no lies" in snippets[5]
    assert "\x02" not in snippets[3]
    first = listing.first(session, spec)
    assert [row.snippet.count("\x02") for row in first if isinstance(row, PostRow)] == [3, 1, 1]
    assert listing.rows(session, [1], ListSpec("\x00", bodies=True))[1].id == 1


@pytest.mark.usefixtures("texts")
def test_lists_without_texts_have_no_snippets(session: Session) -> None:
    for spec in (None, ListSpec("lighthouse"), ListSpec(bodies=True)):
        [row] = queries.posts.LISTING.rows(session, [1], spec).values()
        assert isinstance(row, PostRow)
        assert row.snippet == ""
    assert len(queries.users.LISTING.first(session, ListSpec("anna", bodies=True))) == 2


@pytest.mark.usefixtures("texts")
def test_a_hit_far_down_is_found_and_its_beginning_shown(session: Session) -> None:
    sql_found = found(session, "word")
    assert sql_found == [6]
    [row] = queries.posts.LISTING.rows(session, [6], ListSpec("word", bodies=True)).values()
    assert isinstance(row, PostRow)
    assert len(row.snippet) < 500


@pytest.mark.usefixtures("texts")
def test_without_the_column_texts_are_read_instead(session: Session, sql: Sql) -> None:
    sql("DROP TRIGGER b_search ON posts")
    sql("ALTER TABLE posts DROP COLUMN body_search")
    assert not abilities.of(session).bodies
    assert sorted(found(session, "lighthouse")) == [1, 2, 5]


@pytest.mark.usefixtures("texts")
def test_the_language_is_the_databases(session: Session) -> None:
    simple = Abilities(bodies=False, language="pg_catalog.simple")
    for word, expected in (("lighthouses ", [5]), ("lighthouse ", [1, 2])):
        condition = bodies.found(word, simple)
        assert sorted(session.scalars(select(Post.id).where(condition))) == expected
