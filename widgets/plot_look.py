"""What plots share: axes in the palette's colours and text size, zooming by keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import QWidget

ZOOM_STEP = 0.8
_ZOOMS = {
    Qt.Key.Key_Plus: ZOOM_STEP,
    Qt.Key.Key_Equal: ZOOM_STEP,
    Qt.Key.Key_Minus: 1 / ZOOM_STEP,
}
_FITS = (Qt.Key.Key_Home, Qt.Key.Key_0)


def dress_axes(plot: pg.PlotWidget, labels: Mapping[str, str], owner: QWidget) -> None:
    """Give the axes of `plot` their names (side → text) and the colours and font of `owner`."""
    palette, font = owner.palette(), owner.font()
    text = palette.color(QPalette.ColorRole.Text)
    plot.setBackground(palette.color(QPalette.ColorRole.Base))
    for side, label in labels.items():
        axis = plot.getPlotItem().getAxis(side)
        axis.setPen(palette.color(QPalette.ColorRole.Mid))
        axis.setTextPen(text)
        axis.setTickFont(font)
        axis.setLabel(label, **{"color": text.name(), "font-size": f"{font.pointSize()}pt"})


def plain_axes(plot: pg.PlotWidget) -> None:
    """Take away pyqtgraph's menu and buttons, and its thousandfold units; before any label."""
    item = plot.getPlotItem()
    item.setMenuEnabled(False)
    item.hideButtons()
    for side in ("bottom", "left"):
        # Once, before there are labels: called again, it scales by 1000 after all.
        item.getAxis(side).enableAutoSIPrefix(False)


def zoomed_by_key(box: pg.ViewBox, event: QKeyEvent, fit: Callable[[], None] | None = None) -> bool:
    """Zoom by + and −, show everything by Home and 0; return whether it was one of these keys.

    fit: how everything is shown; by default all that there is.
    """
    if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
        return False  # the application's own zoom of the text
    key = Qt.Key(event.key())
    if key in _FITS:
        (fit or box.enableAutoRange)()
    elif key in _ZOOMS:
        box.scaleBy((_ZOOMS[key],) * 2)
    else:
        return False
    return True
