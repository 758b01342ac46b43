"""What the head reads of every picture, computed once while the backbone stays as it is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import torch

from engines._features.fingerprint import network_fingerprint
from engines._finetune.pictures import Batch, Pictures
from engines.device import at_most_threads, spare_cores

if TYPE_CHECKING:
    from engines._finetune.network import Network
    from engines._models.loaded import LoadedModel
    from engines.feature_store import FeatureStore


class KeptRows:
    """Rows of features in a store on disk, so that a run that was stopped computes none twice.

    keys: of each picture's content, by index.
    """

    def __init__(
        self, store: FeatureStore, loaded: LoadedModel, head: str, keys: Sequence[str]
    ) -> None:
        self._store, self._keys = store, keys
        told = f"{network_fingerprint(loaded)}\nwhat {head} reads"
        self._name = hashlib.sha256(told.encode()).hexdigest()[:32]

    def get(self, index: int, size: int) -> torch.Tensor | None:
        """Return the (size,) row of a picture, None where it is not kept."""
        row = self._store.get(self._name, self._keys[index], size)
        return None if row is None else torch.from_numpy(row)

    def put(self, index: int, row: torch.Tensor) -> None:
        """Keep the row of a picture."""
        self._store.put(self._name, self._keys[index], row.numpy())


class FeatureTable:
    """One row of features for each picture.

    usable: whether the head alone gives the network's answer, as far as was looked; False for
    networks that do more behind their last layer, or have two.
    """

    def __init__(self, network: Network, pictures: Pictures, kept: KeptRows | None = None) -> None:
        self.usable = True
        self._network, self._pictures, self._kept = network, pictures, kept
        self._rows: dict[int, torch.Tensor] = {}
        self._labels: dict[int, int] = {}

    def fill(self, indices: Sequence[int], batch_size: int) -> Iterator[int]:
        """Compute the rows, yielding how many pictures are done; ends early where not usable."""
        missing = [int(index) for index in indices]
        while missing:
            chosen, missing = missing[:batch_size], missing[batch_size:]
            size = len(self._rows)
            self._compute(chosen)
            if not self.usable:
                return
            if size == 0 and self._rows:  # now it is known how long a row is
                missing = [index for index in missing if not self._take(index)]
            yield len(indices) - len(missing)

    def _compute(self, chosen: Sequence[int]) -> None:
        with at_most_threads(spare_cores()), torch.no_grad():
            given = self._pictures.batch(chosen)
            if given is None:
                return
            rows, self.usable = self._network.features(given.inputs)
        if not self.usable:
            return
        self._rows |= dict(zip(given.indices, rows, strict=True))
        self._labels |= dict(zip(given.indices, given.labels.tolist(), strict=True))
        if self._kept is not None:
            for index in given.indices:
                self._kept.put(index, self._rows[index])

    def _take(self, index: int) -> bool:
        """Take the row of a picture from those kept; returns whether it was there."""
        size = next(iter(self._rows.values())).numel()
        row = None if self._kept is None else self._kept.get(index, size)
        if row is None:
            return False
        self._rows[index] = row
        self._labels[index] = self._pictures.label(index)
        return True

    def batch(self, indices: Sequence[int]) -> Batch | None:
        """Return the rows of those pictures that could be read."""
        good = [int(index) for index in indices if int(index) in self._rows]
        if not good:
            return None
        rows = torch.stack([self._rows[index] for index in good])
        return Batch(good, rows, torch.tensor([self._labels[index] for index in good]))
