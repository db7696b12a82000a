"""What is shown of the difference between two states of a row."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from blogadmin.gui.dialogs.history_diff import (
    CONTEXT,
    LINE_MOST,
    SHOWN_MOST,
    Compared,
    Kind,
    Line,
    Pair,
    change_starts,
    compare,
    opened,
)


def body(old: str | None, new: str | None) -> Compared:
    return compare([Pair("body", "Text", old, new)])


def marked(line: Line) -> list[str]:
    return [line.text[lo:hi] for lo, hi in line.spans]


def test_fields_that_are_the_same_are_left_out() -> None:
    found = compare([Pair("title", "Title", "A", "A"), Pair("slug", "Slug", "a", "b")])
    assert [(line.kind, line.text) for line in found.lines] == [
        (Kind.FIELD, "Slug"),
        (Kind.GONE, "a"),
        (Kind.NEW, "b"),
    ]
    assert (found.added, found.removed) == (1, 1)


def test_the_words_that_changed_are_marked_on_both_sides() -> None:
    gone, new = body("It is usually the database.", "It is almost never the database.").lines[1:]
    assert (marked(gone), marked(new)) == (["usually"], ["almost never"])


def test_a_change_over_several_lines_is_marked_in_each_of_them() -> None:
    _field, *lines = body("one two\nthree four", "one 2\n3 four").lines
    assert [(line.kind, marked(line)) for line in lines] == [
        (Kind.GONE, ["two"]),
        (Kind.GONE, ["three"]),
        (Kind.NEW, ["2"]),
        (Kind.NEW, ["3"]),
    ]


def test_nothing_is_marked_where_nearly_all_is_another_text() -> None:
    _field, gone, new = body("Alpha beta gamma delta", "Entirely other words here").lines
    assert not gone.spans
    assert not new.spans


def test_long_unchanged_stretches_are_folded_and_can_be_opened() -> None:
    old = [f"line {n}" for n in range(50)]
    found = body("\n".join(old), "\n".join([*old[:20], "changed", *old[21:]]))
    kinds = [line.kind for line in found.lines]
    same = [Kind.SAME] * CONTEXT
    assert kinds == [Kind.FIELD, Kind.FOLD, *same, Kind.GONE, Kind.NEW, *same, Kind.FOLD]
    assert found.lines[1].text == "17 unchanged lines"
    whole = opened(opened(found.lines, len(kinds) - 1), 1)
    assert [line.text for line in whole if line.kind is not Kind.NEW][1:] == old
    assert change_starts(whole) == [21]


def test_a_single_line_is_not_folded() -> None:
    found = body("a\nb", "a\nc")
    assert [line.kind for line in found.lines] == [Kind.FIELD, Kind.SAME, Kind.GONE, Kind.NEW]


def test_a_row_that_came_has_only_new_lines() -> None:
    found = body(None, "One\nTwo")
    assert [line.kind for line in found.lines] == [Kind.FIELD, Kind.NEW, Kind.NEW]
    assert (found.added, found.removed) == (2, 0)


def test_line_breaks_alone_are_told_in_words() -> None:
    found = body("One\r\nTwo", "One\nTwo")
    assert [line.text for line in found.lines] == ["Text", "Only the kind of line breaks changed."]


def test_a_note_stands_in_place_of_a_comparison() -> None:
    found = compare([Pair("password", "Password", "", "", "A new one was set.")])
    assert [line.kind for line in found.lines] == [Kind.FIELD, Kind.NOTE]


def test_a_megabyte_that_is_all_other_is_shown_in_part() -> None:
    found = body("\n".join(f"old {n}" for n in range(60_000)), "\n".join(f"new {n}" for n in range(60_000)))
    assert sum(line.kind in (Kind.GONE, Kind.NEW) for line in found.lines) == SHOWN_MOST
    assert found.lines[-1].text == f"{120_000 - SHOWN_MOST:,} more changed lines are not shown."
    assert (found.added, found.removed) == (60_000, 60_000)


def test_an_endless_line_is_cut() -> None:
    gone = body("x" * 1_000_000, "y").lines[1]
    assert len(gone.text) < LINE_MOST + 50
    assert gone.text.endswith("995,000 more characters")


_TEXT = st.lists(st.sampled_from(["", "a", "b", "a b", "c  d", "e"]), max_size=30).map("\n".join)


@given(_TEXT, _TEXT)
def test_both_texts_can_be_read_from_what_is_shown(old: str, new: str) -> None:
    lines = list(body(old, new).lines)
    while any(line.kind is Kind.FOLD for line in lines):
        lines = opened(lines, next(at for at, line in enumerate(lines) if line.kind is Kind.FOLD))
    if old != new:
        assert [ln.text for ln in lines[1:] if ln.kind is not Kind.NEW] == (old.split("\n") if old else [])
        assert [ln.text for ln in lines[1:] if ln.kind is not Kind.GONE] == (new.split("\n") if new else [])
    assert all(line.text[lo:hi].strip() or line.text[lo:hi] for line in lines for lo, hi in line.spans)
