"""Features drawn as a map: principal components at once, t-SNE while one watches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engines.device import at_most_threads
from engines.errors import ClassifierError

EmbeddingMethod = Literal["pca", "tsne"]
METHODS: dict[EmbeddingMethod, str] = {
    "pca": "PCA (principal components)",
    "tsne": "t-SNE (neighbourhoods)",
}
PERPLEXITY = 30.0
ITERATIONS = 1_000
_BETWEEN_STEPS = 10  # iterations
_EXAGGERATED = 250  # iterations in which nearness counts twelvefold, so that groups gather
_SPREAD_AT_START = 1e-4
_AXES_BEFORE = 50  # t-SNE sees the features through so many principal components
_EXACT_SIDE = 2_000  # beyond it the components are found by a randomised search
_FEWEST = 4  # pictures that t-SNE has something to arrange of


@dataclass(frozen=True, eq=False)
class Projection:
    """Pictures as places on a map.

    points: (N, 2) float32; explained: share of the variance that each axis shows, (2,), None for
    t-SNE, whose axes mean nothing; divergence: what t-SNE minimises (Kullback-Leibler), of the
    iteration just taken, None for PCA; done, total: iterations.
    """

    method: EmbeddingMethod
    points: np.ndarray
    explained: np.ndarray | None = None
    divergence: float | None = None
    done: int = 1
    total: int = 1


def project(
    values: np.ndarray,
    method: EmbeddingMethod = "pca",
    *,
    seed: int = 0,
    perplexity: float = PERPLEXITY,
) -> Iterator[Projection]:
    """Yield the map of (N, D) features: one step for PCA, many for t-SNE.

    perplexity: about how many neighbours count in t-SNE; lowered to a third of the pictures where
    there are few. Raises ClassifierError for values that cannot be used and, by t-SNE, fewer than
    four pictures.
    """
    if method == "pca":
        yield pca(values)
    else:
        yield from tsne(values, seed=seed, perplexity=perplexity)


def pca(values: np.ndarray, count: int = 2, *, seed: int = 0) -> Projection:
    """Return the (N, count) places on the `count` axes along which the features differ most.

    values: (N, D), any real dtype. The sign of an axis is chosen so that its farthest place is
    positive; axes that do not exist (fewer features or pictures than `count`, equal pictures) are
    zero. `seed` matters only beyond 2,000 pictures of 2,000 features.
    """
    values = _checked(values)
    centred = np.asarray(values, dtype=np.float64 if min(values.shape) <= _EXACT_SIDE else None)
    centred = centred - centred.mean(axis=0)
    with at_most_threads(1):
        scores, squares = (
            _exact_scores(centred, count)
            if min(values.shape) <= _EXACT_SIDE
            else _searched_scores(centred, count, seed)
        )
    total = float(np.sum(np.square(centred), dtype=np.float64))
    farthest = scores[np.abs(scores).argmax(axis=0), np.arange(count)]
    scores = scores * np.where(farthest < 0, -1.0, 1.0)
    explained = squares / total if total > 0 else np.zeros(count)
    return Projection("pca", scores.astype(np.float32), explained=explained)


def tsne(
    values: np.ndarray,
    *,
    seed: int = 0,
    perplexity: float = PERPLEXITY,
    iterations: int = ITERATIONS,
) -> Iterator[Projection]:
    """Yield the map after every ten of the iterations, and after the last.

    It starts from PCA, shaken by a hair so that equal pictures can part; equal features and seeds
    give equal maps. After van der Maaten and Hinton (2008), by openTSNE, because scikit-learn's
    cannot be watched or stopped on its way.
    """
    values = _checked(values)
    if len(values) < _FEWEST:
        raise ClassifierError(
            f"t-SNE arranges pictures by their neighbours and needs at least {_FEWEST}, not "
            f"{len(values)}: add pictures or look at PCA."
        )
    if perplexity < 1:
        raise ClassifierError(f"A perplexity of {perplexity:g} is too small: take 1 or more.")
    from openTSNE import TSNEEmbedding, affinity

    seen = pca(values, min(_AXES_BEFORE, *values.shape), seed=seed).points
    perplexity = min(perplexity, (len(values) - 1) / 3)
    nearness = affinity.PerplexityBasedNN(
        seen, perplexity=perplexity, method="exact", n_jobs=1, random_state=seed
    )
    # Barnes and Hut's tree for the forces: quick up to some ten thousand pictures.
    places = TSNEEmbedding(
        _start(seen, seed), nearness, negative_gradient_method="bh", n_jobs=1, random_state=seed
    )
    done = 0
    while done < iterations:
        early = done < _EXAGGERATED
        until = min(iterations, done + _BETWEEN_STEPS, _EXAGGERATED if early else iterations)
        places.optimize(
            until - done, exaggeration=12 if early else None, momentum=0.5 if early else 0.8,
            inplace=True,
        )  # fmt: skip
        done = until
        points = np.array(places, dtype=np.float32)
        yield Projection("tsne", points, None, float(places.kl_divergence), done, iterations)


def _start(seen: np.ndarray, seed: int) -> np.ndarray:
    """Return the first two components as (N, 2) float64, small, and shaken by a hundredth."""
    start = np.zeros((len(seen), 2))
    start[:, : seen.shape[1]] = seen[:, :2]
    spread = float(start[:, 0].std())
    shaken = np.random.default_rng(seed).normal(size=start.shape)
    return (start / spread + 0.01 * shaken if spread > 0 else shaken) * _SPREAD_AT_START


def _exact_scores(centred: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the (N, count) scores and (count,) sums of their squares, by the smaller side."""
    rows, columns = centred.shape
    wide = columns > rows
    squares, axes = np.linalg.eigh(centred @ centred.T if wide else centred.T @ centred)
    squares, axes = np.maximum(squares[::-1][:count], 0.0), axes[:, ::-1][:, :count]
    found = axes * np.sqrt(squares) if wide else centred @ axes
    scores, sums = np.zeros((rows, count)), np.zeros(count)
    scores[:, : found.shape[1]], sums[: len(squares)] = found, squares
    return scores, sums


def _searched_scores(centred: np.ndarray, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.utils.extmath import randomized_svd

    left, lengths, _ = randomized_svd(centred, count, n_iter=4, random_state=seed)
    return left * lengths, np.square(lengths)


def _checked(values: np.ndarray) -> np.ndarray:
    values = np.asarray(values)
    if values.ndim != 2 or 0 in values.shape:
        raise ClassifierError(
            f"A map needs one row of features per picture, not an array of shape {values.shape}."
        )
    if not np.isfinite(values).all():
        raise ClassifierError(
            "Some features are no numbers (NaN or infinite): choose another layer."
        )
    return values
