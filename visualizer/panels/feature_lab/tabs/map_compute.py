"""What "Map" shows beside the places: groups of pictures, names of the axes, sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from visualizer.panels.feature_lab.classify_settings import ClassifySettings
from visualizer.panels.feature_lab.tabs.classify_compute import Classified, Step, by_folds

if TYPE_CHECKING:
    from engines.datasets import Dataset, Split
    from engines.embedding import Projection
    from engines.features import Features

NONE = -1
WRONG = "told wrong"


@dataclass(frozen=True, eq=False)
class Groups:
    """What colours and shapes stand for: the group of each picture, (N,) int64, −1 without one.

    names: of the groups; without: what those of −1 are called; wrong: rows of the pictures that
    were told wrong, None where nothing is told.
    """

    of: np.ndarray
    names: tuple[str, ...]
    without: str = "no class"
    wrong: np.ndarray | None = None


def groups_by(
    color: str,
    dataset: Dataset,
    split: Split | None,
    indices: np.ndarray,
    told: Classified | None = None,
) -> Groups:
    """Return the groups of the pictures `indices` by `color`.

    "class"; "part" of the split; "predicted": the class that was said, which `told` has.
    """
    classes = tuple(dataset.classes)
    if color == "predicted" and classes:
        if told is None:
            return Groups(np.full(len(indices), NONE), classes, "not told yet", np.zeros(0, int))
        said, wrong = np.full(len(dataset), NONE), np.zeros(len(dataset), bool)
        said[told.indices], wrong[told.indices] = told.said, told.said != told.truth
        return Groups(said[indices], classes, wrong=np.flatnonzero(wrong[indices]))
    if color == "part" and split is not None:
        part_of = np.full(len(dataset), NONE)
        for number, (_, members) in enumerate(split.parts):
            part_of[members] = number
        return Groups(part_of[indices], tuple(name for name, _ in split.parts), "in no part")
    return Groups(dataset.labels[indices], classes)


def predict(dataset: Dataset, features: Features, settings: ClassifySettings) -> Iterator[Step]:
    """Yield a step a fold, then one with a Classified: what is said of each held-out picture."""
    told = yield from by_folds(dataset, features, settings, "Predicting")
    yield Step("Predicting", settings.folds, settings.folds, "folds", told)


def said_of(told: Classified, index: int) -> str:
    """Return what is said of one picture, empty where nothing is."""
    places = np.flatnonzero(told.indices == index)
    if not len(places):
        return ""
    place = places[0]
    sure = told.probabilities[place, told.said[place]]
    return f"said to be {told.classes[told.said[place]]} ({sure:.0%} sure)".replace("%", " %")


def axes_of(projection: Projection) -> tuple[str, str]:
    """Return what is written at the axes."""
    if projection.explained is None:
        return "t-SNE 1 (no units)", "t-SNE 2 (no units)"
    first, second = (f"PC {n} ({share:.0%})" for n, share in enumerate(projection.explained, 1))
    return first.replace("%", " %"), second.replace("%", " %")


def about(projection: Projection) -> str:
    """Return what the map tells and what it does not."""
    if projection.explained is not None:
        share = f"{float(projection.explained.sum()):.0%}".replace("%", " %")
        return (
            f"The two directions in which the features differ most hold {share} of their variance. "
            "Distances are those of the features, seen from one side."
        )
    return (
        f"Kullback-Leibler divergence {projection.divergence:.2f} after {projection.done} of "
        f"{projection.total} iterations. Neighbours mean something; axes, sizes of groups and "
        "distances between them do not."
    )
