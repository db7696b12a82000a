"""A page follows what other programs do: its rows, who edits them, and what only a reload would show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from blogadmin.gui.control.live import Row, who
from blogadmin.gui.control.services import Services
from blogadmin.gui.pages.noun import Noun
from blogadmin.gui.tables.unseen import News

if TYPE_CHECKING:
    from blogadmin.gui.pages.page_frame import PageFrame

SOON = 200
"""Milliseconds after the first rows, which shall be painted before anything else is begun."""


class Following(QObject):
    """Connects a page with the feed, which begins as soon as a page has something to show."""

    def __init__(self, page: PageFrame, services: Services) -> None:
        super().__init__(page)
        self._page = page
        page.model.news_changed.connect(self._show_news)
        if page.noun.follow is not None:
            page.noun.follow(page, services)
        else:
            services.hub.lost_track.connect(page.model.lose_track)
        if services.live is not None:
            self._begin = QTimer(self, singleShot=True, interval=SOON)
            self._begin.timeout.connect(services.live.begin)
            page.model.first_rows.connect(self._begin.start)
            services.live.editors_changed.connect(self._mark_edited)
            self._mark_edited(services.live.editors)

    def _show_news(self, news: News) -> None:
        if any(news):
            words = news_words(news, self._page.noun)
            self._page.news.set_message(words, "", "Reload", self._page.model.reload)
        else:
            self._page.news.hide()

    def _mark_edited(self, editors: Mapping[Row, tuple[str, ...]]) -> None:
        key = self._page.noun.key
        mine = {row_id: f"{who(names)} editing" for (noun, row_id), names in editors.items() if noun == key}
        self._page.model.set_editors(mine)


def news_words(news: News, noun: Noun) -> str:
    """What a reload would show: "12 new posts, 3 moved, 1 deleted"."""
    parts = [(news.created, "new"), (news.moved, "moved"), (news.gone, "deleted")]
    first, *others = [(count, word) for count, word in parts if count]
    count, word = first
    plural = noun.singular if count == 1 else noun.plural
    words = f"{count:,} new {plural}" if word == "new" else f"{count:,} {plural} {word}"
    return ", ".join([words, *(f"{count:,} {word}" for count, word in others)])
