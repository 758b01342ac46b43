"""Numbers in cells, with the names of rows and columns."""

from __future__ import annotations

from PySide6.QtCore import QEvent

from visualizer.panels.layer_lab.piece_views.base import PieceView
from visualizer.panels.layer_lab.pieces import Matrix
from visualizer.panels.layer_lab.preparing import Drawing
from widgets.named_matrix import NamedMatrix


class MatrixView(PieceView[Matrix]):
    """A matrix whose colours say sign and size."""

    def __init__(self) -> None:
        self.matrix = NamedMatrix("piece_matrix")
        super().__init__(self.matrix)

    def form(self) -> object:
        """Return rows and columns."""
        return self.matrix.values().shape

    def needed_width(self) -> int:
        """Return the width at which numbers are read, or colours where they are many."""
        return self.matrix.least_width()

    def most_height(self, width: int) -> int:
        """Return the height at which the cells are as large as they need to be."""
        return max(self.least_height(width), self.matrix.best_height() + self.beside(width))

    def take(self, piece: Matrix, drawing: Drawing) -> None:
        """Show the numbers."""
        self.matrix.setAccessibleName(piece.title)
        self.matrix.set_matrix(piece.values, piece.row_names, piece.column_names)
        self._bound()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self.piece is not None:
            self._bound()

    def _bound(self) -> None:
        """Let the note stand right below the numbers, however high the row is."""
        least = self.matrix.minimumSizeHint().height()
        self.matrix.setMaximumHeight(max(least, self.matrix.best_height()))
