"""Icons of buttons and menus, which follow the theme.

An icon stores the name of its colour, not the colour. So it follows the theme and the disabled state
without anybody replacing it, and it is rendered for the pixels of the screen that it lands on.
"""

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QIconEngine, QPainter, QPixmap

from blogadmin.gui.theme.drawings import draw_icon, icon_source
from blogadmin.gui.theme.state import color
from blogadmin.paths import resources_dir

_icons: dict[tuple[str, str], QIcon] = {}


class _IconEngine(QIconEngine):
    """Draws a named icon in the colour that its token has at that moment."""

    def __init__(self, name: str, tone: str) -> None:
        super().__init__()
        self._name = name
        self._tone = tone

    def _paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode) -> None:
        tone = "disabled" if mode == QIcon.Mode.Disabled else self._tone
        draw_icon(painter, self._name, QRectF(rect), color(tone))

    def clone(self) -> QIconEngine:
        return _IconEngine(self._name, self._tone)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        self._paint(painter, rect, mode)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        # `size` is in device-independent pixels: without the scale icons blur at 200 %.
        pixmap = QPixmap(size * scale)
        pixmap.setDevicePixelRatio(scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setLayoutDirection(QGuiApplication.layoutDirection())
        self._paint(painter, QRect(QPoint(0, 0), size), mode)
        painter.end()
        return pixmap


def icon(name: str, tone: str = "text2") -> QIcon:
    """The icon of that name in the colour of a token; it follows theme, state and screen by itself.

    Raises FileNotFoundError for an unknown name and KeyError for an unknown token.
    """
    found = _icons.get((name, tone))
    if found is None:
        # Asked now, because an error inside the engine would surface in the middle of a paint.
        icon_source(name)
        color(tone)
        found = _icons[name, tone] = QIcon(_IconEngine(name, tone))
    return found


def application_icon() -> QIcon:
    """The program's own icon, for windows, the task bar and the dock."""
    return QIcon(str(resources_dir() / "icons" / "blogadmin.svg"))
