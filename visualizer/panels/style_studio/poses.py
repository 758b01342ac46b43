"""The states of the Style Studio that are worth a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from visualizer.panels.style_studio.panel import StyleStudioPanel

POSE_SIZE, POSE_STEPS = 192, 60
SHEET_SIZE, SHEET_PICTURES = 96, 4


def poses_of(panel: StyleStudioPanel) -> Mapping[str, Callable[[], None]]:
    """Return how `panel` takes each pose, by name."""
    poses: dict[str, Callable[[], None]] = {"": lambda: None}
    poses["made"] = partial(_make, panel)
    poses["wipe"] = partial(_wipe, panel)
    for name in panel.tabs.names():
        poses[name.replace("_", "-")] = partial(panel.tabs.open, name)
    poses["sweep"] = partial(_sheet, panel)
    return poses


def _make(panel: StyleStudioPanel) -> None:
    """Make a small picture to its end."""
    panel.edits.apply(panel.state.with_settings(size=POSE_SIZE, steps=POSE_STEPS), "pose")
    panel.waits_for_run = True
    panel.director.start()


def _wipe(panel: StyleStudioPanel) -> None:
    """Look at an earlier picture, the content left of the handle."""
    kept = panel.state.kept
    chosen = kept[len(kept) // 2].iteration if kept else -1
    panel.edits.look(panel.state.replace(wipe=0.5, chosen=chosen))


def _sheet(panel: StyleStudioPanel) -> None:
    """Make a small contact sheet to its end."""
    panel.tabs.open("sweep")
    tab = panel.tabs.made["sweep"]
    tab.edit("pose", size=SHEET_SIZE, count=SHEET_PICTURES)
    tab.start()
    tab.waits_for_sheet = tab.job.busy
