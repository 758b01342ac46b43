"""What the head reads of every picture, computed once while the backbone stays as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import torch

from engines._finetune.pictures import Batch, Pictures
from engines.device import at_most_threads, spare_cores

if TYPE_CHECKING:
    from engines._finetune.network import Network


class FeatureTable:
    """One row of features for each picture.

    usable: whether the head alone gives the network's answer, as far as was looked; False for
    networks that do more behind their last layer, or have two.
    """

    def __init__(self, network: Network, pictures: Pictures) -> None:
        self.usable = True
        self._network, self._pictures = network, pictures
        self._rows: dict[int, torch.Tensor] = {}
        self._labels: dict[int, int] = {}

    def fill(self, indices: Sequence[int], batch_size: int) -> Iterator[int]:
        """Compute the rows, yielding how many pictures are done; ends early where not usable."""
        for start in range(0, len(indices), batch_size):
            chosen = [int(index) for index in indices[start : start + batch_size]]
            with at_most_threads(spare_cores()), torch.no_grad():
                given = self._pictures.batch(chosen)
                if given is not None:
                    rows, self.usable = self._network.features(given.inputs)
                    if not self.usable:
                        return
                    self._rows |= dict(zip(given.indices, rows, strict=True))
                    self._labels |= dict(zip(given.indices, given.labels.tolist(), strict=True))
            yield start + len(chosen)

    def batch(self, indices: Sequence[int]) -> Batch | None:
        """Return the rows of those pictures that could be read."""
        good = [int(index) for index in indices if int(index) in self._rows]
        if not good:
            return None
        rows = torch.stack([self._rows[index] for index in good])
        return Batch(good, rows, torch.tensor([self._labels[index] for index in good]))
