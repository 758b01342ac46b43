"""The tabs of the Feature Lab, one module each, in their order. A new tab is one entry here."""

from __future__ import annotations

from visualizer.panels.feature_lab.tabs.base import Tab, TabHost
from visualizer.panels.feature_lab.tabs.classify import ClassifyTab
from visualizer.panels.feature_lab.tabs.code import CodeTab
from visualizer.panels.feature_lab.tabs.compare import CompareTab
from visualizer.panels.feature_lab.tabs.data import DataTab
from visualizer.panels.feature_lab.tabs.extract import ExtractTab
from visualizer.panels.feature_lab.tabs.finetune import FineTuneTab
from visualizer.panels.feature_lab.tabs.large import LargeTab
from visualizer.panels.feature_lab.tabs.map import MapTab
from visualizer.panels.feature_lab.tabs.similarity import SimilarityTab

__all__ = ["TABS", "Tab", "TabHost"]

TABS: tuple[type[Tab], ...] = (
    DataTab,
    ExtractTab,
    MapTab,
    SimilarityTab,
    ClassifyTab,
    CompareTab,
    LargeTab,
    FineTuneTab,
    CodeTab,
)
"""All tabs, in order; each is made when it is first opened."""
