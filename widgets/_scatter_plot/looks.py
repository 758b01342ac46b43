"""How the points of a group look: a colour and a shape, so that either tells groups apart."""

from __future__ import annotations

from dataclasses import dataclass

from pyqtgraph.graphicsItems.ScatterPlotItem import renderSymbol
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QIcon, QPen, QPixmap

from widgets.curve_plot import COLORS

NO_GROUP = -1
_NAMES = ("blue", "red", "green", "purple", "sky", "accent")
_SHAPES = ("o", "s", "t1", "d", "+", "x", "star", "t", "t2", "t3", "p")  # pyqtgraph's names
_ICON = 10


@dataclass(frozen=True)
class Look:
    """A colour as "#rrggbb" and one of pyqtgraph's symbols."""

    color: str
    shape: str


def look_of(group: int) -> Look:
    """Return the look of a group; the first 66 differ, those without a group are grey dots."""
    if group == NO_GROUP:
        return Look(COLORS["grey"], "o")
    # Six colours and eleven shapes have no common divisor: both change from group to group.
    return Look(COLORS[_NAMES[group % len(_NAMES)]], _SHAPES[group % len(_SHAPES)])


def icon_of(group: int) -> QIcon:
    """Return a point of the group, for a legend."""
    look = look_of(group)
    image = renderSymbol(look.shape, _ICON, QPen(Qt.PenStyle.NoPen), QBrush(QColor(look.color)))
    return QIcon(QPixmap.fromImage(image))
