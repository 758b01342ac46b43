"""What a network is given of a picture, and which of its maps are the picture's."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from engines import models
from engines._style.network import TappedNetwork
from engines.images import load_sample
from engines.style import random_filters

LAYERS = ("bn1", "blocks.1.1", "blocks.2.1", "blocks.3.2")
STRIDES = (2, 4, 8, 16)


def picture(height: int, width: int) -> torch.Tensor:
    cat = load_sample("chelsea").pixels[None]
    return nn.functional.interpolate(cat, (height, width), mode="bilinear", antialias=True)[0]


@pytest.mark.slow
@pytest.mark.parametrize("height", [64, 169, 170, 171])
def test_no_border_outshines_the_picture_whatever_its_height(height):
    """Straight through the network, the first row of 169 and 170 answers thrice as strongly."""
    network = TappedNetwork(models.load(models.EMBEDDED), LAYERS)
    with torch.no_grad():
        maps = network.maps(picture(height, 256))
    for layer, stride in zip(LAYERS, STRIDES, strict=True):
        assert maps[layer].shape[1:] == (math.ceil(height / stride), 256 // stride)
        rows = maps[layer].abs().mean(dim=(0, 2))
        assert rows[0] < 1.5 * rows.median()


@pytest.mark.slow
def test_what_lies_first_is_not_told_by_a_map_as_wide_as_it_has_channels():
    """The stem has 32 channels; of 96 × 64 pixels its maps are 48 × 32."""
    network = TappedNetwork(models.load(models.EMBEDDED), ("bn1",))
    with torch.no_grad():
        assert network.maps(picture(96, 64))["bn1"].shape == (32, 48, 32)


def test_a_network_that_pads_evenly_is_given_the_picture_alone():
    model = random_filters()
    seen = []
    network = TappedNetwork(model, ("scale_1",))
    network.module.register_forward_pre_hook(lambda _part, given: seen.append(given[0].shape))
    with torch.no_grad():
        network.maps(picture(41, 57))
    assert seen[0] == (1, 3, 41, 57)
