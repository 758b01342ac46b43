"""A reliability diagram: how often a classifier is right where it is so sure."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from widgets.curve_plot import Curve, CurvePlot

_PLOT, _COUNTS = 3, 1  # how the height is shared


class ReliabilityPlot(QWidget):
    """Shows accuracy against confidence, the diagonal of perfect calibration, and counts below."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """name: the objectName; its plots are "<name>_accuracy" and "<name>_counts"."""
        super().__init__(parent)
        self.setObjectName(name)
        self.accuracy = CurvePlot("confidence", "share right", keeps_whole=True)
        self.accuracy.setObjectName(f"{name}_accuracy")
        self.accuracy.set_y_range(0.0, 1.0)
        self.counts = CurvePlot("confidence", "pictures", keeps_whole=True)
        self.counts.setObjectName(f"{name}_counts")
        for plot in (self.accuracy, self.counts):
            plot.set_x_range(0.0, 1.0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.accuracy, _PLOT)
        layout.addWidget(self.counts, _COUNTS)

    def set_curve(
        self,
        edges: np.ndarray,
        confidence: np.ndarray,
        accuracy: np.ndarray,
        counts: np.ndarray,
    ) -> None:
        """Show bins with `edges` (B + 1,): mean confidence and accuracy (NaN: empty) and counts."""
        filled = np.asarray(counts) > 0
        diagonal = np.array([0.0, 1.0])
        self.accuracy.set_curves(
            (
                Curve("as right as sure", diagonal, diagonal, "grey", dash=1),
                Curve("this classifier", confidence[filled], accuracy[filled], "blue", "dots"),
            )
        )
        middles = (edges[:-1] + edges[1:]) / 2
        self.counts.set_curves((Curve("pictures", middles, np.asarray(counts), "sky", "bars"),))

    def clear(self) -> None:
        """Show nothing."""
        self.accuracy.set_curves(())
        self.counts.set_curves(())
