"""What becomes of a layer's result when its input moves by a pixel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

import torch
from scipy import ndimage
from torch import Tensor

from engines.errors import LayerError

FARTHEST_MARGIN = 3  # columns at each side that a border may have touched


@dataclass(frozen=True)
class ShiftTest:
    """Both inputs (C, H, W − shift), both results, and what differs after shifting back.

    difference: shifted back minus unshifted, of the columns that both have; stability: 1 where it
    made no difference, 0 where the results are as unlike as two that have nothing to do with each
    other.
    """

    inputs: tuple[Tensor, Tensor]
    results: tuple[Tensor, Tensor]
    difference: Tensor
    stability: float


def compare_shifted(
    layer: Callable[[Tensor], Tensor], maps: Tensor, shift: int, stride: int
) -> ShiftTest:
    """Return what `layer`, of the given stride, makes of two cuts that lie `shift` pixels apart.

    maps: (C, H, W). Both cuts hold real pixels only, so that no border is invented. The second
    result is moved back by shift / stride columns, by a cubic spline where that is no whole
    number: what is left then is not the movement but what the layer lost by thinning out, its
    aliasing. Raises LayerError where the map is too narrow.
    """
    width = maps.shape[-1]
    if not 0 <= shift < width:
        raise LayerError(
            f"A map {width} wide cannot be shifted by {shift}. Take a smaller shift or a wider map."
        )
    cuts = maps[..., : width - shift], maps[..., shift:]
    first, second = (layer(cut) for cut in cuts)
    way = shift / stride
    begin = ceil(way)
    if begin >= first.shape[-1]:
        raise LayerError(
            f"A shift of {shift} leaves nothing to compare in a result {first.shape[-1]} wide. "
            "Take a smaller shift or a wider map."
        )
    back = _moved(second, way)
    margin = min(FARTHEST_MARGIN, (first.shape[-1] - begin - 1) // 2)
    kept = slice(begin + margin, first.shape[-1] - margin)
    a, b = first[..., kept], back[..., kept]
    return ShiftTest(cuts, (first, second), b - a, shift_stability(a, b))


def _moved(result: Tensor, way: float) -> Tensor:
    """Return `result` moved to the right by `way` columns, which may lie between two."""
    values = ndimage.shift(result.double().numpy(), (0, 0, way), order=3, mode="nearest")
    return torch.from_numpy(values).to(result.dtype)


def shift_stability(first: Tensor, second: Tensor) -> float:
    """Return 1 − rms(a − b) / √(var a + var b): 1 for equal ones, about 0 for unrelated ones.

    Of one mean for all channels together. It can fall below 0, where one is the other's negative.
    """
    off = (first - second).double().square().mean()
    spread = first.double().var(correction=0) + second.double().var(correction=0)
    if spread <= 1e-12:
        return 1.0 if off <= 1e-12 else 0.0
    return float(1 - (off / spread).sqrt())
