"""Training a network further on a person's own pictures, in three ways.

The public door to engines._finetune. Methods, settings and records need no torch; it is imported by
the functions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engines._finetune.augment import check as _check_augmentations
from engines._finetune.augment import preview
from engines._finetune.code import head_code, head_code_of
from engines._finetune.heads import replace_head
from engines._finetune.records import (
    AUGMENTATIONS,
    METHODS,
    Augmentation,
    AugmentationKind,
    AugmentationName,
    Balance,
    BatchNorm,
    Epoch,
    Evaluation,
    Head,
    Labelled,
    Method,
    MethodName,
    MethodPlan,
    Parts,
    TrainProgress,
    TrainSettings,
)
from engines._models.finetuned import ResultCard, card_path, read_card
from engines.errors import TrainingError

if TYPE_CHECKING:
    import torch

    from engines._finetune.result import FineTuned
    from engines._models.loaded import LoadedModel
    from engines.feature_store import FeatureStore

__all__ = [
    "AUGMENTATIONS",
    "METHODS",
    "Augmentation",
    "AugmentationKind",
    "AugmentationName",
    "Balance",
    "BatchNorm",
    "Epoch",
    "Evaluation",
    "Head",
    "Method",
    "MethodName",
    "MethodPlan",
    "ResultCard",
    "TrainProgress",
    "TrainSettings",
    "TrainingError",
    "card_path",
    "evaluate",
    "head_code",
    "head_code_of",
    "method_plan",
    "posteriors",
    "preview",
    "read_card",
    "replace_head",
    "save_result",
    "train",
]


def method_plan(loaded: LoadedModel, classes: int, method: MethodName) -> MethodPlan:
    """Return what `method` would train of a network for `classes` classes, without training.

    Raises TrainingError where the network cannot be given a head.
    """
    from engines._finetune.network import method_plan as plan

    return plan(loaded, classes, method)


def train(
    loaded: LoadedModel,
    dataset: Labelled,
    split: Parts,
    settings: TrainSettings | None = None,
    *,
    resume: str | PathLike[str] | None = None,
    checkpoint: str | PathLike[str] | None = None,
    store: FeatureStore | None = None,
) -> Iterator[TrainProgress | Epoch]:
    """Yield progress within epochs, and an Epoch after each; `Epoch.result` is the best so far.

    loaded: what to begin with; it is not changed. dataset, split: of engines.datasets. checkpoint:
    a file that is written after every epoch, twice a minute, and when the generator is closed;
    resume: such a file, from which training goes on with the same result as if it had never
    stopped (its epochs are told again first, `repeated`); other counts of epochs may be asked for.
    store: where a new head's features are kept, so that no picture is run through twice.
    Pictures that cannot be read are left out and told. The same seed gives the same network.

    Raises TrainingError at once for settings, classes and networks that cannot be trained, and
    later where the loss becomes infinite or a checkpoint does not fit.
    """
    settings = settings or TrainSettings()
    _check_settings(settings)
    _check_data(dataset, split)
    plan = method_plan(loaded, len(dataset.classes), settings.method)
    del plan  # it is made to find out whether it can be
    from engines._finetune.run import run

    return run(
        loaded,
        dataset,
        split,
        settings,
        None if resume is None else Path(resume),
        None if checkpoint is None else Path(checkpoint),
        store,
    )


def evaluate(
    loaded: LoadedModel,
    dataset: Labelled,
    indices: Sequence[int] | np.ndarray,
    batch_size: int = 16,
) -> Evaluation:
    """Return how a network of the data set's classes does on its pictures `indices`.

    Raises TrainingError where it tells another number of classes.
    """
    from engines._finetune.run import evaluate as run

    if len(loaded.categories) != len(dataset.classes):
        raise TrainingError(
            f"This network tells {len(loaded.categories)} classes apart, the pictures have "
            f"{len(dataset.classes)}."
        )
    return run(loaded, dataset, [int(index) for index in indices], batch_size)


def posteriors(loaded: LoadedModel, image: torch.Tensor | np.ndarray) -> np.ndarray:
    """Return the probabilities (C,), float32, of the classes for one picture.

    image: a tensor (C, H, W) or an array (H, W, C) in [0, 1]. Raises ImageError, NetworkError.
    """
    import torch

    from engines._finetune.run import computing, scores_of

    if isinstance(image, np.ndarray):
        pixels = np.ascontiguousarray(image, dtype=np.float32)
        image = torch.from_numpy(pixels if pixels.ndim != 3 else pixels.transpose(2, 0, 1))
    with computing(), torch.no_grad():
        scores = scores_of(loaded.module, loaded.preprocess(image), len(loaded.categories))
    answer: np.ndarray = scores[0].softmax(dim=0).numpy()
    return answer


def save_result(result: FineTuned, path: str | PathLike[str]) -> Path:
    """Write the best network to `path` (.safetensors) and return the path of the card beside it.

    The card (.json) says classes, preprocessing, hash of the data, seeds, settings, epochs and
    versions; engines.models.load opens `path` with it. Each file is written whole or not at all.
    Raises TrainingError with the system's reason.
    """
    from engines._finetune.result import save_result as save

    return save(result, path)


def _check_settings(settings: TrainSettings) -> None:
    if settings.method not in METHODS:
        raise TrainingError(
            f"There is no method {settings.method!r}; these are: {', '.join(METHODS)}."
        )
    if settings.epochs < 1 or settings.batch_size < 1 or settings.patience < 0:
        raise TrainingError(
            "Training needs at least 1 epoch and 1 picture a batch, and a patience of 0 (never "
            "stop early) or more epochs."
        )
    if not 0 < settings.learning_rate <= 10 or not 0 <= settings.backbone_rate <= 10:
        raise TrainingError("Learning rates lie above 0 (0 for the backbone alone) and up to 10.")
    if not 0 <= settings.weight_decay <= 10:
        raise TrainingError("The weight decay lies between 0 and 10.")
    if settings.balance not in ("none", "weights", "sampler"):
        raise TrainingError("Classes are balanced by none, weights or sampler.")
    if settings.batch_norm not in ("frozen", "trained"):
        raise TrainingError("Batch normalisations are frozen or trained.")
    _check_augmentations(settings.augmentations)


def _check_data(dataset: Labelled, split: Parts) -> None:
    classes = dataset.classes
    if len(classes) < 2:
        raise TrainingError(
            "Training needs pictures of at least 2 classes; there "
            f"{'is 1' if classes else 'are none'}. Choose a folder with one sub-folder per class."
        )
    for part in (split.train, split.validation):
        strangers = [int(i) for i in part if not 0 <= dataset.samples[int(i)].label < len(classes)]
        if strangers:
            raise TrainingError(
                f"{dataset.samples[strangers[0]].name} has no class, so it cannot be learnt from."
            )
    counts = np.bincount(
        np.array([dataset.samples[int(index)].label for index in split.train], dtype=np.int64),
        minlength=len(classes),
    )
    empty = [name for name, count in zip(classes, counts, strict=True) if count == 0]
    if empty:
        raise TrainingError(
            f"There is no training picture of {', '.join(empty)}. Add pictures, or take the class "
            "out."
        )
