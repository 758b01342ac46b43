"""A dashed vertical line in a plot with its text beside it, where there is room for it."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor

RIGHT_OF_LINE, LEFT_OF_LINE = (0.0, 0.0), (1.0, 0.0)  # the corner that the line holds it by


class _Beside(pg.InfLineLabel):
    """The text right of its line, or left of it where the view ends too soon."""

    def updatePosition(self) -> None:  # noqa: N802  pyqtgraph's name
        """Follow the line and the view."""
        super().updatePosition()
        box = self.line.getViewBox()
        if not isinstance(box, pg.ViewBox):  # not in a plot yet
            return
        left = box.mapViewToScene(QPointF(self.line.value(), 0.0)).x() - box.scenePos().x()
        right = box.width() - left
        fits = self.textItem.boundingRect().width() <= right
        self.setAnchor(RIGHT_OF_LINE if fits or right >= left else LEFT_OF_LINE)


def mark_line(
    position: float, text: str, line_color: str, text_color: QColor, *, height: float = 1.0
) -> pg.InfiniteLine:
    """Return the line at x = position with `text` at its upper end, or lower: `height` of it."""
    pen = pg.mkPen(line_color, width=1, style=Qt.PenStyle.DashLine)
    line = pg.InfiniteLine(position, pen=pen)
    _Beside(line, text=text, position=height, color=text_color)
    return line
