"""What a style does not know: where things are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engines._style.losses import as_maps, content_loss
from engines._style.statistics import STATISTICS
from engines.errors import StyleError

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class ShuffleLosses:
    """How far shuffled maps are from themselves before.

    content: mean squared difference of the maps; expected_content: its mean over all shuffles of
    all positions, twice the mean variance of a channel; style: mean squared difference of the
    statistic, 0 but for rounding. content_parts, style_parts: both in parts of the mean square of
    what was compared, as in a transfer; 0 where that is 0.
    """

    content: float
    expected_content: float
    style: float
    content_parts: float
    style_parts: float


def shuffle(features: Tensor, seed: int = 0, share: float = 1.0) -> Tensor:
    """Return the same numbers at permuted positions, all channels alike, in the shape given.

    features: (C, H, W) or (1, C, H, W). seed: chooses the permutation. share: of the positions
    that change places among each other, the rest staying; 0 to 1. Raises StyleError.
    """
    import torch

    maps = as_maps(features)
    if not 0 <= share <= 1:
        raise StyleError(f"A share of {share} of the positions cannot be shuffled; choose 0 to 1.")
    count = maps.shape[1] * maps.shape[2]
    generator = torch.Generator().manual_seed(seed)
    # Those that move are the first of a fixed order: a larger share moves these and more.
    moving = torch.randperm(count, generator=generator)[: round(share * count)]
    places = torch.arange(count)
    places[moving] = moving[torch.randperm(len(moving), generator=generator)]
    return maps.flatten(1)[:, places.to(maps.device)].reshape(features.shape)


def shuffle_losses(
    features: Tensor, seed: int = 0, share: float = 1.0, statistic: str = "gram"
) -> ShuffleLosses:
    """Return what shuffling does to the content loss (it explodes) and to the style loss (nothing).

    features, seed, share: as of `shuffle`; statistic: a key of STATISTICS. Computed in float64,
    so that rounding stays far from what is compared. Raises StyleError.
    """
    if statistic not in STATISTICS:
        raise StyleError(f"There is no statistic {statistic!r}; choose {', '.join(STATISTICS)}.")
    maps = as_maps(features).detach().double()
    moved = shuffle(maps, seed, share)
    of = STATISTICS[statistic].of
    kept = of(maps)
    content = float(content_loss(moved, maps))
    style = float((of(moved) - kept).square().mean())
    return ShuffleLosses(
        content,
        2 * float(maps.flatten(1).var(dim=1, correction=0).mean()),
        style,
        _parts(content, maps),
        _parts(style, kept),
    )


def _parts(loss: float, of: Tensor) -> float:
    size = float(of.square().mean())
    return loss / size if size else 0.0
