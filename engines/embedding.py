"""Features drawn as a map: principal components at once, t-SNE in stages."""

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
STAGES = 4
_STAGE = 250  # iterations; scikit-learn goes no shorter
_EXAGGERATION = 12.0  # of the first stage (van der Maaten and Hinton 2008 take 4, Belkina 2019: 12)
_LEAST_RATE = 50.0
_AXES_BEFORE = 50  # t-SNE sees the features through so many principal components
_EXACT_SIDE = 2_000  # beyond it the components are found by a randomised search
_FEWEST = 4  # pictures that t-SNE has something to arrange of


@dataclass(frozen=True, eq=False)
class Projection:
    """Pictures as places on a map.

    points: (N, 2) float32; explained: share of the variance that each axis shows, (2,), None for
    t-SNE, whose axes mean nothing; divergence: what t-SNE minimises (Kullback-Leibler), None for
    PCA; done, total: stages; method as asked.
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
    """Yield the map of (N, D) features: one step for PCA, one after each stage for t-SNE.

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
    values: np.ndarray, *, seed: int = 0, perplexity: float = PERPLEXITY, stages: int = STAGES
) -> Iterator[Projection]:
    """Yield the map after each stage of 250 iterations, each going on from the one before.

    Starts from PCA, so that equal features give equal maps; the first stage exaggerates nearness
    twelvefold, as is usual. As sklearn.manifold.TSNE (Barnes-Hut).
    """
    from sklearn.manifold import TSNE

    values = _checked(values)
    if len(values) < _FEWEST:
        raise ClassifierError(
            f"t-SNE arranges pictures by their neighbours and needs at least {_FEWEST}, not "
            f"{len(values)}: add pictures or look at PCA."
        )
    if perplexity < 1:
        raise ClassifierError(f"A perplexity of {perplexity:g} is too small: take 1 or more.")
    seen = pca(values, min(_AXES_BEFORE, *values.shape), seed=seed).points
    perplexity = min(perplexity, (len(values) - 1) / 3)
    rate = max(len(values) / _EXAGGERATION / 4, _LEAST_RATE)
    points = _start(seen, seed)
    for stage in range(stages):
        arranging = TSNE(
            perplexity=perplexity,
            early_exaggeration=_EXAGGERATION if stage == 0 else 1.0,
            learning_rate=rate,
            max_iter=_STAGE,
            init=points,
            random_state=seed,
            n_jobs=1,
        )
        with at_most_threads(1):
            points = arranging.fit_transform(seen).astype(np.float32)
        divergence = float(arranging.kl_divergence_)
        yield Projection("tsne", points, divergence=divergence, done=stage + 1, total=stages)


def _start(seen: np.ndarray, seed: int) -> np.ndarray:
    """Return the first two components, small, as (N, 2) float32; equal places are moved apart."""
    start = np.zeros((len(seen), 2), dtype=np.float32)
    start[:, : seen.shape[1]] = seen[:, :2]
    spread = float(start[:, 0].std())
    start *= 1e-4 / spread if spread > 0 else 0.0
    shaken = np.random.default_rng(seed).normal(scale=1e-6, size=start.shape)
    return start + shaken.astype(np.float32)


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
