"""What the tab "Compare" of the Feature Lab computes; everything here runs in a job."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
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
    untrained,
    with_networks,
)

if TYPE_CHECKING:
    from engines.classifiers import LayerScore, Point
    from engines.features import Features, NetworkKey
    from engines.models import LoadedModel

RANDOM = "random weights"
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500)  # pictures per class, as far as there are


@dataclass(frozen=True)
class Source:
    """One curve of a learning curve: means and spreads over the seeds, at each size."""

    name: str
    sizes: tuple[int, ...]
    means: tuple[float, ...]
    spreads: tuple[float, ...]


def chosen_layers(names: Sequence[str], layers: Sequence[str]) -> tuple[str, ...]:
    """Return those of `names` that are among the network's `layers`, in the network's order.

    "relu#2", the second call, comes behind "relu".
    """
    places = {layer: place for place, layer in enumerate(layers)}

    def place(name: str) -> tuple[int, int]:
        layer, _, call = name.partition("#")
        return places[layer], int(call) if call.isdecimal() else 1

    return tuple(sorted((n for n in names if n.partition("#")[0] in places), key=place))


def spread_layers(model: LoadedModel, count: int) -> tuple[str, ...]:
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
    """Yield the score of each layer after each fold: results are tuples of LayerScore.

    The layers are those that `settings` name, else evenly spread ones.
    """
    from engines.activations import layer_names
    from engines.classifiers import compare_layers, groups_of
    from engines.features import FeaturePart

    yield Step("Looking for layers", 0, 0)
    names = chosen_layers(settings.named, layer_names(model.module))
    parts = tuple(
        FeaturePart(key[0], key[1], name, "average")
        for name in names or spread_layers(model, settings.layers)
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
    sources, note = yield from _by_features(task, settings)
    features = next(iter(sources.values()))
    small = None
    for small in small_pictures(task.dataset, indices=features.indices.tolist()):
        yield Step("Small pictures", small.done, small.total, "pictures")
    if small is None or small.pixels is None:
        raise ClassifierError("There is no picture to learn from.")
    arrays = {name: made.values for name, made in sources.items()}
    arrays["raw pixels"] = small.raw
    if settings.scratch:
        arrays["small network from scratch"] = small.pixels
    split = Split(*(rows_of(features, indices) for _name, indices in task.split.parts))
    labels = task.dataset.labels[features.indices]
    points: list[Point] = []
    for point in learning_curve(
        arrays, labels, split, sizes_of(labels[split.train], settings.most),
        range(settings.seeds), classifier=settings.classifier, classes=task.dataset.classes,
    ):  # fmt: skip
        points.append(point)
        yield Step("Learning", point.done, point.total, "runs", curves_of(points), note)


def _by_features(
    task: Task, settings: CompareSettings
) -> Generator[Step, None, tuple[dict[str, Features], str]]:
    """Return the features by the name of their curve, those of random weights called so.

    The other value is why there are none of random weights though they were asked for.
    """
    from engines.errors import EngineError

    task = with_networks(task)
    states = {task.networks[part.network].card.weights_state for part in task.parts}
    blind = states == {"untrained"}
    name = f"features ({RANDOM})" if blind else "features"
    found = {name: (yield from features_of(task, task.parts))}
    if not settings.control or blind:
        return found, ""
    try:
        random = untrained(task)
    except EngineError as error:
        return found, str(error)
    made = yield from features_of(random, random.parts, "Random weights: features")
    if not np.array_equal(made.indices, found[name].indices):
        return found, "A picture could be read once but not twice: no curve of random weights."
    found[RANDOM] = made
    return found, ""


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
