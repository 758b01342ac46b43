"""The pictures of a training: read, kept while memory allows, left out where they cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from engines._finetune.augment import changed
from engines._finetune.records import Augmentation, Labelled, Parts
from engines._models.preprocessing import Preprocessing
from engines.errors import DatasetError, ImageError

_KEPT_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True)
class Batch:
    """What could be read: indices (n,), inputs (n, C, h, w), labels (n,)."""

    indices: list[int]
    inputs: torch.Tensor
    labels: torch.Tensor


class Pictures:
    """Batches of a data set as a network takes them.

    skipped: index → sentence for those that could not be read; they are not tried again.
    """

    def __init__(self, dataset: Labelled, preprocess: Preprocessing) -> None:
        self.skipped: dict[int, str] = {}
        self._dataset, self._preprocess = dataset, preprocess
        self._kept: dict[int, torch.Tensor] = {}
        size = preprocess.channels * preprocess.height * preprocess.width * 4
        self._room = _KEPT_BYTES // max(size, 1)

    def batch(
        self,
        indices: Sequence[int],
        augmentations: Sequence[Augmentation] = (),
        seed: Sequence[int] = (),
    ) -> Batch | None:
        """Return the pictures that can be read, None where there is none."""
        good: list[int] = []
        pictures: list[torch.Tensor] = []
        for place, index in enumerate(indices):
            visible = self._visible(int(index))
            if visible is not None:
                good.append(int(index))
                # By its place: a sampler may draw one picture twice into a batch.
                pictures.append(changed(visible, augmentations, (*seed, int(index), place)))
        if not good:
            return None
        labels = torch.tensor([self.label(index) for index in good])
        return Batch(good, self._preprocess.normalise(torch.stack(pictures)), labels)

    def label(self, index: int) -> int:
        """Return the class of a picture."""
        return self._dataset.samples[index].label

    def _visible(self, index: int) -> torch.Tensor | None:
        if index in self.skipped:
            return None
        if index in self._kept:
            return self._kept[index]
        try:
            pixels = np.ascontiguousarray(self._dataset.pixels(index), dtype=np.float32)
            visible = self._preprocess.visible(torch.from_numpy(pixels).permute(2, 0, 1))
        except (DatasetError, ImageError) as error:
            self.skipped[index] = str(error)
            return None
        if len(self._kept) < self._room:
            self._kept[index] = visible
        return visible


def leaks(dataset: Labelled, split: Parts) -> list[str]:
    """Return a sentence for each part to judge by that holds pictures to learn from."""
    learnt = {dataset.samples[int(index)].key for index in split.train}
    told = []
    for name, part, so in (
        ("validation", split.validation, "the accuracy is too good"),
        ("test", split.test, "a test by them would be too good"),
    ):
        twice = sum(dataset.samples[int(index)].key in learnt for index in part)
        if twice:
            pictures = f"{name} picture{'s' if twice > 1 else ''}"
            are = "are" if twice > 1 else "is"
            told.append(f"{twice} {pictures} {are} also among those learnt from: {so}.")
    return told
