"""The tools under the pictures, one module each, and the drawer's order."""

from __future__ import annotations

from PySide6.QtCore import QSettings

from visualizer.panels.kernel_lab.tools.base import Tool, ToolRequest
from visualizer.panels.kernel_lab.tools.chain import ChainTool
from visualizer.panels.kernel_lab.tools.cost import CostTool
from visualizer.panels.kernel_lab.tools.histogram import HistogramTool
from visualizer.panels.kernel_lab.tools.match import MatchTool
from visualizer.panels.kernel_lab.tools.noise import NoiseTool
from visualizer.panels.kernel_lab.tools.profile import ProfileTool
from visualizer.panels.kernel_lab.tools.rank import RankTool
from visualizer.panels.kernel_lab.tools.shape import ShapeTool
from visualizer.panels.kernel_lab.tools.spectrum import SpectrumTool
from widgets.image_view import ImageView

__all__ = ["Tool", "ToolRequest", "make_tools"]


def make_tools(input_view: ImageView, settings: QSettings) -> list[Tool]:
    """Return all tools, in the order of their tabs."""
    return [
        ProfileTool(input_view),
        HistogramTool(input_view),
        SpectrumTool(input_view),
        ShapeTool(input_view),
        RankTool(input_view),
        ChainTool(input_view),
        NoiseTool(input_view),
        MatchTool(input_view),
        CostTool(input_view, settings),
    ]
