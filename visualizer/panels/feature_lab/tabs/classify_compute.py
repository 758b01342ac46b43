"""What the tab "Classify" computes; every function here runs in a job, not in the window."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from visualizer.panels.feature_lab.classify_settings import ClassifySettings
from visualizer.panels.feature_lab.context import Context

if TYPE_CHECKING:
    from engines.classifiers import CalibrationCurve
    from engines.datasets import Dataset, Split
    from engines.feature_store import FeatureStore
    from engines.features import FeaturePart, Features, Networks


@dataclass(frozen=True)
class Step:
    """How far a job is, in words and numbers; result comes with the last step.

    note: what the result has to do without, and why.
    """

    title: str
    done: int
    total: int
    unit: str = ""
    result: Any = None
    note: str = ""


@dataclass(frozen=True, eq=False)
class Task:
    """What is classified: pictures by the features of `parts`; networks: those at hand."""

    dataset: Dataset
    parts: tuple[FeaturePart, ...]
    networks: Networks
    split: Split | None
    store: FeatureStore | None

    def same_as(self, other: Task | None) -> bool:
        """Return whether the other would give the same."""
        if other is None:
            return False
        same = self.dataset is other.dataset and self.split is other.split
        return same and self.parts == other.parts


@dataclass(frozen=True, eq=False)
class Classified:
    """indices: samples of the dataset that were told, (M,); the rest (M, …) in their order.

    accuracies: one per fold, or a single one; control: of random weights, empty without;
    seen: how many of those told were also learnt from, as a copy or cut from the same picture.
    """

    classes: tuple[str, ...]
    indices: np.ndarray
    truth: np.ndarray
    said: np.ndarray
    probabilities: np.ndarray
    confusion: np.ndarray
    accuracies: tuple[float, ...]
    curve: CalibrationCurve
    control: tuple[float, ...] = ()
    seen: int = 0

    @property
    def wrong(self) -> np.ndarray:
        """Places of what was told wrong, those first that it was surest of."""
        places = np.flatnonzero(self.truth != self.said)
        sureness = self.probabilities[places, self.said[places]]
        return places[np.argsort(-sureness, kind="stable")]

    def cell(self, true: int, said: int) -> np.ndarray:
        """Return the samples of one cell of the confusion matrix."""
        return self.indices[(self.truth == true) & (self.said == said)]


def task_of(context: Context, store: FeatureStore | None) -> Task | None:
    """Return what there is to classify, None where something is missing yet."""
    if context.dataset is None or not context.parts or not context.dataset.classes:
        return None
    networks = context.networks or {}
    return Task(context.dataset, context.parts, networks, context.split, store)


def features_of(
    task: Task, parts: tuple[FeaturePart, ...], title: str = "Features"
) -> Generator[Step, None, Features]:
    """Yield the steps of an extraction, which takes from the store what lies there; return it."""
    from engines.features import extract_dataset

    ready = with_networks(replace(task, parts=parts))
    for step in extract_dataset(ready.networks, task.dataset, parts, store=task.store):
        yield Step(title, step.done, step.total, "pictures")
        if step.features is not None:
            return step.features
    raise RuntimeError("the extraction ended without features")


def with_networks(task: Task) -> Task:
    """Return `task` with all networks that its parts need. Errors as engines.models.load."""
    from engines.features import load_networks

    missing = [part for part in task.parts if part.network not in task.networks]
    return replace(task, networks={**task.networks, **load_networks(missing)})


def untrained(task: Task) -> Task:
    """Return `task` with the same networks untrained.

    Raises ClassifierError for a file that holds its own weights, which is never untrained, and
    errors as engines.models.load.
    """
    from engines.errors import ClassifierError

    parts = tuple(dict.fromkeys(replace(part, weights="none") for part in task.parts))
    made = with_networks(replace(task, parts=parts))
    for part in parts:
        if made.networks[part.network].card.weights_state != "untrained":
            raise ClassifierError(
                f"{Path(part.model).name} is a file with weights of its own: the same network with "
                "random weights cannot be had from it."
            )
    return made


def classify(task: Task, settings: ClassifySettings) -> Iterator[Step]:
    """Yield the steps of classifying; the last one carries a Classified."""
    features = yield from features_of(task, task.parts)
    result = yield from _told(task, features, settings, "Classifying")
    if settings.control:
        random = untrained(task)
        blind = yield from features_of(random, random.parts, "Random weights: features")
        control = yield from _told(task, blind, settings, "Random weights: classifying")
        result = replace(result, control=control.accuracies)
    yield Step("Classifying", 1, 1, result=result)


def _told(
    task: Task, features: Features, settings: ClassifySettings, title: str
) -> Generator[Step, None, Classified]:
    labels = task.dataset.labels[features.indices]
    if settings.by == "folds":
        return (yield from by_folds(task.dataset, features, settings, title))
    from engines.classifiers import calibration, evaluate
    from engines.errors import ClassifierError

    if task.split is None:
        raise ClassifierError("These pictures are not divided into train and test: see “Data”.")
    yield Step(title, 0, 1)
    told = evaluate(
        features.values, labels, rows_of(features, task.split.train),
        rows_of(features, task.split.test), settings.classifier, seed=settings.seed,
        classes=task.dataset.classes,
    )  # fmt: skip
    return Classified(
        task.dataset.classes, features.indices[told.indices], told.truth, told.predictions,
        told.probabilities, told.confusion, (told.accuracy,),
        calibration(told.probabilities, told.truth),
        seen=_seen(task.dataset, task.split.train, features.indices[told.indices]),
    )  # fmt: skip


def _seen(dataset: Dataset, train: np.ndarray, told: np.ndarray) -> int:
    learnt = [dataset.samples[index] for index in train]
    keys, groups = {one.key for one in learnt}, {one.group for one in learnt}
    judged = (dataset.samples[index] for index in told)
    return sum(one.key in keys or one.group in groups for one in judged)


def by_folds(
    dataset: Dataset, features: Features, settings: ClassifySettings, title: str
) -> Generator[Step, None, Classified]:
    """Yield a step a fold; return what was said of each picture while it was held out."""
    from engines.classifiers import calibration, cross_validate, groups_of

    labels = dataset.labels[features.indices]
    yield Step(title, 0, settings.folds, "folds")
    folds = cross_validate(
        features.values, labels, settings.classifier, folds=settings.folds, seed=settings.seed,
        groups=groups_of([dataset.samples[index] for index in features.indices]),
        classes=dataset.classes,
    )  # fmt: skip
    for fold in folds:
        yield Step(title, fold.number, fold.of, "folds")
        if fold.result is not None:
            told, known = fold.result, np.flatnonzero(fold.result.folds >= 0)
            return Classified(
                dataset.classes, features.indices[known], labels[known],
                told.predictions[known], told.probabilities[known], told.confusion,
                told.accuracies, calibration(told.probabilities, labels),
            )  # fmt: skip
    raise RuntimeError("the folds ended without a result")


def rows_of(features: Features, samples: np.ndarray) -> np.ndarray:
    """Return the rows of the features that hold these samples; skipped ones have none."""
    return np.flatnonzero(np.isin(features.indices, samples))


def mean_and_spread(values: tuple[float, ...]) -> tuple[float, float]:
    """Return the mean and the standard deviation (n − 1), 0 of a single one."""
    return float(np.mean(values)), float(np.std(values, ddof=1)) if len(values) > 1 else 0.0


def share_text(values: tuple[float, ...]) -> str:
    """Return a mean with its spread in words, as "93.1 % ± 1.2 %"."""
    mean, spread = mean_and_spread(values)
    return f"{100 * mean:.1f} %" + (f" ± {100 * spread:.1f} %" if len(values) > 1 else "")
