"""Putting a theme in force, and switching it while windows are open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from string import Template

import platformdirs
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from blogadmin.gui.theme import (
    Density,
    Mode,
    apply_theme,
    color,
    control_height,
    font,
    is_dark,
    metrics,
    mode_in_force,
    profile_color,
    row_height,
    set_variant,
    theme_changed,
    theme_signals,
)
from blogadmin.gui.theme import apply as apply_module
from blogadmin.gui.theme.stylesheet import build_style_sheet
from blogadmin.gui.theme.tokens import DARK, LIGHT
from blogadmin.paths import resources_dir

Role = QPalette.ColorRole


@pytest.fixture
def base_font(look: QApplication) -> Iterator[QFont]:
    kept = look.font()
    yield kept
    look.setFont(kept)


def test_light_and_dark_really_change_the_palette(look: QApplication) -> None:
    apply_theme(look, Mode.DARK)
    assert look.palette().color(Role.Window).name() == DARK["bg"].lower()
    assert look.palette().color(Role.Text).name() == DARK["text"].lower()
    apply_theme(look, Mode.LIGHT)
    assert look.palette().color(Role.Window).name() == LIGHT["bg"].lower()
    assert look.palette().color(Role.Highlight).name() == LIGHT["seltext"].lower()
    disabled = look.palette().color(QPalette.ColorGroup.Disabled, Role.ButtonText)
    assert disabled.name() == LIGHT["disabled"].lower()


def test_system_mode_follows_the_desktop(look: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    desktop = {"dark": True}
    monkeypatch.setattr(apply_module, "_system_is_dark", lambda _: desktop["dark"])
    apply_theme(look, Mode.SYSTEM)
    assert is_dark()
    desktop["dark"] = False
    look.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert not is_dark()
    assert mode_in_force(look) is Mode.SYSTEM


def test_chosen_theme_ignores_the_desktop(look: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply_module, "_system_is_dark", lambda _: True)
    apply_theme(look, Mode.LIGHT)
    look.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert not is_dark()


def test_more_contrast_is_followed(look: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply_module, "_system_wants_contrast", lambda _: True)
    apply_theme(look, Mode.LIGHT)
    assert color("line").name() == LIGHT["control"].lower()
    assert "border: 3px solid" in look.styleSheet()


def test_switch_is_told_once_when_all_is_in_force(look: QApplication) -> None:
    seen: list[tuple[bool, str]] = []

    def note() -> None:
        seen.append((is_dark(), look.palette().color(Role.Base).name()))

    theme_changed().connect(note)
    apply_theme(look, Mode.DARK)
    theme_signals().changed.disconnect(note)
    assert seen == [(True, DARK["surface"].lower())]


def test_open_widgets_take_the_new_colours(look: QApplication, qtbot: QtBot) -> None:
    field = QLineEdit()
    qtbot.addWidget(field)
    field.show()
    ground = field.grab().toImage().pixelColor(field.rect().center())
    assert ground.name() == LIGHT["surface"].lower()
    apply_theme(look, Mode.DARK)
    ground = field.grab().toImage().pixelColor(field.rect().center())
    assert ground.name() == DARK["surface"].lower()


def test_variant_repaints_a_widget_at_once(qtbot: QtBot) -> None:
    button = QPushButton("Save")
    qtbot.addWidget(button)
    button.resize(120, control_height())
    button.show()
    plain = button.grab().toImage().pixelColor(8, button.height() // 2)
    set_variant(button, kind="primary")
    primary = button.grab().toImage().pixelColor(8, button.height() // 2)
    assert plain.name() == LIGHT["raised"].lower()
    assert primary.name() == LIGHT["accent"].lower()


def test_error_border_shows(qtbot: QtBot) -> None:
    field = QLineEdit("not-an-address")
    qtbot.addWidget(field)
    field.show()
    set_variant(field, err=True)
    assert field.grab().toImage().pixelColor(1, field.height() // 2) == color("bad")


def test_muted_label_has_the_second_ink(qtbot: QtBot) -> None:
    label = QLabel("Kept in the system key store.")
    qtbot.addWidget(label)
    set_variant(label, tone="muted")
    assert label.palette().color(Role.WindowText) == color("text2")


def test_template_names_only_what_exists() -> None:
    text = (resources_dir() / "style" / "blogadmin.qss").read_text(encoding="utf-8")
    assert Template(text).is_valid()
    for table, dark in ((LIGHT, False), (DARK, True)):
        for strong in (False, True):
            assert "$" not in build_style_sheet(table, dark=dark, strong=strong)


def test_images_of_the_style_sheet_are_written_in_its_colours(tmp_path: Path) -> None:
    build_style_sheet(LIGHT, dark=False, strong=False)
    build_style_sheet(DARK, dark=True, strong=False)
    arrows = list((tmp_path / "cache" / "style").glob("chevron-down-*.svg"))
    texts = "".join(path.read_text(encoding="utf-8") for path in arrows)
    assert LIGHT["text2"].lower() in texts
    assert DARK["text2"].lower() in texts
    assert "currentColor" not in texts


def test_cache_that_cannot_be_written_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *_, **__: blocked)
    sheet = build_style_sheet(LIGHT, dark=False, strong=False)
    named = sheet.partition('url("')[2].partition('"')[0]
    assert Path(named).is_file()


def test_unknown_names_are_refused() -> None:
    with pytest.raises(KeyError):
        color("blue")
    with pytest.raises(KeyError):
        font("headline")
    with pytest.raises(KeyError):
        profile_color("pink")


def test_sizes_follow_the_font_of_the_application(look: QApplication, base_font: QFont) -> None:
    small = (control_height(), row_height(), metrics("page_title").height())
    larger = QFont(base_font)
    larger.setPointSizeF(base_font.pointSizeF() * 2)
    look.setFont(larger)
    assert control_height() > small[0]
    assert row_height() > small[1]
    assert metrics("page_title").height() > small[2]
    assert f"min-height: {control_height() - 2}px" in look.styleSheet()


def test_font_set_in_pixels_keeps_the_scale(look: QApplication, base_font: QFont) -> None:
    pixels = QFont(base_font)
    pixels.setPixelSize(20)
    look.setFont(pixels)
    assert font("caption").pointSizeF() < font("body").pointSizeF() < font("number").pointSizeF()


def test_heights_are_even_and_compact_rows_lower() -> None:
    assert control_height() % 2 == 0
    assert row_height(Density.COMPACT) < row_height(Density.COMFORTABLE)
    assert row_height(Density.COMPACT) % 2 == 0
