"""A tool button with a font icon that follows the palette."""

from __future__ import annotations

import qtawesome
from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QToolButton, QWidget


class IconButton(QToolButton):
    """A flat button that shows the icon `icon` (a qtawesome name) and says what it does.

    The tooltip ends with the shortcut, if there is one.
    """

    def __init__(
        self, icon: str, tooltip: str, *, shortcut: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._icon_name = icon
        self.setAutoRaise(True)
        self._fit_icon()
        self.setToolTip(f"{tooltip} ({shortcut})" if shortcut else tooltip)
        self.setAccessibleName(tooltip)
        if shortcut:
            self.setShortcut(shortcut)
        self._color_icon()

    def set_icon(self, icon: str) -> None:
        """Show the icon `icon` from now on."""
        self._icon_name = icon
        self._color_icon()

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icon anew in the new palette's colours, as high as the text."""
        if event.type() == QEvent.Type.PaletteChange:
            self._color_icon()
        elif event.type() == QEvent.Type.FontChange:
            self._fit_icon()
        super().changeEvent(event)

    def _fit_icon(self) -> None:
        side = max(18, self.fontMetrics().height())
        self.setIconSize(QSize(side, side))

    def _color_icon(self) -> None:
        group = QPalette.ColorGroup
        self.setIcon(
            qtawesome.icon(
                self._icon_name,
                color=self.palette().color(group.Active, QPalette.ColorRole.ButtonText),
                color_disabled=self.palette().color(group.Disabled, QPalette.ColorRole.ButtonText),
            )
        )
