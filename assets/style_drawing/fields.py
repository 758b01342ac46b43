"""Smooth random fields, directions and paper: what the drawings are made of.

Pictures are float (H, W, 3) in [0, 1]; fields are float (H, W).
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

SIZE = 512


def noise(size: int, scale: float, rng: np.random.Generator) -> np.ndarray:
    """Return smooth noise (size, size) of mean 0 and deviation 1, its humps about `scale` wide."""
    field = ndimage.gaussian_filter(rng.standard_normal((size, size)), scale, mode="wrap")
    return (field - field.mean()) / field.std()


def cloud(size: int, scale: float, rng: np.random.Generator, octaves: int = 4) -> np.ndarray:
    """Return noise with finer and fainter noise upon it, of mean 0 and deviation 1."""
    field = sum(noise(size, scale / 2**k, rng) / 2**k for k in range(octaves))
    return field / field.std()


def along_edges(grey: np.ndarray, smooth: float) -> np.ndarray:
    """Return the angle, in radians, in which `grey` (H, W) changes least around each pixel.

    The structure tensor's weaker axis, averaged over `smooth` pixels.
    """
    down, right = ndimage.sobel(grey, 0), ndimage.sobel(grey, 1)
    xx, yy, xy = (
        ndimage.gaussian_filter(product, smooth)
        for product in (right * right, down * down, right * down)
    )
    return 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2


def blend(stops: list[tuple[float, str]], at: np.ndarray) -> np.ndarray:
    """Return the colours at `at` of the ramp through (place, "#rrggbb"), shape (*at.shape, 3)."""
    places = [place for place, _ in stops]
    colours = np.array([rgb(text) for _, text in stops])
    return np.stack([np.interp(at, places, colours[:, c]) for c in range(3)], axis=-1)


def rgb(text: str) -> np.ndarray:
    """Return "#rrggbb" as three numbers in [0, 1]."""
    return np.array([int(text[k : k + 2], 16) / 255 for k in (1, 3, 5)])


def on_paper(picture: np.ndarray, rng: np.random.Generator, strength: float = 0.03) -> np.ndarray:
    """Return `picture` with the grain and the fibres of paper."""
    size = len(picture)
    fibres = ndimage.gaussian_filter(rng.standard_normal((size, size)), (0.6, 2.5))
    grain = noise(size, 0.7, rng) * 0.6 + fibres / fibres.std() * 0.4 + noise(size, 30, rng) * 0.5
    return np.clip(picture * (1 + strength * grain[..., None]), 0, 1)


def livelier(picture: np.ndarray, factor: float) -> np.ndarray:
    """Return `picture` with its colours `factor` times as far from grey."""
    grey = picture.mean(axis=-1, keepdims=True)
    return np.clip(grey + factor * (picture - grey), 0, 1)
