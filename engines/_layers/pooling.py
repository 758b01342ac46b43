"""Pooling: windows of a map become one number each."""

from __future__ import annotations

from math import ceil, comb
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from engines.errors import LayerError

PoolKind = Literal["max", "average", "l2"]


def pool(maps: Tensor, kind: PoolKind, window: int, stride: int) -> Tensor:
    """Return one number a window: its largest, its mean, or the root of its sum of squares.

    maps: (C, H, W) float; the result (C, ⌊(H − window) / stride⌋ + 1, … W), nothing padded. L2 is
    the sum under the root, not the mean, as torch's lp_pool2d: a flat map comes out `window` times
    as bright. Raises LayerError where no window fits.
    """
    _check_fits(maps, window, stride)
    if kind == "max":
        return F.max_pool2d(maps[None], window, stride)[0]
    if kind == "average":
        return F.avg_pool2d(maps[None], window, stride)[0]
    mean_square = F.avg_pool2d(maps[None].square(), window, stride)[0]
    return (mean_square * window**2).sqrt()


def _check_fits(maps: Tensor, window: int, stride: int) -> None:
    if window < 1 or stride < 1:
        raise LayerError(f"A window of {window} with stride {stride} goes nowhere. Take 1 or more.")
    height, width = maps.shape[-2:]
    if window > min(height, width):
        raise LayerError(
            f"A window of {window} × {window} does not fit into a map of {height} × {width}. "
            "Take a smaller window or a larger map."
        )


def adaptive_windows(size: int, parts: int) -> list[tuple[int, int]]:
    """Return (start, end) of each of `parts` windows that cover `size` pixels together.

    From ⌊i · size / parts⌋ to ⌈(i + 1) · size / parts⌉, as torch's adaptive pooling: neighbours
    overlap by a pixel where `parts` does not divide `size`.
    """
    return [(i * size // parts, ceil((i + 1) * size / parts)) for i in range(parts)]


def adaptive_average(maps: Tensor, side: int) -> Tensor:
    """Return the means of side × side windows that cover the map, whatever its size.

    (C, H, W) → (C, side, side); side 1 is global average pooling. Raises LayerError for no side.
    """
    if side < 1:
        raise LayerError(f"A result of {side} × {side} holds nothing. Take 1 or more.")
    return F.adaptive_avg_pool2d(maps[None], side)[0]


def binomial(size: int) -> Tensor:
    """Return the `size` binomial coefficients of one row, over their sum: (size,) float64.

    1; 1 1; 1 2 1; 1 3 3 1 …: the box filter convolved with itself, a small Gaussian.
    """
    row = torch.tensor([comb(size - 1, place) for place in range(size)], dtype=torch.float64)
    return row / row.sum()


def blur_pool(maps: Tensor, kind: PoolKind, window: int, stride: int, filter_size: int) -> Tensor:
    """Return a pooling that is blurred before it is thinned out: sizes as of `pool`.

    The window slides by single pixels, then a binomial filter of `filter_size`, which reflects at
    the border, is applied at every `stride`-th place (Zhang, Making Convolutional Networks
    Shift-Invariant Again, 2019). Raises LayerError where window or filter do not fit.
    """
    dense = pool(maps, kind, window, 1)
    before = (filter_size - 1) // 2
    after = filter_size - 1 - before
    if after >= min(dense.shape[-2:]):
        raise LayerError(
            f"A blur of {filter_size} × {filter_size} does not fit onto the {dense.shape[-2]} × "
            f"{dense.shape[-1]} numbers that a window of {window} leaves. Take a smaller blur."
        )
    row = binomial(filter_size).to(maps.dtype)
    kernel = torch.outer(row, row)[None, None]
    padded = F.pad(dense[:, None], (before, after, before, after), mode="reflect")
    return F.conv2d(padded, kernel, stride=stride)[:, 0]


def pooling_macs(kind: str, maps: int, height: int, width: int, window: int, blur: int = 1) -> int:
    """Return the multiplications with addition that a pooling to (maps, height, width) costs.

    kind: a PoolKind, "convolution" (depthwise) or "blur" (its filter, of side `blur`). The largest
    and the mean need comparisons and additions alone: 0.
    """
    places = maps * height * width
    each = {"l2": window**2, "convolution": window**2, "blur": blur**2}.get(kind, 0)
    return places * each
