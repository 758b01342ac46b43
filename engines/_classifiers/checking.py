"""What has to hold before anything is classified, each as a sentence when it does not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engines._classifiers.registry import CLASSIFIERS, Classifier
from engines.errors import ClassifierError

WITHOUT_CLASS = -1


def find(name: str) -> Classifier:
    """Return the classifier of that name, or raise ClassifierError with the names there are."""
    if name not in CLASSIFIERS:
        raise ClassifierError(f"There is no classifier “{name}”; there are {_listed(CLASSIFIERS)}.")
    return CLASSIFIERS[name]


def features(values: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return values as (N, D) float32 or float64 and labels as (N,) int64; both usable."""
    values, labels = np.asarray(values), np.asarray(labels)
    if values.ndim != 2:
        raise ClassifierError(
            f"Features are needed as one row per picture, not as an array of shape {values.shape}."
        )
    if labels.shape != values.shape[:1]:
        raise ClassifierError(
            f"There are features of {len(values)} pictures but {labels.size} labels."
        )
    if values.dtype not in (np.float32, np.float64):
        values = values.astype(np.float64)
    if values.shape[1] == 0:
        raise ClassifierError("There is no feature to classify by: choose a layer.")
    bad = np.flatnonzero(~np.isfinite(values).all(axis=1))
    if len(bad):
        raise ClassifierError(
            f"Picture {bad[0] + 1} has features that are no numbers (NaN or infinite), and so have "
            f"{len(bad) - 1} more: choose another layer or leave these pictures out."
        )
    return values, labels.astype(np.int64)


def class_count(labels: np.ndarray, classes: Sequence[str]) -> int:
    """Return how many classes there are, empty ones of `classes` included."""
    return max(len(classes), int(labels.max(initial=-1)) + 1)


def at_least_two_classes(labels: np.ndarray, classes: Sequence[str]) -> np.ndarray:
    """Return the classes that have pictures, (K,); raises ClassifierError below two."""
    present = np.unique(labels[labels != WITHOUT_CLASS])
    if len(present) == 0:
        raise ClassifierError(
            "The pictures have no classes: open a folder with one sub-folder per class."
        )
    if len(present) == 1:
        raise ClassifierError(
            f"All pictures are of one class, {name_of(int(present[0]), classes)}: a classifier "
            "needs at least two to tell apart. Add a sub-folder with pictures of another class."
        )
    return present


def enough_for_folds(
    labels: np.ndarray, folds: int, groups: np.ndarray | None, classes: Sequence[str]
) -> None:
    """Raise ClassifierError when a class has too few pictures (or groups) for the folds."""
    if folds < 2:
        raise ClassifierError(
            f"Cross-validation needs at least 2 folds, not {folds}: one part is held out while "
            "the others are learnt from."
        )
    present = at_least_two_classes(labels, classes)
    counts = np.array([np.count_nonzero(labels == label) for label in present])
    fewest = int(counts.argmin())
    who, count = name_of(int(present[fewest]), classes), int(counts[fewest])
    if count == 1:
        raise ClassifierError(
            f"Class {who} has one picture, which cannot be learnt from and held out at once: add "
            "pictures to it or leave the class out."
        )
    if count < folds:
        raise ClassifierError(
            f"Class {who} has {count} pictures, too few for {folds} folds, each of which holds "
            f"out at least one of every class: take {count} folds or add pictures."
        )
    if groups is not None:
        _enough_groups(labels, groups, present, folds, classes)


def _enough_groups(
    labels: np.ndarray,
    groups: np.ndarray,
    present: np.ndarray,
    folds: int,
    classes: Sequence[str],
) -> None:
    if groups.shape != labels.shape:
        raise ClassifierError(f"There are {len(labels)} pictures but {groups.size} groups.")
    for label in present:
        count = len(np.unique(groups[labels == label]))
        if count < folds:
            raise ClassifierError(
                f"The pictures of class {name_of(int(label), classes)} come from {count} "
                f"source{'s' if count > 1 else ''}, which must not be cut apart, too few for "
                f"{folds} folds: "
                + (f"take {count} folds or add" if count > 1 else "add")
                + " pictures of other sources."
            )


def name_of(label: int, classes: Sequence[str]) -> str:
    """Return the class's name in quotes, or its number where it has none."""
    return f"“{classes[label]}”" if label < len(classes) else str(label)


def _listed(names: dict[str, Classifier]) -> str:
    return ", ".join(names)
