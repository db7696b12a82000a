"""The preview shows text and nothing that reaches out."""

from __future__ import annotations

import pytest
import shiboken6
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from blogadmin.gui.dialogs.preview import MOST, SafePreview
from tests.gui.recorder import Recorder


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses that would have been opened outside."""
    urls: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: urls.append(url.toString()))
    return urls


@pytest.fixture
def preview(messages: Recorder, qtbot: QtBot) -> SafePreview:
    preview = SafePreview(messages)
    qtbot.addWidget(preview)
    preview.show()
    return preview


def render(preview: SafePreview, text: str) -> None:
    preview.follow(lambda: text)
    preview.render_now()


@pytest.mark.parametrize(
    "text",
    [
        "![x](file:///etc/passwd)",
        "![x](http://example.org/x.png)",
        "![x](//server/share/x.png)",
        "![x](qrc:/x.png)",
        "<img src='http://example.org/x.png'><script>alert(1)</script>",
        "<style>@import url(http://example.org)</style>",
    ],
)
def test_nothing_is_loaded(preview: SafePreview, text: str) -> None:
    render(preview, text)
    preview.grab()
    for name in ("file:///etc/passwd", "http://example.org/x.png", "qrc:/x.png", "x.css"):
        for kind in (1, 2, 3, 4):
            assert preview.loadResource(kind, QUrl(name)) is None


def test_html_is_shown_as_text(preview: SafePreview) -> None:
    render(preview, "<b>bold</b> **strong**")
    assert preview.toPlainText() == "<b>bold</b> strong"


def test_a_link_opens_only_after_its_address_was_seen(
    preview: SafePreview, messages: Recorder, opened: list[str]
) -> None:
    preview.anchorClicked.emit(QUrl("https://example.org/a?b=c"))
    assert messages.asks[-1].text == "https://example.org/a?b=c"
    assert opened == []
    messages.asks[-1].answer("cancel")
    assert opened == []
    preview.anchorClicked.emit(QUrl("https://example.org/a?b=c"))
    messages.asks[-1].answer("open")
    assert opened == ["https://example.org/a?b=c"]


def test_a_name_in_look_alike_letters_shows_as_what_it_is(preview: SafePreview, messages: Recorder) -> None:
    preview.anchorClicked.emit(QUrl("https://ex\u0430mple.org/"))
    assert messages.asks[-1].text.startswith("https://xn--")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "javascript:alert(1)", "smb://host/x", "x.html"])
def test_other_links_are_not_opened(
    preview: SafePreview, messages: Recorder, opened: list[str], url: str
) -> None:
    preview.anchorClicked.emit(QUrl(url))
    assert messages.asks == []
    assert url in messages.errors[-1].text
    assert opened == []


def test_a_very_long_text_is_cut(preview: SafePreview) -> None:
    render(preview, "word " * (MOST // 4))
    assert preview.toPlainText().endswith("The rest is too long for the preview.")
    assert len(preview.toPlainText()) < MOST + 100


def test_it_renders_only_while_it_can_be_seen(preview: SafePreview, qtbot: QtBot) -> None:
    texts = ["first"]
    preview.follow(lambda: texts[-1])
    preview.hide()
    texts.append("second")
    preview.outdated()
    assert preview.toPlainText() == ""
    preview.show()
    assert preview.toPlainText() == "second"


def test_copying_gives_plain_text(preview: SafePreview) -> None:
    render(preview, "**bold** text")
    preview.selectAll()
    QTest.keySequence(preview, "Ctrl+C")
    mime = preview.createMimeDataFromSelection()
    assert mime.text() == "bold text"
    assert not mime.hasHtml()
    assert not shiboken6.createdByPython(mime), "the clipboard outlives Python"
