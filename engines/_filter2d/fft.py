"""The convolution theorem: products of spectra, on sizes that the transform likes."""

from __future__ import annotations

import numpy as np
import torch
from scipy.fft import next_fast_len

from engines._filter2d.memory import Axes, padded
from engines._filter2d.padding import Border


def apply(planes: torch.Tensor, weights: np.ndarray, axes: Axes, border: Border) -> torch.Tensor:
    """Return the correlation of `planes` (C, H, W) with `weights` (kh, kw), (C, H', W')."""
    rows, columns = axes
    kernel = torch.from_numpy(_spread(weights, rows.dilation, columns.dilation)).to(planes.dtype)
    chw = padded(planes, axes, border).permute(2, 0, 1).contiguous()
    response = correlate_valid(chw, kernel[None])
    strided = response[:, :: rows.stride, :: columns.stride]
    return strided.permute(1, 2, 0).contiguous().permute(2, 0, 1)


def correlate_valid(planes: torch.Tensor, kernels: torch.Tensor) -> torch.Tensor:
    """Return the valid correlation of `planes` (C, H, W) with `kernels` (1 or C, kh, kw)."""
    height, width = planes.shape[1:]
    kernel_height, kernel_width = kernels.shape[1:]
    size = (next_fast_len(height, real=True), next_fast_len(width, real=True))
    spectrum = torch.fft.rfft2(planes, s=size)
    # The conjugate correlates. The valid part never wraps, so the picture's own size suffices.
    spectrum = spectrum * torch.fft.rfft2(kernels, s=size).conj()
    response = torch.fft.irfft2(spectrum, s=size)
    return response[..., : height - kernel_height + 1, : width - kernel_width + 1]


def _spread(weights: np.ndarray, row_dilation: int, column_dilation: int) -> np.ndarray:
    """Return `weights` with dilation − 1 zeros between neighbours."""
    height = row_dilation * (weights.shape[0] - 1) + 1
    width = column_dilation * (weights.shape[1] - 1) + 1
    spread = np.zeros((height, width))
    spread[::row_dilation, ::column_dilation] = weights
    return spread
