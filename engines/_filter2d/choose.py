"""Which method is quickest here? A rule measured on two cores (docs/benchmarks.md)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engines._filter2d import separable
from engines._filter2d.memory import Axes


@dataclass(frozen=True)
class FilterCosts:
    """When to leave the direct method.

    fft_from: taps (of the undilated kernel) per output beyond which the FFT is quicker;
    separable_gain: how many times fewer taps the SVD's passes must have.
    """

    fft_from: int = 150
    separable_gain: float = 1.6


costs = FilterCosts()


def quickest(shape: tuple[int, ...], weights: np.ndarray, axes: Axes) -> str:
    """Return "direct", "separable" or "fft" for a picture `shape` (C, H, W)."""
    height, width = weights.shape
    taps = height * width
    if taps <= 9:
        return "direct"
    thinned = axes[0].stride * axes[1].stride  # direct skips what a stride skips, the FFT not
    passes = separable.rank(weights) * (height + width)
    if passes * costs.separable_gain <= taps and passes <= costs.fft_from:
        return "separable"
    return "fft" if taps > costs.fft_from * thinned else "direct"
