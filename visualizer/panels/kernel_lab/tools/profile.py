"""The values along a line that the person drags over the input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtWidgets import QHBoxLayout

from engines.measures import Profile, profile
from engines.tracing import OutputGeometry
from visualizer.panels.kernel_lab.tools.base import Tool, ToolRequest, channel_curves
from visualizer.state import KernelLabState
from widgets.curve_plot import CurvePlot
from widgets.image_view import ImageView
from widgets.picture_overlays import PictureLine

Line = tuple[float, float, float, float]


@dataclass(frozen=True)
class Profiles:
    """Along the line through the input, and through the output at the same place."""

    before: Profile
    after: Profile


def default_line(height: int, width: int) -> Line:
    """Return a level line across the middle, a tenth away from the sides."""
    row = (height - 1) / 2
    return row, width * 0.1, row, width * 0.9


class ProfileTool(Tool):
    """A line on the input; the values along it in the input and in the output."""

    name = "profile"
    title = "Profile"
    tooltip = "Values along a line that you drag over the input"

    def __init__(self, input_view: ImageView) -> None:
        super().__init__(input_view)
        self.line = PictureLine(input_view)
        self.line.moved.connect(self._line_moved)
        self.before = CurvePlot("distance along the line", "input", x_units="px")
        self.after = CurvePlot("distance along the line", "output", x_units="px")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for name, plot in (("profile_input", self.before), ("profile_output", self.after)):
            plot.setObjectName(name)
            layout.addWidget(plot)
        self._line: Line | None = None

    def show_state(self, state: KernelLabState) -> None:
        """Put the line where the state has it."""
        self._line = state.tools.line
        if self._line is not None:
            self.line.set_line(self._line[:2], self._line[2:])

    def set_active(self, active: bool) -> None:
        """Show the line while the tool is open."""
        self.line.set_visible(active)

    def work(self, request: ToolRequest) -> Callable[[], Profiles]:
        """Sample both pictures along the line."""
        result = request.result
        before = result.picture.values(result.state.color)
        line = self._line
        if line is None:
            line = default_line(*before.shape[:2])
            self.line.set_line(line[:2], line[2:])
        start, end = line[:2], line[2:]
        geometry = result.geometry

        def sample() -> Profiles:
            after = profile(result.values, _in_output(start, geometry), _in_output(end, geometry))
            along = profile(before, start, end)
            # The output's samples are as many as its own pixels; the axis is the input's.
            scale = along.distance[-1] / after.distance[-1]
            return Profiles(along, Profile(after.distance * scale, after.values))

        return sample

    def show_data(self, data: Profiles) -> None:
        """Draw both."""
        for plot, found in ((self.before, data.before), (self.after, data.after)):
            plot.set_curves(channel_curves(found.distance, found.values))

    def _line_moved(self, *line_and_more: float) -> None:
        *line, goes_on = line_and_more
        self.tools_edited.emit({"line": tuple(np.round(line, 2).tolist())}, bool(goes_on))


def _in_output(point: tuple[float, float], geometry: OutputGeometry) -> tuple[float, float]:
    """Return the output's (row, column) at an input position."""
    row = (point[0] - geometry.origin_y) / geometry.step_y
    return row, (point[1] - geometry.origin_x) / geometry.step_x
