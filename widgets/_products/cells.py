"""The cells of one window: value × weight = product, as large as the space allows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from widgets.cell_colors import paint_cells
from widgets.number_text import format_number

# Of one cell, and of all of them together, in pixels where the text is of its usual size.
MOST_WIDE, MOST_HIGH, MOST_HEIGHT = 96.0, 44.0, 320
LEAST_HIGH, LEAST_HEIGHT = 18, 160
USUAL_TEXT = 9.0  # points


@dataclass(frozen=True)
class Cells:
    """What the cells show; every array is (rows, columns).

    upper: a text for the first line of each cell, lower: for the second; colors: the numbers that
    colour the cells; inside: False where the cell lies beside the picture; tips: for the mouse.
    """

    upper: list[list[str]]
    lower: list[list[str]]
    colors: np.ndarray
    inside: np.ndarray
    tips: list[list[str]]


class CellsView(QWidget):
    """Paints `Cells`; says which one the mouse is on."""

    cell_hovered = Signal(int, int)
    """Row and column, or −1, −1 when the mouse left."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("products_cells")
        self.setMouseTracking(True)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._cells: Cells | None = None
        self._highlight: tuple[int, int] | None = None
        self._hovered: tuple[int, int] | None = None

    def set_cells(self, cells: Cells | None) -> None:
        """Show `cells`, or nothing."""
        resized = _shape(self._cells) != _shape(cells)
        self._cells = cells
        if resized:
            self._fit_height()
        self.update()

    def hasHeightForWidth(self) -> bool:
        """The cells keep their proportions."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height at which the cells are as large as `width` allows."""
        if self._cells is None:
            return 0
        rows, columns = self._cells.colors.shape
        scale = self._scale()
        cell = min((width - 2) / columns, MOST_WIDE * scale)
        return round(min(rows * min(cell, MOST_HIGH * scale) + 3, MOST_HEIGHT * scale))

    def _scale(self) -> float:
        """Return how much larger than usual the text is, and the cells with it."""
        return max(1.0, self.font().pointSizeF() / USUAL_TEXT)

    def _fit_height(self) -> None:
        """Ask for so much height that the numbers can be read: the column scrolls if need be."""
        rows = 0 if self._cells is None else self._cells.colors.shape[0]
        self.setMinimumHeight(round(min(rows * LEAST_HIGH, LEAST_HEIGHT) * self._scale()))
        self.updateGeometry()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_cells"):
            self._fit_height()

    def set_highlight(self, cell: tuple[int, int] | None) -> None:
        """Outline a cell, or none."""
        if cell != self._highlight:
            self._highlight = cell
            self.update()

    def cell_center(self, row: int, column: int) -> QPointF:
        """Return the middle of a cell, for a mouse."""
        return self._rect(row, column).center()

    def _rect(self, row: int, column: int) -> QRectF:
        assert self._cells is not None
        rows, columns = self._cells.colors.shape
        width = min((self.width() - 2) / columns, MOST_WIDE * self._scale())
        height = min((self.height() - 2) / rows, MOST_HIGH * self._scale(), width)
        left = (self.width() - width * columns) / 2
        return QRectF(left + column * width, 1 + row * height, width, height)

    def _cell_at(self, position: QPointF) -> tuple[int, int] | None:
        if self._cells is None:
            return None
        first = self._rect(0, 0)
        row = int((position.y() - first.top()) // first.height())
        column = int((position.x() - first.left()) // first.width())
        rows, columns = self._cells.colors.shape
        return (row, column) if 0 <= row < rows and 0 <= column < columns else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell which cell the mouse is on."""
        self._hover(self._cell_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that the mouse left."""
        self._hover(None)
        super().leaveEvent(event)

    def _hover(self, cell: tuple[int, int] | None) -> None:
        if cell != self._hovered:
            self._hovered = cell
            self.cell_hovered.emit(*(cell or (-1, -1)))

    def event(self, event: QEvent) -> bool:
        """Tell a cell's numbers in its tooltip."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            cell = self._cell_at(QPointF(event.pos()))
            tip = self._cells.tips[cell[0]][cell[1]] if cell and self._cells else ""
            QToolTip.showText(event.globalPos(), tip, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cells."""
        cells = self._cells
        if cells is None:
            return
        painter = QPainter(self)
        lines, font = self._fitting(cells)
        painter.setFont(font)
        rows, columns = cells.colors.shape
        area = self._rect(0, 0).united(self._rect(rows - 1, columns - 1))
        mid = self.palette().color(QPalette.ColorRole.Mid)
        dark = paint_cells(painter, area, cells.colors, mid)
        hatch = QBrush(QColor(90, 90, 90, 130), Qt.BrushStyle.BDiagPattern)
        for row, column in np.argwhere(~cells.inside):
            painter.fillRect(self._rect(row, column), hatch)
        if lines:
            for row, column in np.ndindex(rows, columns):
                painter.setPen(Qt.GlobalColor.black if dark[row, column] else Qt.GlobalColor.white)
                self._write(painter, self._rect(row, column), cells, row, column, lines)
        if self._highlight is not None and self._in_range(cells):
            rect = self._rect(*self._highlight).adjusted(1, 1, -1, -1)
            painter.setPen(QPen(QColor(0, 0, 0), 4))
            painter.drawRect(rect)
            painter.setPen(QPen(QColor(255, 179, 0), 2))
            painter.drawRect(rect)
        painter.end()

    def _in_range(self, cells: Cells) -> bool:
        assert self._highlight is not None
        return all(
            0 <= at < side for at, side in zip(self._highlight, cells.colors.shape, strict=True)
        )

    def _fitting(self, cells: Cells) -> tuple[int, QFont]:
        """Return how many lines of text fit every cell (2, 1 or 0), and in which font."""
        rect = self._rect(0, 0)
        font = QFont(self.font())
        for lines, texts in ((2, [*cells.upper, *cells.lower]), (1, cells.lower)):
            longest = max((text for row in texts for text in row), key=len)
            size = self.font().pointSizeF()
            while size >= 6.5:
                font.setPointSizeF(size)
                metrics = QFontMetricsF(font)
                wide = metrics.horizontalAdvance(longest) + 4 <= rect.width()
                if wide and lines * metrics.height() <= rect.height():
                    return lines, font
                size -= 0.5
        return 0, font

    @staticmethod
    def _write(
        painter: QPainter, rect: QRectF, cells: Cells, row: int, column: int, lines: int
    ) -> None:
        centre = Qt.AlignmentFlag.AlignCenter
        if lines == 2:
            half = rect.height() / 2
            painter.drawText(rect.adjusted(0, 1, 0, -half + 1), centre, cells.upper[row][column])
            painter.drawText(rect.adjusted(0, half - 1, 0, -1), centre, cells.lower[row][column])
        elif lines == 1:
            painter.drawText(rect, centre, cells.lower[row][column])


def _shape(cells: Cells | None) -> tuple[int, ...]:
    return () if cells is None else cells.colors.shape


def product_cells(
    weights: np.ndarray, values: np.ndarray, products: np.ndarray, inside: np.ndarray
) -> Cells:
    """Return the cells of a window: value × weight above, product below."""
    shape = weights.shape
    value_texts, weight_texts, product_texts = (
        [[_said(float(number)) for number in row] for row in numbers]
        for numbers in (values, weights, products)
    )

    def tip(r: int, c: int) -> str:
        beside = "" if inside[r, c] else "\nbeside the picture: the border's value"
        numbers = f"{values[r, c]:.6g} × {weights[r, c]:.6g} = {products[r, c]:.6g}"
        return f"{_minus(numbers)}{beside}"

    rows, columns = range(shape[0]), range(shape[1])
    return Cells(
        upper=[[f"{value_texts[r][c]} × {weight_texts[r][c]}" for c in columns] for r in rows],
        lower=product_texts,
        colors=products,
        inside=inside,
        tips=[[tip(r, c) for c in columns] for r in rows],
    )


def _said(number: float) -> str:
    """Return a number for people, with a real minus."""
    return _minus(format_number(number))


def _minus(text: str) -> str:
    return text.replace("-", "−")


def reached_cells(rows: np.ndarray, columns: np.ndarray, weights: np.ndarray) -> Cells:
    """Return the outputs that one input reaches, laid out as they lie; gaps are left neutral."""
    all_rows, row_of = np.unique(rows, return_inverse=True)
    all_columns, column_of = np.unique(columns, return_inverse=True)
    shape = (len(all_rows), len(all_columns))
    laid, known = np.zeros(shape), np.zeros(shape, dtype=bool)
    laid[row_of, column_of] = weights
    known[row_of, column_of] = True

    def tip(r: int, c: int) -> str:
        if not known[r, c]:
            return "not used here"
        return f"output ({all_rows[r]}, {all_columns[c]}) takes it × {_minus(f'{laid[r, c]:.6g}')}"

    span = [range(side) for side in shape]
    return Cells(
        upper=[[f"{all_rows[r]}, {all_columns[c]}" for c in span[1]] for r in span[0]],
        lower=[
            [f"× {_said(float(laid[r, c]))}" if known[r, c] else "–" for c in span[1]]
            for r in span[0]
        ],
        colors=laid,
        inside=np.ones(shape, dtype=bool),
        tips=[[tip(r, c) for c in span[1]] for r in span[0]],
    )
