"""A matrix whose rows and columns have names: numbers in signed colours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from widgets.cell_colors import paint_cells
from widgets.number_text import format_number

_MOST_SIDE = 110.0
_LEAST_TEXT = 6.5
_MOST_READ = 10  # columns, beyond which a little width is enough for colours
_MOST_DIGITS = 7  # before the point
_NAME_SHARE = 0.35  # of the width, at most, for the names of rows


@dataclass(frozen=True)
class _Layout:
    left: float
    top: float
    wide: float
    high: float

    def rect(self, row: int, column: int) -> QRectF:
        return QRectF(
            self.left + column * self.wide, self.top + row * self.high, self.wide, self.high
        )


class NamedMatrix(QWidget):
    """Shows numbers (rows, columns); blue is below 0, red above. Ctrl+C copies them with names."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self._values = np.zeros((0, 0))
        self._rows: tuple[str, ...] = ()
        self._columns: tuple[str, ...] = ()

    def set_matrix(
        self,
        values: np.ndarray,
        row_names: Sequence[str] = (),
        column_names: Sequence[str] = (),
    ) -> None:
        """Show `values` (rows, columns); names may be left out. Raises ValueError if they miss."""
        values = np.atleast_2d(np.asarray(values, dtype=np.float64))
        for names, count in ((row_names, len(values)), (column_names, values.shape[1])):
            if names and len(names) != count:
                raise ValueError(f"{len(names)} names for {count}")
        changed = values.shape != self._values.shape
        self._values = values
        self._rows, self._columns = tuple(row_names), tuple(column_names)
        if changed:
            self.updateGeometry()
        self.update()

    def values(self) -> np.ndarray:
        """Return the numbers that are shown."""
        return self._values

    def cell_text(self, row: int, column: int) -> str:
        """Return what is said about a cell: its names and its number in full."""
        name = self._rows[row] if self._rows else f"row {row}"
        other = self._columns[column] if self._columns else f"column {column}"
        return f"{name}, {other}: {_minus(f'{self._values[row, column]:.10g}')}"

    def shown_texts(self) -> list[list[str]] | None:
        """Return the numbers as they are written in the cells, None where there is no room."""
        fitted = self._fitted(self._layout())
        return fitted[0] if fitted is not None else None

    def cell_rect(self, row: int, column: int) -> QRectF:
        """Return where a cell is painted."""
        return self._layout().rect(row, column)

    def sizeHint(self) -> QSize:
        """Ask for cells in which a number can be read."""
        rows, columns = self._values.shape
        line = QFontMetricsF(self.font()).height()
        head = self._head(3.2 * line)
        return QSize(min(600, round(60 + columns * 3.4 * line)), round(head + rows * 1.5 * line))

    def minimumSizeHint(self) -> QSize:
        """Return the least size: a few pixels a cell, a line of text a row where rows are few."""
        rows = len(self._values)
        line = QFontMetricsF(self.font()).height()
        head = self._head(3.2 * line)
        each = 1.35 * line if rows <= 12 else max(3.0, 16.0 * line / rows)
        return QSize(120, round(head + max(rows * each, 2 * line) + 4))

    def least_width(self) -> int:
        """Return the width at which numbers are read, or colours where the columns are many."""
        columns = self._values.shape[1]
        metrics = QFontMetricsF(self.font())
        names = max((metrics.horizontalAdvance(name) for name in self._rows), default=0.0)
        each = 3.2 * metrics.height() if columns <= _MOST_READ else 0.9 * metrics.height()
        return round(max(180.0, min(names + 12, 160.0) + columns * each))

    def best_height(self) -> int:
        """Return the height beyond which it does not become easier to read."""
        line = QFontMetricsF(self.font()).height()
        return round(self._head(3.2 * line) + len(self._values) * 2.4 * line + 4)

    # -- drawing ----------------------------------------------------------------------------

    def _layout(self) -> _Layout:
        rows, columns = (max(1, side) for side in self._values.shape)
        metrics = QFontMetricsF(self.font())
        left = max((metrics.horizontalAdvance(name) for name in self._rows), default=0.0)
        left = min(left + 10, _NAME_SHARE * self.width()) if self._rows else 1.0
        wide = min((self.width() - left - 2) / columns, _MOST_SIDE)
        top = self._head(wide) or 1.0
        high = min((self.height() - top - 2) / rows, wide if columns > 1 else _MOST_SIDE)
        high = max(high, min((self.height() - top - 2) / rows, 1.4 * metrics.height()))
        return _Layout(left, top, max(wide, 0.5), max(high, 0.5))

    def _head(self, wide: float) -> float:
        """Return the height of the names of columns that are `wide`."""
        if not self._columns:
            return 0.0
        few = len(self._columns) <= _MOST_READ
        lines = max(len(self._column_lines(name, wide - 2)) for name in self._columns) if few else 1
        return lines * QFontMetricsF(self.font()).height() + 6

    def _fitted(self, layout: _Layout) -> tuple[list[list[str]], QFont] | None:
        """Return the numbers as texts that fit the cells, and their font."""
        font = QFont(self.font())
        for digits in (3, 2):
            texts = matrix_texts(self._values, digits)
            longest = max((text for row in texts for text in row), key=len, default="0")
            size = min(self.font().pointSizeF() * 1.2, layout.high * 0.6)
            least = _LEAST_TEXT if digits == 2 else self.font().pointSizeF() * 0.85
            while size >= least:
                font.setPointSizeF(size)
                metrics = QFontMetricsF(font)
                fits = metrics.horizontalAdvance(longest) + 6 <= layout.wide
                if fits and metrics.height() <= layout.high:
                    return texts, font
                size -= 0.5
        return None

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw cells, numbers and names."""
        if not self._values.size:
            return
        painter = QPainter(self)
        layout = self._layout()
        rows, columns = self._values.shape
        area = QRectF(layout.left, layout.top, columns * layout.wide, rows * layout.high)
        line = self.palette().color(QPalette.ColorRole.Mid)
        dark_text = paint_cells(painter, area, self._values, line)
        self._paint_numbers(painter, layout, dark_text)
        self._paint_names(painter, layout)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(self.palette().color(QPalette.ColorRole.Highlight))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _paint_numbers(self, painter: QPainter, layout: _Layout, dark_text: np.ndarray) -> None:
        fitted = self._fitted(layout)
        if fitted is None:
            return
        texts, font = fitted
        painter.setFont(font)
        for row, column in np.ndindex(self._values.shape):
            color = Qt.GlobalColor.black if dark_text[row, column] else Qt.GlobalColor.white
            painter.setPen(color)
            painter.drawText(
                layout.rect(row, column), Qt.AlignmentFlag.AlignCenter, texts[row][column]
            )

    def _paint_names(self, painter: QPainter, layout: _Layout) -> None:
        painter.setFont(self.font())
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        metrics = QFontMetricsF(self.font())
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        line, elide = metrics.height(), Qt.TextElideMode.ElideRight
        every = max(1, int(np.ceil(line / layout.high)))
        for row in range(0, len(self._rows), every):
            middle = layout.rect(row, 0).center().y()
            place = QRectF(0, middle - line / 2, layout.left - 5, line)
            painter.drawText(
                place, right, metrics.elidedText(self._rows[row], elide, place.width())
            )
        self._paint_column_names(painter, layout)

    def _paint_column_names(self, painter: QPainter, layout: _Layout) -> None:
        metrics = QFontMetricsF(self.font())
        widest = max((metrics.horizontalAdvance(n) for n in self._columns), default=0.0) + 6
        many = len(self._columns) > _MOST_READ
        every = max(1, math.ceil(min(widest, 60.0) / layout.wide)) if many else 1
        below = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom
        for column in range(0, len(self._columns), every):
            middle = layout.rect(0, column).center().x()
            wide = every * layout.wide - 2
            place = QRectF(middle - wide / 2, 0, wide, layout.top - 3)
            lines = self._column_lines(self._columns[column], wide)
            painter.drawText(place, below, "\n".join(lines))

    def _column_lines(self, name: str, wide: float) -> list[str]:
        """Return a column's name in a line, or in two where it is longer, each cut to `wide`."""
        metrics, elide = QFontMetricsF(self.font()), Qt.TextElideMode.ElideRight
        if metrics.horizontalAdvance(name) <= wide or " " not in name:
            return [metrics.elidedText(name, elide, wide)]
        first, rest = name.split(" ", 1)
        return [metrics.elidedText(part, elide, wide) for part in (first, rest)]

    # -- mouse and keys ---------------------------------------------------------------------

    def cell_at(self, position: QPointF) -> tuple[int, int] | None:
        """Return the cell at a place, None beside them."""
        layout = self._layout()
        row = int((position.y() - layout.top) // layout.high)
        column = int((position.x() - layout.left) // layout.wide)
        rows, columns = self._values.shape
        return (row, column) if 0 <= row < rows and 0 <= column < columns else None

    def event(self, event: QEvent) -> bool:
        """Tell a cell's number in full in its tooltip."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            cell = self.cell_at(QPointF(event.pos()))
            said = self.cell_text(*cell) if cell is not None else ""
            QToolTip.showText(event.globalPos(), said, self)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)

    def copy(self) -> None:
        """Put the numbers on the clipboard as a spreadsheet takes them, names included."""
        lines = []
        corner = [""] if self._rows else []
        if self._columns:
            lines.append("\t".join([*corner, *self._columns]))
        for number, row in enumerate(self._values.tolist()):
            head = [self._rows[number]] if self._rows else []
            lines.append("\t".join([*head, *(f"{value:.10g}" for value in row)]))
        QGuiApplication.clipboard().setText("\n".join(lines))


def _minus(text: str) -> str:
    return text.replace("-", "−").replace("inf", "∞")


def matrix_texts(values: np.ndarray, digits: int = 3) -> list[list[str]]:
    """Return the numbers as texts with equally many decimals: `digits` digits of the largest.

    0 and matrices of whole numbers have none; what would be rounded to 0 has a power of ten; NaN
    is "".
    """
    finite = values[np.isfinite(values)]
    largest = float(np.abs(finite).max()) if finite.size else 0.0
    before = len(str(int(largest))) if largest >= 1 else 0
    decimals = 0 if np.all(finite == np.round(finite)) else max(0, digits - before)
    if largest >= 10**_MOST_DIGITS or 0 < largest < 10**-digits:
        return [[_number(value, digits) for value in row] for row in values.tolist()]

    def text(value: float) -> str:
        if not math.isfinite(value):
            return _number(value, digits)
        if value and abs(value) <= 0.5 * 10**-decimals:
            return _number(value, 1)
        return _minus(f"{value:.{decimals}f}") if value else "0"

    return [[text(value) for value in row] for row in values.tolist()]


def _number(value: float, digits: int) -> str:
    return "" if value != value else _minus(format_number(value, digits))
