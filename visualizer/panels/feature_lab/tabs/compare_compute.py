"""What the tab "Compare" of the Feature Lab computes; everything here runs in a job."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from visualizer.panels.feature_lab.classify_settings import CompareSettings
from visualizer.panels.feature_lab.tabs.classify_compute import (
    Step,
    Task,
    features_of,
    mean_and_spread,
    rows_of,
)

if TYPE_CHECKING:
    from engines.classifiers import LayerScore, Point
    from engines.features import NetworkKey
    from engines.models import LoadedModel

STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500)  # pictures per class, as far as there are


@dataclass(frozen=True)
class Source:
    """One curve of a learning curve: means and spreads over the seeds, at each size."""

    name: str
    sizes: tuple[int, ...]
    means: tuple[float, ...]
    spreads: tuple[float, ...]


def layer_names(model: LoadedModel, count: int) -> tuple[str, ...]:
    """Return about `count` layers that the network calls, evenly spread from first to last."""
    from engines.layer_table import layer_table

    size = model.preprocess
    rows = layer_table(model.module, (size.channels, size.height, size.width))
    names = list(dict.fromkeys(row.name for row in rows if row.name))
    places = np.unique(np.linspace(0, len(names) - 1, count).round().astype(int))
    return tuple(names[place] for place in places)


def compare(
    task: Task, model: LoadedModel, key: NetworkKey, settings: CompareSettings
) -> Iterator[Step]:
    """Yield the score of each layer after each fold: results are tuples of LayerScore."""
    from engines.classifiers import compare_layers, groups_of
    from engines.features import FeaturePart

    yield Step("Looking for layers", 0, 0)
    parts = tuple(
        FeaturePart(key[0], key[1], name, "average") for name in layer_names(model, settings.layers)
    )
    features = yield from features_of(task, parts)
    scores: dict[str, LayerScore] = {}
    for score in compare_layers(
        {part.layer: features.part(number) for number, part in enumerate(parts)},
        task.dataset.labels[features.indices], settings.classifier, folds=settings.folds,
        groups=groups_of([task.dataset.samples[index] for index in features.indices]),
        classes=task.dataset.classes,
    ):  # fmt: skip
        scores[score.layer] = score
        yield Step(score.layer, score.done, score.total, "folds", tuple(scores.values()))


def learn(task: Task, settings: CompareSettings) -> Iterator[Step]:
    """Yield the learning curves as they grow: results are tuples of Source."""
    from engines.classifiers import learning_curve, small_pictures
    from engines.datasets import Split
    from engines.errors import ClassifierError

    if task.split is None:
        raise ClassifierError("These pictures are not divided into train and test: see “Data”.")
    features = yield from features_of(task, task.parts)
    small = None
    for small in small_pictures(task.dataset, indices=features.indices.tolist()):
        yield Step("Small pictures", small.done, small.total, "pictures")
    if small is None or small.pixels is None:
        raise ClassifierError("There is no picture to learn from.")
    sources = {"features": features.values, "raw pixels": small.raw}
    if settings.scratch:
        sources["small network from scratch"] = small.pixels
    split = Split(*(rows_of(features, indices) for _name, indices in task.split.parts))
    labels = task.dataset.labels[features.indices]
    points: list[Point] = []
    for point in learning_curve(
        sources, labels, split, sizes_of(labels[split.train], settings.most),
        range(settings.seeds), classifier=settings.classifier, classes=task.dataset.classes,
    ):  # fmt: skip
        points.append(point)
        yield Step("Learning", point.done, point.total, "runs", curves_of(points))


def sizes_of(labels: np.ndarray, most: int) -> tuple[int, ...]:
    """Return how many pictures per class are learnt from: up to `most`, and to the rarest class."""
    known = labels[labels >= 0]
    there = int(np.unique(known, return_counts=True)[1].min()) if len(known) else 1
    last = max(1, min(most, there))
    return (*(size for size in STEPS if size < last), last)


def curves_of(points: Sequence[Point]) -> tuple[Source, ...]:
    """Return the points of each source, summed up over the seeds."""
    made = []
    for name in dict.fromkeys(point.source for point in points):
        own = [point for point in points if point.source == name]
        sizes = tuple(dict.fromkeys(point.per_class for point in own))
        told = [
            mean_and_spread(tuple(point.accuracy for point in own if point.per_class == size))
            for size in sizes
        ]
        made.append(
            Source(name, sizes, tuple(mean for mean, _ in told), tuple(part for _, part in told))
        )
    return tuple(made)
