"""Calibration: whether a classifier is right as often as it is sure."""

from __future__ import annotations

import numpy as np

from engines._classifiers.results import CalibrationCurve
from engines.errors import ClassifierError


def calibration(probabilities: np.ndarray, labels: np.ndarray, bins: int = 10) -> CalibrationCurve:
    """Return confidence against accuracy, in `bins` equal steps of confidence from 0 to 1.

    probabilities: (N, C); labels: (N,). Confidence is the largest probability of a row. Rows with
    NaN and rows without a class (−1) are left out. A confidence on an edge belongs to the bin
    below it. Raises ClassifierError when no row is left or `bins` is below 1.
    """
    probabilities, labels = np.asarray(probabilities, dtype=np.float64), np.asarray(labels)
    if bins < 1:
        raise ClassifierError(f"Calibration needs at least 1 bin, not {bins}.")
    told = np.isfinite(probabilities).all(axis=1) & (labels >= 0)
    if not told.any():
        raise ClassifierError("There is no prediction yet whose calibration could be drawn.")
    confidence = probabilities[told].max(axis=1)
    right = probabilities[told].argmax(axis=1) == labels[told]
    edges = np.linspace(0.0, 1.0, bins + 1)
    place = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
    counts = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):  # 0 / 0 of an empty bin is the NaN that is wanted
        mean_confidence = np.bincount(place, confidence, bins) / counts
        accuracy = np.bincount(place, right, bins) / counts
    filled = counts > 0
    distance = np.abs(mean_confidence - accuracy)[filled]
    return CalibrationCurve(
        edges=edges,
        confidence=mean_confidence,
        accuracy=accuracy,
        counts=counts.astype(np.int64),
        expected_error=float(np.sum(distance * counts[filled]) / counts.sum()),
    )
