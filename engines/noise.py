"""Noise added and removed, and how good the result is: the noise bench of topic A18."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from engines.errors import EngineError

NoiseKind = Literal["gaussian", "salt_and_pepper"]


@dataclass(frozen=True)
class Quality:
    """How close a picture is to its original: PSNR in dB (inf when equal), SSIM in [-1, 1]."""

    psnr: float
    ssim: float


def add_noise(picture: np.ndarray, kind: NoiseKind, amount: float, *, seed: int = 0) -> np.ndarray:
    """Return `picture` (H, W, C), float in [0, 1], with noise, float32, clipped to [0, 1].

    amount: for "gaussian" the standard deviation σ ≥ 0; for "salt_and_pepper" the share of pixels
    in [0, 1] that become black or white (each channel for itself). The same seed gives the same
    noise. Raises EngineError for other amounts. As skimage.util.random_noise.
    """
    from skimage.util import random_noise

    if kind == "gaussian":
        if not 0 <= amount <= 10:
            raise EngineError(f"The noise's σ is {amount:g}; choose 0 or more, at most 10.")
        noisy = random_noise(picture, "gaussian", rng=seed, var=amount**2)
    elif kind == "salt_and_pepper":
        if not 0 <= amount <= 1:
            raise EngineError(f"A share of {amount:g} pixels makes no sense; choose 0 to 1.")
        noisy = random_noise(picture, "s&p", rng=seed, amount=amount)
    else:
        raise EngineError(f"There is no noise {kind!r}; choose gaussian or salt_and_pepper.")
    return noisy.astype(np.float32)


def median_filter(picture: np.ndarray, size: int) -> np.ndarray:
    """Return the median of each size × size neighbourhood, (H, W, C), channel by channel.

    The border is mirrored. Raises EngineError for a size below 1. As scipy.ndimage.median_filter.
    """
    from scipy.ndimage import median_filter as filter_by_median

    if size < 1:
        raise EngineError(f"A median over {size} pixels makes no sense; choose 1 or more.")
    return filter_by_median(picture, size=(size, size, 1), mode="reflect")


def quality(picture: np.ndarray, original: np.ndarray) -> Quality:
    """Return PSNR and SSIM of `picture` against `original`, both (H, W, C) in [0, 1].

    SSIM uses the 7 × 7 window of Wang et al. (2004) and is NaN for pictures smaller than that.
    Raises EngineError when the shapes differ.
    """
    from skimage.metrics import peak_signal_noise_ratio, structural_similarity

    if picture.shape != original.shape:
        raise EngineError(
            f"Pictures of {picture.shape[1]} × {picture.shape[0]} and "
            f"{original.shape[1]} × {original.shape[0]} pixels cannot be compared; "
            "use padding “same” and stride 1."
        )
    clipped = np.clip(picture, 0.0, 1.0)
    if np.array_equal(clipped, original):
        psnr = float("inf")
    else:
        psnr = float(peak_signal_noise_ratio(original, clipped, data_range=1.0))
    large_enough = min(original.shape[:2]) >= 7
    ssim = (
        float(structural_similarity(original, clipped, data_range=1.0, channel_axis=2))
        if large_enough
        else float("nan")
    )
    return Quality(psnr, ssim)
