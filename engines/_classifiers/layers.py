"""Which layer's features tell the classes best."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from engines._classifiers.registry import LOGISTIC
from engines._classifiers.results import LayerScore
from engines._classifiers.validation import cross_validate
from engines.errors import ClassifierError


def compare_layers(
    layers: Mapping[str, np.ndarray],
    labels: np.ndarray,
    classifier: str = LOGISTIC,
    *,
    folds: int = 5,
    groups: np.ndarray | None = None,
    seed: int = 0,
    classes: Sequence[str] = (),
) -> Iterator[LayerScore]:
    """Yield each layer's score after each of its folds; all layers are held out alike.

    layers: name → (N, D) features of the same pictures in the same order, in the network's order.
    The rest as for cross_validate, whose errors it raises; ClassifierError too without a layer.
    """
    if not layers:
        raise ClassifierError("There is no layer to compare: extract the features of some first.")
    total = len(layers) * folds
    done = 0
    for layer, values in layers.items():
        accuracies: tuple[float, ...] = ()
        for fold in cross_validate(
            values, labels, classifier, folds=folds, groups=groups, seed=seed, classes=classes
        ):
            done += 1
            accuracies += (fold.accuracy,)
            yield LayerScore(layer, values.shape[1], accuracies, folds, done, total)
