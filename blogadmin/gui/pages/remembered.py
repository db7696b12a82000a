"""What the program remembers between starts on this computer: geometry, columns, sort, theme."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSettings

from blogadmin.gui.theme import Density, Mode


class Remembered:
    """A typed door to QSettings. Nothing about the blog itself is kept here, least of all a password."""

    def __init__(self) -> None:
        self._settings = QSettings()

    def geometry(self) -> QByteArray | None:
        """The window's place and size, or ``None`` at the first start."""
        value = self._settings.value("window/geometry")
        return value if isinstance(value, QByteArray) else None

    def keep_geometry(self, geometry: QByteArray) -> None:
        """Keep the window's place and size."""
        self._settings.setValue("window/geometry", geometry)

    def page(self) -> str:
        """Key of the page that was open last, or an empty string."""
        return str(self._settings.value("window/page", ""))

    def keep_page(self, key: str) -> None:
        """Keep which page is open."""
        self._settings.setValue("window/page", key)

    def columns(self, noun: str) -> str:
        """The state of a list's columns as ``ListView.save_state`` wrote it, or an empty string."""
        return str(self._settings.value(f"pages/{noun}/columns", ""))

    def keep_columns(self, noun: str, state: str) -> None:
        """Keep the state of a list's columns and sort."""
        self._settings.setValue(f"pages/{noun}/columns", state)

    def glance(self, noun: str) -> str:
        """How a list's first rows can be read early, as ``Glance.to_text`` wrote it, or an empty string."""
        return str(self._settings.value(f"pages/{noun}/glance", ""))

    def keep_glance(self, noun: str, text: str) -> None:
        """Keep how the first rows of a list can be read early; an empty string where they cannot."""
        self._settings.setValue(f"pages/{noun}/glance", text)

    def scene(self, noun: str) -> str:
        """Where a list stood in the window, as ``Scene.to_text`` wrote it, or an empty string."""
        return str(self._settings.value(f"pages/{noun}/scene", ""))

    def keep_scene(self, noun: str, text: str) -> None:
        """Keep where a list stands in the window."""
        self._settings.setValue(f"pages/{noun}/scene", text)

    def view(self, noun: str) -> str:
        """What the view of a page that was chosen last is remembered by, or an empty string."""
        return str(self._settings.value(f"pages/{noun}/view", ""))

    def keep_view(self, noun: str, key: str) -> None:
        """Keep which view was chosen for a page."""
        self._settings.setValue(f"pages/{noun}/view", key)

    def me(self) -> str:
        """The e-mail address of the person in front of this computer, or an empty string."""
        return str(self._settings.value("person/email", ""))

    def keep_me(self, email: str) -> None:
        """Keep who is in front of this computer."""
        self._settings.setValue("person/email", email)

    def theme(self) -> Mode:
        """Light, dark, or as the system has it."""
        try:
            return Mode(str(self._settings.value("look/theme", Mode.SYSTEM.value)))
        except ValueError:
            return Mode.SYSTEM

    def keep_theme(self, mode: Mode) -> None:
        """Keep the theme that was chosen."""
        self._settings.setValue("look/theme", mode.value)

    def density(self) -> Density:
        """How tall rows are."""
        try:
            return Density(str(self._settings.value("look/density", Density.COMFORTABLE.value)))
        except ValueError:
            return Density.COMFORTABLE

    def keep_density(self, density: Density) -> None:
        """Keep how tall rows are."""
        self._settings.setValue("look/density", density.value)
