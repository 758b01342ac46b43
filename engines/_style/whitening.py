"""Steps in which large shapes move as easily as fine grain.

In photographs a frequency is the weaker the higher it is, about as 1/f (Field 1987), while a loss
pulls on every pixel by itself. Steps scaled that way need a third of the evaluations and fewer; so
does feature visualization (Olah, Mordvintsev and Schubert, Distill 2017).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import torch
from scipy.fft import dctn, idctn
from torch import Tensor

from engines._style.pictures import mask_at

# Cycles a pixel, below which all frequencies count alike: the largest shapes of 300 pixels.
_LARGEST = 0.003


def large_first(way: Tensor) -> Tensor:
    """Return `way` (…, h, w) with every frequency f scaled as 1 / f, on average by 1.

    Linear, symmetric and positive definite, so that downhill stays downhill. The frequencies are
    those of the picture mirrored at its borders (the cosine transform): one border does not move
    the opposite one.
    """
    weights = _weights(way.shape[-2], way.shape[-1])
    values = way.detach().cpu().numpy()
    found = idctn(
        dctn(values, axes=(-2, -1), norm="ortho") * weights.astype(values.dtype),
        axes=(-2, -1), norm="ortho",
    )  # fmt: skip
    return torch.from_numpy(found).to(way.device)


class LargeFirst:
    """As `large_first`, within each of several places: what moves one does not move the others.

    masks: (h, w) each in [0, 1], of any size; what none of them covers is a place of its own.
    Without masks the whole picture is one place.
    """

    def __init__(self, masks: Sequence[Tensor] = ()) -> None:
        self._masks = tuple(masks)
        self._places: list[Tensor] = []

    def __call__(self, way: Tensor) -> Tensor:
        """Return `way` (…, h, w) scaled."""
        if not self._masks:
            return large_first(way)
        if not self._places or self._places[0].shape != way.shape[-2:]:
            self._places = self._places_at((way.shape[-2], way.shape[-1]))
        moved = torch.zeros_like(way)
        for place in self._places:
            place = place.to(way)
            moved += place * large_first(place * way)
        return moved

    def _places_at(self, size: tuple[int, int]) -> list[Tensor]:
        masks = torch.stack([mask_at(mask, size) for mask in self._masks])
        covered = masks.sum(0)
        places = [*(masks / covered.clamp_min(1)), (1 - covered).clamp_min(0)]
        return [place for place in places if bool(place.any())]


@lru_cache(maxsize=8)
def _weights(height: int, width: int) -> np.ndarray:
    down, across = (np.arange(side) / (2 * side) for side in (height, width))
    weights = 1 / np.sqrt(down[:, None] ** 2 + across**2 + _LARGEST**2)
    return weights / weights.mean()
