"""The operation as a matrix: y = W·x. Toeplitz along one axis, blocks of Toeplitz along two."""

from __future__ import annotations

import numpy as np

from engines._geometry.layout import Layout
from engines._geometry.trace import explain_input
from engines.errors import GeometryError

MOST_ENTRIES = 90_000


def matrix(weights: np.ndarray | None, layout: Layout) -> np.ndarray:
    """Return W (H'·W', H·W), float64, of one sheet; weights: (kh, kw), None for pools.

    Row r·W' + c belongs to the output (r, c), column r·W + c to the input (r, c). W.T is the matrix
    of the transposed convolution. Raises GeometryError for a max pool, which is not linear, and
    where W would be too large to look at.
    """
    if layout.kind == "max":
        raise GeometryError(
            "The largest of some values is no weighted sum of them: max pooling has no matrix."
        )
    (height, width), outputs = layout.input_shape, layout.shape[0] * layout.shape[1]
    _check_entries(outputs, height * width)
    result = np.zeros((outputs, height * width))
    for row, column in np.ndindex(height, width):
        rows, columns, taken = explain_input(weights, layout, row, column)
        np.add.at(result[:, row * width + column], rows * layout.shape[1] + columns, taken)
    return result


def circulant(kernel: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return the doubly block circulant matrix (H·W, H·W) of the correlation with wrapped borders.

    kernel: (kh, kw), float64, at most (height, width). Every row is the one above it pushed on by
    one cell, and the Fourier transform diagonalises it. On the padded input, its rows of whole
    windows and its columns of input cells are `matrix`'s W at stride 1.
    """
    if kernel.shape[0] > height or kernel.shape[1] > width:
        raise GeometryError(
            f"A kernel of {kernel.shape[0]} × {kernel.shape[1]} is larger than the input of "
            f"{height} × {width}; take a smaller one."
        )
    _check_entries(height * width, height * width)
    first = np.zeros((height, width))
    first[: kernel.shape[0], : kernel.shape[1]] = kernel
    rows = [
        np.roll(first, (row, column), axis=(0, 1)).ravel()
        for row, column in np.ndindex(height, width)
    ]
    return np.array(rows)


def _check_entries(outputs: int, inputs: int) -> None:
    if outputs * inputs > MOST_ENTRIES:
        raise GeometryError(
            f"W would have {outputs} × {inputs} entries, too many to look at. Take an input of "
            "about 12 × 12 or less."
        )
