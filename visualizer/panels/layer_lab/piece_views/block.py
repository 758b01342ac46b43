"""The block of a batch, with the cells that are averaged together in one colour."""

from __future__ import annotations

from visualizer.panels.layer_lab.piece_views.base import PieceView
from visualizer.panels.layer_lab.pieces import Block
from visualizer.panels.layer_lab.preparing import Drawing
from widgets.block_view import BlockView

LEAST_HEIGHT = 150


class BlockPieceView(PieceView[Block]):
    """One cuboid an example."""

    share = 1.2
    least_width = 300

    def __init__(self) -> None:
        self.block = BlockView("piece_block")
        super().__init__(self.block)

    def content_height(self, width: int) -> int:
        """Return the height at which cells can be told apart."""
        return LEAST_HEIGHT

    def form(self) -> object:
        """Return the sides of the block."""
        return self.block.groups().shape

    def most_height(self, width: int) -> int:
        """Return the height at which the cuboids take the width."""
        return max(self.least_height(width), self.block.best_height(width) + self.beside(width))

    def use(self, width: int, height: int) -> float:
        """Return the area that the cuboids take."""
        down = min(height - self.beside(width), self.block.best_height(width))
        return 0.5 * min(width, 2.5 * down) * down

    def take(self, piece: Block, drawing: Drawing) -> None:
        """Show the block."""
        self.block.setAccessibleName(piece.title)
        self.block.set_groups(piece.groups)
