"""Normalisation over a batch: which numbers share one mean and one deviation, and what it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from engines._layers.counting import divisors_of_both
from engines.errors import LayerError

Normalisation = Literal["batch", "layer", "instance", "group"]
NORMALISATIONS: tuple[Normalisation, ...] = ("batch", "layer", "instance", "group")


@dataclass(frozen=True)
class Normalised:
    """What came of it.

    output: as the input; mean, variance: of the numbers averaged together, broadcastable to the
    block seen as `split` (N, G, C/G, H, W).
    """

    output: Tensor
    mean: Tensor
    variance: Tensor
    groups: int

    def split(self, block: Tensor) -> Tensor:
        """Return `block` (N, C, H, W) as (N, G, C/G, H, W), the groups of channels apart."""
        return _split(block, self.groups)

    def used(self) -> tuple[Tensor, Tensor]:
        """Return mean and variance as (N, C): those that each channel of each picture had."""
        shape = (self.output.shape[0], self.groups, self.output.shape[1] // self.groups, 1, 1)
        return tuple(one.expand(shape).flatten(1) for one in (self.mean, self.variance))  # type: ignore[return-value]


def normalise(
    block: Tensor,
    kind: Normalisation,
    *,
    groups: int = 1,
    gamma: float = 1.0,
    beta: float = 0.0,
    epsilon: float = 1e-5,
    running: tuple[Tensor, Tensor] | None = None,
) -> Normalised:
    """Return γ · (x − μ) / √(σ² + ε) + β of `block` (N, C, H, W), any float dtype.

    "batch": μ and σ² of each channel over all pictures and places; "layer": of each picture over
    all channels and places; "instance": of each channel of each picture; "group": of each picture
    over `groups` groups of neighbouring channels. σ² is the mean squared deviation. running: mean
    and variance (C,) to be used instead, for "batch". As torch.nn.functional's batch_norm,
    layer_norm over (C, H, W), instance_norm and group_norm. Raises LayerError where the groups do
    not divide the channels, and where there is only one number to average.
    """
    parts = groups_for(kind, block.shape[1], groups)
    cells = _split(block, parts)
    if running is not None and kind == "batch":
        shape = (1, block.shape[1], 1, 1, 1)
        mean, variance = (one.to(block.dtype).reshape(shape) for one in running)
    else:
        axes = (0, 2, 3, 4) if kind == "batch" else (2, 3, 4)
        _check_count(kind, cells, axes)
        mean = cells.mean(axes, keepdim=True)
        variance = (cells - mean).square().mean(axes, keepdim=True)
    made = gamma * (cells - mean) / torch.sqrt(variance + epsilon) + beta
    return Normalised(made.reshape(block.shape), mean, variance, parts)


def groups_for(kind: Normalisation, channels: int, groups: int = 1) -> int:
    """Return how many groups of channels are averaged apart. Raises LayerError as `normalise`."""
    if kind not in NORMALISATIONS:
        raise LayerError(
            f"There is no “{kind}” normalisation; choose batch, layer, instance, group."
        )
    if kind == "group":
        if groups < 1 or channels % groups:
            fitting = ", ".join(map(str, divisors_of_both(channels, channels)))
            raise LayerError(
                f"{channels} channels cannot be split into {groups} groups of equal size. "
                f"Take a number of groups that divides {channels}: {fitting}."
            )
        return groups
    return 1 if kind == "layer" else channels


def averaged_together(
    shape: tuple[int, int, int, int], kind: Normalisation, groups: int = 1
) -> np.ndarray:
    """Return int (N, C, H, W): cells with the same number share one mean and one deviation."""
    pictures, channels = shape[:2]
    parts = groups_for(kind, channels, groups)
    of_channel = np.arange(channels) // (channels // parts)
    apart = 0 if kind == "batch" else np.arange(pictures)[:, None] * parts
    return np.ascontiguousarray(
        np.broadcast_to((apart + of_channel[None])[:, :, None, None], shape).astype(np.int64)
    )


def normalisation_parameters(kind: Normalisation, channels: int, height: int, width: int) -> int:
    """Return how many γ and β are learnt: one pair a channel, for "layer" one a place as well.

    As torch.nn's BatchNorm2d, GroupNorm, InstanceNorm2d(affine=True), LayerNorm((C, H, W)).
    """
    return 2 * channels * (height * width if kind == "layer" else 1)


def running_statistics(
    block: Tensor, batches: int | Tensor, momentum: float = 0.1
) -> tuple[Tensor, Tensor]:
    """Return the running mean and variance (C,) after `batches` batches like `block`.

    Both are (B, C) for several counts of batches at once, a float64 Tensor (B, 1).
    They start at 0 and 1, and each batch moves them by `momentum` of the way to its own mean and
    unbiased variance, as torch.nn.BatchNorm2d does in training. Raises LayerError for fewer than
    two numbers a channel.
    """
    _check_count("batch", block[:, :, None], (0, 2, 3, 4))
    left = (1 - momentum) ** batches
    variance, mean = torch.var_mean(block, (0, 2, 3), correction=1)
    return (1 - left) * mean, left + (1 - left) * variance


def _split(block: Tensor, groups: int) -> Tensor:
    pictures, channels, height, width = block.shape
    return block.reshape(pictures, groups, channels // groups, height, width)


def _check_count(kind: str, cells: Tensor, axes: tuple[int, ...]) -> None:
    if np.prod([cells.shape[axis] for axis in axes]) < 2:
        raise LayerError(
            f"In {kind} normalisation of this block, {tuple(cells.shape)}, every number is "
            "averaged with itself alone, so that the output would be β whatever comes in. Take a "
            "larger map, more pictures in the batch, or another normalisation."
        )
