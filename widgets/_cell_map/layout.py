"""Where the cells of a map lie."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF

from widgets._cell_map.content import GridCells

MOST_CELL = 120.0
SHEET_SHIFT = 9.0  # pixels from one sheet to the one behind it
MARGIN = 3.0


class CellLayout:
    """The cells of `cells` in a `width` × `height` area, with room for row and column numbers."""

    def __init__(
        self, cells: GridCells, width: float, height: float, *, left: float, top: float
    ) -> None:
        """left, top: the room for the numbers of rows and columns."""
        rows, columns = cells.shape
        self.rows, self.columns = rows, columns
        self.first_row, self.first_column = cells.padding[0], cells.padding[2]
        self.behind = len(cells.behind) * SHEET_SHIFT
        across = width - left - self.behind - 2 * MARGIN
        down = height - top - self.behind - 2 * MARGIN
        self.side = max(min(across / columns, down / rows, MOST_CELL), 0.5)
        if self.side >= 4:
            self.side = float(int(self.side))  # whole pixels: lines of one width
        spare_across = across - self.side * columns
        spare_down = down - self.side * rows
        self.left = float(int(left + MARGIN + spare_across / 2))
        self.top = float(int(top + MARGIN + self.behind + spare_down / 2))

    def area(self) -> QRectF:
        """Return the rectangle of all cells together."""
        return QRectF(self.left, self.top, self.side * self.columns, self.side * self.rows)

    def rect(self, row: float, column: float, height: float = 1, width: float = 1) -> QRectF:
        """Return the rectangle of some cells; row and column count from the first real cell."""
        return QRectF(
            self.left + (column + self.first_column) * self.side,
            self.top + (row + self.first_row) * self.side,
            width * self.side,
            height * self.side,
        )

    def cell_at(self, position: QPointF) -> tuple[int, int] | None:
        """Return the cell under `position`, counted from the first real one, if there is one."""
        row = int((position.y() - self.top) // self.side)
        column = int((position.x() - self.left) // self.side)
        if 0 <= row < self.rows and 0 <= column < self.columns:
            return row - self.first_row, column - self.first_column
        return None
