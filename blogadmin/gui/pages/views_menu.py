"""The menu of views: those to look at, and what can be done with the one that is shown."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from blogadmin.gui.pages.views_view import is_about_me, key_of

if TYPE_CHECKING:
    from blogadmin.core.queries.views import View

_LONGEST = 60


@dataclass(frozen=True, slots=True)
class ViewVerbs:
    """What the menu does; each without a question."""

    show: Callable[[View], object]
    show_all: Callable[[], object]
    save: Callable[[], object]
    update: Callable[[View], object]
    rename: Callable[[View], object]
    share: Callable[[View, bool], object]
    delete: Callable[[View], object]
    choose_me: Callable[[], object]


class ViewsMenu(QMenu):
    """Made anew each time it opens, from the views that are known then."""

    def __init__(self, verbs: ViewVerbs, parent: QWidget) -> None:
        super().__init__("Views", parent)
        self._verbs = verbs
        self._group = QActionGroup(self)
        self.setObjectName("viewsMenu")
        self.setAccessibleName("Views")
        self.setToolTipsVisible(True)

    def fill(
        self, plural: str, views: Sequence[View], current: View | None, *, changed: bool, writable: bool
    ) -> None:
        """Offer ``views``; ``current`` is the one that is shown, ``changed`` if no longer as it was saved."""
        self.clear()
        self._group = QActionGroup(self)
        self._choice(f"All {plural}", "allRowsAction", self._verbs.show_all, chosen=current is None)
        sections = (
            ("", [view for view in views if view.id is None]),
            ("Mine", [view for view in views if view.id is not None and view.own]),
            ("Shared by others", [view for view in views if view.id is not None and not view.own]),
        )
        for title, members in sections:
            if members:
                self.addSection(title) if title else self.addSeparator()
                for view in members:
                    self._view(view, current)
        self.addSeparator()
        self._add("Save as a new view…", "saveViewAction", self._verbs.save, writable)
        if current is not None and current.own:
            self._manage(current, changed=changed, writable=writable)
        if any(is_about_me(view) for view in views):
            self.addSeparator()
            self._add("Who am I…", "chooseMeAction", self._verbs.choose_me, True)

    def _view(self, view: View, current: View | None) -> None:
        action = self._choice(
            _short(view.name),
            f"view_{key_of(view)}",
            lambda: self._verbs.show(view),
            chosen=current is not None and key_of(current) == key_of(view),
        )
        by = f"Shared by {view.owner}" if view.owner and not view.own else ""
        why = f"It was {view.problem}. Update this program to use it." if view.problem else ""
        action.setToolTip(html.escape(" ".join(part for part in (why, by) if part) or view.name))
        action.setEnabled(not view.problem)

    def _manage(self, view: View, *, changed: bool, writable: bool) -> None:
        verbs, name = self._verbs, _short(view.name)
        self._add(f"Update “{name}”", "updateViewAction", lambda: verbs.update(view), writable and changed)
        self._add("Rename…", "renameViewAction", lambda: verbs.rename(view), writable)
        share = self._add(
            "Shared with everybody", "shareViewAction", lambda: verbs.share(view, not view.shared), writable
        )
        share.setCheckable(True)
        share.setChecked(view.shared)
        self._add(f"Delete “{name}”", "deleteViewAction", lambda: verbs.delete(view), writable)

    def _choice(self, text: str, name: str, slot: Callable[[], object], *, chosen: bool) -> QAction:
        action = self._add(text, name, slot, True)
        action.setCheckable(True)
        action.setChecked(chosen)
        self._group.addAction(action)
        return action

    def _add(self, text: str, name: str, slot: Callable[[], object], enabled: bool) -> QAction:
        # An ampersand in a name is no mark of a letter.
        action = QAction(text.replace("&", "&&"), self)
        action.setObjectName(name)
        action.setEnabled(enabled)
        action.triggered.connect(lambda _checked=False: slot())
        self.addAction(action)
        return action


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
