"""A classifier that learnt once and tells pictures that come later, such as tiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engines._classifiers import checking
from engines._classifiers.telling import THREADS, probabilities_of
from engines.device import at_most_threads


@dataclass(frozen=True, eq=False)
class Fitted:
    """classes: how many there are, those without a training picture included."""

    pipeline: Any
    classes: int

    def probabilities(self, values: np.ndarray) -> np.ndarray:
        """Return (M, C) float64 of features (M, D); rows sum to 1."""
        with at_most_threads(THREADS):
            known = probabilities_of(self.pipeline, values)
        shares = np.zeros((len(values), self.classes))
        shares[:, self.pipeline.classes_] = known
        return shares


def fit(
    values: np.ndarray,
    labels: np.ndarray,
    train: np.ndarray,
    classifier: str,
    *,
    seed: int = 0,
    classes: Sequence[str] = (),
) -> Fitted:
    """Return what learnt the rows `train`; arguments and errors as engines.classifiers.evaluate."""
    values, labels = checking.features(values, labels)
    chosen = checking.find(classifier)
    rows = np.asarray(train, dtype=np.int64)
    rows = rows[labels[rows] != checking.WITHOUT_CLASS]
    checking.at_least_two_classes(labels[rows], classes)
    with at_most_threads(THREADS):
        pipeline = chosen.make(seed, len(rows)).fit(values[rows], labels[rows])
    return Fitted(pipeline, checking.class_count(labels, classes))
