"""The training itself: epochs of batches that can be stopped anywhere and gone on with."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from engines._finetune import checkpoint as checkpoints
from engines._finetune.augment import mixed, seeded
from engines._finetune.checkpoint import Best, Checkpoint, Position
from engines._finetune.features import FeatureTable, KeptRows
from engines._finetune.network import Network
from engines._finetune.pictures import Pictures, leaks
from engines._finetune.records import (
    Epoch,
    Evaluation,
    Labelled,
    Parts,
    TrainProgress,
    TrainSettings,
)
from engines._finetune.result import FineTuned, data_facts
from engines._models.loaded import LoadedModel
from engines.device import at_most_threads, spare_cores
from engines.errors import ImageError, TrainingError
from engines.feature_store import FeatureStore

_SAVED_EVERY = 30.0  # seconds within an epoch
Steps = Iterator[TrainProgress | Epoch]


def run(
    loaded: LoadedModel,
    dataset: Labelled,
    split: Parts,
    settings: TrainSettings,
    resume: Path | None,
    checkpoint: Path | None,
    store: FeatureStore | None,
) -> Steps:
    """Yield what engines.finetune.train tells; the arguments are checked."""
    data = data_facts(dataset, split)
    kept: Checkpoint | None = None
    mark = checkpoints.fingerprint(loaded, settings, data) if resume or checkpoint else {}
    if resume is not None:
        kept = checkpoints.read(resume, mark)
    trainer = _Trainer(loaded, dataset, split, settings, data, mark, checkpoint, store)
    yield from trainer.steps(kept)


class _Trainer:
    def __init__(
        self,
        loaded: LoadedModel,
        dataset: Labelled,
        split: Parts,
        settings: TrainSettings,
        data: dict[str, Any],
        mark: dict[str, Any],
        place: Path | None,
        store: FeatureStore | None = None,
    ) -> None:
        self.loaded, self.dataset, self.settings, self.data = loaded, dataset, settings, data
        self.train = np.asarray(split.train, dtype=np.int64)
        self.validation = np.asarray(split.validation, dtype=np.int64)
        self.labels = np.array([sample.label for sample in dataset.samples], dtype=np.int64)
        self.network = Network(loaded, len(dataset.classes), settings)
        self.optimiser = self.network.optimiser()
        self.pictures = Pictures(dataset, loaded.preprocess)
        self.features: FeatureTable | None = None
        self.position, self.best = Position(), Best()
        self.history: list[dict[str, Any]] = []
        self.notes = leaks(dataset, split)
        self._mark, self._place, self._store = mark, place, store
        self._weights = self._class_weights()
        self._dirty = False
        self._saved_at = time.monotonic()

    # -- the steps --------------------------------------------------------------------------

    def steps(self, kept: Checkpoint | None) -> Steps:
        """Yield progress and epochs, those of a checkpoint first."""
        if kept is not None:
            self._take(kept)
            for number in range(len(self.history)):
                yield self._epoch(number, repeated=True)
        try:
            if not self._is_over():
                yield from self._prepare()
            while not self._is_over():
                yield from self._one_epoch()
        finally:
            if self._dirty:
                self._keep()

    def _prepare(self) -> Steps:
        """Compute the features once where the backbone stays as it is."""
        settings = self.settings
        if settings.method != "head" or settings.augmentations or not settings.cache_features:
            return
        table = FeatureTable(self.network, self.pictures, self._kept_rows())
        wanted = np.unique(np.concatenate([self.train, self.validation])).tolist()
        for done in table.fill(wanted, settings.batch_size):
            yield TrainProgress("features", 0, settings.epochs, done, len(wanted))
        if table.usable:
            self.features = table
        else:
            self._note("The features cannot be kept for this network; each epoch computes them.")

    def _kept_rows(self) -> KeptRows | None:
        if self._store is None:
            return None
        keys = [sample.key for sample in self.dataset.samples]
        return KeptRows(self._store, self.loaded, self.network.head.path, keys)

    def _one_epoch(self) -> Steps:
        settings, position = self.settings, self.position
        batches = self._batches(position.epoch)
        while position.batch < len(batches):
            start = time.monotonic()
            loss = self._learn(batches[position.batch])
            position.batch += 1
            position.seconds += time.monotonic() - start
            self._dirty = True
            if start - self._saved_at > _SAVED_EVERY:
                self._keep()
            yield TrainProgress(
                "train", position.epoch, settings.epochs, position.batch, len(batches), loss
            )
        if position.seen == 0:
            raise TrainingError("None of the training pictures can be read any more. Scan again.")
        start = time.monotonic()
        scores: list[Evaluation] = []
        for done, answer in self._validate():
            scores.append(answer)
            yield TrainProgress(
                "validation", position.epoch, settings.epochs, done, len(self.validation)
            )
        position.seconds += time.monotonic() - start
        self._finish(merged(scores, len(self.dataset.classes)))
        self._keep()
        yield self._epoch(len(self.history) - 1)

    def _learn(self, indices: Sequence[int]) -> float | None:
        """Take one step downhill and return the loss, None where no picture can be read."""
        position, settings = self.position, self.settings
        seed = (settings.seed, position.epoch, position.batch)
        with computing():
            if self.features is not None:
                given = self.features.batch(indices)
                score: Callable[[torch.Tensor], torch.Tensor] = self.network.head_layer
            else:
                given = self.pictures.batch(indices, settings.augmentations, seed)
                score = self.network.scores
            if given is None:
                return None
            self.network.to_train()
            # The one who takes the steps may have switched gradients off around them.
            with torch.enable_grad(), self._drawing(seed):
                scores = score(given.inputs)
                loss = functional.cross_entropy(scores, given.labels, weight=self._weights)
                if not math.isfinite(loss.item()):
                    raise TrainingError(
                        f"In epoch {position.epoch} the loss became infinite or no number. Lower "
                        "the learning rates and train again."
                    )
                self.optimiser.zero_grad()
                loss.backward()
                self.optimiser.step()
            self.network.to_use()
        position.loss += loss.item() * len(given.labels)
        position.right += int((scores.argmax(dim=1) == given.labels).sum())
        position.seen += len(given.labels)
        return loss.item()

    @contextmanager
    def _drawing(self, seed: Sequence[int]) -> Iterator[None]:
        """Let dropout draw by `seed`; a new head alone has none, and need not hold others up."""
        if self.settings.method == "head":
            yield
            return
        with seeded(*seed):
            yield

    def _validate(self) -> Iterator[tuple[int, Evaluation]]:
        size = self.settings.batch_size
        for start in range(0, len(self.validation), size):
            indices = self.validation[start : start + size].tolist()
            with computing(), torch.no_grad():
                if self.features is not None:
                    given = self.features.batch(indices)
                    scores = None if given is None else self.network.head_layer(given.inputs)
                else:
                    given = self.pictures.batch(indices)
                    scores = None if given is None else self.network.scores(given.inputs)
            if given is not None and scores is not None:
                yield start + len(indices), evaluation(given.indices, scores, given.labels)

    def _batches(self, epoch: int) -> list[list[int]]:
        """Return the training pictures of an epoch in batches, in the order of its seed."""
        draw = torch.Generator().manual_seed(mixed(self.settings.seed, epoch))
        count, size = len(self.train), self.settings.batch_size
        if self.settings.balance == "sampler":
            labels = self.labels[self.train]
            rare = torch.from_numpy(1.0 / np.bincount(labels)[labels])
            order = torch.multinomial(rare, count, replacement=True, generator=draw)
        else:
            order = torch.randperm(count, generator=draw)
        chosen = self.train[order.numpy()]
        batches = [chosen[start : start + size].tolist() for start in range(0, count, size)]
        if len(batches) > 1 and size > 1 and len(batches[-1]) == 1:
            lone = batches.pop()  # of one picture a batch norm learns nothing
            batches[-1] += lone
        return batches

    # -- what an epoch gave -----------------------------------------------------------------

    def _finish(self, told: Evaluation) -> None:
        """Write an epoch down, keep the network if it is the best, and begin the next."""
        position, best = self.position, self.best
        judged = (told.accuracy, -told.loss)
        if math.isnan(told.accuracy):  # none to judge by, or none that can be read
            judged = (0.0, -position.loss / position.seen)
        better = judged > (best.accuracy, -best.loss)
        if better:
            self.best = Best(position.epoch, -judged[1], judged[0], self.network.state())
        self.history.append({
            "number": position.epoch,
            "train_loss": position.loss / position.seen,
            "train_accuracy": position.right / position.seen,
            "validation_loss": told.loss,
            "validation_accuracy": told.accuracy,
            "best": better,
            "best_number": self.best.epoch,
            "seconds": position.seconds,
            "confusion": told.confusion.tolist(),
        })  # fmt: skip
        self.position = Position(epoch=position.epoch + 1)

    def _stopped_early(self, epochs: int) -> bool:
        patience = self.settings.patience
        if not patience or epochs == 0:
            return False
        return epochs - int(self.history[epochs - 1]["best_number"]) >= patience

    def _is_over(self) -> bool:
        done = len(self.history)
        return done >= self.settings.epochs or self._stopped_early(done)

    def _epoch(self, place: int, *, repeated: bool = False) -> Epoch:
        told = dict(self.history[place])
        confusion = np.array(told.pop("confusion"), dtype=np.int64)
        early = self._stopped_early(place + 1)
        ends = place + 1 >= self.settings.epochs or early
        return Epoch(
            **told,
            of=self.settings.epochs,
            trainable=self.network.trainable,
            confusion=confusion,
            cached=self.features is not None,
            last=ends and place + 1 == len(self.history),
            stopped_early=early,
            repeated=repeated,
            skipped=tuple(self.pictures.skipped.values()),
            notes=tuple(self.notes),
            result=self._result(),
        )

    def _result(self) -> FineTuned:
        chosen = self.history[self.best.epoch - 1]
        return FineTuned(
            base=self.loaded,
            classes=tuple(self.dataset.classes),
            settings=self.settings,
            epoch=self.best.epoch,
            validation_loss=float(chosen["validation_loss"]),
            validation_accuracy=float(chosen["validation_accuracy"]),
            data=self.data,
            epochs=tuple(
                {key: value for key, value in one.items() if key != "confusion"}
                for one in self.history
            ),
            network=self.network.module,
            state=self.best.state,
        )

    # -- keeping and going on ---------------------------------------------------------------

    def _keep(self) -> None:
        """Write a checkpoint; where the system refuses, training goes on and says so."""
        self._dirty = False
        self._saved_at = time.monotonic()
        if self._place is None:
            return
        now = Checkpoint(
            self._mark,
            replace(self.position),
            self.best,
            self.history,
            self.network.state(),
            self.optimiser.state_dict(),
            self.pictures.skipped,
        )
        try:
            checkpoints.save(now, self._place)
        except ImageError as error:
            self._note(f"Training goes on, but cannot be gone on with later: {error}")

    def _take(self, kept: Checkpoint) -> None:
        self.network.restore(kept.state)
        self.optimiser.load_state_dict(kept.optimiser)
        self.position, self.best, self.history = kept.position, kept.best, kept.history
        self.pictures.skipped.update(kept.skipped)

    def _note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)

    def _class_weights(self) -> torch.Tensor | None:
        if self.settings.balance != "weights":
            return None
        counts = np.bincount(self.labels[self.train], minlength=len(self.dataset.classes))
        return torch.from_numpy((len(self.train) / (len(counts) * counts)).astype(np.float32))


@contextmanager
def computing() -> Iterator[None]:
    """Leave a core to the window while torch computes."""
    with at_most_threads(spare_cores()):
        yield


def evaluation(indices: Sequence[int], scores: torch.Tensor, labels: torch.Tensor) -> Evaluation:
    """Return what the scores (N, C) of pictures say."""
    classes = scores.shape[1]
    confusion = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(confusion, (labels.numpy(), scores.argmax(dim=1).numpy()), 1)
    return Evaluation(
        indices=np.array(indices, dtype=np.int64),
        probabilities=scores.softmax(dim=1).numpy(),
        loss=float(functional.cross_entropy(scores, labels)),
        accuracy=float(np.trace(confusion) / len(labels)),
        confusion=confusion,
    )


def merged(parts: Sequence[Evaluation], classes: int) -> Evaluation:
    """Return several evaluations as one; of none, loss and accuracy are NaN."""
    if not parts:
        none = np.zeros((0,), np.int64), np.zeros((0, classes), np.float32)
        return Evaluation(*none, math.nan, math.nan, np.zeros((classes, classes), np.int64))
    counts = [len(part.indices) for part in parts]
    confusion = np.sum([part.confusion for part in parts], axis=0)
    return Evaluation(
        np.concatenate([part.indices for part in parts]),
        np.concatenate([part.probabilities for part in parts]),
        float(np.average([part.loss for part in parts], weights=counts)),
        float(np.trace(confusion) / sum(counts)),
        confusion,
    )


def evaluate(
    loaded: LoadedModel, dataset: Labelled, indices: Sequence[int], batch_size: int
) -> Evaluation:
    """Return how a network does; see engines.finetune.evaluate."""
    pictures = Pictures(dataset, loaded.preprocess)
    parts: list[Evaluation] = []
    for start in range(0, len(indices), batch_size):
        given = pictures.batch([int(index) for index in indices[start : start + batch_size]])
        if given is None:
            continue
        with computing(), torch.no_grad():
            scores = scores_of(loaded.module, given.inputs, len(loaded.categories))
        parts.append(evaluation(given.indices, scores, given.labels))
    told = merged(parts, len(loaded.categories))
    return replace(told, skipped=tuple(pictures.skipped.values()))


def scores_of(module: nn.Module, inputs: torch.Tensor, classes: int) -> torch.Tensor:
    """Return (N, classes). Raises NetworkError and TrainingError where that is not answered."""
    from engines._networks.running import run as run_network

    scores = run_network(module, inputs)
    if not isinstance(scores, torch.Tensor) or scores.shape != (len(inputs), classes):
        raise TrainingError("This network gives no scores of classes.")
    return scores
