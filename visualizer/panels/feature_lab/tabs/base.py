"""What the Feature Lab expects of a tab, and what it offers to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from visualizer.edits import Edits
from visualizer.jobs import JobError, LatestWins, StepJob
from visualizer.panels.feature_lab.context import Context
from visualizer.panels.feature_lab.state import FeatureLabState
from visualizer.panels.panel_tab import PanelTab
from visualizer.services import Services

if TYPE_CHECKING:
    from visualizer.panels.feature_lab.extractor import Extractor
    from widgets.thumbnail_grid import ThumbnailGrid


@dataclass(frozen=True)
class TabHost:
    """What a tab may ask of the panel.

    edits: of the panel's state, whose `tabs` hold what each tab is set to.
    lane, job: make a lane or a long job that the panel joins when it closes, and whose lane counts
    for `is_settled`. say(topic, error): show a sentence until it is taken back with None.
    select(indices): show these pictures at the right. feed(grid): fill a grid of thumbnails with
    the present pictures from now on. extractor: computes the features that all tabs share.
    """

    services: Services
    edits: Edits[FeatureLabState]
    lane: Callable[[str], LatestWins]
    job: Callable[[str], StepJob]
    say: Callable[[str, JobError | None], None]
    show_info: Callable[[str], None]
    select: Callable[[Sequence[int]], None]
    feed: Callable[[ThumbnailGrid], None]
    extractor: Extractor


class Tab(PanelTab):
    """One tab of the Feature Lab."""

    host: TabHost

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.host = host

    def show_context(self, context: Context) -> None:
        """Show what `context` holds; called with whatever is new while the tab is open."""
        raise NotImplementedError
