"""The users page: who may write, moderate and comment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blogadmin.core import operations, queries
from blogadmin.core.values import Role
from blogadmin.gui.pages.noun import BulkAction, BulkMenu, Noun
from blogadmin.gui.tables.columns import CellEdit, CellKind, Column
from blogadmin.gui.theme import ROLE

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from blogadmin.core.operations.bulk_run import Change
    from blogadmin.core.operations.operation import Operation
    from blogadmin.gui.control.services import Services
    from blogadmin.gui.dialogs.edit_dialog import EditDialog


def _dialog(services: Services, parent: QWidget) -> EditDialog:
    from blogadmin.gui.dialogs.user import UserDialog

    return UserDialog(services, parent)


def _set_active(ids: tuple[int, ...], active: bool) -> Operation:
    return operations.users.SetActive(ids, active)


def _role_action(role: Role) -> BulkAction:
    def make(ids: tuple[int, ...]) -> Operation:
        return operations.users.SetRole(ids, role.value)

    def change(_nothing: Any) -> Change:
        return operations.bulk_run.SetColumn("users", "role", role.value)

    look = ROLE[role.value]
    many = f"Change role to {look.label.lower()}"
    return BulkAction(f"{role.value}RoleAction", look.label, look.icon, make, change, many=many)


def _active_action(name: str, text: str, image: str, *, active: bool) -> BulkAction:
    def make(ids: tuple[int, ...]) -> Operation:
        return _set_active(ids, active)

    def change(_nothing: Any) -> Change:
        return operations.bulk_run.SetColumn("users", "is_active", active)

    return BulkAction(name, text, image, make, change)


def _edit(*sent: Any) -> Operation:
    return operations.users.EditUser(*sent)


def _listing() -> Any:
    return queries.users.LISTING


USERS = Noun(
    key="users",
    title="Users",
    singular="user",
    plural="users",
    icon="users",
    columns=(
        Column(
            "is_active",
            "Active",
            CellKind.CHECK,
            8,
            lambda u: "Active" if u.is_active else "Inactive",
            value=lambda u: u.is_active,
        ),
        Column(
            "name",
            "Name",
            CellKind.PERSON,
            26,
            lambda u: u.name,
            detail=lambda u: "" if u.is_active else "Inactive",
            value=lambda u: u.is_active,
            required=True,
        ),
        Column("email", "E-mail", CellKind.TEXT, 32, lambda u: u.email, required=True),
        Column(
            "role",
            "Role",
            CellKind.ROLE,
            14,
            lambda u: ROLE[u.role].label if u.role in ROLE else u.role,
            value=lambda u: u.role,
            edit=CellEdit(
                lambda u: u.role,
                _edit,
                choices=tuple((role.value, ROLE[role.value].label) for role in Role),
            ),
        ),
        Column("posts", "Posts", CellKind.NUMBER, 9, lambda u: f"{u.posts:,}"),
        Column("comments", "Comments", CellKind.NUMBER, 11, lambda u: f"{u.comments:,}"),
        Column("updated_at", "Updated", CellKind.TIME, 18, lambda u: "", value=lambda u: u.updated_at),
        Column("created_at", "Joined", CellKind.TIME, 18, lambda u: "", value=lambda u: u.created_at),
        Column("id", "ID", CellKind.NUMBER, 8, lambda u: str(u.id), hidden=True),
    ),
    listing=_listing,
    search_hint="Search name, e-mail…",
    first_use="Nobody is here yet. The first user you create can write the first post.",
    dialog=_dialog,
    bulk=(
        _active_action("activateAction", "Activate", "check-circle", active=True),
        _active_action("deactivateAction", "Deactivate", "x", active=False),
        BulkMenu("roleMenu", "Change role", "shield", tuple(_role_action(role) for role in Role)),
    ),
    toggle=_set_active,
)
