"""Networks that were fine-tuned here: a .safetensors file with a card (.json) beside it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engines._models.preprocessing import Preprocessing
from engines.errors import CheckpointError

if TYPE_CHECKING:
    import torch

    from engines._models.loaded import LoadedModel

FORMAT = "kernelscope fine-tuned network 1"
_FAMILY = FORMAT.rpartition(" ")[0]
_CARD_BYTES = 16 << 20
_MOST_CLASSES = 1_000_000


@dataclass(frozen=True)
class ResultCard:
    """What the file beside the weights says, checked; `raw` is all of it."""

    architecture: str
    title: str
    classes: tuple[str, ...]
    previous_classes: int
    preprocess: Preprocessing
    summary: str
    weights_sha256: str
    raw: dict[str, Any]


def card_path(weights: str | PathLike[str]) -> Path:
    """Return where the card of a file of weights lies."""
    return Path(weights).with_suffix(".json")


def has_card(weights: str | PathLike[str]) -> bool:
    """Whether a .safetensors file has a card of ours beside it."""
    file = Path(weights)
    beside = card_path(file)
    return file.suffix.lower() == ".safetensors" and beside.is_file() and is_card(beside)


def is_card(beside: Path) -> bool:
    """Whether a .json file is a card of ours (of any version, whole or not)."""
    try:
        with beside.open("rb") as opened:
            return _FAMILY.encode() in opened.read(_CARD_BYTES)
    except OSError:
        return False  # an unreadable card is none: the weights open as any others


def read_card(weights: str | PathLike[str]) -> ResultCard:
    """Return the card beside `weights`. Raises CheckpointError where it cannot be used."""
    beside = card_path(weights)
    try:
        raw = json.loads(beside.read_bytes()[:_CARD_BYTES])
        if raw["format"] != FORMAT:
            raise CheckpointError(
                f"{beside.name} is of a newer version of this application ({raw['format']}). "
                "Update it to open this network."
            )
        given = raw["preprocessing"]
        preprocess = Preprocessing(
            height=int(given["height"]),
            width=int(given["width"]),
            resize=None if given["resize"] is None else int(given["resize"]),
            interpolation=given["interpolation"],
            mean=tuple(float(value) for value in given["mean"]),
            std=tuple(float(value) for value in given["std"]),
        )
        classes = tuple(str(name) for name in raw["classes"])
        previous = int(raw["previous_classes"])
        _must_be_usable(preprocess, classes, previous, beside.name)
        return ResultCard(
            architecture=str(raw["architecture"]),
            title=str(raw["title"]),
            classes=classes,
            previous_classes=previous,
            preprocess=preprocess,
            summary=str(raw["summary"]),
            weights_sha256=str(raw["weights_sha256"]),
            raw=raw,
        )
    except CheckpointError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(
            f"{beside.name}, the card of this network, cannot be read ({error}). Copy both files "
            "again; without the card the weights open for a network that you choose."
        ) from error


def bases(weights: str | PathLike[str]) -> tuple[Path, ...]:
    """Return the files that a fine-tuned network was made from, the nearest first.

    None where it was made from a network of the catalogue, or is not fine-tuned. Raises
    CheckpointError for cards that cannot be used, and where they lead in a circle.
    """
    from engines._models.file_kind import CHECKPOINT_SUFFIXES

    file = Path(weights)
    found: list[Path] = []
    while has_card(file):
        base = Path(read_card(file).architecture)
        if base.suffix.lower() not in CHECKPOINT_SUFFIXES:
            break
        if base.resolve() in {one.resolve() for one in (Path(weights), *found)}:
            raise CheckpointError(
                f"{Path(weights).name} says that it was made from {base.name}, which was made from "
                "it in turn: one was saved over the other. Only a copy of the former file helps."
            )
        found.append(base)
        file = base
    return tuple(found)


def load_finetuned(file: Path, *, trusted: bool = False) -> LoadedModel:
    """Return the network of a card and its weights, as `load` does.

    trusted: whether the Python file that it was trained from may run. Raises CheckpointError where
    card and weights do not belong together, ModelError where the network is not known here.
    """
    from engines._finetune.heads import replace_head
    from engines._models.catalogue import architecture_of
    from engines._models.file_kind import CHECKPOINT_SUFFIXES
    from engines._models.filling import fill, filled
    from engines._models.finishing import finish
    from engines._models.reading import read_weights

    told = read_card(file)
    bases(file)  # refuses a circle
    state = read_weights(file)

    def headed(module: torch.nn.Module) -> torch.nn.Module:
        replace_head(module, len(told.classes), answers=told.previous_classes)
        return module

    if Path(told.architecture).suffix.lower() in CHECKPOINT_SUFFIXES:
        base = load_finetuned if has_card(told.architecture) else _program
        before = base(Path(told.architecture), trusted=trusted)
        card, finished = before.card, headed(before.module)
        report = fill(finished, state)
    else:
        architecture = architecture_of(told.architecture)
        card = architecture.card
        known, previous = len(architecture.categories), told.previous_classes
        other = None if previous == known else previous  # it began with a file of another head
        finished, report = filled(lambda: headed(architecture.build(other)), state)
    if not report.is_exact:
        raise CheckpointError(
            f"{file.name} and its card do not belong together: {report.summary} Copy both again.",
            report,
        )
    own = replace(
        card,
        name=str(file),
        title=told.title,
        source="file",
        weights_state="own",
        weights_source=file.name,
        size_bytes=file.stat().st_size,
        notes=(told.summary, *_changed(file, told)),
    )
    return finish(finished, told.preprocess, told.classes, own, report)


def _changed(file: Path, told: ResultCard) -> tuple[str, ...]:
    with file.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if found == told.weights_sha256:
        return ()
    return (
        f"{file.name} has changed since its card was written: what the card says may be wrong.",
    )


def _program(file: Path, *, trusted: bool) -> LoadedModel:
    from engines._models.programs import load_program

    return load_program(file, "none", trusted, False, 0)


def _must_be_usable(
    preprocess: Preprocessing, classes: tuple[str, ...], previous: int, name: str
) -> None:
    channels = len(preprocess.mean)
    if (
        len(classes) < 2
        or not 1 <= previous <= _MOST_CLASSES
        or min(preprocess.height, preprocess.width) < 1
        or channels not in (1, 3)
        or len(preprocess.std) != channels
        or min(preprocess.std) <= 0
        or preprocess.interpolation not in ("bilinear", "bicubic", "nearest")
    ):
        raise CheckpointError(f"{name} does not describe a network that can be used.")
