"""What the CNN Viewer knows, as plain values: all that undo, autosave and scenes need."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from visualizer.frozen import Frozen
from visualizer.networks.choice import ModelChoice
from visualizer.panels.cnn_viewer.tab_settings import TabSettings
from visualizer.pictures.source import PictureSource

MOST_STRONGEST = 2048

Sort = Literal["index", "mean", "max", "variance", "sparsity"]
Scale = Literal["shared", "channel"]


class CnnViewerState(Frozen):
    """Everything the CNN Viewer shows follows from these values, the picture and the network.

    layer: a name of `engines.activations.capture`, "" for the network's first convolution;
    position: (row, column) of the unit in the layer's map, None until the person points;
    held: the position is kept while the mouse moves; strongest: how many channels are shown, 0 for
    all; opacity: of the map over the picture; input_size: (rows, columns), None for the network's
    own; tab: the name of the open tab; tabs: what each tab is set to.
    """

    picture: PictureSource = PictureSource()
    model: ModelChoice = ModelChoice()
    layer: str = ""
    channel: Annotated[int, Field(ge=0)] = 0
    position: tuple[int, int] | None = None
    held: bool = False
    sort: Sort = "index"
    scale: Scale = "channel"
    strongest: Annotated[int, Field(ge=0, le=MOST_STRONGEST)] = 0
    opacity: Annotated[float, Field(ge=0, le=1)] = 0.6
    input_size: tuple[int, int] | None = None
    tab: str = ""
    tabs: TabSettings = TabSettings()

    def with_model(self, choice: ModelChoice) -> CnnViewerState:
        """Return this state with another network, and without what only fits the present one."""
        return self.replace(
            model=choice, layer="", channel=0, position=None, held=False, input_size=None
        )

    def looking_like(self, present: CnnViewerState) -> CnnViewerState:
        """Return this state with the tab open that is open in `present`, and looked at alike."""
        return self.replace(tab=present.tab, tabs=self.tabs.looking_like(present.tabs))
