"""What "Map" shows beside the places: groups by class or part, names of the axes, sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from engines.datasets import Dataset, Split
    from engines.embedding import Projection

NO_PART = -1


def groups_of(
    dataset: Dataset, split: Split | None, indices: np.ndarray, color: str
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the group of each picture of `indices`, (N,) int64, and the groups' names.

    color: "class", or "part" of the split; −1 for those without.
    """
    if color == "class" or split is None:
        return dataset.labels[indices], tuple(dataset.classes)
    part_of = np.full(len(dataset), NO_PART, np.int64)
    for number, (_, members) in enumerate(split.parts):
        part_of[members] = number
    return part_of[indices], tuple(name for name, _ in split.parts)


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
