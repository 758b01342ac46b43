"""How much each way of seeing pictures gets out of a few of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np

from engines._classifiers import checking
from engines._classifiers.registry import LOGISTIC
from engines._classifiers.results import Point
from engines._classifiers.telling import tell
from engines.datasets import subset
from engines.errors import ClassifierError


class Parts(Protocol):
    """The rows to learn from and the rows to test on, such as engines.datasets.Split."""

    @property
    def train(self) -> np.ndarray:
        """Return the rows to learn from."""

    @property
    def test(self) -> np.ndarray:
        """Return the rows to test on."""


def learning_curve(
    sources: Mapping[str, np.ndarray],
    labels: np.ndarray,
    split: Parts,
    sizes: Sequence[int],
    seeds: Sequence[int],
    *,
    classifier: str = LOGISTIC,
    classes: Sequence[str] = (),
) -> Iterator[Point]:
    """Yield the test accuracy of each source for each count of pictures per class and each seed.

    sources: name → (N, D) features, told by `classifier`, or (N, C, H, W) pictures, learnt by a
    small network from scratch (engines._classifiers.scratch); labels: (N,), −1 is left out; sizes:
    pictures per class, drawn from split.train; seeds: each draws other pictures, the same for every
    source, and those of a smaller size are among those of a larger. Features are standardised by
    all of split.train, which takes no labels: the deviations of one or two pictures a class say
    little, and would let features count most that hardly differ. Points come size by size, then
    seed by seed, then source by source, so that all curves grow together. Raises ClassifierError
    before the first point when a class has fewer training pictures than a size asks.
    """
    labels = np.asarray(labels).astype(np.int64)
    chosen = checking.find(classifier)
    arrays = {name: _source(name, values, labels) for name, values in sources.items()}
    whole = np.asarray(split.train)
    train, test = (
        rows[labels[rows] != checking.WITHOUT_CLASS] for rows in (whole, np.asarray(split.test))
    )
    _enough(labels[train], test, sizes, seeds, arrays, classes)
    count = checking.class_count(labels, classes)
    arrays = {
        name: _standardised(values, whole) if values.ndim == 2 else values
        for name, values in arrays.items()
    }
    total = len(sizes) * len(seeds) * len(arrays)
    done = 0
    for per_class in sizes:
        for seed in seeds:
            drawn = train[subset(labels[train], per_class, seed)]
            for name, values in arrays.items():
                if values.ndim == 2:
                    said, _ = tell(
                        chosen, values, labels, drawn, test, count, seed, standardised=True
                    )
                else:
                    said = _from_scratch(values, labels, drawn, test, count, seed)
                done += 1
                accuracy = float(np.mean(said == labels[test]))
                yield Point(name, per_class, seed, accuracy, done, total)


def _standardised(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    from sklearn.preprocessing import StandardScaler

    scaled: np.ndarray = StandardScaler().fit(values[rows]).transform(values)
    return scaled


def _from_scratch(
    pictures: np.ndarray,
    labels: np.ndarray,
    train: np.ndarray,
    test: np.ndarray,
    classes: int,
    seed: int,
) -> np.ndarray:
    from engines._classifiers.scratch import predict, train_small

    *_, last = train_small(pictures[train], labels[train], classes, seed=seed)
    return predict(last.network, pictures[test]).argmax(axis=1)


def _source(name: str, values: np.ndarray, labels: np.ndarray) -> np.ndarray:
    values = np.asarray(values)
    if values.ndim == 4:
        checking.features(values.reshape(len(values), -1), labels)
        return values
    if values.ndim != 2:
        raise ClassifierError(
            f"“{name}” is an array of shape {values.shape}; features (pictures, numbers) or "
            "pictures (pictures, channels, height, width) can be learnt from."
        )
    return checking.features(values, labels)[0]


def _enough(
    train_labels: np.ndarray,
    test: np.ndarray,
    sizes: Sequence[int],
    seeds: Sequence[int],
    sources: Mapping[str, np.ndarray],
    classes: Sequence[str],
) -> None:
    if not sources or not len(sizes) or not len(seeds):
        raise ClassifierError(
            "A learning curve needs something to learn from, a count of pictures and a seed."
        )
    if min(sizes) < 1:
        raise ClassifierError(f"{min(sizes)} pictures per class cannot be learnt from: take 1 up.")
    if not len(test):
        raise ClassifierError("There is no picture with a class to test on.")
    present = checking.at_least_two_classes(train_labels, classes)
    for label in present:
        count = int(np.count_nonzero(train_labels == label))
        if count < max(sizes):
            raise ClassifierError(
                f"Class {checking.name_of(int(label), classes)} has {count} training "
                f"picture{'s' if count > 1 else ''}, fewer than the {max(sizes)} per class that "
                f"the curve asks: go up to {count} or add pictures."
            )
