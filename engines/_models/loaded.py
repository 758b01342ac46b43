"""A network ready to be run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engines._models.card import ModelCard
from engines._models.fit import FitReport
from engines._models.preprocessing import Preprocessing

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class LoadedModel:
    """A network with all that is needed to run it on a picture and to name its answer.

    module: in eval mode on the CPU, float32, no gradients asked of its weights; preprocess: from a
    picture (C, H, W) in [0, 1] to the batch (1, C, h, w) that it was trained on; categories: one
    name per class, in the order of the outputs; card: its `weights_state` says what the module
    holds; fit: how a person's own file fitted, None for other weights.
    """

    module: torch.nn.Module
    preprocess: Preprocessing
    categories: tuple[str, ...]
    card: ModelCard
    fit: FitReport | None = None
