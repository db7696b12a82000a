"""Deciding about comments, many at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from blogadmin.core.database.changes import Changes
from blogadmin.core.database.errors import Invalid, NotFound
from blogadmin.core.operations.comments import SetCommentStatus
from blogadmin.core.operations.operation import Operation, Outcome

Do = Callable[[Operation], Outcome]
Everything = Callable[[], dict[str, list[tuple[Any, ...]]]]
pytestmark = pytest.mark.usefixtures("blog")


def test_a_decision_is_told_and_taken_back(do: Do, everything: Everything) -> None:
    before = everything()
    decided = do(SetCommentStatus((1, 2, 3), "spam"))
    assert decided.message == "2 comments marked as spam"
    assert decided.changes == Changes.of("comments", updated=[1, 2])
    assert decided.inverse is not None
    assert decided.inverse.label == "Set status of 3 comments"
    do(decided.inverse)
    assert everything() == before


def test_each_status_has_its_words(do: Do) -> None:
    told = [do(SetCommentStatus((1, 2), s)).message for s in ("approved", "trash", "pending")]
    assert told == ["1 comment approved", "2 comments moved to the trash", "2 comments put back to pending"]
    assert do(SetCommentStatus((1, 2), "pending")).message == "Nothing to change: all 2 were pending already"


def test_no_status_and_no_comment_are_refused(do: Do) -> None:
    with pytest.raises(Invalid):
        do(SetCommentStatus((1,), "lost"))
    with pytest.raises(NotFound):
        do(SetCommentStatus((99,), "spam"))
