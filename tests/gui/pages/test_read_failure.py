"""A list that failed speaks of reading, and shows nothing of the program's inside."""

from __future__ import annotations

import pytest

from blogadmin.core.database.errors import KnownError, Locked, NotPermitted, TookTooLong, Unavailable
from blogadmin.gui.pages.read_failure import why_unread


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (TookTooLong("Stopped. Nothing was saved."), "The server took too long"),
        (Unavailable("Lost before anything was saved."), "The server cannot be reached."),
    ],
)
def test_nothing_is_said_about_saving(error: KnownError, words: str) -> None:
    assert why_unread(error).startswith(words)
    assert "saved" not in why_unread(error)


@pytest.mark.parametrize("error", [TookTooLong("Stopped."), Unavailable("Lost.")])
def test_only_rows_that_are_shown_may_be_out_of_date(error: KnownError) -> None:
    assert "out of date" in why_unread(error, shown=True)
    assert "out of date" not in why_unread(error)


@pytest.mark.parametrize("error", [NotPermitted("Your login may not do this."), Locked("Someone is at it.")])
def test_other_known_errors_speak_for_themselves(error: KnownError) -> None:
    assert why_unread(error) == str(error)


@pytest.mark.parametrize("error", [ValueError("secret"), None])
def test_a_bug_shows_nothing_of_its_inside(error: Exception | None) -> None:
    assert why_unread(error) == "Something unexpected happened. The log tells more."
