"""Every kind of cell leaves its mark, in both themes, both directions, at both scales."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage, QRegion
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from blogadmin.core.database.changes import Changes
from blogadmin.core.database.errors import Unavailable
from blogadmin.core.queries.spec import ListSpec, Sort
from blogadmin.gui.tables.list_model import ListModel
from blogadmin.gui.tables.list_view import SKELETON_AFTER, ListView
from blogadmin.gui.theme import Mode, apply_theme, color
from tests.gui.tables.doubles import COLUMNS, ManualTasks, MemoryList, thing

SELECT = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
LOOKS = [
    (mode, direction, scale)
    for mode in (Mode.LIGHT, Mode.DARK)
    for direction in (Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft)
    for scale in (1, 2)
]


@pytest.fixture
def view(model: ListModel, manual: ManualTasks, things: MemoryList, qtbot: QtBot) -> ListView:
    things.rows_by_id[3] = thing(3, title="مقالة عن قواعد البيانات " * 9)
    things.unreadable = {5}
    made = ListView()
    made.setObjectName("table")
    made.setAccessibleName("List of things")
    made.setModel(model)
    made.resize(1200, 400)
    qtbot.addWidget(made)
    model.load(ListSpec())
    made.show()
    manual.run_all()
    return made


def picture(view: ListView, scale: int = 1) -> QImage:
    """The view as it is painted for a screen of that scale."""
    image = QImage(view.viewport().size() * scale, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(scale)
    view.viewport().render(image)
    return image


def cell(view: ListView, row: int, column: int, scale: int = 1) -> QImage:
    rect = view.visualRect(view.model().index(row, column))
    return picture(view, scale).copy(
        rect.x() * scale, rect.y() * scale, rect.width() * scale, rect.height() * scale
    )


def colours(image: QImage) -> set[int]:
    return {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}


@pytest.mark.parametrize(("mode", "direction", "scale"), LOOKS)
def test_every_kind_of_cell_is_painted(
    view: ListView, qapp: QApplication, mode: Mode, direction: Qt.LayoutDirection, scale: int
) -> None:
    apply_theme(qapp, mode)
    view.setLayoutDirection(direction)
    view.setColumnHidden(8, False)
    ground = {color("surface").rgb(), color("line").rgb()}
    for section in range(len(COLUMNS)):
        seen = colours(cell(view, 0, section, scale))
        assert len(seen - ground) > 3, COLUMNS[section].name


def test_the_light_theme_is_light_and_the_dark_one_dark(view: ListView, qapp: QApplication) -> None:
    light = picture(view).pixelColor(400, 5).lightness()
    apply_theme(qapp, Mode.DARK)
    assert picture(view).pixelColor(400, 5).lightness() < light


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_a_selected_row_has_its_ground_and_a_bar_at_the_leading_edge(
    view: ListView, direction: Qt.LayoutDirection
) -> None:
    view.setLayoutDirection(direction)
    view.selectionModel().select(view.model().index(1, 0), SELECT)
    image = picture(view)
    y = view.rowViewportPosition(1) + view.rowHeight(1) // 2
    edge = 1 if direction == Qt.LayoutDirection.LeftToRight else image.width() - 2
    assert image.pixelColor(edge, y) == color("accent")
    assert image.pixelColor(edge, y - view.rowHeight(1)) != color("accent")
    status = view.visualRect(view.model().index(1, 2))
    assert image.pixelColor(status.right() - 2, y) == color("accent_soft")


def test_the_keyboard_cursor_is_a_ring_only_while_the_keyboard_is_here(view: ListView, qtbot: QtBot) -> None:
    view.activateWindow()
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)
    view.selectionModel().setCurrentIndex(
        view.model().index(2, 1), QItemSelectionModel.SelectionFlag.NoUpdate
    )
    where = QPoint(600, view.rowViewportPosition(2))
    assert picture(view).pixelColor(where) == color("accent")
    view.clearFocus()
    assert picture(view).pixelColor(where) != color("accent")


def test_the_hovered_row_is_seen(view: ListView, qtbot: QtBot) -> None:
    plain = picture(view).pixelColor(600, view.rowViewportPosition(3) + 2)
    qtbot.mouseMove(view.viewport(), QPoint(600, view.rowViewportPosition(3) + 10))
    qtbot.waitUntil(lambda: view.hovered == 3)
    assert picture(view).pixelColor(600, view.rowViewportPosition(3) + 2) == color("hover") != plain


def test_a_row_to_come_is_a_quiet_bar(view: ListView, manual: ManualTasks) -> None:
    view.verticalScrollBar().setValue(15_000)
    waiting = colours(picture(view))
    assert color("press").rgb() in waiting
    assert color("text").rgb() not in waiting
    manual.run_all()
    assert color("text").rgb() in colours(picture(view))


def test_a_list_that_keeps_us_waiting_shows_bars_and_no_emptiness(
    model: ListModel, manual: ManualTasks, qtbot: QtBot
) -> None:
    view = ListView()
    view.setObjectName("table")
    view.setAccessibleName("List of things")
    view.setModel(model)
    view.resize(900, 300)
    qtbot.addWidget(view)
    view.show()
    model.load(ListSpec())
    assert color("press").rgb() not in colours(picture(view))
    qtbot.waitUntil(lambda: color("press").rgb() in colours(picture(view)), timeout=SKELETON_AFTER * 20)
    manual.run_all()
    shown = picture(view)
    assert color("press").rgb() not in {shown.pixel(500, y) for y in range(shown.height())}


def test_a_deleted_row_looks_deleted(view: ListView) -> None:
    before = cell(view, 1, 1)
    view.list_model().refresh(Changes.of("things", deleted=[2]))
    after = cell(view, 1, 1)
    assert after != before
    assert color("text").rgb() in colours(before)
    assert color("text").rgb() not in colours(after)
    assert color("disabled").rgb() in colours(after)


def test_an_inactive_person_differs_in_more_than_colour(view: ListView) -> None:
    def grey(image: QImage) -> QImage:
        return image.convertToFormat(QImage.Format.Format_Grayscale8)

    # Things 6 and 13 have the same author; 6 is inactive.
    assert grey(cell(view, 5, 3)) != grey(cell(view, 12, 3))


def test_what_a_failed_fetch_left_is_quieter(view: ListView, manual: ManualTasks, things: MemoryList) -> None:
    before = cell(view, 0, 1)
    assert QColor(color("text")).rgb() in colours(before)
    things.error = Unavailable("The server cannot be reached.")
    view.list_model().reload()
    manual.run_all()
    after = cell(view, 0, 1)
    assert color("text").rgb() not in colours(after)
    assert color("text2").rgb() in colours(after)


def test_titles_show_the_order(view: ListView, manual: ManualTasks) -> None:
    def titles() -> QImage:
        header = view.horizontalHeader().viewport()
        image = QImage(header.size(), QImage.Format.Format_ARGB32_Premultiplied)
        header.render(image)
        return image

    plain = titles()
    view.list_model().sort(6)
    manual.run_all()
    ascending = titles()
    view.list_model().sort(6, Qt.SortOrder.DescendingOrder)
    manual.run_all()
    assert len({bytes(image.constBits()) for image in (plain, ascending, titles())}) == 3


def test_a_column_can_fit_itself_to_what_is_on_the_screen(view: ListView, things: MemoryList) -> None:
    things.asked.clear()
    view.setColumnWidth(1, 60)
    view.resizeColumnToContents(1)
    assert view.columnWidth(1) > 300
    assert things.asked == []


def test_each_mark_is_drawn_once_and_copied_from_then_on(view: ListView) -> None:
    picture(view)
    stamps = view._rows._cells.stamps
    kept = len(stamps)
    assert kept > 0
    picture(view)
    assert len(stamps) == kept
    picture(view, 2)
    assert len(stamps) > kept


def test_a_strip_is_painted_as_it_is_in_the_whole(view: ListView) -> None:
    whole = picture(view)
    for strip in (QRect(0, 40, 300, 25), QRect(500, 90, 200, 61)):
        part = QImage(strip.size(), QImage.Format.Format_ARGB32_Premultiplied)
        view.viewport().render(part, QPoint(), QRegion(strip))
        assert part == whole.copy(strip)


def test_line_breaks_within_a_cell_take_no_second_line(
    view: ListView, things: MemoryList, manual: ManualTasks
) -> None:
    things.rows_by_id[2] = thing(2, title="one\ntwo\tthree\u2028four")
    things.rows_by_id[3] = thing(3, title="one two three four", slug="slug-2")
    view.list_model().refresh(Changes.of("things", updated=[2, 3]))
    manual.run_all()
    assert cell(view, 1, 1) == cell(view, 2, 1)


def test_a_fraction_of_pixels_leaves_no_gap_in_the_ground_of_a_row(view: ListView) -> None:
    view.selectionModel().select(view.model().index(1, 0), SELECT)
    scale, height = 1.25, view.rowHeight(0)
    image = QImage(view.viewport().size() * scale, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(scale)
    view.viewport().render(image)
    y = int((height + 3) * scale)
    grounds = {image.pixelColor(x, y).name() for x in range(8, image.width() - 8)}
    assert grounds == {color("accent_soft").name()}


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_the_words_in_which_something_was_found_stand_behind_the_title(
    view: ListView, things: MemoryList, manual: ManualTasks, direction: Qt.LayoutDirection
) -> None:
    view.setLayoutDirection(direction)
    things.rows_by_id[1] = thing(1, title="", slug="no mark")
    without = colours(cell(view, 0, 1))
    things.rows_by_id[1] = thing(1, title="", found="beside the \x02river\x03 and far away " + "x " * 400)
    view.list_model().refresh(Changes.of("things", updated=[1]))
    manual.run_all()
    assert color("text").rgb() in colours(cell(view, 0, 1))

    spoken = view.model().index(0, 1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith("beside the river and far away")
    assert len(without) > 1


def test_a_long_title_makes_room_for_what_was_found(
    view: ListView, things: MemoryList, manual: ManualTasks
) -> None:
    things.rows_by_id[1] = thing(1, title="W" * 400, found="\x02river\x03")
    things.rows_by_id[2] = thing(2, title="W" * 400, found="\x02bridge\x03")
    view.list_model().refresh(Changes.of("things", updated=[1, 2]))
    manual.run_all()
    one, two = cell(view, 0, 1), cell(view, 1, 1)
    half = one.width() * 2 // 5
    assert one.copy(0, 0, half, one.height()) == two.copy(0, 0, half, two.height())
    assert one != two


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_the_keys_of_an_order_are_numbered_where_there_are_several(
    view: ListView, direction: Qt.LayoutDirection
) -> None:
    view.setLayoutDirection(direction)

    def titles(*names: str) -> list[QImage]:
        view._header.show_order(tuple(Sort(name) for name in names))
        image = QImage(view._header.viewport().size(), QImage.Format.Format_ARGB32_Premultiplied)
        view._header.viewport().render(image)
        places = (1, 2)
        at = [(view._header.sectionViewportPosition(p), view._header.sectionSize(p)) for p in places]
        return [image.copy(x, 0, width, image.height()) for x, width in at]

    one = titles("title")
    first, second = titles("title", "status")
    swapped = titles("status", "title")
    assert first != one[0]
    assert swapped[0] != first
    assert swapped[1] != second
