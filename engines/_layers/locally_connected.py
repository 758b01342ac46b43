"""Locally connected layers: the windows of a convolution, with a kernel of its own for each."""

from __future__ import annotations

import torch
from torch import Tensor

from engines._layers.counting import convolution_parameters
from engines.errors import LayerError


def locally_connected(image: Tensor, weights: Tensor) -> Tensor:
    """Return the answer of a layer that has one kernel for each position.

    image: (C, H, W), any float dtype; weights: (F, H', W', C, kh, kw) with H' = H − kh + 1 and
    W' = W − kw + 1, the kernel of filter f at (r, c) being weights[f, r, c]. The answer is
    (F, H', W'): as a convolution without padding, of which it is one where all kernels of a filter
    are equal. Raises LayerError where the shapes do not go together (LeCun 1989; Taigman et al.
    2014 use it on aligned faces).
    """
    if image.ndim != 3 or weights.ndim != 6:
        raise LayerError(
            f"The input is {_text(image)} and the kernels are {_text(weights)}. The input must be "
            "channels × rows × columns, the kernels filters × rows × columns × channels × height "
            "× width."
        )
    channels, height, width = image.shape
    kernel = (weights.shape[4], weights.shape[5])
    wanted = (*_positions(kernel, (height, width)), channels)
    if tuple(weights.shape[1:4]) != wanted:
        raise LayerError(
            f"The kernels are {_text(weights)}, but an input of {_text(image)} has {wanted[0]} × "
            f"{wanted[1]} windows with {wanted[2]} channels each. Make one kernel for each window."
        )
    windows = image.unfold(1, kernel[0], 1).unfold(2, kernel[1], 1)
    return torch.einsum("crsij,frscij->frs", windows, weights)


def locally_connected_parameters(
    channels: int,
    filters: int,
    kernel: tuple[int, int],
    input_size: tuple[int, int],
    *,
    bias: bool = True,
) -> int:
    """Return how many numbers the layer learns without sharing: those of every position.

    Raises LayerError where the kernel is larger than the input.
    """
    rows, columns = _positions(kernel, input_size)
    return rows * columns * convolution_parameters(channels, filters, kernel, bias=bias)


def _positions(kernel: tuple[int, int], input_size: tuple[int, int]) -> tuple[int, int]:
    """Return how many rows and columns of windows there are; raise LayerError for none."""
    (height, width), (rows, columns) = kernel, input_size  # of the kernel, of the input
    if height > rows or width > columns:
        raise LayerError(
            f"A kernel of {height} × {width} is larger than the input of {rows} × {columns}. "
            "Take a smaller kernel or a larger input."
        )
    return rows - height + 1, columns - width + 1


def _text(block: Tensor) -> str:
    return " × ".join(str(side) for side in block.shape)
