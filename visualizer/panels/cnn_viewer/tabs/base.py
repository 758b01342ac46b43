"""What the CNN Viewer expects of a tab: a page over the channels that explains or tries out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from visualizer.edits import Edits
from visualizer.jobs import JobError, LatestWins, StepJob
from visualizer.panels.cnn_viewer.context import Context
from visualizer.panels.cnn_viewer.state import CnnViewerState
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


class Tab(QWidget):
    """One tab; made when it is first opened. Its objectName is "<name>_tab".

    `show_context` is called with whatever is new while the tab is open, and when it is opened; it
    starts work in lanes of the host, never waits. Torch is imported in those lanes, not above.

    What a person sets goes through `edit`, which comes back by `show_context`, as undo does: only
    there are the controls set and the work begun.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    tooltip: ClassVar[str]
    keeps_own_network: ClassVar[bool] = False
    """It holds what was made in it and lies nowhere else, so that it stays when closed."""

    settled = Signal()
    """The tab shows what its last context asked for, or has said why it cannot."""

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"{self.name}_tab")
        self.host = host

    def show_context(self, context: Context) -> None:
        """Show what `context` holds. Live pictures call this for every frame: be quick."""
        raise NotImplementedError

    @property
    def settings(self) -> Any:
        """What the tab is set to at present: the field of `TabSettings` with its name."""
        return getattr(self.host.edits.state.tabs, self.name)

    def edit(
        self, label: str, *, merge_key: str = "", goes_on: bool = False, **changes: object
    ) -> None:
        """Change fields of the settings, as a step that can be undone.

        merge_key: names the control whose quick changes are one step; goes_on: it is being dragged.
        """
        key = f"{self.name} {merge_key}" if merge_key else ""
        self.host.edits.apply(
            self.changed(**changes), f"{self.title.rstrip('?')}: {label}", merge_key=key,
            goes_on=goes_on, held=goes_on,
        )  # fmt: skip

    def look(self, **changes: object) -> None:
        """Change fields of the settings that are only looked at: no step to undo."""
        self.host.edits.look(self.changed(**changes))

    def changed(self, **changes: object) -> CnnViewerState:
        """Return the panel's state with fields of the tab's settings changed."""
        state = self.host.edits.state
        mine = self.settings.replace(**changes)
        return state.replace(tabs=state.tabs.replace(**{self.name: mine}))

    def is_settled(self) -> bool:
        """Return whether nothing of its own is under way (the host's lanes and jobs aside)."""
        return True

    def set_active(self, active: bool) -> None:
        """The tab was opened or left."""

    def close_jobs(self) -> None:
        """Cancel and join what the tab runs other than by the host."""
