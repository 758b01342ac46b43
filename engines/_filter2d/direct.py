"""Every product: compiled loops, or torch's depthwise conv2d where a stride skips outputs."""

from __future__ import annotations

import numpy as np
import torch

from engines._filter2d import loops
from engines._filter2d.memory import Axes, as_planes, batch_of, padded
from engines._filter2d.padding import Border


def apply(planes: torch.Tensor, weights: np.ndarray, axes: Axes, border: Border) -> torch.Tensor:
    """Return the correlation of `planes` (C, H, W) with `weights` (kh, kw), (C, H', W')."""
    if loops.applies_to(planes, axes):
        return loops.direct(planes, weights, axes, border)
    return as_planes(correlate(batch_of(padded(planes, axes, border)), weights, axes))


def correlate(batch: torch.Tensor, weights: np.ndarray, axes: Axes) -> torch.Tensor:
    """Return the valid correlation of `batch` (1, C, H, W) with one kernel for all channels."""
    channels = batch.shape[1]
    kernel = torch.from_numpy(weights.copy()).to(batch.dtype)
    return torch.nn.functional.conv2d(
        batch,
        kernel.expand(channels, 1, *kernel.shape),
        stride=(axes[0].stride, axes[1].stride),
        dilation=(axes[0].dilation, axes[1].dilation),
        groups=channels,
    )
