"""Fully connected layers as convolutions."""

from __future__ import annotations

import torch
from torch import nn

from engines.errors import LayerError


def linear_to_conv2d(linear: nn.Linear, channels: int, height: int, width: int) -> nn.Conv2d:
    """Return the convolution that answers as `linear` does to flattened (channels, height, width).

    Its kernel is as large as the maps that `linear` was made for: on those it gives one position
    with the same numbers, on larger maps a score for every place where they fit (Sermanet et al.
    2014; Long, Shelhamer and Darrell 2015). The weights are copied; dtype, device, training mode
    and the need of gradients stay. Raises LayerError where `linear` takes another count of inputs.
    """
    if min(channels, height, width) < 1 or channels * height * width != linear.in_features:
        raise LayerError(
            f"The fully connected layer takes {linear.in_features:,} numbers, but maps of "
            f"{channels} × {height} × {width} have {channels * height * width:,}. Give the shape "
            "that the maps have before they are flattened."
        )
    weight = linear.weight
    made = nn.Conv2d(
        channels,
        linear.out_features,
        (height, width),
        bias=linear.bias is not None,
        device=weight.device,
        dtype=weight.dtype,
    )
    with torch.no_grad():
        made.weight.copy_(weight.reshape(-1, channels, height, width))
        if made.bias is not None:
            made.bias.copy_(linear.bias)
    made.weight.requires_grad_(weight.requires_grad)
    if made.bias is not None:
        made.bias.requires_grad_(linear.bias.requires_grad)
    return made.train(linear.training)


def linear_parameters(inputs: int, outputs: int, *, bias: bool = True) -> int:
    """Return how many numbers a fully connected layer learns."""
    return outputs * (inputs + bias)
