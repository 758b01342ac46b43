"""What can be done to a whole kernel: float64 (kh, kw) in, a new float64 array out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engines.errors import KernelError

MAX_SIDE = 31
LARGEST = float(np.finfo(np.float32).max)
# A sum this small against the weights' magnitudes is rounding, not a sum.
ZERO_SUM = 1e-9


@dataclass(frozen=True)
class KernelOperation:
    """A button: `function` takes and returns a kernel, and may raise KernelError."""

    name: str
    label: str
    tooltip: str
    function: Callable[[np.ndarray], np.ndarray]


def transpose(kernel: np.ndarray) -> np.ndarray:
    """Return the kernel with rows and columns exchanged: an x kernel becomes a y kernel."""
    return kernel.T.copy()


def rotate_90(kernel: np.ndarray) -> np.ndarray:
    """Return the kernel turned clockwise by 90°."""
    return np.rot90(kernel, -1).copy()


def rotate_180(kernel: np.ndarray) -> np.ndarray:
    """Return the kernel turned by 180°: what convolution does before it correlates."""
    return kernel[::-1, ::-1].copy()


def flip_horizontal(kernel: np.ndarray) -> np.ndarray:
    """Return the kernel mirrored left to right."""
    return kernel[:, ::-1].copy()


def flip_vertical(kernel: np.ndarray) -> np.ndarray:
    """Return the kernel mirrored top to bottom."""
    return kernel[::-1].copy()


def negate(kernel: np.ndarray) -> np.ndarray:
    """Return the kernel with every sign changed (zeros stay plain zeros)."""
    return 0.0 - kernel


def normalise(kernel: np.ndarray) -> np.ndarray:
    """Return the kernel divided by its sum, so that flat areas keep their brightness.

    Raises KernelError when the sum is 0.
    """
    total = float(kernel.sum())
    if abs(total) <= ZERO_SUM * max(float(np.abs(kernel).sum()), 1e-300):
        raise KernelError(
            "The weights sum to 0, so they cannot be scaled to sum to 1. "
            "Change a weight first, or keep it: a zero-sum kernel answers to changes alone."
        )
    return kernel / total


def make_zero_sum(kernel: np.ndarray) -> np.ndarray:
    """Return the kernel less its mean, so that flat areas become 0."""
    return kernel - kernel.mean()


def scale(kernel: np.ndarray, factor: float) -> np.ndarray:
    """Return the kernel times `factor`. Raises KernelError when a weight exceeds 32 bits."""
    with np.errstate(over="ignore"):
        scaled = kernel * factor
    if not (np.abs(scaled) <= LARGEST).all():
        raise KernelError(f"Times {factor:.3g}, a weight is more than a 32-bit number can hold.")
    return scaled


def resize(kernel: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return a kernel of height × width with the same centre, cropped or filled with zeros.

    Raises KernelError outside 1…31.
    """
    if not (1 <= height <= MAX_SIDE and 1 <= width <= MAX_SIDE):
        raise KernelError(f"A kernel has 1 to {MAX_SIDE} rows and columns, not {height} × {width}.")
    result = np.zeros((height, width))
    # The centre of an even side is the cell before the middle, as "same" padding takes it.
    starts = [
        (old - 1) // 2 - (new - 1) // 2 for old, new in zip(kernel.shape, result.shape, strict=True)
    ]
    source = tuple(
        slice(max(s, 0), min(s + new, old))
        for s, new, old in zip(starts, result.shape, kernel.shape, strict=True)
    )
    target = tuple(
        slice(part.start - s, part.stop - s) for part, s in zip(source, starts, strict=True)
    )
    result[target] = kernel[source]
    return result


OPERATIONS: tuple[KernelOperation, ...] = (
    KernelOperation("transpose", "Transpose", "Exchange rows and columns (x ↔ y)", transpose),
    KernelOperation("rotate_90", "Rotate 90°", "Turn clockwise by 90°", rotate_90),
    KernelOperation("rotate_180", "Rotate 180°", "Turn by 180°, as convolution does", rotate_180),
    KernelOperation("flip_horizontal", "Flip left–right", "Mirror left to right", flip_horizontal),
    KernelOperation("flip_vertical", "Flip top–bottom", "Mirror top to bottom", flip_vertical),
    KernelOperation("negate", "Negate", "Change every sign", negate),
    KernelOperation(
        "normalise", "Sum 1", "Scale to sum 1: flat areas keep their brightness", normalise
    ),
    KernelOperation(
        "make_zero_sum", "Sum 0", "Subtract the mean: flat areas become 0", make_zero_sum
    ),
)
