"""Sub-pixel convolution: as many maps as a pixel has parts, woven into one larger map."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from engines.errors import LayerError

WINDOW = 3


@dataclass(frozen=True)
class SubPixel:
    """A learnt sub-pixel layer. weights: (factor², 1, 3, 3); bias: (factor²,)."""

    weights: Tensor
    bias: Tensor
    factor: int

    @property
    def parameters(self) -> int:
        """Return how many numbers were learnt."""
        return self.weights.numel() + self.bias.numel()

    def parts(self, maps: Tensor) -> Tensor:
        """Return the maps before they are woven together: (C, H, W) → (C, factor², H, W)."""
        return F.conv2d(_padded(maps), self.weights.to(maps.dtype), self.bias.to(maps.dtype))

    def __call__(self, maps: Tensor) -> Tensor:
        """Return the woven maps: (C, H, W) → (C, factor · H, factor · W)."""
        return pixel_shuffle(self.parts(maps).flatten(0, 1), self.factor)


def pixel_shuffle(maps: Tensor, factor: int) -> Tensor:
    """Return (C, factor · H, factor · W) of (C · factor², H, W): each group of maps woven together.

    Map c · factor² + i · factor + j gives row i and column j of each block of factor × factor of
    map c (Shi and others 2016). Raises LayerError where factor² does not divide the maps.
    """
    if maps.shape[0] % factor**2:
        raise LayerError(
            f"{maps.shape[0]} maps cannot be woven together by {factor}² = {factor**2}. "
            f"Take a multiple of {factor**2} maps."
        )
    return F.pixel_shuffle(maps[None], factor)[0]


def learn_sub_pixel(maps: Tensor, factor: int) -> SubPixel:
    """Return the sub-pixel layer that best restores `maps` from their own means.

    maps: (C, H, W), as examples: they are averaged over factor × factor, and the 3 × 3 convolution
    to factor² parts that comes nearest to the maps again is found by least squares in float64.
    Raises LayerError for maps smaller than the factor.
    """
    height, width = (side // factor for side in maps.shape[-2:])
    if not height or not width:
        raise LayerError(
            f"A map of {maps.shape[-2]} × {maps.shape[-1]} is too small to learn to enlarge it "
            f"{factor} times. Take a larger map or a smaller factor."
        )
    large = maps[:, None, : height * factor, : width * factor].double()
    small = F.avg_pool2d(large, factor)[:, 0]
    patches = F.unfold(_padded(small), WINDOW).transpose(1, 2).flatten(0, 1)
    inputs = torch.cat([patches, torch.ones_like(patches[:, :1])], dim=1)
    wanted = F.pixel_unshuffle(large, factor).flatten(2).transpose(1, 2).flatten(0, 1)
    solution = torch.linalg.lstsq(inputs, wanted, driver="gelsd").solution
    weights = solution[:-1].T.reshape(-1, 1, WINDOW, WINDOW)
    return SubPixel(weights, solution[-1], factor)


def _padded(maps: Tensor) -> Tensor:
    """Return (C, 1, H + 2, W + 2): each map by itself, its border going on by a pixel."""
    return F.pad(maps[:, None], (1, 1, 1, 1), mode="replicate")
