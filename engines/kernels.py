"""Kernels: the well-known ones, the parametric ones, and what can be said about any of them.

Importing this needs NumPy alone; torch is imported by the functions that return tensors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from engines import kernel_shapes as shapes
from engines._identify import Match
from engines._identify import identify as _identify
from engines._presets import PRESETS, Kernel
from engines.errors import KernelError

if TYPE_CHECKING:
    import torch

__all__ = [
    "PRESETS",
    "Approximation",
    "Kernel",
    "KernelFacts",
    "Match",
    "approximate",
    "describe",
    "frequency_response",
    "gaussian",
    "identify",
    "rank",
    "separate",
    "singular_values",
]


@dataclass(frozen=True)
class KernelFacts:
    """What follows from a kernel's weights.

    total: their sum; lowest, highest: the smallest and largest response to pictures in [0, 1];
    sentences: what that means, for a learner.
    """

    total: float
    lowest: float
    highest: float
    is_zero_sum: bool
    is_point_symmetric: bool
    rank: int
    is_separable: bool
    sentences: tuple[str, ...]


def _array(kernel: Any) -> np.ndarray:
    """Return `kernel` as a float64 array; raises KernelError when it is no finite rectangle."""
    values = kernel.detach().cpu().numpy() if hasattr(kernel, "detach") else kernel
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 2 or array.size == 0:
        raise KernelError(f"A kernel has rows and columns; this has the shape {array.shape}.")
    if not np.isfinite(array).all():
        raise KernelError("The kernel holds a value that is no finite number.")
    return array


def _is_double(kernel: Any) -> bool:
    return str(getattr(kernel, "dtype", "")).endswith("float64")


def gaussian(sigma: float, size: int | None = None, ndim: int = 2) -> torch.Tensor:
    """Return the Gaussian of standard deviation `sigma` pixels, sampled and normalised to sum 1.

    float32, (size,) for ndim 1 or (size, size) for ndim 2; size defaults to the odd number that
    covers ±3σ, at most 31. Raises KernelError for σ ≤ 0 and other sizes and dimensions.
    """
    import torch

    if ndim not in (1, 2):
        raise KernelError(f"A Gaussian of {ndim} dimensions is not made here; choose 1 or 2.")
    values = shapes.gaussian_1d(sigma, size) if ndim == 1 else shapes.gaussian(sigma, size)
    return torch.from_numpy(values).float()


def singular_values(kernel: Any) -> np.ndarray:
    """Return the singular values of `kernel` (kh, kw), largest first, float64 (min(kh, kw),)."""
    return np.linalg.svd(_array(kernel), compute_uv=False)


def rank(kernel: Any, tolerance: float = 1e-6) -> int:
    """Return how many singular values exceed `tolerance` times the largest; 0 for all zeros.

    1 means that the kernel is separable: a column times a row.
    """
    sizes = singular_values(kernel)
    return int((sizes > tolerance * sizes[0]).sum()) if sizes[0] > 0 else 0


def separate(kernel: Any, rank: int | None = None) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Return columns (kh,) and rows (kw,) whose outer products sum to `kernel`, by SVD.

    rank: how many terms at most, the strongest first; by default as many as the kernel's rank
    (none for all zeros). Each singular value is shared evenly between its column and row, which
    are positive at their largest entry. float64 for float64 input, else float32.
    Truncated, it is the best approximation in the least-squares sense (Eckart and Young, 1936).
    Raises KernelError for a negative rank.
    """
    import torch

    if rank is not None and rank < 0:
        raise KernelError(f"A rank of {rank} makes no sense; choose 0 or more.")
    left, sizes, right = np.linalg.svd(_array(kernel))
    kept = int((sizes > 1e-12 * max(float(sizes[0]), 1e-300)).sum())
    dtype = torch.float64 if _is_double(kernel) else torch.float32
    terms = []
    for i in range(kept if rank is None else min(kept, rank)):
        column, row = left[:, i] * np.sqrt(sizes[i]), right[i] * np.sqrt(sizes[i])
        sign = np.sign(column[np.abs(column).argmax()])
        terms.append(
            (torch.from_numpy(column * sign).to(dtype), torch.from_numpy(row * sign).to(dtype))
        )
    return terms


@dataclass(frozen=True)
class Approximation:
    """The best kernel of a given rank.

    kernel: float64 (kh, kw); error: ‖kernel − approximation‖ / ‖kernel‖ (Frobenius), in [0, 1];
    multiplications: per output pixel, by separable passes.
    """

    kernel: np.ndarray
    error: float
    multiplications: int


def approximate(kernel: Any, rank: int) -> Approximation:
    """Return the best approximation of `kernel` (kh, kw) by `rank` ≥ 0 columns times rows.

    Best in the least-squares sense: the truncated SVD (Eckart and Young, 1936), whose error is
    what the dropped singular values make up. Raises KernelError for a negative rank.
    """
    array = _array(kernel)
    if rank < 0:
        raise KernelError(f"A rank of {rank} makes no sense; choose 0 or more.")
    left, sizes, right = np.linalg.svd(array, full_matrices=False)
    total = float((sizes**2).sum())
    kept = min(rank, len(sizes))
    error = float(np.sqrt((sizes[kept:] ** 2).sum() / total)) if total else 0.0
    made = (left[:, :kept] * sizes[:kept]) @ right[:kept]
    return Approximation(made, error, kept * sum(array.shape))


def identify(kernel: Any) -> list[Match]:
    """Return the names of `kernel` (kh, kw), the best first, up to scale, sign, flip and rotation.

    Each Match has name, transform and score (cosine similarity, at least 0.99). Zeros around the
    kernel do not count. An unknown kernel gives an empty list, an all-zero one the name "Zero".
    """
    return _identify(_array(kernel))


def frequency_response(kernel: Any, size: int | tuple[int, int]) -> torch.Tensor:
    """Return H(u, v) of `kernel` on a `size` grid, zero frequency at [h // 2, w // 2].

    complex64 (complex128 for float64 input), (h, w). The kernel's middle (for an even side the
    cell before it) is the origin, so point-symmetric odd kernels have a real response. Raises
    KernelError when the kernel exceeds the grid. As numpy.fft.fft2 of the centred kernel.
    """
    import torch

    array = _array(kernel)
    height, width = (size, size) if isinstance(size, int) else size
    if array.shape[0] > height or array.shape[1] > width:
        raise KernelError(
            f"A {array.shape[0]} × {array.shape[1]} kernel does not fit a grid of "
            f"{height} × {width}; take a larger grid."
        )
    padded = np.zeros((height, width))
    padded[: array.shape[0], : array.shape[1]] = array
    centred = np.roll(padded, [-((side - 1) // 2) for side in array.shape], axis=(0, 1))
    response = torch.from_numpy(np.fft.fftshift(np.fft.fft2(centred)))
    return response if _is_double(kernel) else response.to(torch.complex64)


def describe(kernel: Any) -> KernelFacts:
    """Return what follows from the weights of `kernel` (kh, kw)."""
    array = _array(kernel)
    total, magnitude = float(array.sum()), float(np.abs(array).sum())
    zero_sum = abs(total) <= 1e-9 * max(magnitude, 1e-300)
    symmetric = bool(np.allclose(array, array[::-1, ::-1], rtol=0, atol=1e-9 * magnitude))
    number = rank(array)
    lowest, highest = float(array[array < 0].sum()), float(array[array > 0].sum())
    return KernelFacts(
        total=0.0 if zero_sum else total,
        lowest=lowest,
        highest=highest,
        is_zero_sum=zero_sum,
        is_point_symmetric=symmetric,
        rank=number,
        is_separable=number == 1,
        sentences=_sentences(array, total, magnitude, zero_sum, symmetric, number),
    )


def _sentences(
    array: np.ndarray, total: float, magnitude: float, zero_sum: bool, symmetric: bool, number: int
) -> tuple[str, ...]:
    if magnitude == 0:
        return ("All weights are 0: the output is 0 everywhere.",)
    said = []
    if zero_sum:
        said.append("Sums to 0: flat areas become 0, only changes remain.")
    elif abs(total - 1) < 1e-9:
        said.append("Sums to 1: flat areas keep their brightness.")
    else:
        said.append(f"Sums to {total:.4g}: flat areas become {total:.4g} times as bright.")
    if not symmetric:
        said.append("Convolution and correlation differ.")
    else:
        said.append("Point-symmetric: convolution equals correlation.")
    height, width = array.shape
    if number == 1 and min(height, width) > 1:
        said.append(f"Rank 1, separable: {height} + {width} products do for {height * width}.")
    elif number > 1:
        said.append(f"Rank {number}.")
    return tuple(said)
