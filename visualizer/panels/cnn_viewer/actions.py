"""What the menus offer while the CNN Viewer is open, with its keys."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from visualizer.panels.cnn_viewer.tabs import TABS

if TYPE_CHECKING:
    from visualizer.panels.cnn_viewer.panel import CnnViewerPanel


def add_actions(panel: CnnViewerPanel) -> None:
    """Fill the menus of `panel`."""
    add, view = panel.add_action, panel.view
    add("File", "Open picture…", panel.choosing.ask_open, "cnn_action_open", "Ctrl+O")
    add("File", "Play video…", panel.choosing.ask_video, "cnn_action_video")
    add("File", "Choose a network…", panel.chooser.open_dialog, "action_model", "Ctrl+M")
    add("File", "Open weights or a network…", panel.chooser.ask_open, "action_open_model")
    add("Edit", "Channels to the Layer Lab", panel.hander.hand_over, "cnn_action_hand_over",
        "Ctrl+Shift+L")  # fmt: skip
    add("Edit", "Paste picture", panel.choosing.paste, "cnn_action_paste", "Ctrl+Shift+V")
    search = view.controls.layers.search
    add("View", "Search layers", search.setFocus, "action_search_layers", "Ctrl+L")
    add("View", "Next layer", lambda: panel.step_layer(1), "action_next_layer", "Ctrl+PgDown")
    add("View", "Previous layer", lambda: panel.step_layer(-1), "action_previous_layer",
        "Ctrl+PgUp")  # fmt: skip
    for number, kind in enumerate(TABS, start=1):
        key = f"Alt+{number}" if number < 10 else ""
        show = partial(panel.open_tab, kind.name)
        add("View", f"Show “{kind.title}”", show, f"action_tab_{kind.name}", key)
    add("View", "Fit channels", view.channels.mosaic.fit, "cnn_action_fit", "Ctrl+0")
