"""What a person can change: one frozen value for each verb.

The submodules load when first used: importing this package costs nothing, so the window can name them
before SQLAlchemy has been imported.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blogadmin.core.operations import bulk_run as bulk_run
    from blogadmin.core.operations import comments as comments
    from blogadmin.core.operations import posts as posts
    from blogadmin.core.operations import users as users
    from blogadmin.core.operations import views as views

__all__ = ["bulk_run", "comments", "posts", "users", "views"]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(name)
