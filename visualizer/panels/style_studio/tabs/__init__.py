"""The tabs of the Style Studio, one module each, in their order. A new tab is one entry here."""

from __future__ import annotations

from visualizer.panels.style_studio.tabs.base import Tab, TabHost
from visualizer.panels.style_studio.tabs.gallery import GalleryTab
from visualizer.panels.style_studio.tabs.sweep import SweepTab

__all__ = ["TABS", "Tab", "TabHost"]

TABS: tuple[type[Tab], ...] = (
    GalleryTab,
    SweepTab,
)
"""All tabs, in order; each is made when it is first opened."""
