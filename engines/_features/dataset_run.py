"""The features of a dataset, a batch at a time, taking from the store what it has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from engines._features.extracting import check_memory, network_of, plan
from engines._features.fingerprint import network_fingerprint, part_fingerprint
from engines._features.parts import (
    Extraction,
    FeaturePart,
    FeaturePlan,
    Features,
    NetworkKey,
    Networks,
    slices_of,
)
from engines._features.running import pooled_answers
from engines._models.loaded import LoadedModel
from engines.datasets import Dataset, SkippedFile
from engines.errors import EngineError, FeatureError
from engines.feature_store import FeatureStore
from engines.network_copies import private_copy

NOT_FINITE = "The network's answer to this picture is no finite number."


@dataclass(frozen=True)
class _Source:
    """One network: a copy that runs here alone, its preprocessing, and which parts it gives."""

    module: nn.Module
    model: LoadedModel
    parts: tuple[int, ...]


def extract_dataset(
    networks: Networks,
    dataset: Dataset,
    parts: Sequence[FeaturePart],
    *,
    store: FeatureStore | None,
    batch_size: int,
    indices: Sequence[int] | None,
) -> Iterator[Extraction]:
    """Return the steps; see engines.features.extract_dataset. What cannot be is told at once."""
    chosen = np.arange(len(dataset.samples)) if indices is None else np.asarray(indices, np.int64)
    if len(chosen) == 0:
        raise FeatureError("There are no pictures to extract features from.")
    if batch_size < 1:
        raise FeatureError(f"{batch_size} pictures at a time? Choose 1 or more.")
    planned = plan(networks, parts, len(chosen))
    check_memory(planned, len(chosen))
    return _Run(networks, dataset, tuple(parts), planned, chosen, store).steps(batch_size)


class _Run:
    """One extraction: the rows filled so far, and why others are not."""

    def __init__(
        self,
        networks: Networks,
        dataset: Dataset,
        parts: tuple[FeaturePart, ...],
        planned: FeaturePlan,
        chosen: np.ndarray,
        store: FeatureStore | None,
    ) -> None:
        self.dataset, self.parts, self.planned = dataset, parts, planned
        self.chosen, self.store = chosen, store
        self.slices = slices_of(planned.sizes)
        self.networks = networks
        self.skipped: dict[int, SkippedFile] = {}
        self.from_cache = 0
        try:
            self.values = np.empty((len(chosen), planned.dimensions), np.float32)
        except MemoryError as error:
            raise FeatureError(
                f"There is too little memory for {planned.bytes_in_all / 1e9:.1f} GB of features. "
                "Take the average of each channel, or fewer pictures."
            ) from error

    def steps(self, batch_size: int) -> Iterator[Extraction]:
        """Yield after each batch; the last step holds the features."""
        keys = dict.fromkeys(part.network for part in self.parts)
        sources = [self._source(key) for key in keys]
        names = self._names()
        total = len(self.chosen)
        for first in range(0, total, batch_size):
            rows = range(first, min(first + batch_size, total))
            missing = {row: self._from_store(row, names) for row in rows}
            self.from_cache += sum(not parts for parts in missing.values())
            self._compute({row: parts for row, parts in missing.items() if parts}, sources, names)
            done = rows.stop
            yield self._step(done, self._features() if done == total else None)

    def _source(self, key: NetworkKey) -> _Source:
        model = network_of(self.networks, key)
        own = tuple(number for number, part in enumerate(self.parts) if part.network == key)
        return _Source(private_copy(model.module), model, own)

    def _names(self) -> list[str]:
        """Return under which name the store keeps each part."""
        if self.store is None:
            return []
        prints = {
            key: network_fingerprint(network_of(self.networks, key))
            for key in dict.fromkeys(part.network for part in self.parts)
        }
        return [part_fingerprint(prints[part.network], part) for part in self.parts]

    def _from_store(self, row: int, names: list[str]) -> set[int]:
        """Fill what the store has of a picture; returns which parts are to be computed."""
        if self.store is None:
            return set(range(len(self.parts)))
        key = self.dataset.samples[self.chosen[row]].key
        missing = set()
        for number, size in enumerate(self.planned.sizes):
            kept = self.store.get(names[number], key, size)
            if kept is None:
                missing.add(number)
            else:
                self.values[row, self.slices[number]] = kept
        return missing

    def _compute(
        self, missing: dict[int, set[int]], sources: list[_Source], names: list[str]
    ) -> None:
        pictures = {row: self._picture(row) for row in missing}
        for source in sources:
            wanted = [
                one for one in source.parts if any(one in parts for parts in missing.values())
            ]
            ready: dict[int, Tensor] = {}
            for row, picture in pictures.items():
                if picture is not None and missing[row] & set(wanted):
                    self._prepare(row, picture, source, ready)
            if not ready:
                continue
            asked = [(self.parts[one].layer, self.parts[one].pooling) for one in wanted]
            answers = pooled_answers(source.module, torch.cat(list(ready.values())), asked)
            for number, answer in zip(wanted, answers, strict=True):
                self._keep(number, list(ready), answer.float().numpy(), names)

    def _prepare(
        self, row: int, picture: Tensor, source: _Source, ready: dict[int, Tensor]
    ) -> None:
        try:
            ready[row] = source.model.preprocess(picture)
        except EngineError as error:
            self._skip(row, str(error))

    def _picture(self, row: int) -> Tensor | None:
        try:
            pixels = self.dataset.pixels(int(self.chosen[row]))
        except EngineError as error:  # it changed, vanished or cannot be read
            self._skip(row, str(error))
            return None
        return torch.from_numpy(pixels).permute(2, 0, 1)

    def _keep(self, number: int, rows: list[int], answers: np.ndarray, names: list[str]) -> None:
        size = self.planned.sizes[number]
        if answers.shape[1] != size:
            raise FeatureError(
                f"{self.parts[number].title} gives {answers.shape[1]:,} numbers where {size:,} "
                "were expected: this network answers in another way to some pictures."
            )
        for row, answer in zip(rows, answers, strict=True):
            if not np.isfinite(answer).all():
                self._skip(row, NOT_FINITE)
                continue
            self.values[row, self.slices[number]] = answer
            if self.store is not None:
                key = self.dataset.samples[self.chosen[row]].key
                self.store.put(names[number], key, answer)

    def _skip(self, row: int, reason: str) -> None:
        sample = self.dataset.samples[self.chosen[row]]
        self.skipped.setdefault(row, SkippedFile(sample.path or Path(sample.name), reason))

    def _features(self) -> Features:
        if len(self.skipped) == len(self.chosen):
            reason = next(iter(self.skipped.values())).reason
            raise FeatureError(f"None of the pictures could be used. The first: {reason}")
        rows = [row for row in range(len(self.chosen)) if row not in self.skipped]
        values = self.values if not self.skipped else self.values[rows]
        indices = self.chosen[rows].astype(np.int64)
        return Features(values, indices, self.parts, self.slices, self.planned.titles)

    def _step(self, done: int, features: Features | None) -> Extraction:
        notes = () if self.store is None else self.store.notes
        skipped = tuple(self.skipped[row] for row in sorted(self.skipped))
        return Extraction(done, len(self.chosen), self.from_cache, skipped, notes, features)
