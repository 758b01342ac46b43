"""Cross-validation, and training pictures against test pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from engines._classifiers import checking
from engines._classifiers.results import (
    CrossValidation,
    Evaluation,
    Fold,
    confusion_matrix,
    spread_of,
)
from engines._classifiers.telling import tell
from engines.errors import ClassifierError


def cross_validate(
    values: np.ndarray,
    labels: np.ndarray,
    classifier: str,
    *,
    folds: int = 5,
    groups: np.ndarray | None = None,
    seed: int = 0,
    classes: Sequence[str] = (),
) -> Iterator[Fold]:
    """Yield one fold after the other; the last one carries the CrossValidation.

    values: (N, D) features; labels: (N,) integers, −1 for pictures without a class, which are left
    out; classifier: a name of CLASSIFIERS; groups: (N,) of anything: pictures of one group are
    never on both sides; classes: names for the sentences and, when longer, empty classes of the
    confusion matrix. Folds hold each class's share (as StratifiedKFold, shuffled by `seed`, or
    StratifiedGroupKFold); features are standardised by the training part alone. Raises
    ClassifierError before the first fold when pictures or classes are too few.
    """
    values, labels = checking.features(values, labels)
    chosen = checking.find(classifier)
    rows = np.flatnonzero(labels != checking.WITHOUT_CLASS)
    grouped = None if groups is None else np.asarray(groups)
    parts = fold_parts(labels, folds, grouped, seed, classes)
    count = checking.class_count(labels, classes)
    held_out = np.full(len(labels), -1)
    predictions = np.full(len(labels), checking.WITHOUT_CLASS)
    probabilities = np.full((len(labels), count), np.nan)
    accuracies: tuple[float, ...] = ()
    for number, (train, test) in enumerate(parts):
        said, sureness = tell(chosen, values, labels, train, test, count, seed)
        held_out[test], predictions[test], probabilities[test] = number, said, sureness
        accuracies += (float(np.mean(said == labels[test])),)
        if number < folds - 1:
            yield Fold(number + 1, folds, accuracies[-1])
    result = CrossValidation(
        accuracies=accuracies,
        mean=float(np.mean(accuracies)),
        spread=spread_of(accuracies),
        folds=held_out,
        labels=labels,
        predictions=predictions,
        probabilities=probabilities,
        confusion=confusion_matrix(labels[rows], predictions[rows], count),
    )
    yield Fold(folds, folds, accuracies[-1], result)


def fold_parts(
    labels: np.ndarray,
    folds: int,
    groups: np.ndarray | None,
    seed: int,
    classes: Sequence[str],
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return (train, test) rows of each fold. Raises ClassifierError when pictures are too few."""
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    checking.enough_for_folds(labels, folds, groups, classes)
    rows = np.flatnonzero(labels != checking.WITHOUT_CLASS)
    known = labels[rows]
    if groups is None:
        splitter = StratifiedKFold(folds, shuffle=True, random_state=seed)
        parts = list(splitter.split(rows[:, None], known))
    else:
        splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
        parts = list(splitter.split(rows[:, None], known, groups[rows]))
    present = len(np.unique(known))
    for train, test in parts:
        if not len(test) or len(np.unique(known[train])) < present:
            raise ClassifierError(
                f"The pictures' sources cannot be shared out over {folds} folds so that each fold "
                "learns every class: take fewer folds or add pictures of other sources."
            )
    return [(rows[train], rows[test]) for train, test in parts]


def evaluate(
    values: np.ndarray,
    labels: np.ndarray,
    train: np.ndarray,
    test: np.ndarray,
    classifier: str,
    *,
    seed: int = 0,
    classes: Sequence[str] = (),
) -> Evaluation:
    """Return how the rows `test` are told by a classifier that learnt the rows `train`.

    values, labels, classes: as for cross_validate. Rows without a class are left out of both.
    Raises ClassifierError when the training rows hold fewer than two classes, or no test row has a
    class.
    """
    values, labels = checking.features(values, labels)
    chosen = checking.find(classifier)
    train, test = (_with_class(part, labels) for part in (train, test))
    checking.at_least_two_classes(labels[train], classes)
    if not len(test):
        raise ClassifierError("There is no picture with a class to test on.")
    count = checking.class_count(labels, classes)
    said, probabilities = tell(chosen, values, labels, train, test, count, seed)
    return Evaluation(
        indices=test,
        truth=labels[test],
        predictions=said,
        probabilities=probabilities,
        confusion=confusion_matrix(labels[test], said, count),
        accuracy=float(np.mean(said == labels[test])),
    )


def _with_class(rows: np.ndarray, labels: np.ndarray) -> np.ndarray:
    rows = np.asarray(rows, dtype=np.int64)
    return rows[labels[rows] != checking.WITHOUT_CLASS]
