"""What a row says in each cell and in each of Qt's roles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import Qt

from blogadmin.core.queries.spec import ListSpec, Unreadable
from blogadmin.gui.tables.cell_roles import copied_text, full_text
from blogadmin.gui.tables.cells import Condition, format_rows, gone, main_column, retimed
from blogadmin.gui.tables.columns import CellKind, Column, field_number, field_text, time_column
from blogadmin.gui.tables.list_model import ListModel
from tests.gui.tables.doubles import COLUMNS, START, ManualTasks, MemoryList, thing

Role = Qt.ItemDataRole
BERLIN = ZoneInfo("Europe/Berlin")
CHECK, TITLE, VIEWS, UPDATED = 0, 1, 6, 7


def test_cells_are_words_in_the_columns_order() -> None:
    now = START + timedelta(hours=4)
    (entry,) = format_rows(COLUMNS, [thing(1, title="A title", views=12345)], now, BERLIN)
    assert entry.cells == (
        "Active",
        "A title",
        "Review",
        "Author 1",
        "Editor",
        "slug-1",
        "12,345",
        "3 h ago",
        "1",
    )
    assert entry.details[TITLE] == "/slug-1"
    assert entry.values[CHECK] is True
    assert entry.id == 1


@pytest.mark.parametrize(("views", "words"), [(0, "–"), (999, "999"), (1_000_000, "1,000,000")])
def test_numbers_are_parted_by_thousands(views: int, words: str) -> None:
    assert field_number("views", zero="–")(thing(1, views=views)) == words


def test_a_field_without_a_value_is_empty() -> None:
    assert field_text("title")(thing(1, title=None)) == ""
    (entry,) = format_rows([time_column("updated_at", "Updated")], [thing(1, updated_at=None)])
    assert entry.cells == ("–",)


def test_times_are_told_anew_and_nothing_else_changes() -> None:
    now = START + timedelta(hours=1, minutes=4)
    (entry,) = format_rows(COLUMNS, [thing(1)], now, BERLIN)
    assert entry.cells[UPDATED] == "4 min ago"
    assert retimed(COLUMNS, entry, now + timedelta(seconds=10), BERLIN) is entry
    later = retimed(COLUMNS, entry, now + timedelta(minutes=3), BERLIN)
    assert later.cells[UPDATED] == "7 min ago"
    assert later._replace(cells=entry.cells) == entry


def test_a_row_that_cannot_be_read_says_why_where_its_name_would_be() -> None:
    (entry,) = format_rows(COLUMNS, [Unreadable(7, "created_at: no such date")])
    assert entry.condition is Condition.UNREADABLE
    assert entry.cells[TITLE] == "Unreadable: created_at: no such date"
    assert set(entry.cells) - {entry.cells[TITLE]} == {""}
    assert full_text(entry, COLUMNS[VIEWS], VIEWS) == "Unreadable: created_at: no such date"
    assert retimed(COLUMNS, entry, datetime.now(UTC)) is entry


def test_a_deleted_row_keeps_its_words_where_they_are_known() -> None:
    (entry,) = format_rows(COLUMNS, [thing(1, title="A title")])
    assert gone(COLUMNS, 1, entry).cells[TITLE] == "A title"
    assert gone(COLUMNS, 1).cells[TITLE] == "Deleted"
    assert gone(COLUMNS, 1, gone(COLUMNS, 1)).cells[TITLE] == "Deleted"
    assert full_text(gone(COLUMNS, 1, entry), COLUMNS[TITLE], TITLE).endswith("\nDeleted")


def test_the_naming_column_is_the_title_else_the_person_else_the_first() -> None:
    assert main_column(COLUMNS) == TITLE
    assert main_column(COLUMNS[2:]) == 1
    assert main_column(COLUMNS[6:]) == 0


def test_copied_cells_have_no_tabs_and_exact_times() -> None:
    (entry,) = format_rows(COLUMNS, [thing(1, title=" a\tb\r\nc ")])
    assert copied_text(entry, COLUMNS[TITLE], TITLE) == "a b c"
    copied = datetime.fromisoformat(copied_text(entry, COLUMNS[UPDATED], UPDATED))
    assert copied == thing(1).updated_at


@pytest.fixture
def loaded(model: ListModel, manual: ManualTasks, things: MemoryList) -> ListModel:
    things.rows_by_id[1] = thing(1, title="<b>A</b> & B", slug="x")
    model.load(ListSpec())
    manual.run_all()
    return model


def test_tooltips_say_everything_and_are_never_markup(loaded: ListModel) -> None:
    tip = loaded.index(0, TITLE).data(Role.ToolTipRole)
    assert tip == "<qt>&lt;b&gt;A&lt;/b&gt; &amp; B<br/>&lt;x&gt;</qt>"
    when = loaded.index(0, UPDATED).data(Role.ToolTipRole)
    assert "UTC" in when
    assert str(thing(1).updated_at.astimezone().hour).zfill(2) in when


def test_screen_readers_hear_plain_words(loaded: ListModel) -> None:
    assert loaded.index(0, TITLE).data(Role.AccessibleTextRole) == "<b>A</b> & B, /x"
    assert loaded.index(2, CHECK).data(Role.AccessibleTextRole) == "Inactive"


def test_roles_of_cells(loaded: ListModel) -> None:
    assert loaded.index(0, CHECK).data(Role.CheckStateRole) is Qt.CheckState.Checked
    assert loaded.index(0, TITLE).data(Role.CheckStateRole) is None
    right = int(Qt.AlignmentFlag.AlignRight)
    assert loaded.index(0, VIEWS).data(Role.TextAlignmentRole) & right
    assert not loaded.index(0, TITLE).data(Role.TextAlignmentRole) & right
    assert all(loaded.index(4, column).data(Role.UserRole) == 5 for column in range(len(COLUMNS)))
    assert loaded.index(0, TITLE).data(Role.DecorationRole) is None
    assert loaded.row(0) == thing(1, title="<b>A</b> & B", slug="x")


def test_roles_of_titles(loaded: ListModel) -> None:
    def title(column: int, role: Role) -> object:
        return loaded.headerData(column, Qt.Orientation.Horizontal, role)

    assert [title(c, Role.UserRole) for c in range(len(COLUMNS))] == [column.name for column in COLUMNS]
    assert title(TITLE, Role.DisplayRole) == "Title"
    assert getattr(title(TITLE, Role.FontRole), "bold")()  # noqa: B009
    assert title(VIEWS, Role.FontRole) is None
    assert title(TITLE, Role.AccessibleTextRole) == "Title, required"
    assert title(99, Role.DisplayRole) is None
    assert loaded.headerData(0, Qt.Orientation.Vertical, Role.DisplayRole) is None


def test_only_ticks_can_be_set_and_only_by_asking(loaded: ListModel) -> None:
    asked: list[tuple[list[int], bool]] = []
    loaded.check_toggled.connect(lambda ids, ticked: asked.append((ids, ticked)))
    tick, title = loaded.index(0, CHECK), loaded.index(0, TITLE)
    assert loaded.setData(tick, Qt.CheckState.Unchecked, Role.CheckStateRole)
    assert loaded.setData(tick, 2, Role.CheckStateRole)
    assert not loaded.setData(title, "other")
    assert not loaded.setData(title, Qt.CheckState.Checked, Role.CheckStateRole)
    assert not loaded.setData(loaded.index(900, CHECK), 2, Role.CheckStateRole)
    assert asked == [([1], False)]
    assert tick.data(Role.CheckStateRole) is Qt.CheckState.Checked


def test_a_column_declares_what_it_does_not_need_to_say() -> None:
    column = Column("slug", "Slug", CellKind.TEXT, 10, field_text("slug"))
    assert (column.sortable, column.hidden, column.required) == (True, False, False)
