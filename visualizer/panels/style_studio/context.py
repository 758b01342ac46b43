"""What the Style Studio's tabs are told: pictures, network, settings, the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from visualizer.panels.style_studio.state import StyleStudioState
from visualizer.pictures.picture import Picture

if TYPE_CHECKING:
    import numpy as np

    from engines.models import LoadedModel
    from engines.style import Step, StyleSettings, StyleTransfer, SuggestedLayers
    from visualizer.panels.style_studio.run_control import RunHistory


@dataclass(frozen=True)
class StylePicture:
    """One style: its picture, how much it counts, and where it goes (None: everywhere).

    mask: float32 (h, w) in [0, 1].
    """

    picture: Picture
    weight: float = 1.0
    mask: np.ndarray | None = None


@dataclass(frozen=True)
class Context:
    """What is shown at present; None until it is there.

    content, styles: what is chosen (`picture.image.pixels` is the (C, H, W) tensor); network: the
    loaded one; suggested: its usual layers; layers: all that give maps; settings: what a step would
    be made with, the layers written out. transfer: the run's, or, before one, what the next would
    be, made for the present pictures and settings; ask it for features and targets in a lane.
    step: the newest of the run; history: the losses of all its steps; running: it goes on (or is
    paused); generated: the picture that is looked at, float32 (H, W, 3) in [0, 1].
    """

    state: StyleStudioState
    content: Picture | None = None
    styles: tuple[StylePicture, ...] = ()
    network: LoadedModel | None = None
    suggested: SuggestedLayers | None = None
    layers: tuple[str, ...] = ()
    settings: StyleSettings | None = None
    transfer: StyleTransfer | None = None
    step: Step | None = None
    history: RunHistory | None = None
    running: bool = False
    generated: np.ndarray | None = None
