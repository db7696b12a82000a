"""Notifications become events: what they may hold, what is refused, and how a burst is one event."""

from __future__ import annotations

import json

import pytest

from blogadmin.core.database.changes import Changes
from blogadmin.core.database.news import CHANGED, EDITING, Burst, Changed, LostTrack

NOUNS = frozenset({"users", "posts", "comments"})


def burst() -> Burst:
    return Burst(own=frozenset({7}), nouns=NOUNS)


def hear(one: Burst, pid: int = 1, **payload: object) -> None:
    one.hear(CHANGED, pid, json.dumps(payload))


def test_all_that_comes_before_it_is_told_is_one_event() -> None:
    one = burst()
    hear(one, n="posts", u=[1, 2])
    due = one.due
    hear(one, n="posts", u=[3], i=[4])
    hear(one, n="users", d=[5])
    assert one.due == due
    assert one.take() == (
        Changed(
            Changes.joined(
                [Changes.of("posts", created=[4], updated=[1, 2, 3]), Changes.of("users", deleted=[5])]
            )
        ),
    )
    assert one.due is None
    assert one.take() == ()


def test_the_last_word_on_a_row_counts() -> None:
    one = burst()
    hear(one, n="posts", i=[1])
    hear(one, n="posts", u=[1])
    hear(one, n="posts", d=[1])
    hear(one, n="posts", d=[2])
    hear(one, n="posts", i=[2])
    assert one.take() == (Changed(Changes.of("posts", created=[2], deleted=[1])),)


def test_too_many_rows_to_name_make_all_of_the_noun_uncertain() -> None:
    one = burst()
    hear(one, n="posts", u=[1])
    hear(one, n="posts", all=True)
    hear(one, n="users", u=[2])
    assert one.take() == (Changed(Changes.of("users", updated=[2])), LostTrack("posts"))


def test_own_commits_are_not_told_twice() -> None:
    one = burst()
    hear(one, 7, n="posts", u=[1])
    one.hear(EDITING, 7, "")
    assert one.due is None
    assert not one.editing


def test_news_of_editing_is_due_like_any_other() -> None:
    one = burst()
    one.hear(EDITING, 1, "")
    assert one.due is not None
    assert one.editing
    assert one.take() == ()
    assert not one.editing


@pytest.mark.expects_log
@pytest.mark.parametrize(
    "payload",
    [
        "",
        "posts 1",
        "[]",
        "null",
        "{}",
        '{"n": "posts", "u": 1}',
        '{"n": "posts", "u": ["1"]}',
        '{"n": "posts", "u": [true]}',
        '{"n": "posts", "u": [1.5]}',
        '{"n": "posts", "u": [[1]]}',
        '{"n": "posts", "u": [99999999999999999999]}',
        '{"n": "posts", "all": "yes"}',
        '{"n": ["posts"], "u": [1]}',
        '{"n": "pages", "u": [1]}',
        "[" * 7000,
    ],
)
def test_what_makes_no_sense_is_ignored_and_logged_once(
    payload: str, caplog: pytest.LogCaptureFixture
) -> None:
    one = burst()
    one.hear(CHANGED, 1, payload)
    one.hear(CHANGED, 1, payload)
    one.hear("another channel", 1, payload)
    assert one.due is None
    assert len(caplog.records) == 1
    assert payload[:20] not in caplog.text or not payload
    hear(one, n="posts", u=[1])
    assert one.take() == (Changed(Changes.of("posts", updated=[1])),)
