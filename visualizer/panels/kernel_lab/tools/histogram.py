"""How often each value occurs, before and after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout

from engines.measures import Histogram, histogram
from visualizer.panels.kernel_lab.tools.base import Tool, ToolRequest, channel_curves
from widgets.curve_plot import CurvePlot
from widgets.image_view import ImageView


@dataclass(frozen=True)
class Histograms:
    """Those of the input and of what the output view shows."""

    before: Histogram
    after: Histogram


class HistogramTool(Tool):
    """Two histograms side by side, one curve a channel."""

    name = "histogram"
    title = "Histogram"
    tooltip = "How often each value occurs in the input and in the output"

    def __init__(self, input_view: ImageView, settings: QSettings) -> None:
        super().__init__(input_view, settings)
        self.before = CurvePlot("value in the input", "pixels", x_units="0 black, 1 white")
        self.after = CurvePlot("value in the output", "pixels")
        self.logarithmic = QCheckBox("logarithmic")
        self.logarithmic.setObjectName("histogram_log")
        self.logarithmic.setToolTip("Equal factors are equally high: rare values show")
        self.logarithmic.toggled.connect(self._set_logarithmic)
        plots = QHBoxLayout()
        for name, plot in (("histogram_input", self.before), ("histogram_output", self.after)):
            plot.setObjectName(name)
            plots.addWidget(plot)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(plots, 1)
        layout.addWidget(self.logarithmic, alignment=Qt.AlignmentFlag.AlignLeft)

    def work(self, request: ToolRequest) -> Callable[[], Histograms]:
        """Count the values of both pictures."""
        result = request.result
        before = result.picture.values(result.state.color)
        return lambda: Histograms(histogram(before), histogram(result.values))

    def show_data(self, data: Histograms) -> None:
        """Draw both."""
        for plot, found in ((self.before, data.before), (self.after, data.after)):
            plot.set_curves(channel_curves(found.centres, found.counts, "steps"))

    def _set_logarithmic(self, on: bool) -> None:
        for plot in (self.before, self.after):
            plot.set_logarithmic(on)
