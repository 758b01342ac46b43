"""Where a training stands, kept in a file from which it goes on as if it had never stopped."""

from __future__ import annotations

import hashlib
import io
import pickle  # noqa: TID251  only its error's name; torch.load(weights_only=True) does the reading
import zipfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from engines._finetune.records import TrainSettings
from engines._models.loaded import LoadedModel
from engines.atomic_write import atomic_write, refusal
from engines.errors import TrainingError

_FORMAT = "kernelscope training 1"
# May differ between a checkpoint and the training that goes on from it.
_FREE = ("epochs", "patience", "cache_features")


@dataclass
class Best:
    """The best epoch so far: its tensors, and what it did on the validation pictures."""

    epoch: int = 0
    loss: float = float("inf")
    accuracy: float = -1.0
    state: dict[str, torch.Tensor] = field(default_factory=dict)


@dataclass
class Position:
    """How far a training is: `batch` batches into `epoch` (from 1), and the sums of its batches."""

    epoch: int = 1
    batch: int = 0
    loss: float = 0.0
    right: int = 0
    seen: int = 0
    seconds: float = 0.0


@dataclass
class Checkpoint:
    """All that a training needs to go on; history: one record per finished epoch."""

    fingerprint: dict[str, Any]
    position: Position
    best: Best
    history: list[dict[str, Any]]
    state: dict[str, torch.Tensor]
    optimiser: dict[str, Any]
    skipped: dict[int, str]


def fingerprint(
    loaded: LoadedModel, settings: TrainSettings, data: dict[str, Any]
) -> dict[str, Any]:
    """Return what must be the same for a training to go on."""
    kept = {key: value for key, value in asdict(settings).items() if key not in _FREE}
    kept["augmentations"] = [f"{one.name} {one.amount:g}" for one in settings.augmentations]
    return {
        "network": loaded.card.name,
        "weights": _hash(loaded.module),
        "data": data["sha256"],
        "settings": kept,
    }


def save(checkpoint: Checkpoint, path: Path) -> None:
    """Write it whole or not at all. Raises ImageError with the system's reason."""
    content = {
        "format": _FORMAT,
        "fingerprint": checkpoint.fingerprint,
        "position": asdict(checkpoint.position),
        "best": {
            "epoch": checkpoint.best.epoch,
            "loss": checkpoint.best.loss,
            "accuracy": checkpoint.best.accuracy,
            "state": checkpoint.best.state,
        },
        "history": checkpoint.history,
        "state": checkpoint.state,
        "optimiser": checkpoint.optimiser,
        "skipped": checkpoint.skipped,
    }
    buffer = io.BytesIO()  # torch hides why a disk refuses
    torch.save(content, buffer)
    with atomic_write(path) as file:
        file.write(buffer.getbuffer())


def read(path: Path, expected: dict[str, Any]) -> Checkpoint:
    """Return the checkpoint in `path`.

    Raises TrainingError for files that cannot be read, and where network, pictures or settings are
    not those that it was made with.
    """
    content = _content(path)
    found = content["fingerprint"]
    for key, what in (
        ("network", "another network"),
        ("weights", "other weights of the network"),
        ("data", "other pictures, classes or parts"),
    ):
        if found.get(key) != expected[key]:
            raise TrainingError(
                f"{path.name} is of a training with {what}. Train from the start, or choose the "
                "same again."
            )
    other = [
        key.replace("_", " ")
        for key, value in expected["settings"].items()
        if found["settings"].get(key) != value
    ]
    if other:
        raise TrainingError(
            f"{path.name} is of a training with another {', '.join(other)}. Set it as it was, or "
            "train from the start."
        )
    return Checkpoint(
        fingerprint=found,
        position=Position(**content["position"]),
        best=Best(**content["best"]),
        history=content["history"],
        state=content["state"],
        optimiser=content["optimiser"],
        skipped=content["skipped"],
    )


def _content(path: Path) -> dict[str, Any]:
    damaged = f"{path.name} cannot be read as a checkpoint of a training; it is damaged or another "
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise TrainingError(f"There is no checkpoint {path.name} in {path.parent}.") from error
    except OSError as error:
        raise TrainingError(f"{path.name} cannot be read: {refusal(error)}.") from error
    except (
        RuntimeError, EOFError, ValueError, KeyError, IndexError, TypeError, AttributeError,
        AssertionError, pickle.UnpicklingError, zipfile.BadZipFile,
    ) as error:  # fmt: skip
        raise TrainingError(f"{damaged}kind of file. Train from the start.") from error
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise TrainingError(f"{damaged}kind of file. Train from the start.")
    return content


def _hash(module: torch.nn.Module) -> str:
    hashed = hashlib.sha256()
    for name, value in module.state_dict().items():
        hashed.update(name.encode())
        hashed.update(value.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return hashed.hexdigest()
