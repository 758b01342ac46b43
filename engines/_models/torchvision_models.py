"""All networks of torchvision that name what is on a picture."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from engines._models.architecture import Architecture, Offer
from engines._models.cache import in_torch_cache
from engines._models.card import ModelCard, WeightsState
from engines._models.preprocessing import Preprocessing

if TYPE_CHECKING:
    from pathlib import Path

    import torch

_BYTES_PER_MIB = 1 << 20
_LICENCE = "BSD-3-Clause; trained on ImageNet, whose terms say research"
# These came from TensorFlow: they normalise once more by themselves, and a second classifier that
# helped in training is in the files.
_FROM_TENSORFLOW = ("googlenet", "inception_v3")
# Parameters that torchvision counts though they only help in training and are left out here.
_TRAINING_ONLY = {"inception_v3": 3_326_696}
_OLD_DENSENET = re.compile(
    r"^(.*denselayer\d+\.(?:norm|relu|conv))\.((?:[12])\.(?:weight|bias|running_mean|running_var))$"
)


def cards(query: str = "") -> list[ModelCard]:
    """Return a card for each classification network, by name."""
    from torchvision import models

    words = query.lower().split()
    names = [
        name
        for name in models.list_models(module=models)
        if all(word in f"{name} torchvision" for word in words)
    ]
    return [_card(name, *_chosen(name, "")) for name in names]


def find(name: str) -> Architecture | None:
    """Return the network `name`; "resnet50.IMAGENET1K_V1" asks for one of several weights."""
    from torchvision import models

    base, _, tag = name.partition(".")
    if base not in models.list_models(module=models):
        return None
    if tag and tag not in [entry.name for entry in _all_weights(base)]:
        return None
    entry, file = _chosen(base, tag)
    url = PurePosixPath(urlsplit(entry.url).path).name

    def build(classes: int | None) -> torch.nn.Module:
        return _build(base, entry, classes)

    return Architecture(
        card=_card(base, entry, file),
        preprocess=_preprocess(entry),
        categories=tuple(entry.meta["categories"]),
        build=build,
        best=None if file is None else lambda: _best(base, entry, file),
        offer=Offer(entry.url, url, sha256_of_name(url)),
        adapt=_adapt if base.startswith("densenet") else None,
    )


def sha256_of_name(file_name: str) -> str:
    """Return the first digits of the content's SHA-256 that torch's hub puts into a name, or ""."""
    found = re.search(r"-([0-9a-f]{8,64})\.", file_name)
    return found[1] if found else ""


def _all_weights(name: str) -> list[Any]:
    """Return the weights that classify, the best first; some are for features alone."""
    from torchvision import models

    enum = models.get_model_weights(name)
    entries = [entry for entry in enum if entry.meta.get("categories")]
    return sorted(entries, key=lambda entry: entry is not enum.DEFAULT)


def _chosen(name: str, tag: str) -> tuple[Any, Path | None]:
    """Return the weights to use and their file: the best that are cached, else the best."""
    entries = [entry for entry in _all_weights(name) if tag in ("", entry.name)]
    for entry in entries:
        file = in_torch_cache(PurePosixPath(urlsplit(entry.url).path).name)
        if file is not None:
            return entry, file
    return entries[0], None


def _card(name: str, entry: Any, file: Path | None) -> ModelCard:
    side = int(entry.transforms.keywords["crop_size"])
    state: WeightsState = "downloadable" if file is None else "cached"
    return ModelCard(
        name=name,
        title=name.replace("_", " "),
        source="torchvision",
        weights_state=state,
        parameters=int(entry.meta["num_params"]) - _TRAINING_ONLY.get(name, 0),
        input_size=(3, side, side),
        classes=len(entry.meta["categories"]),
        licence=str(entry.meta.get("license", _LICENCE)),
        weights_source=f"torchvision {entry.name}",
        size_bytes=round(entry.meta["_file_size"] * _BYTES_PER_MIB),
    )


def _preprocess(entry: Any) -> Preprocessing:
    preset = entry.transforms()
    side = int(preset.crop_size[0])
    return Preprocessing(
        height=side,
        width=side,
        resize=int(preset.resize_size[0]),
        interpolation=preset.interpolation.value,
        mean=tuple(preset.mean),
        std=tuple(preset.std),
    )


def _build(name: str, entry: Any, classes: int | None) -> torch.nn.Module:
    from torchvision import models

    options: dict[str, Any] = {"num_classes": classes or len(entry.meta["categories"])}
    if name.startswith("vit_"):  # its position embedding depends on the size it was trained at
        options["image_size"] = int(entry.meta["min_size"][0])
    if name in _FROM_TENSORFLOW:
        options |= {"transform_input": True, "aux_logits": False, "init_weights": True}
    return models.get_model(name, weights=None, **options)


def _best(name: str, entry: Any, file: Path) -> torch.nn.Module:
    from engines._models.filling import filled
    from engines._models.reading import read_weights
    from engines.errors import CheckpointError

    state = read_weights(file)
    if name in _FROM_TENSORFLOW:
        state = _kept(state, lambda key: not key.startswith(("aux1.", "aux2.", "AuxLogits.")))
    if name.startswith("densenet"):
        state = _adapt(state)
    module, report = filled(lambda: _build(name, entry, None), state)
    if not report.is_exact:
        raise CheckpointError(
            f"{file.name} in the cache is not what {name} expects: {report.summary} Delete it "
            f"from {file.parent} and download it again.",
            report,
        )
    return module


def _kept(state: Mapping[str, torch.Tensor], wanted: Any) -> dict[str, torch.Tensor]:
    kept = OrderedDict((key, value) for key, value in state.items() if wanted(key))
    kept._metadata = getattr(state, "_metadata", None)  # type: ignore[attr-defined]
    return kept


def _adapt(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the entries of an old DenseNet file under today's names ("norm.1" is "norm1")."""
    return {_OLD_DENSENET.sub(r"\1\2", key): value for key, value in state.items()}
