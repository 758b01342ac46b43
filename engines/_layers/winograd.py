"""Winograd's minimal filtering F(m×m, r×r) for any m and r, step by step and in any precision.

The transforms come from interpolation points by the method of Toom and Cook; see Winograd,
"Arithmetic Complexity of Computations" (1980), and Lavin and Gray, "Fast Algorithms for
Convolutional Neural Networks" (CVPR 2016): Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from engines.errors import LayerError

# Small numbers first: what is multiplied with powers of them stays small.
POINTS = tuple(
    sign * Fraction(top, bottom)
    for top, bottom in ((0, 1), (1, 1), (2, 1), (1, 2), (4, 1), (1, 4))
    for sign in ((1, -1) if top else (1,))
)
Rows = tuple[tuple[Fraction, ...], ...]


@dataclass(frozen=True)
class Transforms:
    """The exact matrices of F(m, r), with n = m + r − 1 products.

    to_input: Bᵀ (n, n), for an input tile; to_kernel: G (n, r); to_output: Aᵀ (m, n).
    """

    outputs: int
    taps: int
    to_input: Rows
    to_kernel: Rows
    to_output: Rows

    @property
    def tile(self) -> int:
        """The side of an input tile, which is also the number of products along one axis."""
        return self.outputs + self.taps - 1

    def arrays(self, dtype: object = np.float64) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return Bᵀ, G and Aᵀ rounded to `dtype`."""
        parts = (self.to_input, self.to_kernel, self.to_output)
        return tuple(np.array(rows, dtype=np.float64).astype(dtype) for rows in parts)  # type: ignore


@dataclass(frozen=True)
class WinogradTile:
    """One tile on its way: U = G g Gᵀ, V = Bᵀ d B, products U ⊙ V (n, n), outputs (m, m)."""

    kernel: np.ndarray
    tile: np.ndarray
    products: np.ndarray
    outputs: np.ndarray


def winograd_transforms(
    outputs: int, taps: int = 3, points: Sequence[Fraction | int] | None = None
) -> Transforms:
    """Return the exact transforms of F(outputs, taps), correlation of taps + outputs − 1 inputs.

    points: outputs + taps − 2 different numbers at which the polynomials are taken; 0, ±1, ±2, ±½,
    ±4, ±¼ if None. Infinity is the last one. For F(4, 3) these are Lavin and Gray's matrices; for
    F(2, 3) they are so up to the signs of two rows. Raises LayerError for sizes below 1, points
    that occur twice, and where there are too few.
    """
    if outputs < 1 or taps < 1:
        raise LayerError(f"F({outputs}, {taps}) has no outputs or no taps; take 1 or more of both.")
    count = outputs + taps - 2
    at = [Fraction(one) for one in (POINTS[:count] if points is None else points)]
    if len(at) != count or len(set(at)) != count:
        raise LayerError(
            f"F({outputs}, {taps}) needs {count} different points, and has {len(set(at))}."
        )
    others = [[other for other in at if other != one] for one in at]
    scales = [
        math.prod((one - other for other in rest), start=Fraction(1))
        for one, rest in zip(at, others, strict=True)
    ]
    to_input = [[*_polynomial(rest), Fraction(0)] for rest in others] + [_polynomial(at)]
    to_kernel = [
        [one**power / scale for power in range(taps)] for one, scale in zip(at, scales, strict=True)
    ]
    to_output = [
        [*(one**power for one in at), Fraction(power == outputs - 1)] for power in range(outputs)
    ]
    infinity = [Fraction(power == taps - 1) for power in range(taps)]
    return Transforms(
        outputs, taps, _rows(to_input), _rows([*to_kernel, infinity]), _rows(to_output)
    )


def winograd_tile(tile: np.ndarray, kernel: np.ndarray, transforms: Transforms) -> WinogradTile:
    """Return one tile (n, n) filtered by `kernel` (r, r), with all that lies between.

    tile may be (…, n, n). Every multiplication and addition is rounded to the tile's dtype, which
    may be float16, with ±∞ and NaN where numbers grow too large. Raises LayerError for sizes that
    do not fit the transforms.
    """
    side = transforms.tile
    if tile.shape[-2:] != (side, side) or kernel.shape != (transforms.taps, transforms.taps):
        raise LayerError(
            f"F({transforms.outputs}×{transforms.outputs}, {transforms.taps}×{transforms.taps}) "
            f"takes tiles of {side} × {side} and a kernel of {transforms.taps} × "
            f"{transforms.taps}; these are {tile.shape[-2]} × {tile.shape[-1]} and "
            f"{' × '.join(map(str, kernel.shape))}."
        )
    to_input, to_kernel, to_output = transforms.arrays(tile.dtype)
    made_kernel = _both_sides(to_kernel, kernel.astype(tile.dtype))
    made_tile = _both_sides(to_input, tile)
    with np.errstate(over="ignore", invalid="ignore"):
        products = made_kernel * made_tile
    return WinogradTile(made_kernel, made_tile, products, _both_sides(to_output, products))


def winograd_filter(image: np.ndarray, kernel: np.ndarray, outputs: int) -> np.ndarray:
    """Return the valid correlation of `image` (H, W) with `kernel` (r, r), by F(outputs, r).

    In the image's dtype throughout. As scipy.signal.correlate2d, mode "valid", up to rounding.
    Raises LayerError where the kernel is no square, or larger than the image.
    """
    transforms = winograd_transforms(outputs, _taps_of(image, kernel))
    height, width = (side - transforms.taps + 1 for side in image.shape)
    down, across = -(-height // outputs), -(-width // outputs)
    grown = np.zeros(
        [count * outputs + transforms.taps - 1 for count in (down, across)], image.dtype
    )
    grown[: image.shape[0], : image.shape[1]] = image
    windows = np.lib.stride_tricks.sliding_window_view(grown, (transforms.tile,) * 2)
    made = winograd_tile(windows[::outputs, ::outputs], kernel, transforms).outputs
    return made.transpose(0, 2, 1, 3).reshape(down * outputs, across * outputs)[:height, :width]


def direct_filter(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Return the valid correlation of `image` (H, W) with `kernel` (r, r), product by product.

    Every multiplication and addition is rounded to the image's dtype, ±∞ where it has no such large
    number. Errors as winograd_filter.
    """
    taps = _taps_of(image, kernel)
    height, width = (side - taps + 1 for side in image.shape)
    rounded = kernel.astype(image.dtype)
    total = np.zeros((height, width), image.dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        for row, column in np.ndindex(taps, taps):
            total += rounded[row, column] * image[row : row + height, column : column + width]
    return total


def multiplications_per_output(outputs: int, taps: int = 3) -> float:
    """Return (outputs + taps − 1)² / outputs²: how many F(outputs×outputs, taps×taps) has."""
    return (outputs + taps - 1) ** 2 / outputs**2


def _taps_of(image: np.ndarray, kernel: np.ndarray) -> int:
    if kernel.ndim != 2 or kernel.shape[0] != kernel.shape[1]:
        raise LayerError(f"The kernel must be square; this one is {kernel.shape}.")
    if kernel.shape[0] > min(image.shape):
        raise LayerError(
            f"A kernel of {kernel.shape[0]} × {kernel.shape[0]} is larger than the map of "
            f"{image.shape[0]} × {image.shape[1]}. Take a larger map or crop."
        )
    return kernel.shape[0]


def _both_sides(matrix: np.ndarray, block: np.ndarray) -> np.ndarray:
    """Return M X Mᵀ, rounded after every operation, which a library's product is not."""
    return _from_left(matrix, _from_left(matrix, block).swapaxes(-1, -2)).swapaxes(-1, -2)


def _from_left(matrix: np.ndarray, block: np.ndarray) -> np.ndarray:
    total = np.zeros((*block.shape[:-2], len(matrix), block.shape[-1]), block.dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        for place in range(matrix.shape[1]):
            total += matrix[:, place, None] * block[..., place, None, :]
    return total


def _polynomial(roots: Sequence[Fraction]) -> list[Fraction]:
    """Return the coefficients of Π (x − root), the lowest power first."""
    made = [Fraction(1)]
    for root in roots:
        made = [
            a - root * b for a, b in zip([Fraction(0), *made], [*made, Fraction(0)], strict=True)
        ]
    return made


def _rows(rows: Sequence[Sequence[Fraction]]) -> Rows:
    return tuple(tuple(row) for row in rows)
