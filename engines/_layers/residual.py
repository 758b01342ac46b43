"""Deep stacks of random layers, with and without a skip connection: signals and gradients."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from engines.errors import LayerError

Skip = Literal["none", "skip", "scaled"]
SKIPS: tuple[Skip, ...] = ("none", "skip", "scaled")
KERNEL = 3


@dataclass(frozen=True)
class DepthProfile:
    """What one stack does to signals on their way in, and to gradients on their way back.

    signals: the input (C, H, W) and what comes out of each layer, depth + 1 of them; variance:
    mean square of each; gradient: norm of the gradient of one weighted sum of the last signal with
    respect to each, so that the last one has norm 1.
    """

    signals: tuple[Tensor, ...]
    variance: tuple[float, ...]
    gradient: tuple[float, ...]


def random_layers(depth: int, channels: int, scale: float, seed: int) -> Tensor:
    """Return random weights (depth, C, C, 3, 3) with deviation scale · √(2 / (9 C)).

    At scale 1 a ReLU and such a layer keep the mean square of what comes in (He and others 2015).
    Raises LayerError for no layers, no channels, or a scale that is not above 0.
    """
    if depth < 1 or channels < 1 or not scale > 0:
        raise LayerError(
            f"{depth} layers of {channels} channels with weights scaled by {scale:g}: take at "
            "least one of both, and a scale above 0."
        )
    made = torch.Generator().manual_seed(seed)
    shape = (depth, channels, channels, KERNEL, KERNEL)
    return torch.randn(shape, generator=made) * scale * math.sqrt(2 / (KERNEL**2 * channels))


def depth_profile(
    start: Tensor, weights: Tensor, skip: Skip, *, normed: bool = False
) -> DepthProfile:
    """Return signals and gradients of h ↦ conv(relu(h)), plus h with a skip connection.

    start: (C, H, W); weights: (depth, C, C, 3, 3), around whose edges the signal goes on at the
    other side. "scaled": the layer's share is divided by √depth. normed: each channel of the
    layer's output is normalised before it is added. Raises LayerError for channels that do not fit,
    and for a single number to be normalised.
    """
    if weights.ndim != 5 or weights.shape[2] != start.shape[0]:
        raise LayerError(
            f"Layers of {tuple(weights.shape[1:])} do not go with a signal of "
            f"{tuple(start.shape)}: both need as many channels."
        )
    if normed and start[0].numel() < 2:
        raise LayerError(
            "A channel of one number cannot be normalised: it is its own mean. Take a larger map."
        )
    share = 1 / math.sqrt(len(weights)) if skip == "scaled" else 1.0
    signals = [start.detach()[None].requires_grad_()]
    for weight in weights:
        branch = share * _layer(signals[-1], weight, normed)
        signals.append(branch if skip == "none" else signals[-1] + branch)
    made = torch.Generator().manual_seed(0)
    asked = torch.randn(signals[-1].shape, generator=made).to(start.dtype)
    gradients = torch.autograd.grad(signals[-1], signals, asked / asked.norm())
    return DepthProfile(
        tuple(one.detach()[0] for one in signals),
        tuple(float(one.detach().square().mean()) for one in signals),
        tuple(float(one.norm()) for one in gradients),
    )


def expected_growth(scale: float, skip: Skip, depth: int) -> float:
    """Return by how much each layer multiplies the mean square, and the gradient's, on average.

    s² without a skip connection, 1 + s² with one, 1 + s² / depth with the layer's share divided by
    √depth; for random weights, and signals that are as often above as below 0.
    """
    return {"none": 0.0, "skip": 1.0, "scaled": 1.0}[skip] + scale**2 / (
        depth if skip == "scaled" else 1
    )


def _layer(signal: Tensor, weight: Tensor, normed: bool) -> Tensor:
    around = functional.pad(functional.relu(signal), (1, 1, 1, 1), mode="circular")
    made = functional.conv2d(around, weight)
    return functional.instance_norm(made) if normed else made
