"""The area of a scatter plot: a drag draws a lasso, the wheel zooms, other buttons move."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from pyqtgraph.GraphicsScene.mouseEvents import MouseClickEvent, MouseDragEvent
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsPathItem

_ADDING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
_LASSO_LAYER = 30
_FEWEST_CORNERS = 3


class LassoBox(pg.ViewBox):
    """A ViewBox that tells of lassos and clicks; both axes have the same scale."""

    lassoed = Signal(object, bool)
    """The lasso's corners, (n, 2) in the plot's units, and whether Ctrl or Shift was held."""
    clicked = Signal(QPointF, bool)
    """Where, in the plot's units, and whether Ctrl or Shift was held."""
    double_clicked = Signal()

    def __init__(self) -> None:
        super().__init__(lockAspect=True, enableMenu=False, defaultPadding=0.06)
        self._corners: list[tuple[float, float]] = []
        self._line = QGraphicsPathItem()
        self._line.setZValue(_LASSO_LAYER)
        self.addItem(self._line, ignoreBounds=True)

    def set_lasso_color(self, color: QColor) -> None:
        """Draw lassos in `color`."""
        pen = QPen(color, 2, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        self._line.setPen(pen)
        fill = QColor(color)
        fill.setAlpha(40)
        self._line.setBrush(fill)

    def mouseDragEvent(self, ev: MouseDragEvent, axis: int | None = None) -> None:
        """Draw a lasso with the left button, move the view with the others."""
        ev.accept()
        if ev.button() != Qt.MouseButton.LeftButton:
            way = self.mapToView(ev.lastPos()) - self.mapToView(ev.pos())
            self.disableAutoRange()
            self.translateBy(x=way.x(), y=way.y())
            return
        if ev.isStart():
            self._corners = [self._place(ev.buttonDownPos())]
        self._corners.append(self._place(ev.pos()))
        path = QPainterPath(QPointF(*self._corners[0]))
        for corner in self._corners[1:]:
            path.lineTo(*corner)
        self._line.setPath(path)
        if ev.isFinish():
            self._line.setPath(QPainterPath())
            if len(self._corners) >= _FEWEST_CORNERS:
                adding = bool(ev.modifiers() & _ADDING)
                self.lassoed.emit(np.array(self._corners), adding)

    def _place(self, position: QPointF) -> tuple[float, float]:
        place = self.mapToView(position)
        return place.x(), place.y()

    def mouseClickEvent(self, ev: MouseClickEvent) -> None:
        """Tell of a click with the left button."""
        if ev.button() != Qt.MouseButton.LeftButton:
            return
        ev.accept()
        if ev.double():
            self.double_clicked.emit()
        else:
            self.clicked.emit(self.mapToView(ev.pos()), bool(ev.modifiers() & _ADDING))


def inside(points: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Return which of `points` (N, 2) lie within the closed line of `corners` (n, 2): (N,) bool.

    A line that crosses itself counts by the even-odd rule.
    """
    x, y = points[:, 0], points[:, 1]
    found = np.zeros(len(points), dtype=bool)
    ends = np.roll(corners, -1, axis=0)
    for (x0, y0), (x1, y1) in zip(corners.tolist(), ends.tolist(), strict=True):
        if y0 == y1:
            continue
        passes = (y0 > y) != (y1 > y)
        found ^= passes & (x < x0 + (y - y0) * (x1 - x0) / (y1 - y0))
    return found
