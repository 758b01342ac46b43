"""Which layers of a network hold maps, and whether its classes are read off their average."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engines._visualization.watch import (
    CALL_MARK,
    each_output,
    evaluating,
    run,
    tensor_of,
    twin,
)
from engines.errors import AttributionError

if TYPE_CHECKING:
    from torch import Tensor, nn

_NO_MAPS = (
    "{kind} has no convolutional feature maps at its end, which this heat map is made of; "
    "use occlusion or integrated gradients, which work with every network."
)
# A network that calls more linear layers at every position than this after its last convolution
# is a transformer (a ConvNeXt block calls two).
_LINEAR_LAYERS_ON_MAPS = 4
# What is pooled lies at the end: no need to keep every map of the network.
_LAST_MAPS = 16


def last_map_layer(module: nn.Module, batch: Tensor) -> str:
    """Return the name of the layer whose maps are the last before pooling or flattening.

    It is the last layer or block with maps as large as those of the last convolution that has any
    extent.
    Raises AttributionError for networks without convolutions, and for those that turn their maps
    into tokens (transformers).
    """
    from torch import nn

    convolutions: list[tuple[int, int]] = []
    maps: list[tuple[str, tuple[int, int]]] = []
    linear_layers = 0

    def visit(name: str, part: nn.Module, output: Tensor) -> None:
        nonlocal linear_layers
        if isinstance(part, nn.Linear) and output.ndim > 2:
            linear_layers += 1
        if output.ndim == 4 and name:
            size = (int(output.shape[2]), int(output.shape[3]))
            maps.append((name, size))
            if isinstance(part, nn.Conv2d | nn.ConvTranspose2d):
                convolutions.append(size)
                linear_layers = 0

    each_output(module, batch, visit, blocks=True)
    if not convolutions or linear_layers > _LINEAR_LAYERS_ON_MAPS:
        raise AttributionError(_NO_MAPS.format(kind=type(module).__name__))
    wanted = next((size for size in reversed(convolutions) if size != (1, 1)), (1, 1))
    names = [name for name, size in maps if size == wanted]
    return names[-1].partition(CALL_MARK)[0]


@dataclass(frozen=True)
class PooledHead:
    """A head that reads each class off averaged maps.

    layer: where the maps are; maps: (K, h, w); weights: (classes, K), None where the maps are
    already one per class.
    """

    layer: str
    maps: Tensor
    weights: Tensor | None


def pooled_head(module: nn.Module, batch: Tensor) -> PooledHead:
    """Return the maps and weights of a network that ends in average pooling and one linear layer.

    Found by its numbers, not by names: the linear layer's input is the average of the maps of an
    earlier layer (or of their positive part), or the scores are such averages themselves. Raises
    AttributionError for every other network.
    """
    import torch
    from torch import nn

    maps: deque[tuple[str, Tensor]] = deque(maxlen=_LAST_MAPS)
    linear: list[nn.Linear] = []
    heads: list[Tensor] = []

    def visit(name: str, part: nn.Module, output: Tensor) -> None:
        if output.ndim == 4 and tuple(output.shape[2:]) != (1, 1):
            maps.append((name, output.clone()))  # an in-place activation may follow
        if isinstance(part, nn.Linear):
            linear.append(part)

    def keep_input(_part: nn.Module, inputs: tuple[Any, ...]) -> None:
        heads.append(inputs[0].detach())

    module = twin(module)
    for part in module.modules():
        if isinstance(part, nn.Linear):
            part.register_forward_pre_hook(keep_input)
    scores = tensor_of(each_output(module, batch, visit, blocks=True))
    pooled = heads[-1] if heads else scores
    weights = linear[-1].weight.detach() if linear else None
    if weights is None or tuple(scores.shape) == (len(batch), weights.shape[0]):
        for name, values in reversed(maps):
            for candidate in (values, values.clamp_min(0)):
                average = candidate.mean((2, 3))
                if average.shape == pooled.shape and torch.allclose(
                    average, pooled, rtol=1e-3, atol=1e-5
                ):
                    return PooledHead(name, candidate[0], weights)
    raise AttributionError(
        f"Class activation maps need a network that averages its last maps and ends in one linear "
        f"layer; {type(module).__name__} does not. Use Grad-CAM, which does not need that."
    )


def class_scores(module: nn.Module, batch: Tensor) -> Tensor:
    """Return the scores (N, classes) for `batch` (N, C, H, W), without gradients.

    Raises AttributionError where the network gives out something else.
    """
    import torch

    with evaluating(module), torch.no_grad():
        return checked_scores(run(module, batch))


def checked_scores(output: Any) -> Tensor:
    """Return the tensor (N, classes) in a network's output; raises AttributionError."""
    scores = tensor_of(output)
    if scores.ndim != 2:
        raise AttributionError(
            f"The network gives out the shape {tuple(scores.shape)} in place of one score per "
            "class; heat maps explain classifiers."
        )
    return scores
