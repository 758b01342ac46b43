"""The last step of every load: a module set to be looked at, not to be trained."""

from __future__ import annotations

from dataclasses import replace

import torch

from engines._models.card import ModelCard
from engines._models.fit import FitReport
from engines._models.loaded import LoadedModel
from engines._models.preprocessing import Preprocessing


def finish(
    module: torch.nn.Module,
    preprocess: Preprocessing,
    categories: tuple[str, ...],
    card: ModelCard,
    fit: FitReport | None = None,
) -> LoadedModel:
    """Return the module in eval mode, asking no gradients of its weights, with its full card."""
    for parameter in module.parameters():
        parameter.requires_grad_(False)
    # What torch.export gives has no modes: it is in the one that it was exported in.
    if not getattr(module, "is_exported", False):
        module.eval()
    count = sum(parameter.numel() for parameter in module.parameters())
    size = (preprocess.channels, preprocess.height, preprocess.width)
    full = replace(card, parameters=count, input_size=size, classes=len(categories))
    return LoadedModel(module, preprocess, categories, full, fit)
