"""The one list of networks, and the one way to load each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING

from engines._models import embedded, timm_models, torchvision_models, trained_here
from engines._models.architecture import Architecture, Offer
from engines._models.cache import torch_cache
from engines._models.card import ModelCard, numbered_classes
from engines._models.downloads import DownloadProgress, fetch
from engines._models.embedded import EMBEDDED
from engines._models.file_kind import CHECKPOINT_SUFFIXES
from engines._models.finetuned import has_card, load_finetuned
from engines._models.fit import FitReport
from engines._models.loaded import LoadedModel
from engines._models.memory import memory_told
from engines.errors import CheckpointError, DownloadError, ModelError

if TYPE_CHECKING:
    import torch

__all__ = ["EMBEDDED", "architecture_of", "card", "catalogue", "download", "load"]

# Where networks come from, in the order of the catalogue; the first that knows a name has it.
FAMILIES = (embedded, trained_here, torchvision_models, timm_models)
_NEARBY = 5


def catalogue(query: str = "") -> list[ModelCard]:
    """Return the networks whose name, title or source holds every word of `query`.

    Without a query: the embedded network first, the one trained here on digits, and all of
    torchvision's; with one, timm's as well. Nothing is built and nothing asks the network;
    timm's parameter counts are None (`card` finds them).
    """
    words = query.lower().split()
    return [
        entry
        for family in FAMILIES
        for entry in family.cards(query)
        if all(word in f"{entry.name} {entry.title} {entry.source}".lower() for word in words)
    ]


def card(name: str) -> ModelCard:
    """Return the full card of one network, its parameters counted. Raises ModelError."""
    architecture = _find(name)
    if architecture.card.parameters is not None:
        return architecture.card
    from engines._models.filling import empty

    module = empty(lambda: architecture.build(None))
    count = sum(parameter.numel() for parameter in module.parameters())
    return replace(architecture.card, parameters=count)


def load(
    name: str | PathLike[str],
    weights: str | PathLike[str] = "best",
    *,
    trusted: bool = False,
    allow_partial: bool = False,
    seed: int = 0,
) -> LoadedModel:
    """Return the network `name`, ready to run; the network is never asked.

    name: of the catalogue ("efficientnet_lite0", "vgg19", "timm/resnet18.a1_in1k"), or the path of
    a TorchScript, torch.export (.pt2) or Python (.py) file, or of a .safetensors file that was
    fine-tuned here, with its card (.json) beside it.
    weights: "best" takes the embedded or cached ones and otherwise random ones (the card then says
    "untrained"); "none" random ones, the same for the same `seed`; else the path of a .pth, .pt,
    .bin or .safetensors file for this architecture. A head of another count of classes is fitted.
    trusted: whether files that run code when opened (.py, .pt2) may do so.
    allow_partial: load what fits of an own file and leave the rest random; see `LoadedModel.fit`.

    Raises ModelError for unknown names and too little memory, CheckpointError (with `.report`) for
    files that cannot be read or do not fit, UntrustedCode where `trusted` is missing.
    """
    with memory_told(f"to load {Path(name).name}", "Choose a smaller network."):
        if _is_file(name):
            if has_card(name) and weights in ("best", "none"):
                return load_finetuned(Path(name), trusted=trusted)
            from engines._models.programs import load_program

            return load_program(Path(name), weights, trusted, allow_partial, seed)
        architecture = _find(fspath(name))
        if weights == "best" and architecture.best is not None:
            return _ready(architecture, architecture.best(), architecture.card)
        if weights in ("best", "none"):
            return _untrained(architecture, seed)
        return _with_own_weights(architecture, Path(weights), allow_partial, seed)


def download(
    name: str,
    on_progress: Callable[[DownloadProgress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    mirror: str | None = None,
) -> ModelCard:
    """Fetch the trained weights of `name` into the cache and return its card, then "cached".

    mirror: address of a server that holds the files under their own names, such as a class's own
    computer, in place of the original. Resumes, retries and checks as `fetch`. Raises ModelError,
    DownloadError, DownloadCancelled.
    """
    architecture = _find(name)
    if architecture.best is not None:
        return architecture.card
    offer = architecture.offer
    if offer is None:
        raise DownloadError(f"There are no trained weights of {name} to be downloaded.")
    fetch(
        _address(offer, mirror),
        torch_cache() / offer.file_name,
        sha256_prefix=offer.sha256_prefix,
        on_progress=on_progress,
        cancelled=cancelled,
    )
    return _find(name).card


def architecture_of(name: str) -> Architecture:
    """Return how the network `name` of the catalogue is built. Raises ModelError."""
    return _find(name)


def _address(offer: Offer, mirror: str | None) -> str:
    return offer.url if mirror is None else f"{mirror.rstrip('/')}/{offer.file_name}"


def _find(name: str) -> Architecture:
    for family in FAMILIES:
        found = family.find(name)
        if found is not None:
            return found
    raise ModelError(f"There is no network {name!r}.{_suggestion(name)}")


def _suggestion(name: str) -> str:
    import difflib

    known = [entry.name for family in FAMILIES for entry in family.cards("")]
    nearby = difflib.get_close_matches(name, known, n=_NEARBY)
    return f" Did you mean {', '.join(nearby)}?" if nearby else " Search the catalogue for one."


def _is_file(name: str | PathLike[str]) -> bool:
    return not isinstance(name, str) or Path(name).suffix.lower() in CHECKPOINT_SUFFIXES


def _untrained(architecture: Architecture, seed: int) -> LoadedModel:
    from engines._models.filling import random_start

    module = random_start(lambda: architecture.build(None), seed)
    # The names of real classes beside random numbers would look like answers.
    unnamed = replace(architecture, categories=numbered_classes(len(architecture.categories)))
    return _ready(unnamed, module, architecture.card.untrained())


def _with_own_weights(
    architecture: Architecture, file: Path, allow_partial: bool, seed: int
) -> LoadedModel:
    from engines._models.filling import filled
    from engines._models.reading import read_weights

    name = architecture.card.title
    state = read_weights(file)
    if architecture.adapt is not None:
        state = architecture.adapt(state)
    classes: int | None = None
    module, report = filled(lambda: architecture.build(None), state, seed)
    other = _other_head(report, len(architecture.categories))
    if other is not None:
        classes = other
        module, report = filled(lambda: architecture.build(classes), state, seed)
    if not report.is_exact and not (allow_partial and report.fitting):
        raise CheckpointError(
            f"{file.name} does not fit {name}: {report.summary} Choose the network that it was "
            "saved from.",
            report,
        )
    random_in_part = bool(report.missing or report.wrong_shapes)
    named = classes is None and not random_in_part
    count = classes or len(architecture.categories)
    categories = architecture.categories if named else numbered_classes(count)
    own = replace(
        architecture.card,
        weights_state="partial" if random_in_part else "own",
        weights_source=file.name,
        licence="",
        size_bytes=file.stat().st_size,
        classes=len(categories),
        parameters=None,
        notes=() if report.is_exact else (f"{file.name}: {report.summary}",),
    )
    return _ready(replace(architecture, categories=categories), module, own, report)


def _other_head(report: FitReport, classes: int) -> int | None:
    """Return the count of classes in a file that differs from the network in nothing else."""
    if not report.wrong_shapes:
        return None
    found = {
        wrong.found[0] if wrong.found and wrong.found[1:] == wrong.expected[1:] else None
        for wrong in report.wrong_shapes
        if wrong.expected and wrong.expected[0] == classes
    }
    if len(found) != 1 or len(report.wrong_shapes) != sum(
        wrong.expected[:1] == (classes,) for wrong in report.wrong_shapes
    ):
        return None
    return found.pop()


def _ready(
    architecture: Architecture,
    module: torch.nn.Module,
    card: ModelCard,
    fit: FitReport | None = None,
) -> LoadedModel:
    from engines._models.finishing import finish

    return finish(module, architecture.preprocess, architecture.categories, card, fit)
