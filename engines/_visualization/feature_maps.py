"""Which layers of a network hold maps, and whether its classes are read off their average."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engines._visualization.watch import CALL_MARK, each_leaf_output, evaluating, run, tensor_of
from engines.errors import AttributionError

if TYPE_CHECKING:
    from torch import Tensor, nn

_NO_MAPS = (
    "{kind} has no convolutional feature maps at its end, which this heat map is made of; "
    "use occlusion or integrated gradients, which work with every network."
)


def last_map_layer(module: nn.Module, batch: Tensor) -> str:
    """Return the name of the layer whose maps are the last before pooling or flattening.

    It is the last layer with maps as large as those of the last convolution that has any extent.
    Raises AttributionError for networks without convolutions, and for those that turn their maps
    into tokens (transformers).
    """
    from torch import nn

    convolutions: list[tuple[int, int]] = []
    maps: list[tuple[str, tuple[int, int]]] = []
    tokens_after_maps = False

    def visit(name: str, part: nn.Module, output: Tensor) -> None:
        nonlocal tokens_after_maps
        if output.ndim == 4:
            size = (int(output.shape[2]), int(output.shape[3]))
            maps.append((name, size))
            if isinstance(part, nn.Conv2d | nn.ConvTranspose2d):
                convolutions.append(size)
            tokens_after_maps = False
        elif output.ndim == 3:
            tokens_after_maps = True

    each_leaf_output(module, batch, visit)
    if not convolutions or tokens_after_maps:
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

    maps: list[tuple[str, Tensor]] = []
    linear: list[nn.Linear] = []
    heads: list[Tensor] = []

    def visit(name: str, part: nn.Module, output: Tensor) -> None:
        if output.ndim == 4 and tuple(output.shape[2:]) != (1, 1):
            maps.append((name, output.clone()))  # an in-place activation may follow
        if isinstance(part, nn.Linear):
            linear.append(part)

    def keep_input(_part: nn.Module, inputs: tuple[Any, ...]) -> None:
        heads.append(inputs[0].detach())

    handles = [
        part.register_forward_pre_hook(keep_input)
        for part in module.modules()
        if isinstance(part, nn.Linear)
    ]
    try:
        scores = tensor_of(each_leaf_output(module, batch, visit))
    finally:
        for handle in handles:
            handle.remove()
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
        f"layer; {type(module).__name__} does not. Use Grad-CAM, which gives the same map where "
        "both apply."
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
