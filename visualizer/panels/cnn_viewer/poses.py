"""The states of the CNN Viewer that are worth a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from visualizer.panels.cnn_viewer.panel import CnnViewerPanel


def poses_of(panel: CnnViewerPanel) -> Mapping[str, Callable[[], None]]:
    """Return how `panel` takes each pose, by name."""
    poses: dict[str, Callable[[], None]] = {"": partial(_explain, panel)}
    poses["deep"] = partial(_deep, panel)
    poses["histogram"] = partial(_histogram, panel)
    for name in panel.tabs.names():
        poses[name.replace("_", "-")] = partial(_open_tab, panel, name)
    return poses


def _explain(panel: CnnViewerPanel) -> None:
    """Explain a number of the first layer, near the middle."""
    panel.tabs.open("")
    sheet = panel.sheet
    if sheet is not None:
        rows, columns = sheet.maps.shape[1:]
        panel.hold(rows * 2 // 5, columns // 2)


def _deep(panel: CnnViewerPanel) -> None:
    """Look at a depthwise layer in the middle, sorted, with one scale."""
    run = panel.run
    if run is None:
        return
    names = [name for name, values in run.activations.items() if values.ndim == 4]
    panel.tabs.open("")
    panel.choose_layer(names[len(names) // 2])
    panel.edits.apply(panel.state.replace(sort="variance", scale="shared"), "pose")
    panel.view.unit.show_part("inputs")


def _histogram(panel: CnnViewerPanel) -> None:
    panel.view.unit.show_part("filter")
    panel.view.channels.histogram_button.setChecked(True)


def _open_tab(panel: CnnViewerPanel, name: str) -> None:
    panel.view.unit.show_part("products")
    panel.view.channels.histogram_button.setChecked(False)
    panel.tabs.open(name)
