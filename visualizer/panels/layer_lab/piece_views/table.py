"""Rows of text and numbers below named columns."""

from __future__ import annotations

from visualizer.panels.layer_lab.piece_views.base import PieceView
from visualizer.panels.layer_lab.pieces import Table
from visualizer.panels.layer_lab.preparing import Drawing
from widgets.plain_table import PlainTable

MOST_WIDTH = 440


class TableView(PieceView[Table]):
    """A table as high as its rows."""

    least_width = 200

    def __init__(self) -> None:
        self.table = PlainTable("piece_table")
        super().__init__(self.table)

    def use(self, width: int, height: int) -> float:
        """Return the less, the more is cut of its columns."""
        return 1e4 * min(1.0, width / max(1, self.table.sizeHint().width())) ** 6

    def take(self, piece: Table, drawing: Drawing) -> None:
        """Show the rows."""
        self.table.setAccessibleName(piece.title)
        self.table.set_rows(piece.columns, piece.rows)

    def form(self) -> object:
        """Return the counts of rows and columns."""
        return self.table.rowCount(), self.table.columnCount()

    def content_height(self, width: int) -> int:
        """Return the height of all rows, of some of them where they are many."""
        return self.table.least_height(width)

    def needed_width(self) -> int:
        """Return the width of all columns, as far as that is worth a row of its own."""
        natural = min(self.table.sizeHint().width(), MOST_WIDTH)
        return max(self.least_width, natural, self.table.tight_width())

    def most_height(self, width: int) -> int:
        """Return the height of all rows."""
        return max(self.least_height(width), self.table.best_height(width) + self.beside(width))
