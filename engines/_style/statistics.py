"""What is kept of a style: numbers of a layer that do not depend on where things are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engines._style.losses import as_maps, gram_matrix

if TYPE_CHECKING:
    from torch import Tensor

BINS = 64
# A variance that counts as none: √x has no gradient at 0.
_FLAT = 1e-12


@dataclass(frozen=True)
class Statistic:
    """One way to describe a style in a layer.

    title, text: for people; of(features, weight_map=None): the numbers, of a shape that depends on
    the count of channels alone, from maps (C, H, W) or (1, C, H, W) and how much each position
    (H, W) counts, in [0, 1].
    """

    title: str
    text: str
    of: Callable[..., Tensor]


def mean_and_deviation(features: Tensor, weight_map: Tensor | None = None) -> Tensor:
    """Return mean and standard deviation of each channel, (2, C)."""
    import torch

    flat = as_maps(features).flatten(1)
    weights = _shares(flat, weight_map)
    mean = flat @ weights
    variance = (flat - mean[:, None]).square() @ weights
    return torch.stack([mean, (variance + _FLAT).sqrt() - _FLAT**0.5])


def histogram(features: Tensor, weight_map: Tensor | None = None) -> Tensor:
    """Return each channel's values in rising order, (C, BINS): the mean of every 64th part.

    Every position takes part in one of the means, so that every position feels the loss; the mean
    squared difference of two is nearly the squared 2-Wasserstein distance.
    """
    import torch
    from torch.nn import functional

    flat = as_maps(features).flatten(1)
    ordered, order = flat.sort(dim=1)
    weights = _shares(flat, weight_map)[order]
    # The integral of the ordered values up to any share of the positions is a broken line.
    reached = functional.pad(weights.cumsum(dim=1), (1, 0)).clamp(max=1.0)
    integral = functional.pad((ordered * weights).cumsum(dim=1), (1, 0))
    edges = torch.linspace(0, 1, BINS + 1, dtype=flat.dtype, device=flat.device)
    edges = edges.expand(len(flat), -1).contiguous()
    after = torch.searchsorted(reached, edges).clamp(1, reached.shape[1] - 1)
    left, right = reached.gather(1, after - 1), reached.gather(1, after)
    way = ((edges - left) / (right - left).clamp(min=1e-12)).clamp(0, 1)
    below, above = integral.gather(1, after - 1), integral.gather(1, after)
    return (below + way * (above - below)).diff(dim=1) * BINS


def _shares(flat: Tensor, weight_map: Tensor | None) -> Tensor:
    """Return how much each of the positions counts, together 1 (0 where none does)."""
    if weight_map is None:
        return flat.new_full((flat.shape[1],), 1 / flat.shape[1])
    weights = weight_map.flatten().to(flat.dtype)
    return weights / weights.sum().clamp(min=1e-6)


STATISTICS: Mapping[str, Statistic] = {
    "gram": Statistic(
        "Gram matrix",
        "Which channels answer together, summed over all positions (Gatys et al. 2016).",
        gram_matrix,
    ),
    "mean_std": Statistic(
        "Mean and deviation",
        "How strongly each channel answers and how much that varies (AdaIN, Huang and Belongie "
        "2017). Fewer numbers, so a looser likeness.",
        mean_and_deviation,
    ),
    "histogram": Statistic(
        "Histogram",
        "How often each channel answers how strongly, channel by channel (Risser et al. 2017).",
        histogram,
    ),
}
