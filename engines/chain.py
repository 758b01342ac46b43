"""Kernels applied one after the other, and the one kernel that would do the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from engines.errors import EngineError

if TYPE_CHECKING:
    import torch

MAX_LINKS = 8
# float32 keeps about seven digits; beyond this a picture's own values no longer register.
LARGEST = 1e30


def equivalent_kernel(kernels: Sequence[np.ndarray]) -> np.ndarray:
    """Return the kernel whose one application equals applying `kernels` in order, float64.

    Each kernel is (kh, kw); the result has the sum of the heights minus (n − 1), the widths
    likewise: the full convolution of all of them. That holds for correlation too, where both
    sides are turned by 180°. At the border the two differ, because a chain cuts the picture (or
    pads it anew) after each link. Raises EngineError for an empty sequence.
    As scipy.signal.convolve2d(mode="full").
    """
    from scipy.signal import convolve2d

    if not kernels:
        raise EngineError("A chain without kernels has no equivalent kernel; add one.")
    result = np.asarray(kernels[0], dtype=np.float64)
    for kernel in kernels[1:]:
        result = convolve2d(result, np.asarray(kernel, dtype=np.float64), mode="full")
    return result


def chain_response(
    kernels: Sequence[np.ndarray], size: int, *, last_dilation: int = 1
) -> np.ndarray:
    """Return H(u, v) of applying `kernels` in order, zero frequency at [size // 2, size // 2].

    complex128 (size, size), frequencies n / size cycles a pixel; the product of the kernels' own
    responses, 1 everywhere for no kernels. Each kernel's first weight is the origin, so only the
    magnitude is independent of where the middle is taken to be. last_dilation: distance of the
    last kernel's weights in pixels. A kernel wider than the grid is folded onto it, which changes
    nothing at these frequencies.
    """
    response = np.ones((size, size), dtype=np.complex128)
    for number, kernel in enumerate(kernels, start=1):
        step = last_dilation if number == len(kernels) else 1
        rows, columns = (np.arange(side) * step % size for side in np.shape(kernel))
        folded = np.zeros((size, size))
        np.add.at(folded, np.ix_(rows, columns), np.asarray(kernel, dtype=np.float64))
        response *= np.fft.fftshift(np.fft.fft2(folded))
    return response


def border_reach(kernels: Sequence[np.ndarray]) -> tuple[int, int]:
    """Return how many (rows, columns) at each border a chain and its equivalent may differ in."""
    rows = sum(kernel.shape[0] // 2 for kernel in kernels)
    columns = sum(kernel.shape[1] // 2 for kernel in kernels)
    return rows, columns


def apply_chain(
    image: torch.Tensor,
    kernels: Sequence[np.ndarray],
    *,
    operation: Literal["correlation", "convolution"] = "correlation",
    border: Literal["zero", "replicate", "reflect", "circular"] = "zero",
) -> torch.Tensor:
    """Return `image` (C, H, W) after each of `kernels` in order, padding "same", stride 1.

    No kernels leave the image as it is. Raises EngineError naming the link whose result is no
    longer finite or grows beyond 1e30.
    """
    from engines.convolution import filter2d

    if len(kernels) > MAX_LINKS:
        raise EngineError(f"A chain has at most {MAX_LINKS} kernels; this one has {len(kernels)}.")
    for number, kernel in enumerate(kernels, start=1):
        image = filter2d(image, kernel, operation=operation, border=border)
        largest = float(image.abs().max()) if image.numel() else 0.0
        if not largest <= LARGEST:
            raise EngineError(
                f"Kernel {number} of the chain makes the values larger than {LARGEST:g}. "
                "Normalise it to sum 1, or make its weights smaller."
            )
    return image
