"""What classifying gives back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Evaluation:
    """How pictures were told that the classifier had not seen.

    indices: (M,) int64, rows of the features that were told; truth, predictions: (M,) int64;
    probabilities: (M, C) float64, rows sum to 1, 0 for classes that were not in the training;
    confusion: (C, C) int64, row = true class, column = what was said; accuracy: share told right.
    """

    indices: np.ndarray
    truth: np.ndarray
    predictions: np.ndarray
    probabilities: np.ndarray
    confusion: np.ndarray
    accuracy: float

    @property
    def misclassified(self) -> np.ndarray:
        """Return the rows told wrong, those first that it was surest of."""
        return _misclassified(self.indices, self.truth, self.predictions, self.probabilities)


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """What all folds together say; each picture was told by a classifier that had not seen it.

    accuracies: one per fold; mean, spread: their mean and standard deviation (n − 1 in the
    denominator); folds: (N,) int64, the fold (from 0) that held the picture out; predictions: (N,)
    int64; probabilities: (N, C) float64; confusion: (C, C) int64, row = true class, column = what
    was said. Pictures without a class (label −1) have fold −1, prediction −1 and NaN.
    """

    accuracies: tuple[float, ...]
    mean: float
    spread: float
    folds: np.ndarray
    labels: np.ndarray
    predictions: np.ndarray
    probabilities: np.ndarray
    confusion: np.ndarray

    @property
    def misclassified(self) -> np.ndarray:
        """Return the pictures told wrong as (M,) int64, those first that it was surest of."""
        told = np.flatnonzero(self.folds >= 0)
        return _misclassified(
            told, self.labels[told], self.predictions[told], self.probabilities[told]
        )


@dataclass(frozen=True)
class Fold:
    """One fold done: number from 1, of how many, its accuracy; result comes with the last one."""

    number: int
    of: int
    accuracy: float
    result: CrossValidation | None = None


@dataclass(frozen=True)
class LayerScore:
    """A layer's cross-validation so far: yielded after each fold, whole with the last.

    layer: its name; dimensions: features a picture; accuracies: of the folds done; folds: how many
    there will be; done, total: folds of all layers together.
    """

    layer: str
    dimensions: int
    accuracies: tuple[float, ...]
    folds: int
    done: int
    total: int

    @property
    def finished(self) -> bool:
        """Return whether all folds of this layer are done."""
        return len(self.accuracies) == self.folds

    @property
    def mean(self) -> float:
        """Return the mean accuracy of the folds done."""
        return float(np.mean(self.accuracies))

    @property
    def spread(self) -> float:
        """Return the standard deviation of the folds done; 0 after the first."""
        return spread_of(self.accuracies)


@dataclass(frozen=True)
class Point:
    """One place of a learning curve: what was learnt from `per_class` pictures of each class.

    source: name of what it learnt from; accuracy: on the test pictures; done, total: runs.
    """

    source: str
    per_class: int
    seed: int
    accuracy: float
    done: int = 0
    total: int = 0


@dataclass(frozen=True, eq=False)
class CalibrationCurve:
    """Whether "80 % sure" is right in 80 % of the cases.

    edges: (B + 1,) of the bins of confidence; confidence, accuracy: (B,) float64, means of the
    pictures in a bin, NaN where there is none; counts: (B,) int64; expected_error: mean distance
    between confidence and accuracy, weighted by counts (expected calibration error, Guo et al.
    2017).
    """

    edges: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray
    counts: np.ndarray
    expected_error: float


def spread_of(accuracies: tuple[float, ...]) -> float:
    """Return the standard deviation with n − 1 in the denominator; 0 of a single one."""
    return float(np.std(accuracies, ddof=1)) if len(accuracies) > 1 else 0.0


def confusion_matrix(truth: np.ndarray, predictions: np.ndarray, classes: int) -> np.ndarray:
    """Return (C, C) int64: how many of class `row` were said to be of class `column`."""
    pairs = np.bincount(truth * classes + predictions, minlength=classes * classes)
    return pairs.reshape(classes, classes).astype(np.int64)


def _misclassified(
    rows: np.ndarray, truth: np.ndarray, predictions: np.ndarray, probabilities: np.ndarray
) -> np.ndarray:
    wrong = np.flatnonzero(truth != predictions)
    sureness = probabilities[wrong, predictions[wrong]]
    return rows[wrong[np.argsort(-sureness, kind="stable")]]
