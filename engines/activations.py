"""What the layers of a network answer to a picture, and what the channels are like.

Importing this module does not import torch; calling its functions may.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor, nn

Order = Literal["index", "mean", "max", "variance", "sparsity"]


@dataclass(frozen=True)
class Maps:
    """A layer's answer as channels of maps.

    values: (N, C, H, W); kind: "maps" as they are, "tokens" laid out as a grid, "vector" one number
    a channel (H = W = 1), "sequence" tokens that form no grid (H = 1); note: a sentence on what
    was done, "" for maps.
    """

    values: Tensor
    kind: Literal["maps", "tokens", "vector", "sequence"]
    note: str


@dataclass(frozen=True)
class ChannelStatistics:
    """What each channel of one picture's maps is like; every array is (C,), float64.

    sparsity: the part of positions that are zero; dead: bool, zero at every position.
    """

    mean: np.ndarray
    max: np.ndarray
    variance: np.ndarray
    sparsity: np.ndarray
    dead: np.ndarray


def capture(
    module: nn.Module, batch: Tensor, layers: Iterable[str] | None = None
) -> dict[str, Tensor]:
    """Return what each layer answers to `batch`, in the order in which the layers answer.

    layers: names as in `named_modules`; every leaf by default. A module called again adds
    "name#2" and so on, which may be asked for alone; several tensors of one answer are "name.0",
    "name.key". Values are those that the layer gave, also where a later layer overwrites them in
    place. Runs in eval mode without gradients; modes and hooks are left as they were. Raises
    NetworkError for an unknown layer and for a batch that does not fit.
    """
    from engines._networks.capturing import capture as run

    return run(module, batch, layers)


def layer_names(module: nn.Module) -> list[str]:
    """Return the paths of all leaves, in the order in which they were written."""
    return [name for name, part in module.named_modules() if name and not any(part.children())]


def as_maps(values: Tensor) -> Maps:
    """Return a layer's answer as channels of maps; no copy where the layout allows.

    (N, C, H, W) stays, or is (N, H, W, C) when only the first two of its sides are equal;
    (N, T, C) tokens become a grid when T, or T less up to 8 leading extra tokens (class token,
    registers), is a square number; (N, C) is one number a channel. Raises NetworkError for others.
    """
    from engines._networks.capturing import as_maps as run

    return run(values)


def channel_statistics(maps: Tensor) -> ChannelStatistics:
    """Return the statistics of each channel of `maps` (C, H, W) or (1, C, H, W)."""
    flat = (maps[0] if maps.ndim == 4 else maps).detach().flatten(1)
    mean = flat.mean(dim=1)
    zeros = (flat == 0).sum(dim=1)
    columns = [
        mean,
        flat.amax(dim=1),
        ((flat - mean[:, None]) ** 2).mean(dim=1),
        zeros / flat.shape[1],
        zeros == flat.shape[1],
    ]
    arrays = [column.cpu().double().numpy() for column in columns]
    return ChannelStatistics(arrays[0], arrays[1], arrays[2], arrays[3], arrays[4].astype(bool))


def order_channels(statistics: ChannelStatistics, by: Order) -> np.ndarray:
    """Return the channels' indices, the largest value first; by "index" as they are. Stable."""
    if by == "index":
        return np.arange(len(statistics.mean))
    values = {
        "mean": statistics.mean,
        "max": statistics.max,
        "variance": statistics.variance,
        "sparsity": statistics.sparsity,
    }[by]
    return np.argsort(-values, kind="stable")


def strongest(statistics: ChannelStatistics, count: int) -> np.ndarray:
    """Return the indices of the `count` channels with the largest value anywhere."""
    return order_channels(statistics, "max")[:count]
