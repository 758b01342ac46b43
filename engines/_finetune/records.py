"""What is asked of a training and what it tells: plain values, no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

if TYPE_CHECKING:
    from engines._finetune.result import FineTuned

MethodName = Literal["head", "last_block", "everything"]
Balance = Literal["none", "weights", "sampler"]
BatchNorm = Literal["frozen", "trained"]
AugmentationName = Literal["flip", "rotate", "crop", "colour", "scale"]
ProgressStage = Literal["features", "train", "validation"]


@dataclass(frozen=True)
class Method:
    """One way to train further: which part learns, and rates that suit a first try.

    title: for people; trains: what learns, in a sentence; learning_rate: of the new head;
    backbone_rate: of what is trained below it, 0 where nothing is.
    """

    title: str
    trains: str
    learning_rate: float
    backbone_rate: float


METHODS: dict[MethodName, Method] = {
    "head": Method(
        "New head",
        "Only the new head learns; the features stay as they are and are computed once.",
        3e-3,
        0.0,
    ),
    "last_block": Method(
        "Last block",
        "The new head and the last block of the network learn; what lies before stays.",
        1e-3,
        1e-4,
    ),
    "everything": Method(
        "Everything",
        "The whole network learns, what was trained before at a smaller rate than the new head.",
        1e-3,
        3e-5,
    ),
}


@dataclass(frozen=True)
class AugmentationKind:
    """A random change of the training pictures: what its amount means and may be."""

    title: str
    text: str
    unit: str
    least: float
    most: float
    usual: float


AUGMENTATIONS: dict[AugmentationName, AugmentationKind] = {
    "flip": AugmentationKind("Flip", "mirrors left and right, this often", "share", 0, 1, 0.5),
    "rotate": AugmentationKind("Rotate", "turns by up to this angle", "°", 0, 180, 15),
    "crop": AugmentationKind(
        "Crop", "cuts out and enlarges a part of at least this share of the area",
        "share", 0.05, 1, 0.6,
    ),
    "colour": AugmentationKind(
        "Colour jitter", "changes brightness, contrast, saturation and (a quarter as much) hue",
        "share", 0, 1, 0.3,
    ),
    "scale": AugmentationKind("Scale", "shrinks or enlarges by up to this share", "share", 0, 0.9,
                              0.2),
}  # fmt: skip


@dataclass(frozen=True)
class Augmentation:
    """One random change of the training pictures, and how much of it (see AUGMENTATIONS)."""

    name: AugmentationName
    amount: float


@dataclass(frozen=True)
class TrainSettings:
    """How to train.

    method: of METHODS; learning_rate: of the new head; backbone_rate: of what is trained below it;
    weight_decay: of weights, not of biases and normalisations; patience: stop after so many epochs
    without a better one, 0 for never; balance: "weights" lets rare classes count more in the loss,
    "sampler" draws them more often; batch_norm: "frozen" leaves the running means and variances of
    all normalisations as they are, "trained" lets those of the trained part follow the new
    pictures (those of the frozen part never do); cache_features: for "head", whether to compute the
    features once, which augmentations rule out.
    """

    method: MethodName = "head"
    epochs: int = 10
    batch_size: int = 16
    learning_rate: float = 1e-3
    backbone_rate: float = 1e-4
    weight_decay: float = 1e-4
    seed: int = 0
    patience: int = 5
    balance: Balance = "none"
    augmentations: tuple[Augmentation, ...] = ()
    batch_norm: BatchNorm = "frozen"
    cache_features: bool = True


@dataclass(frozen=True)
class Head:
    """A classifier that was replaced.

    path: of its layer in the network; paths: of all layers that give classes (two in a few
    networks); kind: "linear" or "convolution"; features: how many numbers it reads; before, after:
    counts of classes.
    """

    path: str
    paths: tuple[str, ...]
    kind: Literal["linear", "convolution"]
    features: int
    before: int
    after: int


@dataclass(frozen=True)
class MethodPlan:
    """What a method would train: counts of weights and biases, and the parts by their paths."""

    method: MethodName
    trainable: int
    total: int
    parts: tuple[str, ...]
    head: Head


@dataclass(frozen=True)
class TrainProgress:
    """How far one epoch is: `done` of `total` pictures or batches of the stage.

    stage: "features" is the one pass that computes them for a new head (epoch 0); loss: mean cross
    entropy of the batch just used, None where none was.
    """

    stage: ProgressStage
    epoch: int
    of: int
    done: int
    total: int
    loss: float | None = None


@dataclass(frozen=True)
class Epoch:
    """The network after one pass over the training pictures.

    number: from 1; of: how many there will be at most; train_loss, train_accuracy: means over the
    batches while they were learnt; validation_loss, validation_accuracy: NaN without validation
    pictures; trainable: how many weights and biases learn; best: whether none before was better
    (higher validation accuracy, then lower loss); best_number: of the best so far; seconds: that it
    took; confusion: (C, C) counts of validation pictures, rows are the true classes; cached:
    whether features were computed once; last: whether training ends here; stopped_early: because
    nothing got better; repeated: told again out of a checkpoint; skipped: sentences about pictures
    that could not be read and were left out; notes: sentences that a person should know; result:
    what can be used and saved, the best network so far.
    """

    number: int
    of: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    trainable: int
    best: bool
    best_number: int
    seconds: float
    confusion: np.ndarray
    cached: bool
    last: bool
    stopped_early: bool
    repeated: bool
    skipped: tuple[str, ...]
    notes: tuple[str, ...]
    result: FineTuned


@dataclass(frozen=True)
class Evaluation:
    """How a network does on pictures: indices (N,) that could be read; probabilities (N, C).

    loss: mean cross entropy; accuracy: share told right; confusion: (C, C), rows are true classes;
    skipped: sentences about pictures that could not be read. Loss and accuracy of none are NaN.
    """

    indices: np.ndarray
    probabilities: np.ndarray
    loss: float
    accuracy: float
    confusion: np.ndarray
    skipped: tuple[str, ...] = ()


class Pictured(Protocol):
    """A picture as the training knows it: the hash of its content, and its class."""

    @property
    def key(self) -> str:
        """Hash of the content."""

    @property
    def label(self) -> int:
        """Index into the classes, -1 without."""

    @property
    def name(self) -> str:
        """For people."""


class Labelled(Protocol):
    """What is read of an engines.datasets.Dataset."""

    @property
    def name(self) -> str:
        """For people."""

    @property
    def classes(self) -> tuple[str, ...]:
        """One name per class."""

    @property
    def samples(self) -> Sequence[Pictured]:
        """All pictures."""

    def pixels(self, index: int) -> np.ndarray:
        """Return a picture, float32 (H, W, 3) in [0, 1]; raises DatasetError."""


class Parts(Protocol):
    """What is read of an engines.datasets.Split: indices into the samples."""

    @property
    def train(self) -> np.ndarray:
        """To learn from."""

    @property
    def validation(self) -> np.ndarray:
        """To choose the best epoch by."""

    @property
    def test(self) -> np.ndarray:
        """Never looked at while training."""
