"""What the Style Studio expects of a tab, and what it offers to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from visualizer.edits import Edits
from visualizer.jobs import JobError, LatestWins, StepJob
from visualizer.panels.panel_tab import PanelTab
from visualizer.panels.style_studio.context import Context
from visualizer.panels.style_studio.state import StyleStudioState
from visualizer.services import Services

if TYPE_CHECKING:
    from visualizer.panels.style_studio.gallery import RunGallery
    from visualizer.panels.style_studio.run_control import RunControl
    from visualizer.panels.style_studio.saving import ResultFiles


@dataclass(frozen=True)
class TabHost:
    """What a tab may ask of the panel.

    edits: of the panel's state, whose `tabs` hold what each tab is set to.
    lane, job: make a lane or a long job that the panel joins when it closes, and whose lane counts
    for `is_settled`. say(topic, error): show a sentence until it is taken back with None.
    show_info: tell something that needs no answer. run: starts, steers and ends the run.
    gallery, results: the runs that were made, and their files; None where a tab stands alone.
    """

    services: Services
    edits: Edits[StyleStudioState]
    lane: Callable[[str], LatestWins]
    job: Callable[[str], StepJob]
    say: Callable[[str, JobError | None], None]
    show_info: Callable[[str], None]
    run: RunControl
    gallery: RunGallery | None = None
    results: ResultFiles | None = None


class Tab(PanelTab):
    """One tab of the Style Studio."""

    host: TabHost

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.host = host

    def show_context(self, context: Context) -> None:
        """Show what `context` holds; called with whatever is new while the tab is open.

        While a run goes on that is with every picture that is painted: take the newest, and ask a
        lane for what takes time with `follow=True`.
        """
        raise NotImplementedError
