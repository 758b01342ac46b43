"""Grouped and dilated convolution: who reaches whom, and how far."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from engines._layers.counting import check_groups
from engines.errors import LayerError


def grouped_connections(
    channels_in: int, channels_out: int, groups: int, *, layers: int = 1, shuffle: bool = False
) -> Tensor:
    """Return int64 (C_out, C_in): over how many paths each input channel reaches each output.

    One layer connects the channels of the same group only. More `layers` follow with C_out
    channels each, between which `shuffle` deals the channels out to the groups anew (Zhang et al.
    2018, "ShuffleNet"). Raises LayerError where groups do not divide channels, and for no layers.
    """
    if layers < 1:
        raise LayerError("There is no layer to follow a path through. Take 1 or more.")
    check_groups(channels_in, channels_out, groups)
    paths = _one_layer(channels_in, channels_out, groups)
    for _ in range(layers - 1):
        if shuffle:
            paths = channel_shuffle(paths, groups)
        paths = _one_layer(channels_out, channels_out, groups) @ paths
    return paths


def channel_shuffle(maps: Tensor, groups: int) -> Tensor:
    """Return `maps` (C, …) with the channels dealt out: the first of each group, the second, …."""
    check_groups(len(maps), len(maps), groups)
    return maps.unflatten(0, (groups, -1)).transpose(0, 1).flatten(0, 1)


def _one_layer(channels_in: int, channels_out: int, groups: int) -> Tensor:
    rows = torch.arange(channels_out) // (channels_out // groups)
    columns = torch.arange(channels_in) // (channels_in // groups)
    return (rows[:, None] == columns[None]).long()


def dilated_extent(kernel: int, dilation: int) -> int:
    """Return d·(K − 1) + 1: over how many pixels K taps reach with d − 1 pixels between them."""
    if min(kernel, dilation) < 1:
        raise LayerError(
            f"A kernel of {kernel} and a dilation of {dilation} cannot be: both are at least 1, "
            "and 1 is a usual convolution."
        )
    return dilation * (kernel - 1) + 1


def filled_kernel(kernel: Tensor, dilation: int) -> Tensor:
    """Return `kernel` (…, kh, kw) with dilation − 1 zeros between its numbers.

    A usual convolution with it equals the dilated one with `kernel`.
    """
    height, width = kernel.shape[-2:]
    filled = kernel.new_zeros(
        *kernel.shape[:-2], dilated_extent(height, dilation), dilated_extent(width, dilation)
    )
    filled[..., ::dilation, ::dilation] = kernel
    return filled


def dilated(maps: Tensor, kernel: Tensor, dilation: int) -> Tensor:
    """Return each of the `maps` (C, H, W) through `kernel` (k, k), zeros around, size kept.

    A correlation, as torch's. Raises LayerError for an even kernel and where the taps reach over
    more than the map has, so that some of them could never meet a pixel together with others.
    """
    side = kernel.shape[-1]
    extent = dilated_extent(side, dilation)
    if kernel.shape[-2] != side or side % 2 == 0:
        raise LayerError("The kernel must be square, with an odd side, so that it has a centre.")
    height, width = maps.shape[-2:]
    if extent > min(height, width):
        raise LayerError(
            f"A {side} × {side} kernel with dilation {dilation} reaches over {extent} × {extent} "
            f"pixels, and the map has {height} × {width}. Take a smaller dilation or a larger map."
        )
    weight = kernel.to(maps).expand(len(maps), 1, side, side)
    return functional.conv2d(
        maps[None], weight, padding=extent // 2, dilation=dilation, groups=len(maps)
    )[0]


def stacked_field(dilations: Sequence[int], kernel: int = 3) -> int:
    """Return how many pixels, along one axis, one unit above the stack sees from end to end."""
    if not dilations:
        raise LayerError("There is no layer in the stack. Give at least one dilation.")
    return 1 + sum(dilated_extent(kernel, dilation) - 1 for dilation in dilations)


def coverage(dilations: Sequence[int], kernel: int = 3) -> Tensor:
    """Return over how many paths each pixel reaches one unit above a stack, float64 (f, f).

    The stack has a K × K convolution of stride 1 for each dilation, f is its receptive field. A 0
    is a pixel within the field that the unit never sees: the gridding of equal dilations (Wang et
    al. 2018, "Understanding Convolution for Semantic Segmentation"). Raises LayerError for no
    dilations and for such below 1.
    """
    stacked_field(dilations, kernel)  # refuses what is no stack
    row = torch.ones(1, dtype=torch.float64)
    for dilation in dilations:
        taps = filled_kernel(torch.ones(1, kernel, dtype=torch.float64), dilation)
        row = functional.conv1d(row[None], taps[None], padding=taps.shape[1] - 1)[0]
    # The taps of a square kernel are those of its rows times those of its columns.
    return torch.outer(row, row)
