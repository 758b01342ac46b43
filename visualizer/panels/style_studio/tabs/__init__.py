"""The tabs of the Style Studio, one module each, in their order. A new tab is one entry here."""

from __future__ import annotations

from visualizer.panels.style_studio.tabs.activations import ActivationsTab
from visualizer.panels.style_studio.tabs.base import Tab, TabHost
from visualizer.panels.style_studio.tabs.code import CodeTab
from visualizer.panels.style_studio.tabs.formulae import FormulaeTab
from visualizer.panels.style_studio.tabs.gallery import GalleryTab
from visualizer.panels.style_studio.tabs.gram import GramTab
from visualizer.panels.style_studio.tabs.layers import LayersTab
from visualizer.panels.style_studio.tabs.shuffle import ShuffleTab
from visualizer.panels.style_studio.tabs.sweep import SweepTab

__all__ = ["TABS", "Tab", "TabHost"]

TABS: tuple[type[Tab], ...] = (
    ActivationsTab,
    ShuffleTab,
    GramTab,
    LayersTab,
    FormulaeTab,
    CodeTab,
    GalleryTab,
    SweepTab,
)
"""All tabs, in order; each is made when it is first opened."""
