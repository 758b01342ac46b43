"""Which pictures to learn from and which to be tested on, with no picture in both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engines._datasets.dataset import WITHOUT_CLASS, Dataset, Split
from engines.errors import DatasetError


@dataclass(frozen=True)
class Leak:
    """Pictures that are the same, or of one group, and lie in different parts of a split.

    key: their content's hash, or the group's name; indices: all such pictures, sorted; parts: the
    parts they lie in, in the order train, validation, test.
    """

    key: str
    indices: tuple[int, ...]
    parts: tuple[str, ...]
    kind: Literal["content", "group"] = "content"


def split(dataset: Dataset, fractions: Sequence[float] = (0.6, 0.2, 0.2), seed: int = 0) -> Split:
    """Return a split with about these shares of each class; the same for the same `seed`.

    Pictures of one group and pictures with the same content stay together; where they stand in
    several classes, they count for that of the first. fractions: of train, validation, test, sum 1;
    a part with 0 stays empty. Raises DatasetError where a class has fewer independent pictures
    than there are parts, and for fractions that are none.
    """
    shares = _checked(fractions)
    classes: dict[int, list[list[int]]] = defaultdict(list)
    for cluster in _clusters(dataset):
        classes[dataset.samples[cluster[0]].label].append(cluster)
    if not classes:
        raise DatasetError("There are no pictures to split.")
    order = np.random.default_rng(seed)
    chosen: list[list[int]] = [[], [], []]
    for label in sorted(classes):
        clusters = classes[label]
        if len(clusters) < np.count_nonzero(shares):
            raise DatasetError(_too_few(dataset, label, clusters, int(np.count_nonzero(shares))))
        for part, cluster in _dealt(clusters, shares, order):
            chosen[part].extend(cluster)
    train, validation, test = (np.array(sorted(part), dtype=np.int64) for part in chosen)
    return Split(train, validation, test)


def _checked(fractions: Sequence[float]) -> np.ndarray:
    shares = np.asarray(fractions, dtype=np.float64)
    usable = shares.shape == (3,) and bool(np.isfinite(shares).all() and (shares >= 0).all())
    if not usable or abs(float(shares.sum()) - 1.0) > 1e-6 or shares[0] == 0:
        raise DatasetError(
            "A split needs three shares (train, validation, test) that are not negative and make "
            "1 together, with something to train on, such as 0.6, 0.2 and 0.2."
        )
    return shares


def _dealt(
    clusters: list[list[int]], shares: np.ndarray, order: np.random.Generator
) -> Iterable[tuple[int, list[int]]]:
    """Yield (part, cluster) for every cluster: the part that lacks most gets the next, larger ones
    first, and every part with a share gets one at least."""
    missing = shares * sum(len(cluster) for cluster in clusters)
    usable = [int(part) for part in np.flatnonzero(shares)]
    empty = set(usable)
    shuffled = [clusters[i] for i in order.permutation(len(clusters))]
    shuffled.sort(key=len, reverse=True)  # stable: equal sizes stay shuffled
    for done, cluster in enumerate(shuffled):
        open_parts = sorted(empty) if len(shuffled) - done <= len(empty) else usable
        part = max(open_parts, key=lambda part: float(missing[part]))
        missing[part] -= len(cluster)
        empty.discard(part)
        yield part, cluster


def _too_few(dataset: Dataset, label: int, clusters: list[list[int]], parts: int) -> str:
    what = "This folder" if label == WITHOUT_CLASS else f"The class “{dataset.classes[label]}”"
    pictures = sum(len(cluster) for cluster in clusters)
    copies = ""
    if pictures > len(clusters):
        copies = f" ({len(clusters)} without copies and pictures cut from the same one)"
    noun = "picture" if pictures == 1 else "pictures"
    return (
        f"{what} has {pictures} {noun}{copies}, but each of the {parts} parts of the split needs "
        "one of its own. Add pictures, or leave the class out."
    )


def _clusters(dataset: Dataset) -> list[list[int]]:
    """Return the indices of pictures that belong together, by group or content, directly or not."""
    parent = list(range(len(dataset)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    first: dict[tuple[str, str], int] = {}
    for index, sample in enumerate(dataset.samples):
        for tie in (("content", sample.key), ("group", sample.group)):
            other = root(first.setdefault(tie, index))
            own = root(index)
            parent[max(own, other)] = min(own, other)
    members: dict[int, list[int]] = defaultdict(list)
    for index in range(len(dataset)):
        members[root(index)].append(index)
    return [members[key] for key in sorted(members)]


def duplicates(dataset: Dataset) -> tuple[tuple[int, ...], ...]:
    """Return the indices of pictures with the same content, two or more in each tuple, sorted."""
    return tuple(same for same in _same_keys(dataset).values() if len(same) > 1)


def _same_keys(dataset: Dataset) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = defaultdict(list)
    for index, sample in enumerate(dataset.samples):
        found[sample.key].append(index)
    return {key: tuple(indices) for key, indices in found.items()}


def _same_groups(dataset: Dataset) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = defaultdict(list)
    for index, sample in enumerate(dataset.samples):
        found[sample.group].append(index)
    return {group: tuple(indices) for group, indices in found.items()}


def leakage(dataset: Dataset, split: Split) -> tuple[Leak, ...]:
    """Return what lies in several parts of `split`: pictures twice, same contents, one group.

    Contents come first; a group is named only where its contents alone do not say it.
    """
    inside: dict[int, set[str]] = defaultdict(set)
    for part, indices in split.parts:
        for index in indices:
            inside[int(index)].add(part)
    leaks = []
    told: set[tuple[int, ...]] = set()
    ties: tuple[tuple[Literal["content", "group"], dict[str, tuple[int, ...]]], ...] = (
        ("content", _same_keys(dataset)),
        ("group", _same_groups(dataset)),
    )
    for kind, ties_of_kind in ties:
        for key, members in ties_of_kind.items():
            shared = tuple(index for index in members if inside[index])
            found = set().union(*(inside[index] for index in shared))
            if len(found) > 1 and shared not in told:
                told.add(shared)
                parts = tuple(part for part, _ in split.parts if part in found)
                leaks.append(Leak(key, shared, parts, kind))
    return tuple(leaks)


def subset(labels: np.ndarray, per_class: int, seed: int = 0) -> np.ndarray:
    """Return the sorted indices (int64) of `per_class` pictures of every class in `labels` (N,).

    Those with the label −1 are left aside. For one `seed`, more pictures of a class contain the
    fewer: a learning curve grows by adding. Raises DatasetError where a class has not as many.
    """
    known = np.unique(labels[labels >= 0])
    if per_class < 1 or known.size == 0:
        raise DatasetError("Choose at least one picture of each class, and classes to choose from.")
    chosen = []
    for label in known:
        members = np.flatnonzero(labels == label)
        if members.size < per_class:
            raise DatasetError(
                f"{per_class} pictures of each class were asked for; class number {int(label) + 1} "
                f"has {members.size}. Ask for at most {_smallest(labels)}."
            )
        own = np.random.default_rng((seed, int(label)))
        chosen.append(own.permutation(members)[:per_class])
    return np.sort(np.concatenate(chosen)).astype(np.int64)


def _smallest(labels: np.ndarray) -> int:
    return int(np.unique(labels[labels >= 0], return_counts=True)[1].min())
