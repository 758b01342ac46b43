"""The tabs over the channels, one module each, in their order. A new tab is one entry here."""

from __future__ import annotations

from visualizer.panels.cnn_viewer.tabs.ablate import AblateTab
from visualizer.panels.cnn_viewer.tabs.architecture import ArchitectureTab
from visualizer.panels.cnn_viewer.tabs.base import Tab, TabHost
from visualizer.panels.cnn_viewer.tabs.card import CardTab
from visualizer.panels.cnn_viewer.tabs.compare import CompareTab
from visualizer.panels.cnn_viewer.tabs.digits import DigitsTab
from visualizer.panels.cnn_viewer.tabs.excites import ExcitesTab
from visualizer.panels.cnn_viewer.tabs.filters import FiltersTab
from visualizer.panels.cnn_viewer.tabs.head import HeadTab
from visualizer.panels.cnn_viewer.tabs.input_size import InputSizeTab
from visualizer.panels.cnn_viewer.tabs.perturb import PerturbTab
from visualizer.panels.cnn_viewer.tabs.table import TableTab
from visualizer.panels.cnn_viewer.tabs.why import WhyTab

__all__ = ["TABS", "Tab", "TabHost"]

TABS: tuple[type[Tab], ...] = (
    ArchitectureTab,
    TableTab,
    CardTab,
    FiltersTab,
    WhyTab,
    ExcitesTab,
    AblateTab,
    PerturbTab,
    InputSizeTab,
    HeadTab,
    CompareTab,
    DigitsTab,
)
"""All tabs, in order; each is made when it is first opened."""
