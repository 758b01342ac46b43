"""The tabs over the channels, one module each, in their order. A new tab is one entry here."""

from __future__ import annotations

from visualizer.panels.cnn_viewer.tabs.architecture import ArchitectureTab
from visualizer.panels.cnn_viewer.tabs.base import Tab, TabHost
from visualizer.panels.cnn_viewer.tabs.card import CardTab
from visualizer.panels.cnn_viewer.tabs.filters import FiltersTab
from visualizer.panels.cnn_viewer.tabs.table import TableTab

__all__ = ["TABS", "Tab", "TabHost"]

TABS: tuple[type[Tab], ...] = (ArchitectureTab, TableTab, CardTab, FiltersTab)
"""All tabs, in order; each is made when it is first opened."""
