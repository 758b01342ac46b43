"""Kernels by formula, as float64 arrays (NumPy alone). Values are as used for correlation.

x grows to the right, y downwards; angles are in degrees, counter-clockwise as seen on the screen.
"""

from __future__ import annotations

import math

import numpy as np

from engines.errors import KernelError

MAX_SIDE = 31


def _positive(value: float, what: str) -> float:
    if not (math.isfinite(value) and value > 0):
        raise KernelError(f"{what} is {value:g}; it must be larger than 0.")
    return value


def _sigma(value: float) -> float:
    """Return σ, at least 0.01 pixels: below that only the nearest tap counts anyway."""
    return max(_positive(value, "σ"), 0.01)


def _side(size: int) -> int:
    if not 1 <= size <= MAX_SIDE:
        raise KernelError(f"A size of {size} is not possible; choose 1 to {MAX_SIDE}.")
    return size


def positions(size: int) -> np.ndarray:
    """Return the distance of each tap from the kernel's middle: −1, 0, 1 or −0.5, 0.5, …"""
    return np.arange(size) - (size - 1) / 2


def default_size(sigma: float) -> int:
    """Return the odd size that covers ±3σ, 99.7 % of a Gaussian, at most 31."""
    return min(2 * math.ceil(3 * _positive(sigma, "σ")) + 1, MAX_SIDE)


def gaussian_1d(sigma: float, size: int | None = None) -> np.ndarray:
    """Return exp(−x²/2σ²) sampled at `size` taps and normalised to sum 1, (size,)."""
    sigma = _sigma(sigma)
    x = positions(_side(default_size(sigma) if size is None else size))
    exponent = -(x**2) / (2 * sigma**2)
    weights = np.exp(exponent - exponent.max())  # a tiny σ leaves the nearest taps, not 0 / 0
    return weights / weights.sum()


def gaussian(sigma: float, size: int | None = None) -> np.ndarray:
    """Return the 2D Gaussian (1/2πσ²)·exp(−(x²+y²)/2σ²), sampled and normalised to sum 1."""
    line = gaussian_1d(sigma, size)
    return np.outer(line, line)


def laplacian_of_gaussian(sigma: float, size: int | None = None) -> np.ndarray:
    """Return ∇²G (Marr and Hildreth, 1980): negative in the middle, summing to 0 exactly.

    Scaled by σ², so that its strength does not depend on σ.
    """
    sigma = _sigma(sigma)
    size = _side(min(2 * math.ceil(4 * sigma) + 1, MAX_SIDE) if size is None else size)
    x = positions(size)
    squared = x[:, None] ** 2 + x[None, :] ** 2
    bell = gaussian(sigma, size)
    return _zero_sum(bell * (squared / sigma**2 - 2), bell)


def difference_of_gaussians(
    sigma: float, ratio: float = 1.6, size: int | None = None
) -> np.ndarray:
    """Return G(σ) − G(ratio·σ): answers to bright spots.

    A ratio of 1.6 comes closest to −LoG (Marr and Hildreth, 1980).
    """
    sigma = _sigma(sigma)
    if not ratio > 1:
        raise KernelError(f"The ratio of the two σ is {ratio:g}; it must be larger than 1.")
    size = _side(default_size(ratio * sigma) if size is None else size)
    return gaussian(sigma, size) - gaussian(ratio * sigma, size)


def gabor(
    wavelength: float,
    theta: float = 0.0,
    sigma: float | None = None,
    gamma: float = 0.5,
    phase: float = 0.0,
    size: int | None = None,
) -> np.ndarray:
    """Return exp(−(x'² + γ²y'²)/2σ²)·cos(2πx'/λ + φ), scaled to a sum of magnitudes of 1.

    x' = x·cos θ − y·sin θ points along the wave (θ = 0: upright stripes), y' across. wavelength λ
    in pixels, theta and phase φ in degrees; σ defaults to 0.56 λ, one octave of bandwidth. The mean
    is removed under the bell, so that flat areas give 0 (Daugman, 1985; Jones and Palmer, 1987).
    """
    _positive(wavelength, "The wavelength")
    _positive(gamma, "γ")
    sigma = 0.56 * wavelength if sigma is None else _sigma(sigma)
    reach = 2.5 * sigma / min(gamma, 1.0)
    size = _side(min(2 * math.ceil(reach) + 1, MAX_SIDE) if size is None else size)
    angle = math.radians(theta)
    x, y = positions(size)[None, :], positions(size)[:, None]
    along = x * math.cos(angle) - y * math.sin(angle)
    across = x * math.sin(angle) + y * math.cos(angle)
    exponent = -(along**2 + (gamma * across) ** 2) / (2 * sigma**2)
    # An even size has no tap in the middle: measured from the nearest, a tiny σ leaves those.
    bell = np.exp(exponent - exponent.max())
    wave = bell * np.cos(2 * math.pi * along / wavelength + math.radians(phase))
    kernel = _zero_sum(wave, bell)
    magnitude = np.abs(kernel).sum()
    return kernel / magnitude if magnitude > 0 else kernel


def motion_blur(length: float, angle: float = 0.0, size: int | None = None) -> np.ndarray:
    """Return the mean along a line of `length` pixels at `angle`, summing to 1.

    A length below 1 counts as 1: no blur.
    """
    length = max(_positive(length, "The length"), 1.0)
    size = _side(min(2 * math.ceil((length - 1) / 2) + 1, MAX_SIDE) if size is None else size)
    direction = math.radians(angle)
    middle = (size - 1) / 2
    kernel = np.zeros((size, size))
    # One point a pixel of length, each shared among its four neighbours by nearness.
    for step in np.linspace(-(length - 1) / 2, (length - 1) / 2, max(1, math.ceil(length))):
        x, y = middle + step * math.cos(direction), middle - step * math.sin(direction)
        column, row = math.floor(x + 1e-9), math.floor(y + 1e-9)
        for r, share_y in ((row, 1 - (y - row)), (row + 1, y - row)):
            for c, share_x in ((column, 1 - (x - column)), (column + 1, x - column)):
                if 0 <= r < size and 0 <= c < size:
                    kernel[r, c] += max(share_x, 0.0) * max(share_y, 0.0)
    kernel[kernel < 1e-9] = 0.0
    return kernel / kernel.sum()


def box(height: int, width: int | None = None) -> np.ndarray:
    """Return equal weights summing to 1."""
    shape = (_side(height), _side(height if width is None else width))
    return np.full(shape, 1.0 / (shape[0] * shape[1]))


def unsharp(sigma: float, amount: float = 1.0, size: int | None = None) -> np.ndarray:
    """Return identity + amount·(identity − Gaussian): details amplified, summing to 1."""
    blur = gaussian(sigma, size)
    if len(blur) % 2 == 0:
        raise KernelError(f"Unsharp masking needs an odd size, not {len(blur)}.")
    return (1 + amount) * identity(len(blur)) - amount * blur


def identity(size: int = 3) -> np.ndarray:
    """Return a single 1 in the middle (for an even size the cell before it)."""
    kernel = np.zeros((_side(size), size))
    kernel[(size - 1) // 2, (size - 1) // 2] = 1.0
    return kernel


def derivative(smoothing: tuple[float, ...]) -> np.ndarray:
    """Return `smoothing` (three weights, downwards) times the difference (−1, 0, 1) along x.

    (1, 1, 1) Prewitt, (1, 2, 1) Sobel, (3, 10, 3) Scharr (Scharr, 2000).
    """
    return np.outer(smoothing, [-1.0, 0.0, 1.0])


def truncation_error(sigma: float, size: int) -> float:
    """Return the share of a continuous 2D Gaussian that lies outside size × size pixels.

    1 − erf(size / (2√2·σ))², in [0, 1].
    """
    sigma = _sigma(sigma)
    return 1.0 - math.erf(size / (2 * math.sqrt(2) * sigma)) ** 2


def _zero_sum(kernel: np.ndarray, window: np.ndarray) -> np.ndarray:
    """Return `kernel` less that multiple of `window` which makes it sum to 0."""
    return kernel - window * (kernel.sum() / window.sum())
