"""Features of a few pictures, and what a whole dataset's will be like."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from engines._features.parts import (
    BYTES_A_NUMBER,
    FeaturePart,
    FeaturePlan,
    NetworkKey,
    Networks,
    Pooling,
)
from engines._features.pooling import check_pooling, pool
from engines._features.running import Wanted, check_layer, pooled_answers
from engines._models.loaded import LoadedModel
from engines._networks.capturing import capture
from engines._networks.recording import complete, is_scripted, record
from engines.errors import FeatureError

_AT_ONCE = 16


def extract(
    model: LoadedModel | nn.Module,
    images: Tensor | Sequence[Tensor],
    layer: str,
    pooling: Pooling,
) -> Tensor:
    """Return (N, D); see engines.features.extract."""
    module = model.module if isinstance(model, LoadedModel) else model
    wanted = [(layer, pooling)]
    return torch.cat([pooled_answers(module, one, wanted)[0] for one in _batches(model, images)])


def _batches(model: LoadedModel | nn.Module, images: Tensor | Sequence[Tensor]) -> Iterator[Tensor]:
    if len(images) == 0:
        raise FeatureError("There are no pictures to extract features from.")
    if isinstance(images, Tensor) and images.ndim != 4:
        raise FeatureError(
            f"Pictures of shape {tuple(images.shape)} cannot be used; give (N, 3, H, W), or a list "
            "of (3, H, W)."
        )
    for first in range(0, len(images), _AT_ONCE):
        some = images[first : first + _AT_ONCE]
        if isinstance(model, LoadedModel):
            yield torch.cat([model.preprocess(image) for image in some])
        else:
            yield some if isinstance(some, Tensor) else _stacked(some)


def _stacked(images: Sequence[Tensor]) -> Tensor:
    if len({tuple(image.shape) for image in images}) > 1:
        raise FeatureError(
            "Pictures of several sizes cannot go through a bare network together; give a loaded "
            "network, whose preprocessing brings them to one size."
        )
    return torch.stack(list(images))


def network_of(networks: Networks, key: NetworkKey) -> LoadedModel:
    """Return the network that a part asks for. Raises FeatureError where it is not there."""
    if key not in networks:
        raise FeatureError(f"The network {key[0]} with the weights “{key[1]}” is not loaded.")
    return networks[key]


def plan(networks: Networks, parts: Sequence[FeaturePart], count: int) -> FeaturePlan:
    """Return the sizes; see engines.features.feature_plan."""
    if not parts:
        raise FeatureError("Choose at least one layer to take features from.")
    if len(set(parts)) < len(parts):
        raise FeatureError("The same layer with the same pooling is chosen twice; take one away.")
    sizes: dict[FeaturePart, int] = {}
    for key in dict.fromkeys(part.network for part in parts):
        own = [part for part in parts if part.network == key]
        model = network_of(networks, key)
        wanted: list[Wanted] = [(part.layer, part.pooling) for part in own]
        sizes.update(zip(own, _sizes(model, wanted), strict=True))
    dimensions = sum(sizes.values())
    return FeaturePlan(
        sizes=tuple(sizes[part] for part in parts),
        titles=tuple(part.title for part in parts),
        dimensions=dimensions,
        bytes_a_picture=dimensions * BYTES_A_NUMBER,
        bytes_in_all=dimensions * BYTES_A_NUMBER * count,
    )


def _sizes(model: LoadedModel, wanted: Sequence[Wanted]) -> list[int]:
    """Return how many numbers each part gives, told from shapes alone."""
    for _, pooling in wanted:
        check_pooling(pooling)
    shapes = answer_shapes(model, [layer for layer, _ in wanted])
    return [
        pool(torch.empty(shape, device="meta"), pooling).shape[1]
        for shape, (_, pooling) in zip(shapes, wanted, strict=True)
    ]


def answer_shapes(model: LoadedModel, layers: Sequence[str]) -> list[tuple[int, ...]]:
    """Return the shape of each layer's first answer, with a batch of 1.

    Nothing is computed where the network shows its inside; a TorchScript program hides it, so it
    runs once, on black. Raises FeatureError for layers that are not there or not reached.
    """
    ready = model.preprocess
    size = (ready.channels, ready.height, ready.width)
    for layer in layers:
        check_layer(model.module, layer)
    found: dict[str, tuple[int, ...] | None]
    if is_scripted(model.module):
        answers = capture(model.module, torch.zeros(1, *size), layers)
        found = {name: tuple(answer.shape) for name, answer in answers.items()}
    else:
        recording = complete(record(model.module, size))
        found = {call.name: call.output_shape for call in recording.calls}
    shapes = []
    for layer in layers:
        shape = found.get(layer) or found.get(f"{layer}.0")
        if shape is None:
            raise FeatureError(f"The network never calls “{layer}” for a picture.")
        shapes.append(shape)
    return shapes


def check_memory(plan: FeaturePlan, count: int) -> None:
    """Raise FeatureError where the features of `count` pictures exceed this computer's memory."""
    there = _memory()
    if there is not None and plan.bytes_in_all > there:
        raise FeatureError(
            f"{count:,} pictures with {plan.dimensions:,} numbers each take "
            f"{plan.bytes_in_all / 1e9:.1f} GB; this computer has {there / 1e9:.1f} GB of memory. "
            "Take the average or maximum of each channel, a later layer or fewer pictures."
        )


def _memory() -> int | None:
    """Return the bytes of memory of this computer, None where the system does not tell."""
    names = getattr(os, "sysconf_names", {})
    if "SC_PHYS_PAGES" not in names or "SC_PAGE_SIZE" not in names:
        return None
    return int(os.sysconf("SC_PHYS_PAGES")) * int(os.sysconf("SC_PAGE_SIZE"))
