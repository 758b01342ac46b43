"""Worked examples and patterns: numbers worth looking at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Pattern:
    """A pattern of any size: `make(height, width, seed)` gives float64 (height, width)."""

    name: str
    title: str
    make: Callable[[int, int, int], np.ndarray]


def _checkerboard(height: int, width: int, _seed: int) -> np.ndarray:
    return np.asarray(np.indices((height, width)).sum(axis=0) % 2, dtype=np.float64)


def _impulse(height: int, width: int, _seed: int) -> np.ndarray:
    result = np.zeros((height, width))
    result[height // 2, width // 2] = 1.0
    return result


def _gradient(height: int, width: int, _seed: int) -> np.ndarray:
    return np.tile(np.arange(width, dtype=np.float64), (height, 1))


def _counting(height: int, width: int, _seed: int) -> np.ndarray:
    return np.arange(height * width, dtype=np.float64).reshape(height, width)


def _edge(height: int, width: int, _seed: int) -> np.ndarray:
    return np.where(np.arange(width) < width // 2, 3.0, 1.0) * np.ones((height, 1))


def _random(height: int, width: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(-5, 6, (height, width)).astype(np.float64)


PATTERNS: dict[str, Pattern] = {
    pattern.name: pattern
    for pattern in (
        Pattern("edge", "Edge, 3 beside 1", _edge),
        Pattern("ones", "Ones", lambda h, w, _: np.ones((h, w))),
        Pattern("counting", "Counting 0, 1, 2 …", _counting),
        Pattern("gradient", "Gradient", _gradient),
        Pattern("checkerboard", "Checkerboard", _checkerboard),
        Pattern("impulse", "Impulse", _impulse),
        Pattern("random", "Random whole numbers", _random),
    )
}


def edge_input() -> np.ndarray:
    """Return the 6×6 input of the worked example: columns 0–2 are 3, columns 3–5 are 1."""
    return _edge(6, 6, 0)


def edge_kernel() -> np.ndarray:
    """Return the 3×3 kernel of the worked example: column 0 is 2, column 2 is −2."""
    return np.tile([2.0, 0.0, -2.0], (3, 1))
