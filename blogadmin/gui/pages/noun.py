"""What a noun (users, posts, comments) declares to have a page of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from blogadmin.gui.tables.columns import Column

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from blogadmin.core.operations.bulk_run import Change
    from blogadmin.core.operations.operation import Operation
    from blogadmin.gui.control.services import Services
    from blogadmin.gui.dialogs.edit_dialog import EditDialog
    from blogadmin.gui.pages.page_frame import PageFrame


class BulkAction(NamedTuple):
    """A verb for the selected rows, such as "Activate".

    ``operation`` makes from few ids what is done at once, in one transaction; ``change`` makes what is done
    to many rows bit by bit, from the answer to what ``asked`` names (``None`` where nothing is asked).
    Both are called when the verb is chosen, not before; a verb without ``operation`` is always done so, one
    without ``change`` never. ``many`` are its words away from its menu.
    """

    name: str
    text: str
    icon: str
    operation: Callable[[tuple[int, ...]], Operation] | None = None
    change: Callable[[Any], Change] | None = None
    asked: Literal["", "author", "tags"] = ""
    many: str = ""
    shortcut: str = ""


class BulkMenu(NamedTuple):
    """Verbs that belong together, such as one for each role, behind one button."""

    name: str
    text: str
    icon: str
    choices: Sequence[BulkAction]


class Noun(NamedTuple):
    """Everything that differs between pages; the page itself knows no noun."""

    key: str
    title: str
    singular: str
    plural: str
    icon: str
    columns: tuple[Column, ...]
    listing: Callable[[], Any]
    search_hint: str
    first_use: str
    """One sentence for a list that has no rows at all."""
    dialog: Callable[[Services, QWidget], EditDialog] | None = None
    """Makes the dialog that creates and edits; ``None`` for a list that is only read."""
    opens: Callable[[PageFrame, Services, int], object] | None = None
    """What opening a row does where rows have no dialog of their own."""
    follow: Callable[[PageFrame, Services], object] | None = None
    """Makes what follows commits, where the rows are not those that commits tell of."""
    bulk: Sequence[BulkAction | BulkMenu] = ()
    toggle: Callable[[tuple[int, ...], bool], Operation] | None = None
    """Makes the operation behind the check box column."""
    can_delete: bool = True
    has_bodies: bool = False
    """Whether its texts can be searched, not only what its columns show."""

    def counted(self, number: int) -> str:
        """The number with the noun: "1 post", "1,204 posts"."""
        return f"{number:,} {self.singular if number == 1 else self.plural}"
