"""Shaking the picture, so that what excites a channel does so wherever and however it lies."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engines._visualization.settings import Regularisers

if TYPE_CHECKING:
    import torch
    from torch import Tensor


@dataclass(frozen=True)
class Shake:
    """One random movement: pixels down and right, growth (1 = none), degrees anticlockwise."""

    down: int = 0
    right: int = 0
    growth: float = 1.0
    degrees: float = 0.0


def draw_shake(switches: Regularisers, generator: torch.Generator) -> Shake:
    """Return a movement within what the switches allow, evenly distributed."""
    import torch

    down, right, growth, degrees = (2 * torch.rand(4, generator=generator) - 1).tolist()
    return Shake(
        down=round(down * switches.jitter),
        right=round(right * switches.jitter),
        growth=1 + growth * switches.scale,
        degrees=degrees * switches.rotate,
    )


def apply_shake(images: Tensor, shake: Shake) -> Tensor:
    """Return `images` (N, C, H, W) moved, of the same size; what comes in is the mirrored border.

    Whole pixels alone are shifted exactly; growth and rotation interpolate, all in one pass.
    """
    import torch.nn.functional as functional

    height, width = images.shape[-2:]
    if shake.growth == 1 and shake.degrees == 0:
        return _shift(images, shake.down, shake.right)
    # affine_grid asks where each output pixel comes from, in units of half the sides: the inverse
    # of growth and rotation, in which the sides' ratio keeps a rotation from shearing.
    cosine = math.cos(math.radians(shake.degrees)) / shake.growth
    sine = math.sin(math.radians(shake.degrees)) / shake.growth
    right, down = 2 * shake.right / width, 2 * shake.down / height
    ratio = height / width
    theta = images.new_tensor(
        [
            [cosine, -sine * ratio, -cosine * right + sine * ratio * down],
            [sine / ratio, cosine, -sine / ratio * right - cosine * down],
        ]
    )
    grid = functional.affine_grid(
        theta.expand(len(images), 2, 3), list(images.shape), align_corners=False
    )
    return functional.grid_sample(
        images, grid, mode="bilinear", padding_mode="reflection", align_corners=False
    )


def _shift(images: Tensor, down: int, right: int) -> Tensor:
    """Return `images` shifted by whole pixels, the border mirrored as often as needed."""
    import torch

    height, width = images.shape[-2:]
    if down:
        images = images[..., _mirrored(torch.arange(height) - down, height), :]
    if right:
        images = images[..., _mirrored(torch.arange(width) - right, width)]
    return images


def _mirrored(positions: Tensor, size: int) -> Tensor:
    """Return `positions` folded into 0 … size − 1, the border pixel repeated."""
    folded = positions % (2 * size)
    return folded.where(folded < size, 2 * size - 1 - folded)
