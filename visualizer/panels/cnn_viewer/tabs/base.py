"""What the CNN Viewer expects of a tab: a page over the channels that explains or tries out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtWidgets import QWidget

from visualizer.edits import Edits
from visualizer.jobs import JobError, LatestWins, StepJob
from visualizer.panels.cnn_viewer.context import Context
from visualizer.panels.cnn_viewer.state import CnnViewerState
from visualizer.panels.panel_tab import PanelTab
from visualizer.services import Services

if TYPE_CHECKING:
    from engines.models import LoadedModel


@dataclass(frozen=True)
class TabHost:
    """What a tab may ask of the panel.

    edits: of the panel's state, whose `tabs` hold what each tab is set to.
    lane, job: make a lane or a long job that the panel joins when it closes, and whose lane counts
    for `is_settled`. say(topic, error): show a sentence until it is taken back with None.
    choose_layer(name), choose_channel(layer, channel), choose_position(row, column): select, as an
    undoable edit. open_model(model): show a network that was made in the app. open_picture: a file.
    """

    services: Services
    edits: Edits[CnnViewerState]
    lane: Callable[[str], LatestWins]
    job: Callable[[str], StepJob]
    say: Callable[[str, JobError | None], None]
    show_info: Callable[[str], None]
    choose_layer: Callable[[str], None]
    choose_channel: Callable[[str, int], None]
    choose_position: Callable[[int, int], None]
    open_model: Callable[[LoadedModel], None]
    open_picture: Callable[[Path], None]


class Tab(PanelTab):
    """One tab of the CNN Viewer."""

    keeps_own_network: ClassVar[bool] = False
    """It holds what was made in it and lies nowhere else, so that it stays when closed."""

    host: TabHost

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.host = host

    def show_context(self, context: Context) -> None:
        """Show what `context` holds. Live pictures call this for every frame: be quick."""
        raise NotImplementedError
