"""The tools under the pictures, one module each, and the drawer's order."""

from __future__ import annotations

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

__all__ = ["TOOLS", "Tool", "ToolRequest"]

TOOLS: tuple[type[Tool], ...] = (
    ProfileTool,
    HistogramTool,
    SpectrumTool,
    ShapeTool,
    RankTool,
    ChainTool,
    NoiseTool,
    MatchTool,
    CostTool,
)
"""All tools, in the order of their tabs; each is made when it is first opened."""
