"""Searches and filters: chips, the sheet in which one is made, and passages found in bodies."""

from __future__ import annotations

from blogadmin.core.queries.spec import Condition, Group, ListSpec
from blogadmin.gui.pages.filter_panel import FilterPanel
from blogadmin.gui.tables.list_model import State
from blogadmin.screenshots.studio import Scene, Studio

FILTER = Group(
    (
        Condition("status", "any_of", ("published", "archived")),
        Condition("updated_at", "within", "1y"),
        Group((Condition("comments", "at_least", 1), Condition("view_count", "at_least", 100)), any=True),
    )
)


def scenes(studio: Studio) -> Scene:
    """Fields to choose from, chips, each kind of value, and hits in bodies."""
    page = studio.page("posts")
    page.finding.add_filter()
    yield from studio.picture(studio.window, "filter-fields")
    panel = studio.child(studio.window, FilterPanel, "filterPanel")
    panel.close_sheet()
    page.finding.show(ListSpec(where=FILTER))
    yield lambda: page.model.state is State.READY
    yield from studio.picture(studio.window, "filter-chips")
    for at, name in ((0, "filter-status"), (1, "filter-time")):
        page.filter_bar.edit_wanted.emit((at,))
        yield from studio.picture(studio.window, name)
        panel.close_sheet()
    page.finding.show(ListSpec("post", bodies=True))
    yield lambda: page.model.state is State.READY
    yield from studio.picture(studio.window, "found-in-bodies")
    page.finding.show(ListSpec())
    yield lambda: studio.listed(page)
