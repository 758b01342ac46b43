"""How alike features are: cosine, and by their Gram matrices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engines._features.parts import Features
from engines.errors import FeatureError

Metric = Literal["cosine", "gram"]
METRICS: dict[Metric, str] = {"cosine": "Cosine similarity", "gram": "Style (Gram matrices)"}
LARGEST_MATRIX = 10_000


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The pictures nearest to a query, the nearest first.

    rows: of `Features.values`, int64; similarity: beside them, float32, 1 for the same.
    """

    rows: np.ndarray
    similarity: np.ndarray


def cosine(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Return u·v / (‖u‖‖v‖) over the last axis of (N, D) and (M, D): (N, M), float64."""
    products = _directions(u) @ _directions(v).T
    return np.clip(products, -1.0, 1.0)  # a rounding above 1 would have no angle; NaN stays


def _directions(values: np.ndarray) -> np.ndarray:
    """Return rows of length 1; NaN where a row is zero or not finite."""
    rows = values.astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        rows = rows / np.abs(rows).max(axis=1, keepdims=True)  # squares of large numbers overflow
        return rows / np.sqrt((rows * rows).sum(axis=1, keepdims=True))


def gram(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Return 1 − ‖G−H‖ / (‖G‖+‖H‖) of Gram matrices as rows, (N, D) and (M, D): (N, M), float64."""
    first, second = u.astype(np.float64), v.astype(np.float64)
    squares = (first * first).sum(axis=1)[:, None], (second * second).sum(axis=1)[None]
    apart = np.sqrt(np.maximum(squares[0] + squares[1] - 2.0 * first @ second.T, 0.0))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.clip(1.0 - apart / (np.sqrt(squares[0]) + np.sqrt(squares[1])), 0.0, 1.0)


Measure = Callable[[np.ndarray, np.ndarray], np.ndarray]
_OF: dict[Metric, Measure] = {"cosine": cosine, "gram": gram}


def between(u: np.ndarray, v: np.ndarray, measure: Measure) -> np.ndarray:
    """Return a measure of vectors or matrices; see engines.features.cosine_similarity."""
    if u.ndim not in (1, 2) or v.ndim not in (1, 2) or u.shape[-1] != v.shape[-1]:
        raise FeatureError(
            f"Features of shapes {u.shape} and {v.shape} cannot be compared; give vectors or rows "
            "of vectors of one length."
        )
    result = measure(np.atleast_2d(u), np.atleast_2d(v))
    result = result[0] if u.ndim == 1 else result
    result = result[..., 0] if v.ndim == 1 else result
    double = np.float64 in (u.dtype, v.dtype)
    return np.asarray(result, np.float64 if double else np.float32)


def compared(features: Features, metric: Metric) -> np.ndarray:
    """Return the columns that a metric compares, (N, d): all, or those of parts pooled as Gram.

    Raises FeatureError for "gram" without such parts.
    """
    if metric not in _OF:
        raise FeatureError(f"There is no metric {metric!r}; choose {' or '.join(METRICS)}.")
    if metric == "cosine":
        return features.values
    own = [n for n, part in enumerate(features.parts) if part.pooling == "gram"]
    if not own:
        raise FeatureError(
            "Style is compared by Gram matrices, and none were extracted: add a part with the "
            "pooling “Gram matrix” and extract again."
        )
    return np.concatenate([features.part(number) for number in own], axis=1)


def similarity_matrix(values: np.ndarray, metric: Metric = "cosine") -> np.ndarray:
    """Return how alike every two rows are, (N, N) float32.

    values: (N, D), for "gram" the columns that `compared` gives. Rows of zeros are NaN under
    "cosine". Raises FeatureError above 10,000 rows.
    """
    if values.ndim != 2:
        raise FeatureError("A similarity matrix is made of rows of features, (N, D).")
    if len(values) > LARGEST_MATRIX:
        raise FeatureError(
            f"A similarity matrix of {len(values):,} pictures has {len(values) ** 2:,} cells; "
            f"choose at most {LARGEST_MATRIX:,} pictures."
        )
    return _OF[metric](values, values).astype(np.float32)


def nearest(features: Features, query: int | np.ndarray, count: int, metric: Metric) -> Neighbours:
    """Return the neighbours; see engines.features.nearest."""
    columns = compared(features, metric)
    row = _query(columns, query)
    if count < 1:
        raise FeatureError(f"{count} neighbours? Choose 1 or more.")
    if not np.isfinite(row).all() or not row.any():
        raise FeatureError(
            "The features of this picture are all zero, which have no direction to compare; "
            "choose another picture or layer."
        )
    alike = _OF[metric](row[None], columns)[0]
    ranked = np.argsort(-alike, kind="stable")  # NaN, of rows that are zero, comes last
    ranked = ranked[~np.isnan(alike[ranked])]
    if isinstance(query, int | np.integer):
        ranked = ranked[ranked != query]
    ranked = ranked[:count]
    return Neighbours(ranked.astype(np.int64), alike[ranked].astype(np.float32))


def _query(columns: np.ndarray, query: int | np.ndarray) -> np.ndarray:
    if isinstance(query, int | np.integer):
        if not 0 <= query < len(columns):
            raise FeatureError(f"There is no row {query}; there are {len(columns)}.")
        return columns[query]
    vector = np.asarray(query)
    if vector.shape != columns.shape[1:]:
        raise FeatureError(
            f"A query of shape {vector.shape} does not fit features of {columns.shape[1]:,} "
            "numbers."
        )
    return vector
