"""What the window says about its connection: banner with a countdown, and the words in the status bar."""

from __future__ import annotations

import math

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from blogadmin.core.database.news import Standing
from blogadmin.gui.control.live import Live
from blogadmin.gui.control.tasks import Tasks
from blogadmin.gui.widgets.banner import Banner
from blogadmin.gui.widgets.profile_strip import ProfileStrip
from blogadmin.gui.widgets.status_bar import StatusBar


class ConnectionState(QObject):
    """Follows the workers: lost, tried again, restored. Nothing it does is modal."""

    def __init__(self, tasks: Tasks, banner: Banner, status_bar: StatusBar, window: QWidget) -> None:
        super().__init__(window)
        self._tasks = tasks
        self._banner = banner
        self._status_bar = status_bar
        self._strip = ProfileStrip(window)
        self._place = ""
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._count_down)
        tasks.connection_lost.connect(self._lost)
        tasks.connection_restored.connect(self.restored)
        tasks.retry_changed.connect(self._count_down)

    def follow(self, live: Live) -> None:
        """Say, too, whether changes of others show by themselves."""
        live.state_changed.connect(self._show_live)
        self._show_live(live.standing)

    def connecting(self) -> None:
        """The first answer of the server is waited for."""
        self._status_bar.set_connection("connecting", "Connecting…")

    def connected(self, place: str, *, local: bool, encrypted: bool) -> None:
        """Name the place that answered."""
        kept_private = "" if local else (" · encrypted" if encrypted else " · not encrypted")
        self._place = f"{place}{kept_private}"
        name, colour = ("local", "green") if local else ("server", "blue")
        self._status_bar.set_profile(name, colour)
        self._strip.set_colour(colour)
        self.restored()

    def not_connected(self) -> None:
        """No server has answered at all."""
        self._clock.stop()
        self._banner.hide()
        self._status_bar.set_connection("offline", "Not connected")

    def restored(self) -> None:
        """The server answers."""
        self._clock.stop()
        self._banner.hide()
        self._status_bar.set_connection("connected", "Connected", self._place)

    def _show_live(self, standing: Standing) -> None:
        words, why = {
            "live": ("Live", "What others change shows here at once."),
            "not live": ("Not live", f"{standing.reason} What others change shows after a while."),
            "connecting": ("", ""),
        }[standing.kind]
        self._status_bar.set_live(words, why)

    def _lost(self, _error: object) -> None:
        self._status_bar.set_connection("offline", "Connection lost", self._place)
        self._clock.start()
        self._count_down()

    def _count_down(self) -> None:
        if self._tasks.connection_state != "lost":
            return
        seconds = math.ceil(self._tasks.next_retry_in())
        when = f"Trying again in {seconds} s." if seconds > 0 else "Trying again now…"
        self._banner.set_message(
            "The server cannot be reached.",
            f"What was read before stays readable; nothing that you typed is lost. {when}",
            "Retry now",
            self._tasks.retry_now,
        )
