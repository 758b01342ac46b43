"""The panels, in the order of the rail. A new panel is one entry here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from visualizer.panels.base import Panel
    from visualizer.services import Services


@dataclass(frozen=True)
class PanelEntry:
    """How the main window lists and makes a panel; `make` imports it only when it is opened."""

    name: str
    title: str
    icon: str
    shortcut: str
    make: Callable[[Services], Panel]


def _kernel_lab(services: Services) -> Panel:
    from visualizer.panels.kernel_lab import KernelLabPanel

    return KernelLabPanel(services)


def _signals(services: Services) -> Panel:
    from visualizer.panels.signals import SignalsPanel

    return SignalsPanel(services)


def _geometry(services: Services) -> Panel:
    from visualizer.panels.geometry import GeometryPanel

    return GeometryPanel(services)


def _cnn_viewer(services: Services) -> Panel:
    from visualizer.panels.cnn_viewer import CnnViewerPanel

    return CnnViewerPanel(services)


def _feature_lab(services: Services) -> Panel:
    from visualizer.panels.feature_lab import FeatureLabPanel

    return FeatureLabPanel(services)


def _style_studio(services: Services) -> Panel:
    from visualizer.panels.style_studio import StyleStudioPanel

    return StyleStudioPanel(services)


def _layer_lab(services: Services) -> Panel:
    from visualizer.panels.layer_lab import LayerLabPanel

    return LayerLabPanel(services)


PANELS: tuple[PanelEntry, ...] = (
    PanelEntry("kernel_lab", "Kernel Lab", "mdi6.grid", "Ctrl+1", _kernel_lab),
    PanelEntry("signals", "Signals", "mdi6.sine-wave", "Ctrl+2", _signals),
    PanelEntry("geometry", "Geometry", "mdi6.view-grid-outline", "Ctrl+3", _geometry),
    PanelEntry("cnn_viewer", "CNN Viewer", "mdi6.layers-triple-outline", "Ctrl+4", _cnn_viewer),
    PanelEntry("feature_lab", "Feature Lab", "mdi6.chart-scatter-plot", "Ctrl+5", _feature_lab),
    PanelEntry("style_studio", "Style Studio", "mdi6.palette-outline", "Ctrl+6", _style_studio),
    PanelEntry("layer_lab", "Layer Lab", "mdi6.layers-search-outline", "Ctrl+7", _layer_lab),
)
