"""Buttons, labels, pills, key hints and panels."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QKeySequence
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from blogadmin.gui.theme import ROLE, STATUS, Mode, apply_theme, color, control_height, font
from blogadmin.gui.widgets.buttons import (
    danger_button,
    ghost_button,
    link_button,
    plain_button,
    primary_button,
    tool_button,
)
from blogadmin.gui.widgets.labels import ElidedLabel, Label
from blogadmin.gui.widgets.panel import Line, Panel
from blogadmin.gui.widgets.pills import (
    Avatar,
    IconMark,
    KeyHint,
    RolePill,
    StatusGlyph,
    StatusPill,
    key_names,
)

MAKERS = {
    "primary": primary_button,
    "plain": plain_button,
    "danger": danger_button,
    "ghost": ghost_button,
    "link": link_button,
}


@pytest.fixture
def base_font(look: QApplication) -> Iterator[QFont]:
    kept = look.font()
    yield kept
    look.setFont(kept)


@pytest.mark.parametrize("kind", MAKERS)
def test_button_has_names_and_works_by_keys(kind: str, qtbot: QtBot) -> None:
    button = MAKERS[kind]("&Save user", "saveButton", "save")
    qtbot.addWidget(button)
    button.show()
    assert (button.objectName(), button.accessibleName()) == ("saveButton", "Save user")
    assert button.property("kind") == kind
    spy = QSignalSpy(button.clicked)
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert spy.count() == 1


@pytest.mark.parametrize("kind", MAKERS)
def test_focus_ring_moves_nothing(kind: str, qtbot: QtBot) -> None:
    window = QWidget()
    column = QVBoxLayout(window)
    button, other = MAKERS[kind]("Save", "saveButton"), plain_button("Other", "other")
    column.addWidget(other)
    column.addWidget(button)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    other.setFocus()
    resting = button.sizeHint()
    button.setFocus()
    assert button.hasFocus()
    assert button.sizeHint() == resting
    assert resting.height() == control_height()


def test_click_leaves_no_focus_on_a_button(qtbot: QtBot) -> None:
    button = plain_button("Reload", "reload")
    qtbot.addWidget(button)
    assert button.focusPolicy() == Qt.FocusPolicy.TabFocus


def test_tool_button_says_what_it_does(qtbot: QtBot) -> None:
    button = tool_button("refresh", "Reload (F5)", "reloadButton")
    qtbot.addWidget(button)
    assert button.toolTip() == button.accessibleName() == "Reload (F5)"
    assert button.objectName() == "reloadButton"
    assert button.sizeHint().width() == button.sizeHint().height() >= control_height()


def test_label_is_plain_and_follows_the_font(look: QApplication, base_font: QFont, qtbot: QtBot) -> None:
    label = Label("<b>Posts</b>", role="page_title")
    qtbot.addWidget(label)
    label.show()
    assert label.textFormat() == Qt.TextFormat.PlainText
    before = label.font().pointSizeF()
    larger = QFont(base_font)
    larger.setPointSizeF(base_font.pointSizeF() * 2)
    look.setFont(larger)
    assert label.font().pointSizeF() == pytest.approx(before * 2)


def test_label_tone_follows_the_theme(look: QApplication, qtbot: QtBot) -> None:
    label = Label("Not connected", tone="bad")
    qtbot.addWidget(label)
    label.show()
    apply_theme(look, Mode.DARK)
    assert label.palette().color(label.foregroundRole()) == color("bad")


def test_elided_label_explains_itself(qtbot: QtBot) -> None:
    label = ElidedLabel("A title that is much longer than the room that it has")
    qtbot.addWidget(label)
    label.resize(80, 20)
    label.show()
    assert "much longer" in label.toolTip()
    label.resize(800, 20)
    assert label.toolTip() == ""


@pytest.mark.parametrize("status", STATUS)
def test_status_pill_says_its_word(status: str, qtbot: QtBot) -> None:
    pill = StatusPill(status)
    qtbot.addWidget(pill)
    assert pill.accessibleName() == STATUS[status].label
    image = pill.grab().toImage()
    assert image.pixelColor(4, 3) == color(STATUS[status].soft_token)


def test_pill_grows_with_its_word(qtbot: QtBot) -> None:
    pill = StatusPill("draft")
    qtbot.addWidget(pill)
    narrow = pill.sizeHint().width()
    pill.set_status("scheduled")
    assert pill.sizeHint().width() > narrow
    with pytest.raises(KeyError):
        pill.set_status("unknown")


@pytest.mark.parametrize("role", ROLE)
def test_only_admin_has_the_accent(role: str, qtbot: QtBot) -> None:
    pill = RolePill(role)
    qtbot.addWidget(pill)
    assert pill.accessibleName() == ROLE[role].label
    middle = pill.grab().toImage().pixelColor(4, 3)
    assert (middle == color("accent_soft")) == (role == "admin")


def test_marks_change_what_they_show(qtbot: QtBot) -> None:
    mark, glyph, avatar = IconMark("info"), StatusGlyph("active"), Avatar("Marta Lindqvist")
    for widget in (mark, glyph, avatar):
        qtbot.addWidget(widget)
    images = [widget.grab().toImage() for widget in (mark, glyph, avatar)]
    mark.set_icon("alert-circle", "bad")
    glyph.set_status("offline")
    avatar.set_person("Viktor Hale", inactive=True)
    assert mark.icon_name == "alert-circle"
    assert glyph.accessibleName() == "Offline"
    assert avatar.accessibleName() == "Viktor Hale, inactive"
    after = [widget.grab().toImage() for widget in (mark, glyph, avatar)]
    assert all(old != new for old, new in zip(images, after, strict=True))


@pytest.mark.parametrize(
    ("keys", "caps"),
    [
        ("Ctrl+K", ("Ctrl", "K")),
        ("Ctrl+Return", ("Ctrl", "Enter")),
        ("Ctrl++", ("Ctrl", "+")),
        ("/", ("/",)),
        ("Esc", ("Esc",)),
        ("Ctrl+K, Ctrl+S", ("Ctrl", "K")),
        ("", ()),
    ],
)
def test_caps_of_a_shortcut(keys: str, caps: tuple[str, ...]) -> None:
    assert key_names(QKeySequence(keys)) == caps


def test_key_hint_is_read_as_words(qtbot: QtBot) -> None:
    hint = KeyHint("Ctrl+K", "command palette")
    qtbot.addWidget(hint)
    assert hint.accessibleName() == "Ctrl+K command palette"
    assert hint.sizeHint().width() > KeyHint("Ctrl+K").sizeHint().width()


def test_panel_paints_ground_and_lines(qtbot: QtBot) -> None:
    panel = Panel("surface", edges=("top", "leading"))
    qtbot.addWidget(panel)
    panel.resize(60, 40)
    image = panel.grab().toImage()
    assert image.pixelColor(30, 0) == image.pixelColor(0, 20) == color("line")
    assert image.pixelColor(59, 20) == image.pixelColor(30, 39) == color("surface")
    panel.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert panel.grab().toImage().pixelColor(59, 20) == color("line")


def test_card_has_round_corners_and_a_border(qtbot: QtBot) -> None:
    card = Panel("surface", radius=8, border="line")
    qtbot.addWidget(card)
    card.resize(60, 40)
    image = card.grab().toImage()
    assert image.pixelColor(0, 0) != color("surface")
    assert image.pixelColor(30, 20) == color("surface")
    card.set_ground("sunken")
    assert card.grab().toImage().pixelColor(30, 20) == color("sunken")


def test_line_is_one_pixel(qtbot: QtBot) -> None:
    for orientation, size in ((Qt.Orientation.Horizontal, "height"), (Qt.Orientation.Vertical, "width")):
        line = Line(orientation)
        qtbot.addWidget(line)
        line.resize(20, 20)
        assert getattr(line, size)() == 1
        assert line.grab().toImage().pixelColor(0, 0) == color("line")


def test_fonts_of_a_label_are_those_of_the_type_scale(qtbot: QtBot) -> None:
    label = Label("Users", role="caption")
    qtbot.addWidget(label)
    assert label.font() == font("caption")
