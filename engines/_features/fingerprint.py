"""A name for everything about a network and a part that decides what the features are."""

from __future__ import annotations

import hashlib
import inspect
from pathlib import Path

import torch
from torch import Tensor, nn

from engines._features.parts import FeaturePart
from engines._models.loaded import LoadedModel

# Counted up when the way of computing changes, so that older entries are not taken.
_VERSION = "1"
_LIBRARIES = ("torch.", "torchvision.", "timm.")


def network_fingerprint(model: LoadedModel) -> str:
    """Return a hash of a network's name, build, every weight, own source and preprocessing."""
    digest = hashlib.sha256(f"{_VERSION}\n{model.card.name}\n{model.preprocess!r}\n".encode())
    digest.update(str(model.module).encode())
    for name, value in model.module.state_dict().items():
        if isinstance(value, Tensor):
            digest.update(f"{name} {tuple(value.shape)} {value.dtype}\n".encode())
            digest.update(_bytes_of(value))
    for source in _own_sources(model.module):
        digest.update(source)
    return digest.hexdigest()


def part_fingerprint(network: str, part: FeaturePart) -> str:
    """Return a hash of a network's fingerprint with a layer and a pooling."""
    return hashlib.sha256(f"{network}\n{part.layer}\n{part.pooling}".encode()).hexdigest()[:32]


def _bytes_of(value: Tensor) -> memoryview:
    plain = value.detach().cpu().contiguous().reshape(-1)
    return plain.view(torch.uint8).numpy().data


def _own_sources(module: nn.Module) -> list[bytes]:
    """Return the files that define a person's own modules, whose code is no part of the weights."""
    files: set[Path] = set()
    for kind in {type(part) for part in module.modules()}:
        if not kind.__module__.startswith(_LIBRARIES):
            try:
                file = inspect.getsourcefile(kind)
            except TypeError:  # defined nowhere, as what torch.export makes
                continue
            if file and Path(file).is_file():
                files.add(Path(file))
    return [file.read_bytes() for file in sorted(files)]
