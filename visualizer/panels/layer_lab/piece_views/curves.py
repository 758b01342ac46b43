"""Curves over named axes."""

from __future__ import annotations

from visualizer.panels.layer_lab.piece_views.base import PieceView
from visualizer.panels.layer_lab.pieces import Curves
from visualizer.panels.layer_lab.preparing import Drawing
from widgets.curve_plot import Curve, CurvePlot

HUES = ("blue", "accent", "green", "red", "purple", "sky", "grey")
LEAST_HEIGHT = 170


class CurvesView(PieceView[Curves]):
    """A plot with its legend."""

    share = 1.2
    least_width = 280

    def __init__(self, *, whole_x: bool) -> None:
        self.plot = CurvePlot("", "", whole_x=whole_x, keeps_whole=True, staggers_marks=True)
        super().__init__(self.plot)
        self._labels = ("", "")

    def content_height(self, width: int) -> int:
        """Return the height at which neither legend nor the name of the y axis is cut."""
        return max(LEAST_HEIGHT, self.plot.whole_height(width))

    def most_height(self, width: int) -> int:
        """Return a height at which slopes are seen well."""
        return max(self.least_height(width), min(round(0.75 * width), 420) + self.beside(width))

    def use(self, width: int, height: int) -> float:
        """Return the area of the plot, of which a flat one has little."""
        down = height - self.beside(width)
        return min(width, 1.8 * down) * min(down, width)

    def take(self, piece: Curves, drawing: Drawing) -> None:
        """Show the curves; lines of the same names only get their new numbers."""
        labels = (piece.x_label, piece.y_label)
        if labels != self._labels:
            self._labels = labels
            self.plot.set_labels(*labels)
        self.plot.set_logarithmic(piece.log_y)
        curves = [
            Curve(
                line.name, line.x, line.y, color=HUES[n % len(HUES)], dash=n // len(HUES) % 4,
                style="dots" if line.dots else "line", spread=line.spread,
            )
            for n, line in enumerate(piece.lines)
        ]  # fmt: skip
        self.plot.set_curves(curves, marks=piece.marks)
