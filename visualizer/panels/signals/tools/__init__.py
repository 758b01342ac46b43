"""The pages under the plots, one module each, and the drawer's order."""

from __future__ import annotations

from visualizer.panels.signals.tools.autocorrelation import AutocorrelationTool
from visualizer.panels.signals.tools.base import Tool, ToolRequest
from visualizer.panels.signals.tools.from_scratch import FromScratchTool
from visualizer.panels.signals.tools.matched_filter import MatchedFilterTool
from visualizer.panels.signals.tools.properties import PropertiesTool

__all__ = ["Tool", "ToolRequest", "make_tools"]


def make_tools() -> list[Tool]:
    """Return all pages, in the order of their tabs."""
    return [FromScratchTool(), AutocorrelationTool(), MatchedFilterTool(), PropertiesTool()]
