"""A network run as far as the last layer that is wanted, each answer pooled as it comes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import torch
from torch import Tensor, nn

from engines._features.parts import Pooling
from engines._features.pooling import check_pooling, pool
from engines._networks.hooking import answering
from engines._networks.recording import Stop, tensors_in
from engines._networks.running import evaluating, run
from engines.errors import FeatureError

Wanted = tuple[str, Pooling]


def pooled_answers(module: nn.Module, batch: Tensor, wanted: Sequence[Wanted]) -> list[Tensor]:
    """Return (N, D) for each layer and pooling, on the CPU.

    Pooling at once leaves no map to be overwritten by layers that work in place, and none to be
    kept. Of several tensors in an answer the first counts. Raises FeatureError for a layer that
    does not exist or is not reached, NetworkError for a batch that does not fit.
    """
    for layer, pooling in wanted:
        check_layer(module, layer)
        check_pooling(pooling)
    asked, answers = set(wanted), dict[Wanted, Tensor]()
    batch = _as_network_wants(module, batch)

    def take(name: str, _path: str, answer: Any) -> None:
        for layer, pooling in asked:
            if layer == name:
                answers[layer, pooling] = pool(_first_tensor(answer, layer), pooling).cpu()
        if len(answers) == len(asked):
            raise Stop  # what comes behind need not run

    paths = {layer.split("#")[0] for layer, _ in asked}
    parts = {path: module.get_submodule(path) for path in paths}
    with evaluating(module), torch.no_grad(), answering(parts, take), suppress(Stop):
        run(module, batch)
    for layer, _ in wanted:
        if not any(layer == found for found, _ in answers):
            raise FeatureError(f"The network never calls “{layer}” for this picture.")
    return [answers[one] for one in wanted]


def check_layer(module: nn.Module, layer: str) -> None:
    """Raise FeatureError for a layer that the network does not have."""
    names = [name for name, _ in module.named_modules()]
    if layer.split("#")[0] not in names:
        examples = ", ".join(names[1:4])
        raise FeatureError(f"The network has no layer “{layer}”. Its layers are {examples} …")


def _as_network_wants(module: nn.Module, batch: Tensor) -> Tensor:
    weight = next((one for one in module.parameters() if one.is_floating_point()), None)
    return batch if weight is None else batch.to(weight.device, weight.dtype)


def _first_tensor(result: Any, layer: str) -> Tensor:
    tensor = next(tensors_in(result), None)
    if tensor is None:
        raise FeatureError(f"“{layer or 'output'}” gives no tensor; choose another layer.")
    return tensor
