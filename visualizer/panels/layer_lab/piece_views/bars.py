"""Names with bars and numbers."""

from __future__ import annotations

from visualizer.panels.layer_lab.piece_views.base import PieceView
from visualizer.panels.layer_lab.pieces import Bars
from visualizer.panels.layer_lab.preparing import Drawing
from widgets.bar_list import Bar, BarList

MOST_WIDTH = 230


class BarsView(PieceView[Bars]):
    """A list of bars."""

    grows = False
    least_width = 200

    def __init__(self) -> None:
        self.bars = BarList("piece_bars", "")
        super().__init__(self.bars)

    def form(self) -> object:
        """Return how many bars there are."""
        return len(self.bars.bars())

    def needed_width(self) -> int:
        """Return the width of the longest line, as far as that is worth a row of its own."""
        metrics = self.fontMetrics()
        lines = [f"{bar.name}  {bar.written()}" for bar in self.bars.bars()]
        longest = max((metrics.horizontalAdvance(line) for line in lines), default=0)
        return max(self.least_width, min(longest + 24, MOST_WIDTH))

    def take(self, piece: Bars, drawing: Drawing) -> None:
        """Show the bars."""
        texts = piece.texts or ("",) * len(piece.names)
        if piece.title != self.bars.accessibleName():
            self.bars.set_lines(len(piece.names))  # not as many as another list had
        self.bars.setAccessibleName(piece.title)
        self.bars.set_bars(
            [
                Bar(name, value, text)
                for name, value, text in zip(piece.names, piece.values, texts, strict=True)
            ]
        )
