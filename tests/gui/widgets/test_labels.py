"""Labels begin where the lines of their window begin, whichever way their words run."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from blogadmin.gui.widgets.labels import ElidedLabel, Label

LTR, RTL = Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft
WIDTH, HEIGHT, NEAR = 400, 60, 4


def selectable() -> Label:
    """One whose words can be marked, which Qt lays out in another way."""
    label = Label(wrap=True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


KINDS = {"plain": Label, "wrapped": lambda: Label(wrap=True), "elided": ElidedLabel, "selectable": selectable}


def written(image: QImage) -> tuple[int, int]:
    """The first and the last column of pixels in which there is something."""
    ground = image.pixel(image.width() // 2, 0)
    columns = [
        x for x in range(image.width()) if any(image.pixel(x, y) != ground for y in range(image.height()))
    ]
    return columns[0], columns[-1]


@pytest.mark.parametrize("text", ["At least ten.", "سميرة حداد"])
@pytest.mark.parametrize("direction", [LTR, RTL])
@pytest.mark.parametrize("kind", KINDS)
def test_words_begin_at_the_leading_edge(
    kind: str, direction: Qt.LayoutDirection, text: str, qtbot: QtBot
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    label = KINDS[kind]()
    label.setParent(window)
    label.setText(text)
    label.resize(WIDTH, HEIGHT)
    window.setLayoutDirection(direction)
    first, last = written(label.grab().toImage())
    assert last - first < WIDTH / 2
    assert (first < NEAR) if direction is LTR else (last >= WIDTH - NEAR)


@pytest.mark.parametrize("direction", [LTR, RTL])
def test_what_is_aligned_otherwise_stays_so(direction: Qt.LayoutDirection, qtbot: QtBot) -> None:
    label = Label("No posts yet")
    qtbot.addWidget(label)
    label.resize(WIDTH, HEIGHT)
    label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    label.setLayoutDirection(direction)
    first, last = written(label.grab().toImage())
    assert abs(first - (WIDTH - 1 - last)) <= NEAR
    label.setAlignment(Qt.AlignmentFlag.AlignTrailing)
    first, last = written(label.grab().toImage())
    assert (last >= WIDTH - NEAR) if direction is LTR else (first < NEAR)
