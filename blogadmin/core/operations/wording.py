"""The sentences of the status line: counts with their nouns, and what was left out and why."""

from __future__ import annotations

from collections.abc import Iterable

_ONE = {"users": "user", "posts": "post", "comments": "comment"}


def one(noun: str) -> str:
    """The word for a single one of ``noun``: "user"."""
    return _ONE[noun]


def counted(number: int, noun: str) -> str:
    """``number`` of ``noun`` ("users", "posts" or "comments"): "1 user", "1,200 posts"."""
    return f"{number:,} {noun if number != 1 else _ONE[noun]}"


def listed(counts: Iterable[tuple[int, str]]) -> str:
    """Several counts in one breath, without the zeros: "2 posts and 1 comment"."""
    return " and ".join(counted(number, noun) for number, noun in counts if number)


def sentence(done: str, *, moved: int = 0, gone: int = 0) -> str:
    """What was done, then how many rows were left alone because they changed since, or are gone."""
    parts = [done]
    if moved:
        parts.append(f"{moved:,} changed since and {_were(moved)} left alone")
    if gone:
        parts.append(f"{gone:,} {_were(gone)} deleted meanwhile")
    return "; ".join(parts)


def gone_message(number: int, noun: str) -> str:
    """That none of the ``number`` rows exists any more."""
    return (
        f"The {_ONE[noun]} was deleted meanwhile."
        if number == 1
        else f"All {counted(number, noun)} were deleted meanwhile."
    )


def _were(number: int) -> str:
    return "was" if number == 1 else "were"
