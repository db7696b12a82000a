"""The strip that says where you write."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from blogadmin.gui.theme import profile_color
from blogadmin.gui.widgets.profile_strip import HEIGHT, ProfileStrip


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(300, 200)
    window.show()
    return window


def test_it_shows_the_colour_over_the_whole_width(window: QWidget) -> None:
    strip = ProfileStrip(window)
    assert not strip.isVisible()
    strip.set_colour("red")
    window.resize(500, 200)
    assert (strip.width(), strip.height()) == (500, HEIGHT)
    assert window.grab().toImage().pixelColor(250, 1) == profile_color("red")


def test_an_unknown_colour_is_refused(window: QWidget) -> None:
    with pytest.raises(KeyError):
        ProfileStrip(window).set_colour("no such colour")
