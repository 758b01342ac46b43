"""Many cells in the signed colours at once: one image instead of one rectangle a cell."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from widgets.colors import NOT_A_NUMBER, SIGNED, is_light, quantize

LEAST_FOR_LINES = 6.0


def paint_cells(painter: QPainter, area: QRectF, values: np.ndarray, line: QColor) -> np.ndarray:
    """Fill `area` with one coloured cell for each of `values` (rows, columns), centred on zero.

    The largest finite ones have the end colours, as has what is infinite; NaN is grey. Returns
    where dark text is readable, bool (rows, columns). Thin lines of the colour `line` part the
    cells where there is room for them.
    """
    limit = float(np.abs(values[np.isfinite(values)]).max(initial=0.0)) or 1.0
    rgb = np.ascontiguousarray(SIGNED[quantize(values, (-limit, limit))])
    rgb[np.isnan(values)] = NOT_A_NUMBER.getRgb()[:3]
    rows, columns = values.shape
    image = QImage(rgb.data, columns, rows, 3 * columns, QImage.Format.Format_RGB888)
    painter.drawImage(area, image)
    width, height = area.width() / columns, area.height() / rows
    if min(width, height) >= LEAST_FOR_LINES:
        painter.setPen(QPen(line, 1))
        across = [
            QLineF(area.left(), area.top() + r * height, area.right(), area.top() + r * height)
            for r in range(rows + 1)
        ]
        down = [
            QLineF(area.left() + c * width, area.top(), area.left() + c * width, area.bottom())
            for c in range(columns + 1)
        ]
        painter.drawLines(across + down)
    return np.asarray(is_light(rgb))
