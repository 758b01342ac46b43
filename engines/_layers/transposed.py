"""Transposed convolution: where its windows overlap, and the checkerboard that this makes."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from engines.errors import LayerError

WeightKind = Literal["uniform", "bilinear"]


def transposed_weights(kind: WeightKind, size: int, stride: int) -> Tensor:
    """Return a row of `size` weights with the sum `stride`: (size,) float64.

    A flat map keeps its mean so. "bilinear" is the tent of linear interpolation, of half-width
    ⌈size / 2⌉ (Long, Shelhamer and Darrell 2015): with 2 · stride or 2 · stride − 1 weights it
    interpolates exactly. The kernel is the product of the row with itself.
    """
    if size < 1 or stride < 1:
        raise LayerError(f"A kernel of {size} with stride {stride} does nothing. Take 1 or more.")
    if kind == "uniform":
        return torch.full((size,), stride / size, dtype=torch.float64)
    reach = (size + 1) // 2
    centre = (size - 1) / 2
    tent = 1 - (torch.arange(size, dtype=torch.float64) - centre).abs() / reach
    return tent * stride / tent.sum()


def transposed_padding(size: int, stride: int) -> tuple[int, int]:
    """Return torch's (padding, output_padding) that make the result `stride` times as large.

    Raises LayerError for a stride below 2, which makes nothing larger.
    """
    if stride < 2:
        raise LayerError(f"A stride of {stride} makes nothing larger. Take 2 or more.")
    padding = max(0, -((stride - size) // 2))
    return padding, stride - size + 2 * padding


def transposed_convolution(maps: Tensor, row: Tensor, stride: int) -> Tensor:
    """Return what every number paints onto a map `stride` times as large, all added up.

    maps: (C, H, W); row: (k,), whose product with itself is the kernel, the same for each map;
    the result (C, stride · H, stride · W), what sticks out at the border being cut off.
    """
    padding, extra = transposed_padding(len(row), stride)
    kernel = torch.outer(row, row).to(maps.dtype)[None, None]
    painted = F.conv_transpose2d(
        maps[:, None], kernel, stride=stride, padding=padding, output_padding=extra
    )
    return painted[:, 0]


def overlap_counts(length: int, size: int, stride: int) -> Tensor:
    """Return how many of `length` inputs paint onto each place of one axis: (stride · length,).

    In closed form: place t of the uncut result is reached by the inputs from ⌈(t − size + 1) /
    stride⌉ to ⌊t / stride⌋, as far as there are any. In two dimensions the counts of both axes are
    multiplied (Odena, Dumoulin and Olah, Deconvolution and Checkerboard Artifacts, 2016).
    """
    padding, _ = transposed_padding(size, stride)
    place = torch.arange(length * stride) + padding
    first = torch.div(place - size + stride, stride, rounding_mode="floor").clamp(min=0)
    last = torch.div(place, stride, rounding_mode="floor").clamp(max=length - 1)
    return (last - first + 1).clamp(min=0)


def phase_sums(row: Tensor, stride: int) -> Tensor:
    """Return the sum of the weights that meet at each of `stride` neighbouring places: (stride,).

    What a flat map of ones becomes along one axis, away from the border.
    """
    padded = F.pad(row, (0, -len(row) % stride))
    return padded.reshape(-1, stride).sum(0)


def unevenness(row: Tensor, stride: int) -> float:
    """Return (largest − smallest) / mean of what a flat map becomes in two dimensions.

    0 means no checkerboard; it is the closed form of `measured_unevenness`.
    """
    sums = phase_sums(row, stride)
    products = torch.outer(sums, sums)
    return float((products.max() - products.min()) / products.mean())


def measured_unevenness(row: Tensor, stride: int) -> float:
    """Return the same, measured on a flat map that goes through the transposed convolution."""
    reach = -(-len(row) // stride) + 1  # inputs that the border can touch
    side = 2 * reach + 2
    result = transposed_convolution(torch.ones(1, side, side, dtype=torch.float64), row, stride)[0]
    inner = result[reach * stride : -reach * stride, reach * stride : -reach * stride]
    return float((inner.max() - inner.min()) / inner.mean())


def resize_convolution(maps: Tensor, row: Tensor, factor: int) -> Tensor:
    """Return the maps made larger by copying, then smoothed by the same kernel at every place.

    row: (k,), made to sum to 1; the border goes on beyond itself, so that a flat map stays flat.
    (C, H, W) → (C, factor · H, factor · W): the cure of Odena, Dumoulin and Olah.
    """
    large = F.interpolate(maps[None], scale_factor=factor, mode="nearest")[0]
    before = (len(row) - 1) // 2
    after = len(row) - 1 - before
    kernel = torch.outer(row, row).to(maps.dtype)
    padded = F.pad(large[:, None], (before, after, before, after), mode="replicate")
    return F.conv2d(padded, (kernel / kernel.sum())[None, None])[:, 0]
