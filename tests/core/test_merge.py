"""Three-way merges of texts by line and the words that changed in a line."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blogadmin.core.merge import Agreed, Clash, Side, merge_text, word_changes

LINES = st.lists(st.sampled_from(["", "a", "b", "c", "d", "e f", "g\r"]), min_size=1, max_size=12)
TEXTS = st.builds("\n".join, LINES) | st.text(alphabet="ab\n\r", max_size=20)


def merged(base: str, theirs: str, mine: str) -> str:
    """The text of a merge that needs nobody."""
    result = merge_text(base, theirs, mine)
    assert result.clashes == ()
    return result.text()


@pytest.mark.parametrize(
    ("base", "theirs", "mine", "result"),
    [
        ("a\n\nb", "A\n\nb", "a\n\nB", "A\n\nB"),
        ("a\n\nb\n", "a\n\nb\n\nc\n", "A\n\nb\n", "A\n\nb\n\nc\n"),
        # Neighbouring lines.
        ("- a\n- b", "- A\n- b", "- a\n- B", "- A\n- B"),
        ("a\nb\nc", "A\nb\nc", "a\nC1\nC2\nc", "A\nC1\nC2\nc"),
        ("a\nb", "a", "a\nB", None),
        ("a\nb\nc", "b\nc", "a\nb\nC", "b\nC"),
        # The last line has no break: a paragraph below it and a word in it are two things.
        ("a\n\nb", "a\n\nb\n\nc", "a\n\nB", "a\n\nB\n\nc"),
        ("a", "a\n", "A", "A\n"),
        # Both did the same, one of them more.
        ("a\nb", "A\nb", "A\nB", "A\nB"),
        ("a\nx\nb", "a\nb", "a\nb", "a\nb"),
        # At one place nobody knows what comes first.
        ("a\nb", "a\nt\nb", "a\nm\nb", None),
        ("a\nb", "a\nsame\nb", "a\nsame\nb", "a\nsame\nb"),
        # Put beside what is gone.
        ("a\nb\nc", "b\nc", "a\nnew\nb\nc", None),
        ("", "t", "m", None),
    ],
)
def test_lines_merge_as_people_expect(base: str, theirs: str, mine: str, result: str | None) -> None:
    if result is None:
        assert merge_text(base, theirs, mine).clashes
    else:
        assert merged(base, theirs, mine) == result


def test_a_clash_holds_the_lines_of_all_three() -> None:
    result = merge_text("top\nold\nend", "top\ntheirs\nend", "top\nmine 1\nmine 2\nend")
    assert result.pieces == (
        Agreed(("top",), Side.BASE),
        Clash(("old",), ("theirs",), ("mine 1", "mine 2")),
        Agreed(("end",), Side.BASE),
    )
    assert result.line_numbers() == (2,)
    assert result.text([("theirs", "mine 1")]) == "top\ntheirs\nmine 1\nend"
    with pytest.raises(ValueError, match="0 decisions for 1"):
        result.text()


def test_only_the_lines_that_clash_are_asked_about() -> None:
    result = merge_text("a\nb\nc\nd", "A\nT\nC\nd", "A\nM\nc\nD")
    assert result.clashes == (Clash(("b",), ("T",), ("M",)),)
    assert result.text([("M",)]) == "A\nM\nC\nD"


@pytest.mark.parametrize(
    ("base", "theirs", "mine", "result"),
    [
        ("a\r\n\r\nb", "A\r\n\r\nb", "a\r\n\r\nB\r\n", "A\r\n\r\nB\r\n"),
        # The web form changed every break and one word.
        ("a\n\nb\n", "A\r\n\r\nb\r\n", "a\n\nB\n", "A\r\n\r\nB\r\n"),
        ("a\r\nb", "A\nb", "a\r\nB", "A\nB"),
        ("one", "one\r\n", "ONE", "ONE\r\n"),
        # Mixed breaks stay where they are.
        ("a\r\nb\nc\rd", "A\r\nb\nc\rd", "a\r\nb\nc\rD", "A\r\nb\nc\rD"),
    ],
)
def test_line_breaks_are_kept(base: str, theirs: str, mine: str, result: str) -> None:
    assert merged(base, theirs, mine) == result


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_a_side_that_did_nothing_yields(base: str, other: str) -> None:
    assert merged(base, base, other) == other
    assert merged(base, other, base) == other
    assert merged(base, other, other) == other


@settings(deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_no_side_is_preferred(base: str, theirs: str, mine: str) -> None:
    one, two = merge_text(base, theirs, mine), merge_text(base, mine, theirs)
    assert one.clashes == tuple(Clash(c.base, c.mine, c.theirs) for c in two.clashes)
    assert [p.lines for p in one.pieces if isinstance(p, Agreed)] == [
        p.lines for p in two.pieces if isinstance(p, Agreed)
    ]
    assert one == merge_text(base, theirs, mine)


@settings(deadline=None)
@given(LINES, LINES, LINES)
def test_no_new_line_is_lost(base: list[str], theirs: list[str], mine: list[str]) -> None:
    result = merge_text("\n".join(base), "\n".join(theirs), "\n".join(mine))
    held: Counter[str] = Counter()
    for piece in result.pieces:
        held.update(piece.lines if isinstance(piece, Agreed) else piece.theirs + piece.mine)
    for side in (theirs, mine):
        new = {line.rstrip("\r") for line in side} - {line.rstrip("\r") for line in base}
        assert new <= {line.rstrip("\r") for line in held}


def test_a_long_body_of_repeated_lines_is_merged_at_once() -> None:
    """Each with each would be a hundred million comparisons, many times over; this ends at once."""
    base = [str(n * n % 97) for n in range(10_000)]
    theirs, mine = list(base), list(base)
    theirs[5000], mine[50] = "theirs", "mine"
    theirs[100:100], mine[9000:9000] = ["new"], ["new, too"]
    result = merge_text("\n".join(base), "\n".join(theirs), "\n".join(mine))
    mine[5000] = "theirs"
    mine[100:100] = ["new"]
    assert result.clashes == ()
    assert result.text() == "\n".join(mine)


def test_two_long_bodies_with_nothing_in_common_are_one_clash() -> None:
    base = "\n".join("ab"[n * n % 7 % 2] for n in range(5_000))
    theirs = "\n".join("ab"[n * n % 11 % 2] for n in range(5_000))
    result = merge_text(base, theirs, "mine")
    assert len(result.clashes) == 1
    assert result.text([clash.theirs for clash in result.clashes]) == theirs


# Words


def marked(text: str, spans: tuple[tuple[int, int], ...]) -> list[str]:
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize(
    ("old", "new", "gone", "added"),
    [
        ("A guide to slow queries", "A field guide to slow queries", [], ["field "]),
        ("the cause is usually here", "the reason is almost never here", ["cause", "usually"], None),
        ("Say it, please.", "Say it, now.", ["please"], ["now"]),
        ("", "new", [], ["new"]),
        ("same", "same", [], []),
        ("two  spaces", "two spaces", ["  "], [" "]),
        ("old words", "new names", ["old words"], ["new names"]),
    ],
)
def test_words_that_changed_are_marked(old: str, new: str, gone: list[str], added: list[str] | None) -> None:
    one, two = word_changes(old, new)
    assert marked(old, one) == gone
    assert marked(new, two) == (["reason", "almost never"] if added is None else added)


def test_languages_without_spaces_are_marked_by_character() -> None:
    one, two = word_changes("遅いクエリの案内", "速いクエリの案内")
    assert (one, two) == (((0, 1),), ((0, 1),))


@settings(deadline=None)
@given(st.text(alphabet="ab ,\n", max_size=40), st.text(alphabet="ab ,\n", max_size=40))
def test_without_what_is_marked_both_are_the_same_but_for_spaces(old: str, new: str) -> None:
    rests = []
    for text, spans in zip((old, new), word_changes(old, new), strict=True):
        assert list(spans) == sorted(spans)
        assert all(0 <= start < end <= len(text) for start, end in spans)
        rests.append("".join(ch for at, ch in enumerate(text) if not any(s <= at < e for s, e in spans)))
    assert rests[0] == rests[1]


def test_a_paragraph_of_a_hundred_kilobytes_is_marked() -> None:
    old = " ".join(f"word{n % 500}" for n in range(15_000))
    new = old.replace("word499 word0", "word499 fresh word0", 1)
    one, two = word_changes(old, new)
    assert marked(old, one) == []
    assert marked(new, two) == ["fresh "] or marked(new, two) == [" fresh"]
