"""A strided convolution that learns to do what a pooling does."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from engines.errors import LayerError


@dataclass(frozen=True)
class LearntPooling:
    """What least squares came to.

    weights: (C, window, window), a kernel for each channel; bias: (C,); result: as the target;
    error: root of the mean squared difference over the target's standard deviation: 0 for a perfect
    copy, 1 for one no better than the mean. by_rote: there are no more places than weights, so that
    any target at all would be met.
    """

    weights: Tensor
    bias: Tensor
    result: Tensor
    error: float
    by_rote: bool
    stride: int

    def __call__(self, maps: Tensor) -> Tensor:
        """Return what the learnt layer makes of other maps (C, H, W)."""
        kernels = self.weights[:, None]
        return F.conv2d(maps[None], kernels, self.bias, self.stride, groups=len(kernels))[0]

    @property
    def parameters(self) -> int:
        """Return how many numbers were learnt."""
        return self.weights.numel() + self.bias.numel()


def learn_pooling(maps: Tensor, target: Tensor, window: int, stride: int) -> LearntPooling:
    """Return the depthwise strided convolution that comes nearest to `target` on these maps.

    maps: (C, H, W); target: (C, h, w) as `pool` makes it from them. Each channel is solved by
    itself in float64, exactly and in one step, where a network would take many steps of gradient
    descent. Raises LayerError where the target is not of the layer's size.
    """
    columns = F.unfold(maps[:, None].double(), window, stride=stride).transpose(1, 2)
    if target.shape[0] != maps.shape[0] or target[0].numel() != columns.shape[1]:
        raise LayerError(
            f"A window of {window} with stride {stride} makes {columns.shape[1]} numbers of each "
            f"map, and the target has the shape {tuple(target.shape)}. Take the pooling of the "
            "same maps."
        )
    inputs = torch.cat([columns, torch.ones_like(columns[..., :1])], dim=2)
    wanted = target.double().flatten(1)[..., None]
    solution = torch.linalg.lstsq(inputs, wanted, driver="gelsd").solution
    result = (inputs @ solution).reshape(target.shape)
    return LearntPooling(
        weights=solution[:, :-1, 0].reshape(-1, window, window).to(maps.dtype),
        bias=solution[:, -1, 0].to(maps.dtype),
        result=result.to(maps.dtype),
        error=_relative_error(result, target.double()),
        by_rote=columns.shape[1] <= window**2 + 1,
        stride=stride,
    )


def _relative_error(result: Tensor, target: Tensor) -> float:
    off = (result - target).square().mean().sqrt()
    spread = (target - target.mean(dim=(1, 2), keepdim=True)).square().mean().sqrt()
    return float(off / spread) if spread > 1e-12 else 0.0
