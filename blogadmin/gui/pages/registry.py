"""The nouns that have a page, in the order of the navigation. A new noun is one line here."""

from __future__ import annotations

from blogadmin.gui.pages.comments import COMMENTS
from blogadmin.gui.pages.history import HISTORY
from blogadmin.gui.pages.noun import Noun
from blogadmin.gui.pages.posts import POSTS
from blogadmin.gui.pages.users import USERS

NOUNS: tuple[Noun, ...] = (
    POSTS,
    COMMENTS,
    USERS,
    HISTORY,
)
