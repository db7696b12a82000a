"""Every noun keeps what its declaration promises, so that a new one that does not is noticed."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from blogadmin.core import operations
from blogadmin.core.database.engine import Database
from blogadmin.core.queries.spec import ListSpec, Sort
from blogadmin.gui.control.services import Services
from blogadmin.gui.pages.noun import BulkAction, BulkMenu, Noun
from blogadmin.gui.pages.registry import NOUNS
from blogadmin.gui.tables.columns import CellKind
from blogadmin.gui.theme import icon

every_noun = pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.key)


def bulk_actions(noun: Noun) -> Iterator[BulkAction]:
    for declared in noun.bulk:
        if isinstance(declared, BulkMenu):
            yield from declared.choices
        else:
            yield declared


def first_row(noun: Noun, database: Database) -> Any:
    with database.reader() as session:
        return noun.listing().first(session, ListSpec(), 1)[0]


def test_no_two_nouns_have_the_same_key_or_title() -> None:
    assert len({noun.key for noun in NOUNS}) == len(NOUNS)
    assert len({noun.title for noun in NOUNS}) == len(NOUNS)


@every_noun
def test_the_listing_is_the_noun_s_own(noun: Noun) -> None:
    assert noun.listing().noun == noun.key


@every_noun
def test_a_column_can_be_sorted_by_exactly_where_the_server_can_sort(noun: Noun) -> None:
    sortable = noun.listing().sortable
    for column in noun.columns:
        assert column.sortable == (column.name in sortable), column.name


@every_noun
def test_columns_have_names_of_their_own_and_one_is_always_shown(noun: Noun) -> None:
    names = [column.name for column in noun.columns]
    assert len(set(names)) == len(names)
    assert not noun.columns[0].hidden
    assert all(column.title and column.width > 0 for column in noun.columns)


@every_noun
def test_every_order_works_on_the_server(noun: Noun, blog: None, database: Database) -> None:
    with database.reader() as session:
        for column in noun.columns:
            if column.sortable:
                for descending in (False, True):
                    spec = ListSpec("", (Sort(column.name, descending),))
                    assert noun.listing().first(session, spec)


@every_noun
def test_the_words_of_each_column_come_from_a_real_row(noun: Noun, blog: None, database: Database) -> None:
    row = first_row(noun, database)
    for column in noun.columns:
        words = column.text(row)
        assert isinstance(words, str)
        if column.kind is CellKind.TIME:
            assert column.value is not None
            assert column.value(row).tzinfo is not None
        elif column.name not in ("tags", "what") or noun.key == "posts":
            assert words, f"{column.name} shows nothing"
        for more in (column.detail, column.tooltip):
            assert more is None or isinstance(more(row), str)
        if column.kind in (CellKind.STATUS, CellKind.ROLE, CellKind.CHECK):
            assert column.value is not None, f"{column.name} has no value to paint"


@every_noun
def test_every_icon_exists_and_draws_something(noun: Noun) -> None:
    names = {noun.icon, *(declared.icon for declared in noun.bulk), *(a.icon for a in bulk_actions(noun))}
    for name in names:
        image = QImage(16, 16, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(0)
        painter = QPainter(image)
        icon(name).paint(painter, 0, 0, 16, 16)
        painter.end()
        assert any(image.pixel(x, y) for x in range(16) for y in range(16)), name


@every_noun
def test_the_dialog_carries_the_noun_s_name(noun: Noun, services: Services, qtbot: QtBot) -> None:
    if noun.dialog is None:
        assert noun.key in ("comments", "history")
        return
    parent = QWidget()
    parent.setObjectName("parent")
    qtbot.addWidget(parent)
    dialog = noun.dialog(services, parent)
    assert dialog.objectName() == f"{noun.singular}Dialog"
    assert (dialog.key, dialog.noun) == (noun.key, noun.singular)


@every_noun
def test_bulk_verbs_make_operations_that_say_what_they_do(noun: Noun, blog: None, database: Database) -> None:
    names = [action.name for action in bulk_actions(noun)]
    assert len(set(names)) == len(names)
    row_id = first_row(noun, database).id
    for action in bulk_actions(noun):
        if action.operation is None:
            # It has to ask something, and says so by its three points.
            assert action.asked
            assert action.text.endswith("…")
            continue
        operation = action.operation((row_id,))
        assert operation.label
        with database.session_scope() as session:
            outcome = operation.apply(session)
        assert outcome.message
        assert outcome.changes.touched(noun.key) <= {row_id}


@every_noun
def test_every_bulk_verb_can_be_done_to_any_number_of_rows(
    noun: Noun, blog: None, database: Database
) -> None:
    answers: dict[str, Any] = {"": None, "author": 1, "tags": ("qt",)}
    ids = array("q", [first_row(noun, database).id])
    for action in bulk_actions(noun):
        assert action.change is not None, action.name
        change = action.change(answers[action.asked])
        assert change.noun == noun.key
        with database.reader() as session:
            assert operations.bulk_run.preview(session, change, ids).total == 1


def test_only_a_noun_with_a_check_box_can_be_toggled() -> None:
    for noun in NOUNS:
        has_check = any(column.kind is CellKind.CHECK for column in noun.columns)
        assert has_check == (noun.toggle is not None), noun.key


@pytest.mark.parametrize(("number", "words"), [(0, "0 posts"), (1, "1 post"), (1204, "1,204 posts")])
def test_counts_are_told_with_the_noun(number: int, words: str) -> None:
    assert NOUNS[0].counted(number) == words
