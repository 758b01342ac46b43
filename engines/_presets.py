"""The well-known kernels, in teaching order. Values are as used for correlation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engines import kernel_shapes as shapes


@dataclass(frozen=True, eq=False)
class Kernel:
    """A kernel with a name.

    values: float64 (kh, kw), read-only; family: what it has in common with its variants;
    description: one sentence on what it does to a picture.
    """

    name: str
    family: str
    values: np.ndarray
    description: str


def _kernel(name: str, family: str, values: object, description: str) -> Kernel:
    array = np.array(values, dtype=np.float64)
    array.flags.writeable = False
    return Kernel(name, family, array, description)


_BINOMIAL_3 = np.outer([1, 2, 1], [1, 2, 1]) / 16
_BINOMIAL_5 = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]) / 256
_SOBEL = shapes.derivative((1, 2, 1))  # Sobel and Feldman, 1968
_PREWITT = shapes.derivative((1, 1, 1))  # Prewitt, 1970
_SCHARR = shapes.derivative((3, 10, 3))  # Scharr, 2000
# The classic 5×5 whole-number LoG of textbooks (Gonzalez and Woods, Digital Image Processing).
_LOG_5 = [
    [0, 0, -1, 0, 0],
    [0, -1, -2, -1, 0],
    [-1, -2, 16, -2, -1],
    [0, -1, -2, -1, 0],
    [0, 0, -1, 0, 0],
]

_ALL = (
    _kernel("Identity", "Identity", shapes.identity(), "Leaves every pixel as it is."),
    _kernel(
        "Shift left", "Shift", [[0, 0, 0], [0, 0, 1], [0, 0, 0]], "Moves the picture left by 1."
    ),
    _kernel("Box 3×3", "Box", shapes.box(3), "The mean of the neighbourhood: a blur with corners."),
    _kernel("Box 5×5", "Box", shapes.box(5), "The mean of a larger neighbourhood: more blur."),
    _kernel("Gaussian 3×3", "Gaussian", _BINOMIAL_3, "A smooth blur (binomial weights)."),
    _kernel("Gaussian 5×5", "Gaussian", _BINOMIAL_5, "A smoother blur (binomial weights)."),
    _kernel("Gaussian σ 2", "Gaussian", shapes.gaussian(2.0), "A wide, smooth blur, 13 × 13."),
    _kernel(
        "Sharpen", "Sharpen", [[0, -1, 0], [-1, 5, -1], [0, -1, 0]], "Makes details stronger."
    ),
    _kernel(
        "Unsharp masking 5×5", "Unsharp masking", 2 * shapes.identity(5) - _BINOMIAL_5,
        "Adds what a blur takes away: details stronger, gently.",
    ),
    _kernel(
        "Half difference x", "Difference", [[-0.5, 0.5], [-0.5, 0.5]],
        "The change from left to right, averaged over two rows.",
    ),
    _kernel(
        "Half difference y", "Difference", [[-0.5, -0.5], [0.5, 0.5]],
        "The change from top to bottom: the transpose of the other.",
    ),
    _kernel("Sobel x", "Sobel", _SOBEL, "Upright edges: the change from left to right, smoothed."),
    _kernel("Sobel y", "Sobel", _SOBEL.T, "Level edges: the change from top to bottom, smoothed."),
    _kernel("Prewitt x", "Prewitt", _PREWITT, "Upright edges, smoothed by a plain mean."),
    _kernel("Prewitt y", "Prewitt", _PREWITT.T, "Level edges, smoothed by a plain mean."),
    _kernel("Scharr x", "Scharr", _SCHARR, "Upright edges, equally strong at every angle."),
    _kernel("Scharr y", "Scharr", _SCHARR.T, "Level edges, equally strong at every angle."),
    # Roberts, 1963
    _kernel("Roberts ↘", "Roberts", [[1, 0], [0, -1]], "The change along one diagonal."),
    _kernel("Roberts ↙", "Roberts", [[0, 1], [-1, 0]], "The change along the other diagonal."),
    _kernel(
        "Laplacian 4", "Laplacian", [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
        "The second derivative: answers to edges and spots from all sides.",
    ),
    _kernel(
        "Laplacian 8", "Laplacian", [[1, 1, 1], [1, -8, 1], [1, 1, 1]],
        "The second derivative with the diagonals.",
    ),
    _kernel(
        "Outline", "Laplacian", [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
        "What differs from its surroundings (the Laplacian with its signs changed).",
    ),
    _kernel("LoG 5×5", "LoG", _LOG_5, "Spots and edges, noise smoothed first (signs changed)."),
    _kernel(
        "LoG σ 1.4", "LoG", shapes.laplacian_of_gaussian(1.4, 9),
        "Laplacian of Gaussian: edges at a scale of 1.4 pixels.",
    ),
    _kernel(
        "DoG", "DoG", shapes.difference_of_gaussians(1.0, 1.6),
        "Difference of two Gaussians: bright spots, as the retina sees them.",
    ),
    _kernel(
        "Emboss", "Emboss", [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
        "Lit from one corner, like a relief.",
    ),
    _kernel(
        "Corner", "Corner", [[1, -2, 1], [-2, 4, -2], [1, -2, 1]],
        "Lines cancel, corners and spots stay.",
    ),
    _kernel(
        "Motion blur 9", "Motion blur", shapes.motion_blur(9, 0)[4:5],
        "The mean along a level line: a picture taken while moving.",
    ),
    _kernel(
        "Motion blur diagonal", "Motion blur", np.eye(7)[::-1] / 7,
        "The mean along a diagonal.",
    ),
    _kernel(
        "Gabor 0°", "Gabor", shapes.gabor(6.0, 0.0, size=15),
        "Upright stripes of 6 pixels, as cells of the visual cortex see them.",
    ),
    _kernel(
        "Gabor 45°", "Gabor", shapes.gabor(6.0, 45.0, size=15), "Slanted stripes of 6 pixels."
    ),
)  # fmt: skip

PRESETS: dict[str, Kernel] = {kernel.name: kernel for kernel in _ALL}
