"""Taking away, changing and adding keep a filter tidy, and never change what the rest of it means."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from blogadmin.core.queries.spec import Condition, Group
from blogadmin.gui.pages.filter_tree import (
    added,
    chips_of,
    parts_of,
    removed,
    replaced,
    tidied,
    with_alternative,
    with_any,
)

A, B, C = (Condition("tags", "contains", word) for word in "abc")

conditions = st.sampled_from((A, B, C))
groups = st.recursive(
    conditions,
    lambda parts: st.builds(Group, st.lists(parts, max_size=3).map(tuple), st.booleans()),
    max_leaves=8,
)
filters = st.builds(Group, st.lists(groups, max_size=4).map(tuple), st.booleans())


def holds(part: Condition | Group, tags: frozenset[str]) -> bool:
    """What a filter means, by its definition: a group without parts asks for nothing and is left out."""
    if isinstance(part, Condition):
        return part.value in tags
    asked = [inner for inner in part.parts if not (isinstance(inner, Group) and not any(inner.conditions()))]
    if not asked:
        return True
    return (any if part.any else all)(holds(inner, tags) for inner in asked)


tag_sets = st.frozensets(st.sampled_from("abc"))


def test_a_filter_is_made_chip_by_chip_and_taken_away_again() -> None:
    where = added(added(None, A), B)
    assert where == Group((A, B))
    assert removed(where, (0,)) == Group((B,))
    assert removed(Group((B,)), (0,)) is None
    assert replaced(where, (1,), C) == Group((A, C))
    assert parts_of(None) == ()


def test_an_alternative_makes_a_group_and_grows_it() -> None:
    where = with_alternative(Group((A, B)), (1,), C)
    assert where == Group((A, Group((B, C), any=True)))
    grown = with_alternative(where, (1, 0), A)
    assert grown == Group((A, Group((B, C, A), any=True)))
    assert [place for place, _ in chips_of(grown)] == [(0,), (1, 0), (1, 1), (1, 2)]
    assert removed(where, (1, 1)) == Group((A, B))


def test_one_group_alone_becomes_the_filter_itself() -> None:
    where = Group((A, Group((B, C), any=True)))
    assert removed(where, (0,)) == Group((B, C), any=True)


def test_any_of_turns_the_groups_inside() -> None:
    where = Group((A, Group((B, C), any=True)))
    turned = with_any(where, True)
    assert turned == Group((A, Group((B, C), any=False)), any=True)
    assert with_any(turned, False) == where
    assert with_any(where, False) is where


@given(filters, tag_sets)
def test_tidying_changes_nothing_that_is_meant(where: Group, tags: frozenset[str]) -> None:
    tidy = tidied(where)
    assert (tidy is None or holds(tidy, tags)) == holds(where, tags)


@given(filters)
def test_what_is_tidy_stays_as_it_is(where: Group) -> None:
    assert tidied(tidied(where)) == tidied(where)


@given(filters)
def test_every_chip_can_be_taken_away_until_nothing_is_left(where: Group) -> None:
    left = tidied(where)
    for _ in range(100):
        if left is None:
            break
        left = removed(left, next(chips_of(left))[0])
    assert left is None
