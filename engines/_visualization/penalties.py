"""What is held against a picture: differences of neighbours, far colours, sameness in a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engines._visualization.objectives import channels_last
from engines._visualization.settings import Regularisers

if TYPE_CHECKING:
    from torch import Tensor

# Rounds the corner of |x| at 0, where the total variation has no gradient.
_ROUNDING = 1e-4


def total_variation(images: Tensor) -> Tensor:
    """Return the summed length of the differences to the next pixel below and right, a scalar."""
    down = images[..., 1:, :-1] - images[..., :-1, :-1]
    right = images[..., :-1, 1:] - images[..., :-1, :-1]
    return (down.square() + right.square() + _ROUNDING).sqrt().sum()


def distance_from_grey(images: Tensor) -> Tensor:
    """Return the summed squared distance to mid grey (0.5), a scalar."""
    return (images - 0.5).square().sum()


def picture_penalty(images: Tensor, switches: Regularisers) -> Tensor | None:
    """Return the weighted sum of both penalties on pixels, a scalar; None where both are off."""
    parts = [
        weight * penalty(images)
        for weight, penalty in (
            (switches.total_variation, total_variation),
            (switches.l2, distance_from_grey),
        )
        if weight
    ]
    return None if not parts else sum(parts[1:], parts[0])


def likeness(output: Tensor) -> Tensor:
    """Return how alike the pictures of a batch are in a layer, a scalar in [-1, 1].

    The mean cosine similarity over all pairs of their Gram matrices (which channels answer
    together, wherever); of vectors (N, C), that of the vectors.
    """
    import torch

    count = len(output)
    channels = channels_last(output)
    features = channels.flatten(1, -2) if channels.ndim > 2 else channels
    patterns = features if features.ndim == 2 else features.transpose(1, 2) @ features
    unit = torch.nn.functional.normalize(patterns.flatten(1), dim=1)
    similarity = unit @ unit.T
    return (similarity.sum() - similarity.trace()) / (count * (count - 1))
