"""How near pictures are to each other: the probabilities that t-SNE wants to see in its map."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

_HALVINGS = 64


def joint_probabilities(values: np.ndarray, perplexity: float) -> csr_matrix:
    """Return the (N, N) symmetric probabilities of pairs, which sum to 1; diagonal empty.

    values: (N, D). Each picture looks at its 3 · perplexity nearest others through a Gaussian whose
    width is such that `perplexity` of them count (van der Maaten 2014).
    """
    from sklearn.neighbors import NearestNeighbors

    count = len(values)
    near = min(count - 1, int(3 * perplexity) + 1)
    distances, others = NearestNeighbors(n_neighbors=near).fit(values).kneighbors()
    shares = _conditional(np.square(distances, dtype=np.float64), perplexity)
    starts = np.arange(0, count * near + 1, near)
    one_way = csr_matrix((shares.ravel(), others.ravel(), starts), shape=(count, count))
    both_ways = (one_way + one_way.T).tocsr()
    both_ways.sort_indices()
    return both_ways / both_ways.sum()


def _conditional(squares: np.ndarray, perplexity: float) -> np.ndarray:
    """Return (N, K) rows that sum to 1 and have an entropy of log(perplexity), by bisection.

    squares: (N, K) squared distances. Rows in which too many are equally near keep what is nearest.
    """
    squares = squares - squares[:, :1]  # the nearest counts 1: no row underflows to nothing
    scale = squares.mean(axis=1, keepdims=True)
    squares = squares / np.where(scale > 0, scale, 1.0)
    low, high = np.full((len(squares), 1), -40.0), np.full((len(squares), 1), 40.0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        shares, entropy = _at(squares, np.exp(middle))
        wide = entropy > np.log(perplexity)
        low, high = np.where(wide, middle, low), np.where(wide, high, middle)
    return shares


def _at(squares: np.ndarray, precision: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    exponents = -squares * precision
    weights = np.exp(exponents)
    total = weights.sum(axis=1, keepdims=True)
    entropy = np.log(total) - np.sum(weights * exponents, axis=1, keepdims=True) / total
    return weights / total, entropy
