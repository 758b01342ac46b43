"""Small networks and pictures for the tests of style transfer."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import nn

from engines._models.finishing import finish
from engines.models import LoadedModel, ModelCard, Preprocessing


def small_network() -> nn.Module:
    """Three convolutions, a max pooling between; in-place activations as most networks have."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        return nn.Sequential(
            OrderedDict(
                first=nn.Conv2d(3, 8, 3, padding=1),
                relu1=nn.ReLU(inplace=True),
                second=nn.Conv2d(8, 8, 3, padding=1),
                relu2=nn.ReLU(inplace=True),
                pool=nn.MaxPool2d(2),
                third=nn.Conv2d(8, 12, 3, padding=1),
                relu3=nn.ReLU(inplace=True),
            )
        )


def model_of(module: nn.Module, name: str = "small") -> LoadedModel:
    """Return `module` as the catalogue would give it."""
    card = ModelCard(name=name, title="Small network", source="file", weights_state="untrained")
    preprocess = Preprocessing(mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5))
    return finish(module, preprocess, (), card)


def small_model() -> LoadedModel:
    """Return the small network, ready to run."""
    return model_of(small_network())


def picture(height: int = 40, width: int = 48, seed: int = 0) -> torch.Tensor:
    """Return soft blobs of colour, (3, height, width) in [0, 1]."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(1, 3, 7, 7, generator=generator)
    return nn.functional.interpolate(coarse, (height, width), mode="bicubic")[0].clamp(0, 1)
