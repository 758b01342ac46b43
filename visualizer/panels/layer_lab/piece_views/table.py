"""Rows of text and numbers below named columns."""

from __future__ import annotations

from visualizer.panels.layer_lab.piece_views.base import PieceView
from visualizer.panels.layer_lab.pieces import Table
from visualizer.panels.layer_lab.preparing import Drawing
from widgets.plain_table import PlainTable


class TableView(PieceView[Table]):
    """A table as high as its rows."""

    grows = False
    least_width = 260

    def __init__(self) -> None:
        self.table = PlainTable("piece_table")
        super().__init__(self.table)

    def take(self, piece: Table, drawing: Drawing) -> None:
        """Show the rows."""
        self.table.setAccessibleName(piece.title)
        self.table.set_rows(piece.columns, piece.rows)

    def needed_width(self) -> int:
        """Return the width of all columns."""
        return max(self.least_width, min(self.table.sizeHint().width(), 640))
