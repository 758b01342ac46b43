"""What the menus offer while the Style Studio is open, with its keys."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from engines.style import RANDOM_FILTERS
from visualizer.panels.style_studio.run_bar import GO_ON_KEY, START_KEY
from visualizer.panels.style_studio.tabs import TABS

if TYPE_CHECKING:
    from visualizer.panels.style_studio.panel import StyleStudioPanel


def add_actions(panel: StyleStudioPanel) -> None:
    """Fill the menus of `panel`."""
    add = panel.add_action
    content, style = panel.content_chooser, panel.style_choosers[0]
    add("File", "Open content…", content.ask_open, "style_action_open", "Ctrl+O")
    add("File", "Open style…", style.ask_open, "style_action_open_style", "Ctrl+Shift+O")
    add("File", "Choose a network…", panel.chooser.open_dialog, "style_action_model", "Ctrl+M")
    add("File", "Random filters, no training", partial(panel.chooser.choose, RANDOM_FILTERS),
        "style_action_random_filters")  # fmt: skip
    add("File", "Open weights or a network…", panel.chooser.ask_open, "style_action_open_model")
    results = panel.results
    add("File", "Open result…", results.ask_open, "style_action_open_result", "Ctrl+Alt+O")
    add("File", "Save result…", results.ask_save, "style_action_save", "Ctrl+S")
    add("File", "Save animation…", results.ask_save_animation, "style_action_animate",
        "Ctrl+Shift+S")  # fmt: skip
    add("Edit", "Paste result", results.paste, "style_action_paste_result")
    add("Edit", "Paste content", content.paste, "style_action_paste", "Ctrl+Shift+V")
    add("Edit", "Paste style", style.paste, "style_action_paste_style", "Ctrl+Alt+V")
    add("Edit", "Paint where the styles go…", panel.masks.open, "style_action_masks",
        "Ctrl+Shift+M")  # fmt: skip
    add("View", "Start", panel.director.start, "style_action_start", START_KEY)
    add("View", "Go on from the picture that is shown", panel.director.go_on, "style_action_go_on",
        GO_ON_KEY)  # fmt: skip
    add("View", "Pause or go on", panel.director.toggle_pause, "style_action_pause", "Ctrl+Space")
    add("View", "One step", panel.run.step, "style_action_step", "Ctrl+.")
    add("View", "Stop", panel.run.stop, "style_action_stop", "Ctrl+Shift+.")
    add("View", "Fit the picture", panel.view.generated.fit, "style_action_fit", "Ctrl+0")
    for number, kind in enumerate(TABS, start=1):
        key = f"Alt+{number}" if number < 10 else ""
        show = partial(_show_tab, panel, kind.name)
        add("View", f"Show “{kind.title}”", show, f"style_action_tab_{kind.name}", key)


def _show_tab(panel: StyleStudioPanel, name: str) -> None:
    panel.tabs.open(name)
    panel.view.show_pages()
