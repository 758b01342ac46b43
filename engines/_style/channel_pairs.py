"""Reading a layer by its channels: how far each is from its target, and which answer together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engines._style.losses import as_maps, content_loss
from engines.errors import StyleError

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class GramEntry:
    """How one entry of a Gram matrix came to be.

    first, second, product: (H, W), the maps of both channels and, position by position, one times
    the other, times how much the position counts. mean: of the product over all that counts; entry:
    mean / channels, the number that `gram_matrix` has there; cosine: of the angle between the maps,
    NaN where one is zero.
    """

    first: Tensor
    second: Tensor
    product: Tensor
    mean: float
    entry: float
    cosine: float


def content_loss_by_channel(features: Tensor, target: Tensor) -> Tensor:
    """Return what each channel adds to `content_loss`, (C,): together they are that loss.

    features, target: (C, H, W) or (1, C, H, W), of one shape. Raises StyleError.
    """
    content_loss(features, target)  # refuses what has not one shape
    apart = (as_maps(features) - as_maps(target)).detach().square()
    return apart.mean(dim=(1, 2)) / len(apart)


def gram_cosine(gram: Tensor) -> Tensor:
    """Return the cosine similarities of the channels, (C, C) in [−1, 1], from a Gram matrix.

    The diagonal is 1; rows and columns of channels that never answer are NaN, since zero has no
    direction. gram: (C, C). Raises StyleError for other shapes.
    """
    import torch

    if gram.ndim != 2 or gram.shape[0] != gram.shape[1] or not gram.numel():
        raise StyleError(
            f"A Gram matrix has as many rows as columns, not {' × '.join(map(str, gram.shape))}."
        )
    lengths = gram.diagonal().clamp(min=0).sqrt()
    # Dividing twice: the product of two short lengths could be zero in float32.
    cosine = (gram / lengths[:, None] / lengths[None]).clamp(-1, 1)
    silent = lengths == 0
    cosine = cosine.masked_fill(silent[:, None] | silent[None], torch.nan)
    return cosine.diagonal_scatter(torch.where(silent, torch.nan, 1.0).to(gram.dtype))


def gram_entry(features: Tensor, i: int, j: int, weight_map: Tensor | None = None) -> GramEntry:
    """Return the maps behind entry (i, j) of the Gram matrix of `features`.

    features: (C, H, W) or (1, C, H, W); weight_map: as for `gram_matrix`. Raises StyleError for
    channels that do not exist.
    """
    import torch

    maps = as_maps(features).detach()
    count = len(maps)
    for channel in (i, j):
        if not 0 <= channel < count:
            raise StyleError(
                f"There is no channel {channel}; this layer has channels 0 to {count - 1}."
            )
    first, second = maps[i], maps[j]
    weights = torch.ones_like(first) if weight_map is None else weight_map.to(first)
    product = first * second * weights
    mean = float(product.double().sum()) / max(float(weights.double().sum()), 1e-6)
    lengths = [float((one.double().square() * weights).sum().sqrt()) for one in (first, second)]
    together = float((first.double() * second.double() * weights).sum())
    cosine = together / lengths[0] / lengths[1] if all(lengths) else float("nan")
    return GramEntry(
        first.clone(),
        second.clone(),
        product,
        mean,
        mean / count,
        min(max(cosine, -1.0), 1.0) if all(lengths) else cosine,
    )


def strongest_differences(gram: Tensor, other: Tensor, count: int = 10) -> list[tuple[int, int]]:
    """Return the pairs of channels (i ≤ j) at which two Gram matrices differ most, most first.

    Entries that are no number in either come last. Raises StyleError where the shapes differ.
    """
    import torch

    if gram.ndim != 2 or gram.shape != other.shape or gram.shape[0] != gram.shape[1]:
        raise StyleError("Both Gram matrices must be of the same layer.")
    rows, columns = torch.triu_indices(*gram.shape, device=gram.device)
    apart = torch.nan_to_num((gram - other).abs()[rows, columns], nan=-1.0)
    order = apart.argsort(descending=True, stable=True)[: max(count, 0)]
    return [(int(rows[k]), int(columns[k])) for k in order]
