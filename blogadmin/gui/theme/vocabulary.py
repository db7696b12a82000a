"""How states and roles look: each has a word, a colour and a shape, so none leans on colour alone."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple


class StatusLook(NamedTuple):
    """A state: its word, the tokens of ink and soft ground, and the shape of its glyph."""

    label: str
    ink_token: str
    soft_token: str
    shape: str


class RoleLook(NamedTuple):
    """A role: its word and its icon."""

    label: str
    icon: str


def _status(label: str, tone: str, shape: str) -> StatusLook:
    return StatusLook(label, tone, f"{tone}_soft", shape)


STATUS: Final[Mapping[str, StatusLook]] = MappingProxyType(
    {
        "draft": _status("Draft", "mute", "dashed"),
        "review": _status("In review", "warn", "half"),
        "scheduled": _status("Scheduled", "note", "clock"),
        "published": _status("Published", "ok", "check"),
        "archived": _status("Archived", "mute", "box"),
        "pending": _status("Pending", "warn", "half"),
        "approved": _status("Approved", "ok", "check"),
        "spam": _status("Spam", "bad", "diamond"),
        "trash": _status("Trash", "mute", "cross"),
        "active": _status("Active", "ok", "check"),
        "inactive": _status("Inactive", "mute", "cross"),
        "created": _status("Created", "ok", "check"),
        "changed": _status("Changed", "note", "half"),
        "deleted": _status("Deleted", "bad", "cross"),
        "error": _status("Error", "bad", "diamond"),
        "offline": _status("Offline", "bad", "offline"),
    }
)

ROLE: Final[Mapping[str, RoleLook]] = MappingProxyType(
    {
        "admin": RoleLook("Admin", "shield"),
        "moderator": RoleLook("Moderator", "gavel"),
        "editor": RoleLook("Editor", "pen"),
        "user": RoleLook("User", "user"),
    }
)
