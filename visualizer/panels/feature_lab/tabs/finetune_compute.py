"""What the tab "Fine-tune" computes; every function here runs in a lane or job, not the window."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engines.finetune import (
    METHODS,
    Augmentation,
    Epoch,
    MethodName,
    MethodPlan,
    TrainProgress,
    TrainSettings,
    evaluate,
    head_code_of,
    method_plan,
    posteriors,
    preview,
    train,
)
from visualizer.settings import FolderError, make_folder
from widgets.bar_list import Bar
from widgets.mosaic_view import Maps

if TYPE_CHECKING:
    from engines._finetune.result import FineTuned
    from engines.datasets import Dataset, Split
    from engines.feature_store import FeatureStore
    from engines.models import LoadedModel

KEPT_CHECKPOINTS = 12
SUFFIX = ".training"
PREVIEWS = 12
PREVIEW_SIDE = 128
LISTED = 5
# May differ between a training and the one that goes on with it.
_FREE = ("epochs", "patience", "cache_features")


@dataclass(frozen=True, eq=False)
class Task:
    """What is learnt from what: a network, pictures with classes, and their parts.

    store: where a new head's features are kept, None where they are not.
    """

    model: LoadedModel
    dataset: Dataset
    split: Split
    store: FeatureStore | None = None


@dataclass(frozen=True)
class Waiting:
    """A training that was stopped, and goes on from the file `path`; when: its last writing."""

    path: Path
    when: str


@dataclass(frozen=True)
class Answers:
    """What networks say of one picture: (H, W, 3) uint8, and the likeliest classes of each.

    before: of the network as it is; after: of each that was trained.
    """

    picture: np.ndarray
    before: tuple[Bar, ...]
    after: Mapping[MethodName, tuple[Bar, ...]]


def plans_of(task: Task) -> dict[MethodName, MethodPlan]:
    """Return what every method would train."""
    return {name: method_plan(task.model, len(task.dataset.classes), name) for name in METHODS}


def code_of(task: Task) -> str:
    """Return the program that replaces the head of the network."""
    return head_code_of(task.model, len(task.dataset.classes))


# -- trainings and their checkpoints ------------------------------------------------------------


def checkpoint_path(folder: Path, task: Task, settings: TrainSettings) -> Path:
    """Return where a training keeps how far it is: another file for whatever else is trained."""
    chosen = asdict(settings)
    for free in _FREE:
        del chosen[free]
    parts = [np.asarray(part).tolist() for _name, part in task.split.parts]
    card = task.model.card
    told = json.dumps(
        [
            card.name,
            card.weights_state,
            card.weights_source,
            task.dataset.fingerprint,
            parts,
            chosen,
        ]
    )
    return folder / f"{settings.method}-{hashlib.sha256(told.encode()).hexdigest()[:20]}{SUFFIX}"


def waiting_in(
    folder: Path, task: Task, wanted: Mapping[MethodName, TrainSettings]
) -> dict[MethodName, Waiting]:
    """Return the trainings with these settings that were stopped and can go on."""
    found = {}
    for method, settings in wanted.items():
        path = checkpoint_path(folder, task, settings)
        if path.is_file():
            written = datetime.fromtimestamp(path.stat().st_mtime)
            found[method] = Waiting(path, f"{written:%d.%m.%Y, %H:%M}")
    return found


def steps_of(
    task: Task, settings: TrainSettings, folder: Path, *, resume: bool
) -> Iterator[TrainProgress | Epoch]:
    """Yield the steps of a training that keeps how far it is in `folder`, and may go on from it."""
    with suppress(FolderError):  # the training tells that it cannot be gone on with, and why
        make_folder(folder)
    path = checkpoint_path(folder, task, settings)
    _prune(folder, path)
    return train(
        task.model, task.dataset, task.split, settings,
        resume=path if resume else None, checkpoint=path, store=task.store,
    )  # fmt: skip


def _prune(folder: Path, keep: Path) -> None:
    """Delete all but the newest checkpoints: each is as large as what is trained."""
    others = [path for path in folder.glob(f"*{SUFFIX}") if path != keep]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in others[KEPT_CHECKPOINTS - 1 :]:
        path.unlink(missing_ok=True)


def confused(result: FineTuned, task: Task, true: int, said: int) -> tuple[int, ...]:
    """Return the validation pictures of class `true` that are taken for class `said`."""
    labels = task.dataset.labels
    of_class = [int(index) for index in task.split.validation if labels[int(index)] == true]
    told = evaluate(result.model(), task.dataset, of_class)
    return tuple(int(index) for index in told.indices[told.probabilities.argmax(axis=1) == said])


# -- one picture --------------------------------------------------------------------------------


def previews_of(
    dataset: Dataset, index: int, augmentations: tuple[Augmentation, ...], seed: int
) -> Maps:
    """Return one picture, changed as training would change it, many times."""
    pictures = np.stack(
        preview(dataset, index, augmentations, PREVIEWS, seed, side=PREVIEW_SIDE)
    ).astype(np.float32)
    names = tuple(f"change {number}" for number in range(1, PREVIEWS + 1))
    shown = (np.clip(pictures, 0, 1) * 255 + 0.5).astype(np.uint8)
    return Maps(shown, pictures, colors="rgb", names=names, nouns=("change", "changes"))


def answers_to(
    model: LoadedModel, results: Mapping[MethodName, FineTuned], pixels: np.ndarray
) -> Answers:
    """Return what the network and those trained from it say of a picture, (H, W, 3) in [0, 1]."""
    pixels = np.array(pixels, np.float32)  # torch warns of arrays that cannot be written to
    return Answers(
        (np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8),
        _likeliest(model, pixels),
        {method: _likeliest(result.model(), pixels) for method, result in results.items()},
    )


def _likeliest(model: LoadedModel, pixels: np.ndarray) -> tuple[Bar, ...]:
    if not model.categories:
        return ()
    shares = posteriors(model, pixels)
    best = np.argsort(-shares, kind="stable")[:LISTED]
    return tuple(Bar(model.categories[i], float(shares[i]), f"{shares[i]:.1%}") for i in best)
