"""What the menus offer while the Feature Lab is open, with its keys."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from visualizer.panels.feature_lab.tabs import TABS
from visualizer.panels.feature_lab.view import CHOSEN_KEY

if TYPE_CHECKING:
    from visualizer.panels.feature_lab.panel import FeatureLabPanel


def add_actions(panel: FeatureLabPanel) -> None:
    """Fill the menus of `panel`."""
    add, view = panel.add_action, panel.view
    add("File", "Open folder of pictures…", panel.ask_folder, "feature_action_open", "Ctrl+O")
    add("File", "Read the pictures again", panel.read_again, "feature_action_again", "F5")
    add("File", "Choose a network…", panel.chooser.open_dialog, "feature_action_model", "Ctrl+M")
    add("File", "Open weights or a network…", panel.chooser.ask_open, "feature_action_open_model")
    add("Edit", "Choose all shown pictures", view.controls.grid.selectAll, "feature_action_all")
    add("Edit", "Choose none", lambda: panel.select(()), "feature_action_none")
    add("View", "Extract features", panel.extractor.start, "feature_action_extract", "Ctrl+E")
    toggle = view.toggle_chosen
    add("View", "Show or hide the chosen pictures", toggle, "feature_action_chosen", CHOSEN_KEY)
    for number, kind in enumerate(TABS, start=1):
        key = f"Alt+{number}" if number < 10 else ""
        show = partial(panel.tabs.open, kind.name)
        add("View", f"Show “{kind.title}”", show, f"feature_action_tab_{kind.name}", key)
