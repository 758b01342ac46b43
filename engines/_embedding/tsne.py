"""t-SNE after van der Maaten and Hinton (2008): neighbours on the map as in the features."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from engines._embedding.affinities import joint_probabilities
from engines._embedding.loops import attract, repel

EXAGGERATED = 250  # iterations in which nearness counts EXAGGERATION-fold, so that groups gather
EXAGGERATION = 12.0
_LEAST_RATE = 50.0
_LEAST_GAIN = 0.01
_FARTHEST_START = 1e-4


@dataclass(frozen=True, eq=False)
class Forces:
    """The gradient of the divergence: gradient (2, N) float32; divergence: of Kullback-Leibler."""

    gradient: np.ndarray
    divergence: float


def arrange(
    values: np.ndarray, start: np.ndarray, perplexity: float, iterations: int
) -> Iterator[tuple[np.ndarray, float]]:
    """Yield the places (N, 2) float32 and their divergence after each iteration.

    values: (N, D); start: (N, 2), whose scale does not matter. Gradient descent with momentum and a
    gain for each coordinate; learning rate max(N / 48, 50) as Belkina et al. (2019).
    """
    nearness = joint_probabilities(values, perplexity)
    places = _small(start)
    change, gains = np.zeros_like(places), np.ones_like(places)
    rate = np.float32(max(len(values) / EXAGGERATION / 4, _LEAST_RATE))
    for iteration in range(iterations):
        early = iteration < EXAGGERATED
        forces = forces_on(nearness, places, EXAGGERATION if early else 1.0)
        same = change * forces.gradient < 0
        gains = np.maximum(np.where(same, gains + 0.2, gains * 0.8), _LEAST_GAIN)
        momentum = np.float32(0.5 if early else 0.8)
        change = momentum * change - rate * gains.astype(np.float32) * forces.gradient
        places = places + change
        places -= places.mean(axis=1, keepdims=True)
        yield np.ascontiguousarray(places.T), forces.divergence


def forces_on(nearness: csr_matrix, places: np.ndarray, exaggeration: float = 1.0) -> Forces:
    """Return gradient and divergence at `places`, (2, N) float32, for pairs' probabilities.

    The divergence is that without exaggeration.
    """
    pull, push = np.empty_like(places), np.empty_like(places)
    spread = attract(nearness.indptr, nearness.indices, nearness.data, *places, pull)
    total = repel(*places, push)
    shares = nearness.data[nearness.data > 0]
    divergence = float(np.sum(shares * np.log(shares)) + spread + np.log(total))
    gradient = 4 * (np.float32(exaggeration) * pull - push / np.float32(total))
    return Forces(gradient, divergence)


def _small(start: np.ndarray) -> np.ndarray:
    widest = float(start.std(axis=0).max())
    places = start.T * (_FARTHEST_START / widest if widest > 0 else 1.0)
    return np.ascontiguousarray(places, dtype=np.float32)
