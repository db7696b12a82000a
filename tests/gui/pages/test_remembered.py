"""What one start of the program leaves for the next one, and what it makes of nonsense."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, QSettings, QSize
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from blogadmin.core.queries.spec import Sort
from blogadmin.gui.pages.main_window import MainWindow
from blogadmin.gui.pages.remembered import Remembered
from blogadmin.gui.theme import Density, Mode
from tests.gui.pages.conftest import OpenWindow, is_loaded, page_of


def header_names(window: MainWindow, key: str) -> list[str]:
    """The visible columns of a page, as they stand."""
    page = next(page for page in window.pages if page.noun.key == key)
    header = page.view.horizontalHeader()
    columns = page.model.columns
    order = [header.logicalIndex(place) for place in range(header.count())]
    return [columns[section].name for section in order if not header.isSectionHidden(section)]


def test_the_next_window_stands_where_the_last_one_did(window: MainWindow, open_window: OpenWindow) -> None:
    window.setGeometry(QRect(40, 50, 1000, 640))
    window.close()
    following = open_window()
    # The test's screen is narrower than the window may be, so only the height can come back whole.
    assert following.height() == 640
    assert following.size() != QSize(1440, 900)


def test_the_page_that_was_in_front_comes_back(window: MainWindow, open_window: OpenWindow) -> None:
    window.show_page("users")
    window.close()
    page = open_window().current_page()
    assert page is not None
    assert page.noun.key == "users"


def test_columns_and_order_come_back(window: MainWindow, open_window: OpenWindow, qtbot: QtBot) -> None:
    page = page_of(window, "users")
    header = page.view.horizontalHeader()
    names = [column.name for column in page.model.columns]
    header.moveSection(header.visualIndex(names.index("email")), 0)
    page.view.setColumnHidden(names.index("posts"), True)
    page.view._want_order((_descending("email"),))
    qtbot.waitUntil(lambda: is_loaded(page) and page.model.spec.sort == (_descending("email"),))
    before = header_names(window, "users")
    window.close()
    following = open_window()
    again = page_of(following, "users")
    assert header_names(following, "users") == before
    assert before[0] == "email"
    assert "posts" not in before
    qtbot.waitUntil(lambda: is_loaded(again))
    assert again.model.spec.sort == (_descending("email"),)
    assert again.model.id_at(0) == page.model.id_at(0)


def test_theme_and_row_height_come_back(window: MainWindow, open_window: OpenWindow) -> None:
    window.set_density(Density.COMPACT)
    window.set_theme(Mode.DARK)
    height = window.pages[0].view.verticalHeader().defaultSectionSize()
    window.close()
    following = open_window()
    assert following.pages[0].view.verticalHeader().defaultSectionSize() == height
    assert Remembered().theme() is Mode.DARK
    checked = {a.objectName() for a in following.findChildren(type(following.menus.undo)) if a.isChecked()}
    assert {"darkThemeAction", "compactDensityAction"} <= checked


def test_nothing_of_the_blog_or_its_server_is_kept(window: MainWindow) -> None:
    window.close()
    settings = QSettings()
    assert {key.split("/")[0] for key in settings.allKeys()} <= {"window", "pages", "look"}
    kept = " ".join(str(settings.value(key)) for key in settings.allKeys())
    assert "Anna" not in kept
    assert "this computer" not in kept


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("window/geometry", "nonsense"),
        ("window/page", "no-such-page"),
        ("pages/posts/columns", '{"broken'),
        ("pages/posts/columns", '{"order": [["no_such_column", true]]}'),
        ("look/theme", "purple"),
        ("look/density", "-3"),
    ],
)
def test_nonsense_in_the_memory_changes_nothing(
    blog: None, open_window: OpenWindow, qtbot: QtBot, qapp: QApplication, key: str, value: str
) -> None:
    QSettings().setValue(key, value)
    window = open_window()
    qtbot.waitUntil(lambda: window.pages[0].status.text() == "3 posts")
    page = window.current_page()
    assert page is window.pages[0]
    assert "title" in header_names(window, "posts")
    assert Remembered().density() is Density.COMFORTABLE


def _descending(column: str) -> Sort:
    return Sort(column, descending=True)
