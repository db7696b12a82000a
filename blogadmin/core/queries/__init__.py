"""What the lists and dialogs read: session queries that answer with frozen rows.

The submodules load when first used: importing this package costs nothing, so the window can name them
before SQLAlchemy has been imported.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blogadmin.core.queries import abilities as abilities
    from blogadmin.core.queries import comments as comments
    from blogadmin.core.queries import history as history
    from blogadmin.core.queries import identity as identity
    from blogadmin.core.queries import palette as palette
    from blogadmin.core.queries import posts as posts
    from blogadmin.core.queries import users as users
    from blogadmin.core.queries import views as views

__all__ = ["abilities", "comments", "history", "identity", "palette", "posts", "users", "views"]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(name)
