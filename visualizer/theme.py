"""Qt's Fusion style in light and dark, with one accent colour."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from visualizer.settings import read_choice

Theme = Literal["system", "light", "dark"]
THEMES: tuple[Theme, ...] = ("system", "light", "dark")

SETTING = "view/theme"
ACCENT = {"light": "#0b6bcb", "dark": "#5aa9f7"}

_Role = QPalette.ColorRole
_COLORS = {
    "light": {
        _Role.Window: "#f3f4f6",
        _Role.WindowText: "#1b1f24",
        _Role.Base: "#ffffff",
        _Role.AlternateBase: "#eceef1",
        _Role.Text: "#1b1f24",
        _Role.Button: "#e7e9ed",
        _Role.ButtonText: "#1b1f24",
        _Role.BrightText: "#b00020",
        _Role.PlaceholderText: "#5c6570",
        _Role.ToolTipBase: "#1b1f24",
        _Role.ToolTipText: "#ffffff",
        _Role.Mid: "#b9bec6",
        _Role.HighlightedText: "#ffffff",
    },
    "dark": {
        _Role.Window: "#23272e",
        _Role.WindowText: "#e8eaed",
        _Role.Base: "#191c21",
        _Role.AlternateBase: "#2a2f37",
        _Role.Text: "#e8eaed",
        _Role.Button: "#323843",
        _Role.ButtonText: "#e8eaed",
        _Role.BrightText: "#ff8a80",
        _Role.PlaceholderText: "#9aa3ae",
        _Role.ToolTipBase: "#e8eaed",
        _Role.ToolTipText: "#191c21",
        _Role.Mid: "#4a515c",
        _Role.HighlightedText: "#10151b",
    },
}


def resolve(theme: Theme, app: QApplication) -> Literal["light", "dark"]:
    """Return the theme to draw: the system's own choice for "system"."""
    if theme != "system":
        return theme
    dark = app.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return "dark" if dark else "light"


def palette(kind: Literal["light", "dark"]) -> QPalette:
    """Return Fusion's palette for `kind`."""
    result = QPalette()
    for role, color in _COLORS[kind].items():
        result.setColor(role, QColor(color))
    accent = QColor(ACCENT[kind])
    for role in (_Role.Highlight, _Role.Link, _Role.Accent):
        result.setColor(role, accent)
    faded = QColor(_COLORS[kind][_Role.PlaceholderText])
    for role in (_Role.WindowText, _Role.Text, _Role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, role, faded)
    return result


def remembered(settings: QSettings) -> Theme:
    """Return the theme that the person chose, "system" if none or a wrong one is remembered."""
    return read_choice(settings, SETTING, THEMES, "system")


def apply(app: QApplication, theme: Theme) -> None:
    """Draw the whole application in `theme`."""
    if app.style().objectName() != "fusion":
        app.setStyle("Fusion")
    app.setPalette(palette(resolve(theme, app)))


def scale_font(app: QApplication, points: float) -> None:
    """Set the size of all text, in points (presenter mode makes it readable from afar)."""
    font = QFont(app.font())
    font.setPointSizeF(points)
    app.setFont(font)
