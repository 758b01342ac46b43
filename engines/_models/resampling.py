"""Pictures brought to another size, as Pillow and torch's antialias do, but only where needed.

A network sees a small centred part of a large picture; both passes are matrix products over that
part alone, which also read pictures in HWC memory without copying them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np
import torch

Interpolation = Literal["bilinear", "bicubic", "nearest"]
_SUPPORT = {"bilinear": 1.0, "bicubic": 2.0}
_STRIP = 32  # rows made at a time: a row needs few of the picture's, which a strip has in common
_CUBIC = -0.5  # Keys' parameter, as in Pillow


def resample(
    image: torch.Tensor,
    size: tuple[int, int],
    rows: tuple[int, int],
    columns: tuple[int, int],
    interpolation: Interpolation,
) -> torch.Tensor:
    """Return rows [from, to) and columns [from, to) of the picture (C, H, W) resized to `size`.

    float32, (C, rows, columns). As torch.nn.functional.interpolate(antialias=True).
    """
    across, before, after = _weights(image.shape[2], size[1], *columns, interpolation)
    image = image[:, :, before:after]
    in_pixels = image.shape[0] > 1 and image.stride(0) == 1  # HWC memory: whole pixels together
    strips = []
    for first in range(rows[0], rows[1], _STRIP):
        stop = min(first + _STRIP, rows[1])
        down, above, below = _weights(image.shape[1], size[0], first, stop, interpolation)
        strip = image[:, above:below]
        if in_pixels:
            lines = strip.permute(1, 2, 0).flatten(1)
            strips.append((down @ lines).unflatten(1, (after - before, -1)).permute(2, 0, 1))
        else:
            strips.append(down @ strip)
    return torch.cat(strips, dim=1) @ across.T


@lru_cache(maxsize=256)
def _weights(
    size: int, wanted: int, first: int, stop: int, interpolation: Interpolation
) -> tuple[torch.Tensor, int, int]:
    """Return what each of the outputs first … stop - 1 takes of the inputs [from, to), from, to.

    The matrix is (stop - first, to - from); each row sums to 1.
    """
    scale = size / wanted
    outputs = np.arange(first, stop)
    inputs = np.arange(size)
    if interpolation == "nearest":
        chosen = np.minimum(np.floor(outputs * scale).astype(int), size - 1)
        matrix = (inputs[None] == chosen[:, None]).astype(np.float64)
    else:
        stretch = max(scale, 1.0)
        centres = (outputs + 0.5) * scale
        reach = _SUPPORT[interpolation] * stretch
        from_, to = np.trunc(centres - reach + 0.5), np.trunc(centres + reach + 0.5)
        within = (inputs[None] >= from_[:, None]) & (inputs[None] < to[:, None])
        away = np.abs((inputs[None] + 0.5 - centres[:, None]) / stretch)
        matrix = np.where(within, _filter(away, interpolation), 0.0)
        matrix /= matrix.sum(axis=1, keepdims=True)
    used = np.flatnonzero(matrix.any(axis=0))
    start, end = int(used[0]), int(used[-1]) + 1
    return torch.from_numpy(matrix[:, start:end].astype(np.float32)), start, end


def _filter(away: np.ndarray, interpolation: Interpolation) -> np.ndarray:
    """Return the filter's value at the distances `away`, in pixels."""
    if interpolation == "bilinear":
        return np.clip(1.0 - away, 0.0, None)
    near = ((_CUBIC + 2.0) * away - (_CUBIC + 3.0)) * away**2 + 1.0
    far = (((away - 5.0) * away + 8.0) * away - 4.0) * _CUBIC
    return np.where(away < 1.0, near, np.where(away < 2.0, far, 0.0))
