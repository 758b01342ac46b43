"""The values along a line that the person drags over the input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from engines.errors import EngineError
from engines.measures import Profile, profile
from engines.tracing import OutputGeometry
from visualizer.panels.kernel_lab.tools.base import Tool, ToolRequest, channel_curves
from visualizer.state import KernelLabState
from widgets.curve_plot import CurvePlot
from widgets.image_view import ImageView
from widgets.number_row import NumberField, NumberRow
from widgets.picture_overlays import PictureLine

Line = tuple[float, float, float, float]
DECIMALS = 1  # of a pixel: what a person can aim at and read
ENDS = (
    NumberField("start_row", "From row", "Row at which the line starts, in pixels"),
    NumberField("start_column", "column", "Column at which the line starts, in pixels"),
    NumberField("end_row", "to row", "Row at which the line ends, in pixels"),
    NumberField("end_column", "column", "Column at which the line ends, in pixels"),
)


@dataclass(frozen=True)
class Profiles:
    """Along the line through the input, and through the output at the same place."""

    before: Profile
    after: Profile


def default_line(height: int, width: int) -> Line:
    """Return a line across the middle, a tenth away from the sides; upright in a narrow picture."""
    bottom, right = height - 1, width - 1
    if width > 1:
        line = (bottom * 0.5, right * 0.1, bottom * 0.5, right * 0.9)
    else:
        line = (bottom * 0.1, 0.0, bottom * 0.9, 0.0)
    start_row, start_column, end_row, end_column = (round(end, DECIMALS) for end in line)
    return start_row, start_column, end_row, end_column


class ProfileTool(Tool):
    """A line on the input; the values along it in the input and in the output."""

    name = "profile"
    title = "Profile"
    tooltip = "Values along a line that you drag over the input"

    def __init__(self, input_view: ImageView, settings: QSettings) -> None:
        super().__init__(input_view, settings)
        self.line = PictureLine(input_view)
        self.line.moved.connect(self._line_moved)
        self.before = CurvePlot("distance along the line", "input", x_units="px")
        self.after = CurvePlot("distance along the line", "output", x_units="px")
        self.ends = NumberRow("profile", ENDS, decimals=DECIMALS)
        self.ends.edited.connect(lambda line: self.tools_edited.emit({"line": tuple(line)}, False))
        plots = QHBoxLayout()
        for name, plot in (("profile_input", self.before), ("profile_output", self.after)):
            plot.setObjectName(name)
            plots.addWidget(plot)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(plots, 1)
        layout.addWidget(self.ends)
        self._line: Line | None = None

    def show_state(self, state: KernelLabState) -> None:
        """Put the line where the state has it."""
        self._line = state.tools.line
        if self._line is not None:
            self._show_line(self._line)

    def _show_line(self, line: Line) -> None:
        self.line.set_line(line[:2], line[2:])
        self.ends.set_values(line)

    def set_active(self, active: bool) -> None:
        """Show the line while the tool is open."""
        self.line.set_visible(active)

    def work(self, request: ToolRequest) -> Callable[[], Profiles]:
        """Sample both pictures along the line."""
        result = request.result
        before = result.picture.values(result.state.color)
        height, width = before.shape[:2]
        rows, columns = (-0.5, height - 0.5), (-0.5, width - 0.5)
        self.ends.set_limits((rows, columns, rows, columns))
        line = self._line or default_line(height, width)
        self._show_line(line)
        start, end = line[:2], line[2:]
        geometry = result.geometry

        def sample() -> Profiles:
            if max(height, width) == 1:
                raise EngineError("One pixel has no line through it; take a larger picture.")
            after = profile(result.values, _in_output(start, geometry), _in_output(end, geometry))
            along = profile(before, start, end)
            if not np.isfinite(along.values).any():
                raise EngineError(
                    "The line lies beside the picture. Drag it over the picture, or type where "
                    "it starts and ends."
                )
            # The output's samples are as many as its own pixels; the axis is the input's.
            scale = along.distance[-1] / after.distance[-1]
            return Profiles(along, Profile(after.distance * scale, after.values))

        return sample

    def show_data(self, data: Profiles) -> None:
        """Draw both."""
        for plot, found in ((self.before, data.before), (self.after, data.after)):
            plot.set_curves(channel_curves(found.distance, found.values))

    def _line_moved(self, *line_and_more: float) -> None:
        *ends, goes_on = line_and_more
        start_row, start_column, end_row, end_column = np.round(ends, DECIMALS).tolist()
        line = (start_row, start_column, end_row, end_column)
        self.tools_edited.emit({"line": line}, bool(goes_on))
        if not goes_on:
            self._show_line(line)  # what is drawn is what is sampled


def _in_output(point: tuple[float, float], geometry: OutputGeometry) -> tuple[float, float]:
    """Return the output's (row, column) at an input position."""
    row = (point[0] - geometry.origin_y) / geometry.step_y
    return row, (point[1] - geometry.origin_x) / geometry.step_x
