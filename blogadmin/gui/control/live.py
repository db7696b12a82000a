"""What other programs do to the database, brought into the window's thread: changes, and who edits what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from blogadmin.core.database.news import Changed, Editing, Editor, Event, LostTrack, Standing
from blogadmin.gui.control.bridge import Bridge
from blogadmin.gui.control.hub import ChangeHub
from blogadmin.gui.control.tasks import Tasks

if TYPE_CHECKING:
    from blogadmin.core.database.feed import Feed

Row = tuple[str, int]
"""A noun and the id of one of its rows."""

OWN_LOGIN = "Someone with your login"
_NOBODY: Mapping[Row, tuple[str, ...]] = MappingProxyType({})


class Live(QObject):
    """Follows the database of ``tasks`` from ``begin`` on, and tells the ``hub``.

    It needs a connection beside those of the workers; so ``begin`` may wait until there is something to see.
    All methods belong to the window's thread.

    Signals:
        state_changed(Standing): ``standing`` has another value.
        editors_changed(mapping): ``editors`` has another value.
    """

    state_changed = Signal(object)
    editors_changed = Signal(object)

    def __init__(self, tasks: Tasks, hub: ChangeHub, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.standing = Standing("connecting")
        """Its ``kind``: whether changes are told as they happen ("live"), will be ("connecting") or cannot be
        ("not live"); its ``reason`` says why they are not, as a sentence."""
        self.editors = _NOBODY
        """The names of who edits a row in another program, by noun and id."""
        self._tasks = tasks
        self._hub = hub
        self._bridge = Bridge(self)
        self._feed: Feed | None = None
        self._closed = False
        self._ending: list[Feed] = []
        self._edited: Counter[Row] = Counter()
        tasks.database_changed.connect(self.end)

    def begin(self) -> None:
        """Follow the database that is open now; nothing happens if that is so already, or there is none."""
        database = self._tasks.database
        if self._closed or self._feed is not None or database is None:
            return
        # Late: the feed needs the driver, which is there once a database is.
        from blogadmin.core.database.feed import Feed

        feed = Feed(database, lambda event: self._bridge.post(lambda: self._take(feed, event)))
        self._feed = feed
        for row in self._edited.elements():
            feed.hold(*row)
        feed.start()

    def end(self) -> None:
        """Follow nothing any more, until the next ``begin``."""
        if self._feed is not None:
            self._feed.stop()
            self._ending.append(self._feed)
            self._feed = None
            self._stand(Standing("connecting"))
            self._know_editors(())

    def stop(self) -> None:
        """Tell nothing any more, and begin to end without waiting."""
        self._closed = True
        self._bridge.close()
        self.end()

    def close(self, timeout: float = 1.0) -> None:
        """End for good, within ``timeout`` seconds."""
        self.stop()
        for feed in self._ending:
            feed.close(timeout / len(self._ending))
        self._ending.clear()

    def editing(self, noun: str, row_id: int) -> None:
        """Somebody edits the row here: let the others know, until ``stopped`` was called as often."""
        self._edited[noun, row_id] += 1
        if self._feed is not None:
            self._feed.hold(noun, row_id)

    def stopped(self, noun: str, row_id: int) -> None:
        """Take back one ``editing``."""
        self._edited[noun, row_id] -= 1
        self._edited = +self._edited
        if self._feed is not None:
            self._feed.let_go(noun, row_id)

    def _take(self, feed: Feed, event: Event) -> None:
        if feed is not self._feed:
            return
        match event:
            case Changed(changes):
                self._hub.announce(changes, None)
            case LostTrack(noun):
                self._hub.lose_track(noun)
            case Standing():
                self._stand(event)
                if event.kind == "connecting" and event.reason:
                    # Whoever only looks at the screen shall learn of it, too.
                    self._tasks.check_connection()
            case Editing(editors):
                self._know_editors(editors)

    def _stand(self, standing: Standing) -> None:
        if standing == self.standing:
            return
        self.standing = standing
        if standing.kind == "live" and self._tasks.connection_state == "lost":
            # The server is back before the workers have looked again.
            self._tasks.retry_now()
        self.state_changed.emit(standing)

    def _know_editors(self, editors: Iterable[Editor]) -> None:
        names: dict[Row, dict[str, None]] = {}
        for editor in editors:
            name = OWN_LOGIN if editor.own_login or not editor.login else editor.login
            names.setdefault((editor.noun, editor.row_id), {})[name] = None
        found = MappingProxyType({row: tuple(known) for row, known in names.items()})
        if found != self.editors:
            self.editors = found
            self.editors_changed.emit(found)


def who(names: Iterable[str]) -> str:
    """Several names as the beginning of a sentence, with its verb: "anna and bob are"."""
    first, *others = names
    if not others:
        return f"{first} is"
    return f"{first} and {others[0]} are" if len(others) == 1 else f"{first} and {len(others)} others are"
