"""Hits among words, cut into pieces."""

from __future__ import annotations

import pytest

from blogadmin.gui.tables.excerpt import Piece, is_excerpt, pieces, plain


def test_hits_and_words_come_in_order_with_their_spaces() -> None:
    text = "a \x02river\x03 and a \x02bridge\x03"
    assert pieces(text) == (
        Piece("a ", False),
        Piece("river", True),
        Piece(" and a ", False),
        Piece("bridge", True),
    )
    assert "".join(piece.text for piece in pieces(text)) == plain(text)


def test_long_words_before_the_first_hit_are_cut_at_a_word() -> None:
    first, hit = pieces("The council has met on every Tuesday of the year beside the \x02river\x03")
    assert first == Piece("…of the year beside the ", False)
    assert hit == Piece("river", True)


def test_where_there_is_little_room_less_is_kept_before_the_hit() -> None:
    text = "beside the old \x02river\x03"
    assert pieces(text)[0].text == "beside the old "
    assert pieces(text, 8)[0].text == "…old "


def test_one_endless_word_before_the_hit_is_cut_anywhere() -> None:
    first, _hit = pieces("x" * 400 + "\x02river\x03")
    assert len(first.text) < 40


def test_lines_become_one_line() -> None:
    assert plain("one\n\n\x02two\x03\tthree") == "one two three"
    assert pieces("one\n\n\x02two\x03\tthree")[0].text == "one "


@pytest.mark.parametrize("text", ["", "/a-slug", "words"])
def test_other_words_stay_as_they_are(text: str) -> None:
    assert not is_excerpt(text)
    assert plain(text) == text


def test_a_mark_without_an_end_still_shows_all_words() -> None:
    assert pieces("a \x02b c") == (Piece("a ", False), Piece("b c", True))
