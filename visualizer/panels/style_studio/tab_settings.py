"""What the Style Studio's tabs are set to, as plain values: part of the panel's state."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from visualizer.frozen import Frozen
from visualizer.panels.style_studio.gallery_settings import GallerySettings, SweepSettings

Channel = Annotated[int, Field(ge=0)]
Seen = Literal["content", "style", "generated"]
Ladder = Literal["content", "texture"]


class ActivationsSettings(Frozen):
    """layer: "" for the first that the content is compared in; channel: None for the strongest."""

    layer: str = ""
    channel: Channel | None = None


class ShuffleSettings(Frozen):
    """layer: as for the activations; of: whose maps; share: of the places that move; seed."""

    layer: str = ""
    of: Seen = "content"
    share: Annotated[float, Field(ge=0, le=1)] = 1.0
    seed: Annotated[int, Field(ge=0)] = 0


class GramSettings(Frozen):
    """layer: "" for the first that the style is compared in; style: which, from 0.

    entry: two channels; None for those at which style and picture differ most.
    """

    layer: str = ""
    style: Annotated[int, Field(ge=0)] = 0
    cosine: bool = False
    entry: tuple[Channel, Channel] | None = None


class LayersSettings(Frozen):
    """What is made of each layer alone: longer side in pixels, and how many evaluations."""

    kind: Ladder = "content"
    size: Annotated[int, Field(ge=32, le=512)] = 96
    steps: Annotated[int, Field(ge=5, le=1000)] = 100
    chosen: Annotated[int, Field(ge=0)] = 0


class TabSettings(Frozen):
    """The settings of each tab that has some, under the tab's name."""

    activations: ActivationsSettings = ActivationsSettings()
    shuffle: ShuffleSettings = ShuffleSettings()
    gram: GramSettings = GramSettings()
    layers: LayersSettings = LayersSettings()
    gallery: GallerySettings = GallerySettings()
    sweep: SweepSettings = SweepSettings()

    def looking_like(self, present: TabSettings) -> TabSettings:
        """Return these with what is only looked at as in `present`."""
        return self.replace(
            activations=self.activations.replace(channel=present.activations.channel),
            gram=self.gram.replace(entry=present.gram.entry),
            layers=self.layers.replace(chosen=present.layers.chosen),
            gallery=present.gallery,
        )
