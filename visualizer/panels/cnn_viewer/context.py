"""What the CNN Viewer's tabs are handed: the network, the picture, the captured numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from visualizer.panels.cnn_viewer.state import CnnViewerState
from visualizer.pictures.picture import Picture

if TYPE_CHECKING:
    import torch

    from engines.models import LoadedModel


@dataclass(frozen=True)
class Prediction:
    """One class of the answer: its index, name and probability."""

    index: int
    name: str
    probability: float


@dataclass(frozen=True)
class Run:
    """One picture through one network.

    batch: (1, C, H, W) as the network read it; seen: (H, W, 3) in [0, 1], the same before the
    normalisation; activations: every layer's output in call order; predictions: the best five,
    empty where the network gives no class scores; milliseconds: of the forward pass with capture;
    finite: whether the class scores are numbers, neither NaN nor infinite.
    """

    model: LoadedModel
    picture: Picture
    state: CnnViewerState
    batch: torch.Tensor
    seen: np.ndarray
    activations: Mapping[str, torch.Tensor]
    predictions: tuple[Prediction, ...]
    milliseconds: float
    finite: bool = True


@dataclass(frozen=True)
class Context:
    """What is shown at present; `run` is None until the first picture has gone through.

    run may belong to an earlier state: it is the last good one. state.layer may be "": use `layer`.
    """

    state: CnnViewerState
    model: LoadedModel | None = None
    run: Run | None = None
    layer: str = ""
