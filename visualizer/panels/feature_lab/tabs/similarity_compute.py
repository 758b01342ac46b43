"""What "Similarity" computes, away from the GUI thread."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from engines.features import Metric, compared, nearest, similarity_matrix

if TYPE_CHECKING:
    from engines.datasets import Dataset
    from engines.features import Features, Neighbours

MOST_SHOWN = 1_000
NO_CLASS = "no class"


@dataclass(frozen=True, eq=False)
class Alike:
    """A matrix (N, N) float32 of pictures sorted by class.

    rows: (N,) of the features; indices: (N,) of the dataset; names: of the pictures; blocks: (class
    name, how many), in order; total: how many pictures there are, of which N are shown.
    """

    values: np.ndarray
    rows: np.ndarray
    indices: np.ndarray
    names: tuple[str, ...]
    blocks: tuple[tuple[str, int], ...]
    total: int
    metric: Metric

    @property
    def levels(self) -> tuple[float, float]:
        """Return the range to be painted: about zero where some are negative, else from the least.

        Features behind a ReLU have cosines far above zero alone, whose differences would not be
        seen on the scale of all cosines.
        """
        known = self.values[np.isfinite(self.values)]
        least = float(known.min(initial=1.0))
        return (-1.0, 1.0) if least < 0 else (min(float(np.floor(10 * least)) / 10, 0.9), 1.0)


def alike(features: Features, dataset: Dataset, metric: Metric) -> Alike:
    """Return how alike the pictures are; of more than 1,000, evenly chosen ones of each class.

    Raises FeatureError where the features cannot be compared by `metric`.
    """
    labels = dataset.labels[features.indices]
    last = int(labels.max(initial=0)) + 1
    order = np.argsort(np.where(labels < 0, last, labels), kind="stable")
    if len(order) > MOST_SHOWN:  # equal steps through the sorted ones keep the classes' shares
        order = order[np.linspace(0, len(order) - 1, MOST_SHOWN).round().astype(int)]
    values = similarity_matrix(compared(features, metric)[order], metric)
    indices = features.indices[order]
    blocks = tuple(
        (dataset.classes[label] if label >= 0 else NO_CLASS, len(list(run)))
        for label, run in groupby(labels[order].tolist())
    )
    names = tuple(dataset.samples[index].name for index in indices)
    return Alike(values, order, indices, names, blocks, len(labels), metric)


def neighbours_of(features: Features, index: int, count: int, metric: Metric) -> Neighbours | None:
    """Return those most alike to picture `index` of the dataset, None where it has no features.

    Raises FeatureError as `engines.features.nearest`.
    """
    rows = np.flatnonzero(features.indices == index)
    return nearest(features, int(rows[0]), count, metric) if len(rows) else None
