"""The block of a batch, with the cells that are averaged together in one colour."""

from __future__ import annotations

from visualizer.panels.layer_lab.piece_views.base import PieceView
from visualizer.panels.layer_lab.pieces import Block
from visualizer.panels.layer_lab.preparing import Drawing
from widgets.block_view import BlockView


class BlockPieceView(PieceView[Block]):
    """One cuboid an example."""

    share = 1.2
    least_width = 300

    def __init__(self) -> None:
        self.block = BlockView("piece_block")
        super().__init__(self.block)
        self.block.setMinimumHeight(170)

    def take(self, piece: Block, drawing: Drawing) -> None:
        """Show the block."""
        self.block.setAccessibleName(piece.title)
        self.block.set_groups(piece.groups)
