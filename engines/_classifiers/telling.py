"""Fit a classifier to some pictures and let it tell others."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit, softmax

from engines._classifiers.registry import Classifier
from engines.device import at_most_threads

THREADS = 1  # a window and its live pictures want the other cores


def tell(
    classifier: Classifier,
    values: np.ndarray,
    labels: np.ndarray,
    train: np.ndarray,
    test: np.ndarray,
    classes: int,
    seed: int,
    *,
    standardised: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the predictions (M,) int64 and probabilities (M, classes) float64 of rows `test`.

    standardised: whether the values are; else they are by the rows `train`.
    """
    with at_most_threads(THREADS):
        made = classifier.make(seed, len(train), standardised=standardised)
        model = made.fit(values[train], labels[train])
        known = probabilities_of(model, values[test])
    probabilities = np.zeros((len(test), classes))
    probabilities[:, model.classes_] = known
    # The largest probability is what each of them predicts; ties go to the class that comes first.
    return probabilities.argmax(axis=1), probabilities


def probabilities_of(model: Any, values: np.ndarray) -> np.ndarray:
    """Return (M, classes it knows) float64, of margins by softmax where it gives no probability."""
    if hasattr(model, "predict_proba"):
        return np.asarray(model.predict_proba(values), dtype=np.float64)
    margins = np.asarray(model.decision_function(values), dtype=np.float64)
    if margins.ndim == 1:  # two classes share one margin, positive for the second
        second = expit(margins)
        return np.stack([1 - second, second], axis=1)
    return softmax(margins, axis=1)
