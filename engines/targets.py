"""Synthetic pictures whose response to a kernel can be foreseen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

SIZE = 256


@dataclass(frozen=True)
class Target:
    """A synthetic picture: `make(size)` returns float32 (size, size, 1) in [0, 1]."""

    name: str
    title: str
    description: str
    make: Callable[[int], np.ndarray]


def impulse(size: int = SIZE) -> np.ndarray:
    """Return a single white pixel at (size // 2, size // 2) on black."""
    picture = np.zeros((size, size, 1), np.float32)
    picture[size // 2, size // 2] = 1.0
    return picture


def step(size: int = SIZE) -> np.ndarray:
    """Return a dark left and a bright right half, 0.25 and 0.75."""
    picture = np.full((size, size, 1), 0.25, np.float32)
    picture[:, size // 2 :] = 0.75
    return picture


def checkerboard(size: int = SIZE, field: int = 16) -> np.ndarray:
    """Return black and white fields of `field` pixels, black at the top left."""
    rows, columns = np.mgrid[0:size, 0:size] // field
    return ((rows + columns) % 2).astype(np.float32)[..., None]


def zone_plate(size: int = SIZE) -> np.ndarray:
    """Return rings ½ + ½ cos(π r² / size) about the centre.

    The local frequency grows linearly with the radius and reaches half a cycle a pixel (Nyquist)
    at the middle of each side.
    """
    position = np.arange(size) - size // 2
    squared = position[:, None] ** 2 + position[None, :] ** 2
    return (0.5 + 0.5 * np.cos(np.pi * squared / size)).astype(np.float32)[..., None]


def gradient(size: int = SIZE) -> np.ndarray:
    """Return brightness growing linearly from 0 at the left to 1 at the right."""
    ramp = np.linspace(0.0, 1.0, size, dtype=np.float32)
    return np.broadcast_to(ramp[None, :, None], (size, size, 1)).copy()


def noise(size: int = SIZE) -> np.ndarray:
    """Return uniform noise in [0, 1), the same each time."""
    return np.random.default_rng(1).random((size, size, 1), dtype=np.float32)


TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        Target("impulse", "Impulse", "One white pixel: the output is the kernel itself.", impulse),
        Target("step", "Step", "An upright edge: derivatives answer along it.", step),
        Target("checkerboard", "Checkerboard", "Edges both ways and corners.", checkerboard),
        Target("zone_plate", "Zone plate", "Every frequency and direction at once.", zone_plate),
        Target("gradient", "Gradient", "A constant slope: first derivatives are flat.", gradient),
        Target("noise", "Noise", "All frequencies alike, at random.", noise),
    )
}
