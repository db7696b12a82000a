"""Lists as somebody wants to see them again: saved ones, and those that everybody has from the start.

A post is taken as never published while it is a draft, in review or scheduled: the blog keeps no history, and
what is archived was published once. "Published this week" are published posts touched this week: publishing
touches a post, and so does editing it afterwards. "Inactive authors" cannot sign in, but wrote something.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, cast, func, literal_column, select
from sqlalchemy.orm import Session

from blogadmin.core.models import SavedView
from blogadmin.core.queries.conditions import ME
from blogadmin.core.queries.listing import Listing
from blogadmin.core.queries.spec import Condition, Group, ListSpec, Sort
from blogadmin.core.queries.spec_json import from_json

COLUMNS = "columns"
"""Where a saved view keeps its columns, beside what ``spec_json`` knows."""


@dataclass(frozen=True, slots=True)
class View:
    """A named list. ``id`` and ``version`` are of the saved row, ``None`` and 0 for a default view.

    ``columns`` are the ones shown, in their order; empty for the usual ones. ``own`` tells whether this
    login saved it. ``problem`` tells why it cannot be shown here; ``spec`` is then empty.
    """

    noun: str
    name: str
    spec: ListSpec
    columns: tuple[str, ...] = ()
    id: int | None = None
    version: int = 0
    owner: str = ""
    own: bool = False
    shared: bool = False
    problem: str | None = None


def defaults(noun: str, me: int | None = None) -> tuple[View, ...]:
    """The views of a noun that everybody has.

    ``me`` is the user who sits here; without one, the user whose name or address is the login's.
    """
    mine = Condition("author_id", "is", ME if me is None else me)
    drafts = Condition("status", "is", "draft")
    published = Condition("status", "is", "published")
    unpublished = Condition("status", "any_of", ("draft", "review", "scheduled"))
    this_week = Condition("updated_at", "within", "this_week")
    inactive = Condition("is_active", "is", False)
    wrote = Condition("posts", "at_least", 1)
    oldest_first = (Sort("created_at"),)
    views = {
        "posts": (
            ("My drafts", ListSpec(where=Group((mine, drafts)))),
            ("Published this week", ListSpec(where=Group((published, this_week)))),
            ("Never published", ListSpec(sort=oldest_first, where=Group((unpublished,)))),
        ),
        "users": (("Inactive authors", ListSpec(where=Group((inactive, wrote)))),),
    }
    return tuple(View(noun, name, spec) for name, spec in views.get(noun, ()))


def saved(session: Session, listing: Listing[Any]) -> tuple[View, ...]:
    """The views of a noun that this login saved, then those that others share, each by name.

    Empty in a database that has no place for them yet.
    """
    if session.scalar(select(func.to_regclass("saved_views"))) is None:
        return ()
    # Whether it is mine the server says: it knows the login, through whatever it came.
    own = (SavedView.owner == cast(literal_column("CURRENT_USER"), Text)).label("own")
    found = session.execute(
        select(
            SavedView.name,
            SavedView.spec,
            SavedView.id,
            SavedView.version,
            SavedView.owner,
            own,
            SavedView.shared,
        )
        .where(SavedView.noun == listing.noun, own | SavedView.shared)
        .order_by(own.desc(), func.lower(SavedView.name), SavedView.name, SavedView.id)
    )
    return tuple(_view(listing, row) for row in found)


def _view(listing: Listing[Any], row: Any) -> View:
    try:
        spec, columns = _read(listing, row.spec)
        problem = None
    except ValueError as error:
        spec, columns, problem = ListSpec(), (), f"made by a newer version of the program ({error})"
    return View(
        listing.noun, row.name, spec, columns, row.id, row.version, row.owner, row.own, row.shared, problem
    )


def _read(listing: Listing[Any], data: Mapping[str, Any]) -> tuple[ListSpec, tuple[str, ...]]:
    columns = data.get(COLUMNS, [])
    if not isinstance(columns, list) or not all(isinstance(name, str) for name in columns):
        raise ValueError("the columns are no list of names")
    rest = {name: value for name, value in data.items() if name != COLUMNS}
    # A column that is no longer there is left out; a filter or an order that is not known would lie.
    known = tuple(name for name in columns if name in listing.columns)
    return from_json(listing.fields, rest, listing.sortable), known
