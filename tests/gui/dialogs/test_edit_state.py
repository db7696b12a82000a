"""The states of an edit dialog, the words of its failures, and excerpts, without a window."""

from __future__ import annotations

import pytest

from blogadmin.core.database import errors
from blogadmin.gui.dialogs.conflict_table import EXCERPT, excerpt
from blogadmin.gui.dialogs.edit_state import EditState, Phase, WrongPhase
from blogadmin.gui.dialogs.failure_words import WayOut, fields_need_attention, say_failure


def test_a_row_is_loaded_saved_and_followed_by_the_next() -> None:
    state = EditState()
    state.begin_loading(7)
    assert (state.phase, state.id) == (Phase.LOADING, 7)
    state.loaded(3, {"name": "Anna"})
    assert (state.phase, state.version, state.base) == (Phase.READY, 3, {"name": "Anna"})
    state.go(Phase.SAVING)
    state.go(Phase.READY)
    state.begin_loading(8)
    assert (state.phase, state.id) == (Phase.LOADING, 8)


def test_nothing_is_saved_before_it_was_loaded() -> None:
    state = EditState()
    state.begin_loading(7)
    with pytest.raises(WrongPhase):
        state.go(Phase.SAVING)
    state.go(Phase.FAILED)
    with pytest.raises(WrongPhase):
        state.go(Phase.SAVING)


def test_a_new_row_has_neither_id_nor_version() -> None:
    state = EditState()
    state.begin_loading(7)
    state.loaded(3, {"name": "Anna"})
    state.begin_new({"role": "user"})
    assert (state.phase, state.id, state.version, state.base) == (Phase.READY, None, 0, {"role": "user"})


def test_taking_over_their_values_counts() -> None:
    state = EditState()
    state.begin_loading(7)
    state.loaded(3, {"name": "Anna", "role": "user"})
    state.rebase(4, {"role": "admin"})
    assert (state.version, state.base, state.merges) == (4, {"name": "Anna", "role": "admin"}, 1)


@pytest.mark.parametrize(
    ("error", "begins", "way_out"),
    [
        (errors.Unavailable("x"), "The server cannot be reached.", WayOut.RETRY),
        (errors.OutcomeUnknown("x"), "The connection broke while saving.", WayOut.LOOK),
        (errors.Locked("x", "anna (psql)"), "anna (psql) is changing this post", WayOut.RETRY),
        (errors.Locked("x"), "Someone else is changing this post", WayOut.RETRY),
        (errors.NotFound("x"), "This post was deleted meanwhile.", WayOut.CREATE_AGAIN),
        (errors.NotPermitted("You may not."), "Not saved.", WayOut.NONE),
        (errors.ReadOnly("x"), "The database takes no changes", WayOut.RETRY),
        (errors.ServerFull("x"), "The server’s disk is full.", WayOut.RETRY),
        (errors.TookTooLong("x"), "The server took too long", WayOut.RETRY),
        (errors.StillReferenced("Others need it."), "Not saved.", WayOut.NONE),
    ],
)
def test_every_failure_has_words_and_a_way_out(
    error: errors.KnownError, begins: str, way_out: WayOut
) -> None:
    said = say_failure(error, "post")
    assert said.strong.startswith(begins)
    assert "still here" in said.text
    assert said.way_out is way_out


def test_one_field_needs_and_two_need() -> None:
    assert fields_need_attention(1) == "Not saved: 1 field needs attention."
    assert fields_need_attention(2) == "Not saved: 2 fields need attention."


def test_an_excerpt_shows_where_two_texts_part() -> None:
    one, two = "a" * 1000 + "here" + "b" * 1000, "a" * 1000 + "there" + "b" * 1000
    assert "here" in excerpt(one, two)
    assert excerpt(one, two).startswith("… a")
    assert excerpt(one, two).endswith("b …")
    assert len(excerpt(one, two)) < EXCERPT + 10
    assert excerpt("short", "other") == "short"
