"""What a training gives: a network to use, and a file with a card that tells all of it."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from os import PathLike
from pathlib import Path
from typing import Any

import torch
from torch import nn

from engines._finetune.records import METHODS, Labelled, Parts, TrainSettings
from engines._models.file_kind import CHECKPOINT_SUFFIXES
from engines._models.finetuned import FORMAT, bases, card_path, is_card
from engines._models.finishing import finish
from engines._models.loaded import LoadedModel
from engines._networks.shadow import sharing_numbers
from engines.atomic_write import atomic_write
from engines.errors import ImageError, TrainingError

_PACKAGES = ("torch", "torchvision", "timm", "numpy", "kernelscope")


@dataclass(frozen=True)
class FineTuned:
    """The best network of a training so far.

    base: what was trained further; classes: names, in the order of the outputs; settings; epoch,
    validation_loss, validation_accuracy: of the best epoch (NaN without validation pictures);
    data: what it learnt from, as the card tells it; epochs: one record per epoch that was run;
    network, state: the module and its trained tensors at the best epoch.
    """

    base: LoadedModel
    classes: tuple[str, ...]
    settings: TrainSettings
    epoch: int
    validation_loss: float
    validation_accuracy: float
    data: dict[str, Any]
    epochs: tuple[dict[str, Any], ...]
    network: nn.Module = field(repr=False)
    state: dict[str, torch.Tensor] = field(repr=False)

    def model(self) -> LoadedModel:
        """Return the network as any other loaded model; what did not learn is shared."""
        module = sharing_numbers(self.network)
        for name, value in self.state.items():
            path, _, last = name.rpartition(".")
            owner = module.get_submodule(path)
            if last in owner._parameters:
                owner._parameters[last] = nn.Parameter(value.clone(), requires_grad=False)
            else:
                owner._buffers[last] = value.clone()
        card = replace(
            self.base.card,
            title=f"{self.base.card.title}, fine-tuned",
            weights_state="own",
            weights_source=f"fine-tuned here on {self.data['name']}",
            size_bytes=None,
            notes=(self.summary,),
        )
        return finish(module, self.base.preprocess, self.classes, card)

    @property
    def summary(self) -> str:
        """One sentence on how it was trained."""
        method = METHODS[self.settings.method].title.lower()
        base = "" if self.base.card.is_trained else " on random weights"
        told = f"Fine-tuned{base} on {self.data['name']} ({method}), epoch {self.epoch}"
        if self.validation_accuracy != self.validation_accuracy:
            return f"{told}."
        return f"{told}: {self.validation_accuracy:.1%} of the validation pictures told right."


def data_facts(dataset: Labelled, split: Parts) -> dict[str, Any]:
    """Return what a card tells of the data: name, classes, counts, and a hash of all of it."""
    parts = {name: getattr(split, name) for name in ("train", "validation", "test")}
    hashed = hashlib.sha256("\n".join(dataset.classes).encode())
    for name, indices in parts.items():
        hashed.update(f"\n{name}".encode())
        for index in indices:
            sample = dataset.samples[int(index)]
            hashed.update(f"\n{sample.key} {sample.label}".encode())
    counts = {name: len(indices) for name, indices in parts.items()}
    return {"name": dataset.name, "pictures": counts, "sha256": hashed.hexdigest()}


def save_result(result: FineTuned, path: str | PathLike[str]) -> Path:
    """Write the weights to `path` and the card beside it; see engines.finetune.save_result."""
    from safetensors.torch import save

    file = Path(path)
    if file.suffix.lower() != ".safetensors":
        raise TrainingError(f"{file.name}: a fine-tuned network is saved as a .safetensors file.")
    beside = card_path(file)
    if beside.exists() and not is_card(beside):
        raise TrainingError(
            f"The card would be written to {beside.name}, where another file is. Choose another "
            "name."
        )
    _must_not_replace_its_base(file, result.base.card.name)
    model = result.model()
    tensors = {
        name: value.detach().clone().contiguous()
        for name, value in model.module.state_dict().items()
    }
    weights = save(tensors, {"format": "pt", "card": beside.name})
    card = json.dumps(_card(result, model, hashlib.sha256(weights).hexdigest()), indent=2)
    try:
        with atomic_write(file) as target:
            target.write(weights)
        with atomic_write(beside) as target:
            target.write(card.encode())
    except ImageError as error:
        raise TrainingError(str(error)) from error
    return beside


def _must_not_replace_its_base(file: Path, name: str) -> None:
    """Raise TrainingError where `file` is needed to open what is to be saved as it."""
    if Path(name).suffix.lower() not in CHECKPOINT_SUFFIXES:
        return
    if file.resolve() in {one.resolve() for one in (Path(name), *bases(name))}:
        raise TrainingError(
            f"{file.name} is the network that this one was trained from, and is needed to open it. "
            "Choose another name."
        )


def _card(result: FineTuned, model: LoadedModel, weights_hash: str) -> dict[str, Any]:
    base = result.base.card
    return {
        "format": FORMAT,
        "architecture": base.name,
        "title": model.card.title,
        "classes": list(result.classes),
        "previous_classes": len(result.base.categories),
        "preprocessing": asdict(result.base.preprocess),
        "started_from": {
            "weights": base.weights_source, "state": base.weights_state, "licence": base.licence
        },
        "weights_sha256": weights_hash,
        "data": result.data,
        "settings": asdict(result.settings),
        "seeds": {"head": result.settings.seed, "order": result.settings.seed},
        "best_epoch": result.epoch,
        "validation": {
            "loss": _number(result.validation_loss),
            "accuracy": _number(result.validation_accuracy),
        },
        "epochs": [_plain(one) for one in result.epochs],
        "summary": result.summary,
        "versions": {"python": platform.python_version(), **_versions(_PACKAGES)},
    }  # fmt: skip


def _number(value: float) -> float | None:
    return value if value == value else None  # JSON knows no NaN


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _number(value) if isinstance(value, float) else value for key, value in record.items()
    }


def _versions(packages: Iterable[str]) -> dict[str, str]:
    found = {}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
