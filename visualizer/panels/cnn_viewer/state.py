"""What the CNN Viewer knows, as plain values: all that undo, autosave and scenes need."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from visualizer.frozen import Frozen
from visualizer.panels.cnn_viewer.tab_settings import TabSettings
from visualizer.pictures.source import PictureSource

EMBEDDED = "efficientnet_lite0"
MOST_STRONGEST = 2048

Sort = Literal["index", "mean", "max", "variance", "sparsity"]
Scale = Literal["shared", "channel"]
Weights = Literal["best", "none", "file"]


class ModelChoice(Frozen):
    """Which network with which weights.

    name: of the catalogue, or the path of a file that holds a whole network. weights: "best" are
    trained ones that are on this computer, "none" untrained ones, "file" those of the file `path`.
    trusted: the person allowed the file to run its code; allow_partial: what does not fit stays
    untrained.
    """

    name: str = EMBEDDED
    weights: Weights = "best"
    path: str = ""
    trusted: bool = False
    allow_partial: bool = False


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

    def runs_like(self, other: CnnViewerState) -> bool:
        """Return whether the network is asked for the same numbers (the picture aside)."""
        return (self.model, self.input_size) == (other.model, other.input_size)

    def looking_like(self, present: CnnViewerState) -> CnnViewerState:
        """Return this state with the tab open that is open in `present`, and looked at alike."""
        return self.replace(tab=present.tab, tabs=self.tabs.looking_like(present.tabs))
