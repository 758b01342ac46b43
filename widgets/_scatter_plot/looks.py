"""How the points of a group look: a colour and a shape, so that either tells groups apart."""

from __future__ import annotations

from dataclasses import dataclass

from pyqtgraph.graphicsItems.ScatterPlotItem import renderSymbol
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QIcon, QPainterPath, QPen, QPixmap

from widgets.curve_plot import COLORS

NO_GROUP = -1
CROSSED = -2  # no group either: those of any group with a cross over them
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


def cross() -> QPainterPath:
    """Return two thin lines, one unit wide: a symbol that leaves what lies below it to be seen."""
    path = QPainterPath()
    for left in (-0.5, 0.5):
        path.moveTo(left, -0.5)
        path.lineTo(-left, 0.5)
    return path


def cross_pen(ink: QColor) -> QPen:
    """Return what crosses are drawn with."""
    pen = QPen(ink, 1.5)
    pen.setCosmetic(True)
    return pen


def icon_of(group: int, ink: QColor) -> QIcon:
    """Return a point of the group, or a cross in the colour of text, for a legend."""
    if group == CROSSED:
        image = renderSymbol(cross(), _ICON, cross_pen(ink), QBrush(Qt.BrushStyle.NoBrush))
    else:
        look = look_of(group)
        brush = QBrush(QColor(look.color))
        image = renderSymbol(look.shape, _ICON, QPen(Qt.PenStyle.NoPen), brush)
    return QIcon(QPixmap.fromImage(image))
