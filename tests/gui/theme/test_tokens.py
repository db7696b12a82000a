"""The colours can be read, in both themes and with more contrast."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from blogadmin.core import values
from blogadmin.gui.theme.drawings import icon_source
from blogadmin.gui.theme.glyphs import SHAPES
from blogadmin.gui.theme.tokens import (
    DARK,
    LIGHT,
    PART_CONTRAST,
    PART_PAIRS,
    PROFILE_COLOURS,
    TEXT_CONTRAST,
    TEXT_PAIRS,
    contrast,
    high_contrast,
)
from blogadmin.gui.theme.vocabulary import ROLE, STATUS

TABLES = pytest.mark.parametrize(
    "table",
    [LIGHT, DARK, high_contrast(LIGHT), high_contrast(DARK)],
    ids=["light", "dark", "light, strong", "dark, strong"],
)


def test_contrast_of_known_pairs() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
    assert contrast("#2A5BD7", "#2A5BD7") == 1.0


@TABLES
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_words_can_be_read(table: Mapping[str, str], ink: str, ground: str) -> None:
    assert contrast(table[ink], table[ground]) >= TEXT_CONTRAST


@TABLES
@pytest.mark.parametrize(("ink", "ground"), PART_PAIRS)
def test_borders_and_marks_can_be_seen(table: Mapping[str, str], ink: str, ground: str) -> None:
    assert contrast(table[ink], table[ground]) >= PART_CONTRAST


@pytest.mark.parametrize("name", PROFILE_COLOURS)
def test_white_words_can_be_read_on_a_profile_colour(name: str) -> None:
    for ground, window in zip(PROFILE_COLOURS[name], (LIGHT["bg"], DARK["bg"]), strict=True):
        assert contrast("#FFFFFF", ground) >= 4.8
        assert contrast(ground, window) >= 3.4


def test_both_tables_have_the_same_tokens() -> None:
    assert LIGHT.keys() == DARK.keys()


def test_more_contrast_turns_hairlines_into_borders() -> None:
    strong = high_contrast(LIGHT)
    assert strong["line"] == LIGHT["control"]
    assert strong["text3"] == LIGHT["text"]
    assert strong["warn_soft"] == LIGHT["surface"]


def test_each_status_has_colours_and_a_shape_that_exist() -> None:
    for look in STATUS.values():
        assert look.ink_token in LIGHT
        assert look.soft_token in LIGHT
        assert look.shape in SHAPES


def test_each_role_has_an_icon_that_exists() -> None:
    for look in ROLE.values():
        assert "<svg" in icon_source(look.icon)


def test_each_word_of_the_database_has_a_look() -> None:
    for status in [*values.PostStatus, *values.CommentStatus]:
        assert status.value in STATUS
    assert {role.value for role in values.Role} == set(ROLE)
