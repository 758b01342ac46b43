"""Pictures with classes: what a folder or a task that ships with the application becomes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np

from engines._datasets.thumbnails import square_thumbnail

WITHOUT_CLASS = -1
PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class Sample:
    """One picture of a data set, without its pixels.

    key: sha256 as hex of the file's bytes, or of the crop's shape and pixels; label: index of its
    class, −1 without; name: for people, "brick/003.png"; group: what it was cut from (pictures of
    one group never lie in different parts of a split); path: its file, where it has one.
    """

    key: str
    label: int
    name: str
    group: str
    path: Path | None = None


@dataclass(frozen=True)
class SkippedFile:
    """A file or folder that was left out; `reason` is a sentence."""

    path: Path
    reason: str


@dataclass(frozen=True, eq=False)
class Split:
    """Indices (int64, sorted) of the samples to learn from, to choose by, and to be tested on."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray

    @property
    def parts(self) -> tuple[tuple[str, np.ndarray], ...]:
        """("train", indices), ("validation", indices), ("test", indices)."""
        return tuple((part, getattr(self, part)) for part in PARTS)


class PictureSource(Protocol):
    """Where a data set's pixels come from."""

    def read(self, sample: Sample, index: int) -> np.ndarray:
        """Return float32 (H, W, 3) in [0, 1]; raises DatasetError."""

    def read_small(self, sample: Sample, index: int, side: int) -> np.ndarray:
        """Return uint8 (h, w, 3), both sides at least `side` where the picture has as many."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Pictures, sorted by class and name.

    classes: their names, sorted, without those that hold no readable picture, empty where the
    pictures have no classes; skipped: files left out, each with its reason; notes: sentences about
    the whole; folder: where they lie, None for a task that ships with the application;
    given_split: the split that the data set itself comes with.
    """

    name: str
    classes: tuple[str, ...]
    samples: tuple[Sample, ...]
    skipped: tuple[SkippedFile, ...] = ()
    notes: tuple[str, ...] = ()
    folder: Path | None = None
    given_split: Split | None = None
    source: PictureSource = field(kw_only=True, repr=False)

    def __len__(self) -> int:
        return len(self.samples)

    @cached_property
    def labels(self) -> np.ndarray:
        """(N,) int64: the index of each picture's class, −1 without."""
        return np.array([sample.label for sample in self.samples], dtype=np.int64)

    @property
    def counts(self) -> tuple[int, ...]:
        """How many pictures each class has."""
        labels = self.labels
        found = np.bincount(labels[labels >= 0], minlength=len(self.classes))
        return tuple(int(count) for count in found)

    @cached_property
    def fingerprint(self) -> str:
        """Sha256 as hex of classes, contents and labels: the same for the same data anywhere."""
        digest = hashlib.sha256("\0".join(self.classes).encode())
        for line in sorted(f"{sample.key} {sample.label}" for sample in self.samples):
            digest.update(f"\n{line}".encode())
        return digest.hexdigest()

    def class_of(self, index: int) -> str:
        """Return the name of the class of picture `index`, "" without."""
        label = self.samples[index].label
        return self.classes[label] if label >= 0 else ""

    def pixels(self, index: int) -> np.ndarray:
        """Return picture `index` as float32 (H, W, 3) in [0, 1].

        Raises DatasetError naming the file if it changed since it was scanned, or vanished.
        """
        return self.source.read(self.samples[index], index)

    def thumbnail(self, index: int, side: int) -> np.ndarray:
        """Return the middle square of picture `index` as uint8 (side, side, 3); errors as `pixels`.

        Pictures much smaller than `side` keep their pixels as squares.
        """
        return square_thumbnail(self.source.read_small(self.samples[index], index, side), side)
