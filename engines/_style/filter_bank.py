"""One layer of filters, applied to a picture at several scales."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class Scale(nn.Module):
    """Filters of side × side on the picture scaled down by `factor`, then ReLU."""

    def __init__(self, factor: int, channels: int, side: int) -> None:
        super().__init__()
        self.factor = factor
        self.filters = nn.Conv2d(
            3, channels, side, padding=side // 2, padding_mode="replicate", bias=False
        )
        weight = torch.randn(channels, 3, side, side)
        self.filters.weight = nn.Parameter(weight / weight.flatten(1).norm(dim=1).view(-1, 1, 1, 1))

    def forward(self, batch: Tensor) -> Tensor:
        """Return the maps, (N, channels, H / factor, W / factor)."""
        if self.factor > 1:
            sides = [-(-side // self.factor) for side in batch.shape[2:]]
            # Overlapping and filtered: boxes side by side would be seen in the picture as blocks.
            batch = functional.interpolate(
                batch, sides, mode="bilinear", align_corners=False, antialias=True
            )
        return functional.relu(self.filters(batch))


class FilterBank(nn.Module):
    """A `Scale` for each factor, as layers "scale_1", "scale_2" …; gives each channel's mean."""

    def __init__(self, factors: tuple[int, ...], channels: int, side: int) -> None:
        super().__init__()
        self.factors = factors
        for factor in factors:
            self.add_module(f"scale_{factor}", Scale(factor, channels, side))

    def forward(self, batch: Tensor) -> Tensor:
        """Return the mean of each filter's answer, (N, scales · channels)."""
        return torch.cat([scale(batch).mean(dim=(2, 3)) for scale in self.children()], dim=1)
