"""How the kernel grid is drawn: cells in the signed colours, numbers where they fit."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPalette, QPen, QPolygonF

from widgets.cell_colors import paint_cells
from widgets.number_text import format_number

MOST_CELL = 80.0
PADDING = 3.0


@dataclass
class GridLook:
    """What is drawn beside the values."""

    current: tuple[int, int] | None = None
    highlight: tuple[int, int] | None = None
    invalid: dict[tuple[int, int], str] = field(default_factory=dict)
    read_only: bool = False
    focused: bool = False


class GridLayout:
    """Where the cells of a `shape` grid lie in an area of a given size."""

    def __init__(self, shape: tuple[int, int], width: float, height: float) -> None:
        rows, columns = shape
        self.rows, self.columns = rows, columns
        self.cell = min((width - 2) / columns, (height - 2) / rows, MOST_CELL)
        # Wide grids of few rows use the width for longer numbers.
        self.cell_width = min((width - 2) / columns, max(self.cell, MOST_CELL))
        self.cell_height = self.cell
        self.left = (width - self.cell_width * columns) / 2
        self.top = (height - self.cell_height * rows) / 2

    def rect(self, row: int, column: int) -> QRectF:
        """Return the rectangle of a cell."""
        return QRectF(
            self.left + column * self.cell_width,
            self.top + row * self.cell_height,
            self.cell_width,
            self.cell_height,
        )

    def area(self) -> QRectF:
        """Return the rectangle of all cells together."""
        return QRectF(
            self.left, self.top, self.cell_width * self.columns, self.cell_height * self.rows
        )

    def cell_at(self, position: QPointF) -> tuple[int, int] | None:
        """Return the cell under `position`, if any."""
        row = int((position.y() - self.top) // self.cell_height)
        column = int((position.x() - self.left) // self.cell_width)
        inside = 0 <= row < self.rows and 0 <= column < self.columns
        return (row, column) if inside else None


def paint_grid(
    painter: QPainter,
    layout: GridLayout,
    values: np.ndarray,
    look: GridLook,
    palette: QPalette,
    font: QFont,
) -> None:
    """Draw the grid."""
    texts = [[format_number(float(value)) for value in row] for row in values]
    font, shown = _fitting_font(font, layout, texts)
    painter.setFont(font)
    dark = paint_cells(painter, layout.area(), values, palette.color(QPalette.ColorRole.Mid))
    if shown:
        for row, column in np.ndindex(values.shape):
            painter.setPen(Qt.GlobalColor.black if dark[row, column] else Qt.GlobalColor.white)
            centre = Qt.AlignmentFlag.AlignCenter
            painter.drawText(layout.rect(row, column), centre, texts[row][column])
    for (row, column), text in look.invalid.items():
        _paint_invalid(painter, layout.rect(row, column), text, palette)
    _paint_marks(painter, layout, look, palette)


def _fitting_font(font: QFont, layout: GridLayout, texts: list[list[str]]) -> tuple[QFont, bool]:
    """Return the font in which all `texts` fit their cells, and whether there is one."""
    font = QFont(font)
    longest = max((text for row in texts for text in row), key=len)
    size = font.pointSizeF()
    while size >= 6:
        font.setPointSizeF(size)
        metrics = QFontMetricsF(font)
        if (
            metrics.horizontalAdvance(longest) + 2 * PADDING <= layout.cell_width
            and metrics.height() <= layout.cell_height
        ):
            return font, True
        size -= 0.5
    return font, False


def _paint_invalid(painter: QPainter, rect: QRectF, text: str, palette: QPalette) -> None:
    """Hatch the cell, draw its text and a corner: colour is not the only signal."""
    red = QColor("#c62828")
    painter.fillRect(rect, palette.color(QPalette.ColorRole.Base))
    painter.fillRect(rect, _hatch(red))
    painter.setPen(QPen(red, 2))
    painter.drawRect(rect.adjusted(1, 1, -1, -1))
    corner = QPolygonF(
        [rect.topRight(), rect.topRight() - QPointF(9, 0), rect.topRight() + QPointF(0, 9)]
    )
    painter.setBrush(red)
    painter.drawPolygon(corner)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(palette.color(QPalette.ColorRole.Text))
    elided = QFontMetricsF(painter.font()).elidedText(
        text, Qt.TextElideMode.ElideRight, rect.width() - 2 * PADDING
    )
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, elided)


def _hatch(color: QColor) -> QBrush:
    faint = QColor(color)
    faint.setAlpha(90)
    return QBrush(faint, Qt.BrushStyle.BDiagPattern)


def _paint_marks(painter: QPainter, layout: GridLayout, look: GridLook, palette: QPalette) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if look.current is not None and not look.read_only:
        accent = palette.color(QPalette.ColorRole.Highlight)
        painter.setPen(QPen(accent, 3 if look.focused else 1.5))
        painter.drawRect(layout.rect(*look.current).adjusted(1, 1, -1, -1))
    if look.highlight is not None:
        rect = layout.rect(*look.highlight).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(QColor(0, 0, 0), 4))
        painter.drawRect(rect)
        painter.setPen(QPen(QColor(255, 179, 0), 2))
        painter.drawRect(rect)
