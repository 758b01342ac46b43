"""How much each pixel of a receptive field counts, by gradients.

Luo and others, "Understanding the Effective Receptive Field in Deep Convolutional Neural Networks"
(2016): it is like a Gaussian, and grows with the root of the depth, while the field grows with it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from engines._geometry.stack import Layer, ReceptiveField, receptive_field
from engines.errors import LayerError

FieldWeights = Literal["equal", "random", "relu"]
FIELD_WEIGHTS: tuple[FieldWeights, ...] = ("equal", "random", "relu")
LARGEST_FIELD = 161  # cells along an axis


@dataclass(frozen=True)
class EffectiveField:
    """What one unit sees after `depth` layers.

    influence: (size, size), each cell's share of 1; deviation: its standard deviation along an
    axis, in cells, about its own centre; size: cells of the receptive field along an axis.
    """

    depth: int
    influence: Tensor
    deviation: float
    size: int


def effective_fields(
    layers: Sequence[Layer],
    depths: Sequence[int],
    weights: FieldWeights = "random",
    *,
    channels: int = 8,
    seed: int = 0,
) -> list[EffectiveField]:
    """Return the effective receptive field after each of `depths` (from 1) of the stack.

    weights: "equal" averages (one channel), whose gradient is the influence; "random" normally
    distributed ones over `channels` channels, where it is the mean square of the gradient over
    them; "relu" the same with a ReLU between the layers, on random inputs. Nothing is padded: the
    input is as large as the last field. Raises LayerError for a field above 161 cells, and for
    depths that are not there.
    """
    fields = receptive_field(layers)
    _check(layers, fields, depths)
    channels = 1 if weights == "equal" else channels
    seeds = torch.Generator().manual_seed(seed)
    side = fields[-1].size
    image = torch.randn(channels, 1, side, side, generator=seeds).requires_grad_()
    signals = [image]
    for number, layer in enumerate(layers):
        shape = (channels, 1 if number == 0 else channels, layer.kernel, layer.kernel)
        drawn = torch.ones(shape) if weights == "equal" else torch.randn(shape, generator=seeds)
        coming = signals[-1] if number == 0 or weights != "relu" else functional.relu(signals[-1])
        weight = drawn / math.prod(shape[1:]) ** (1.0 if weights == "equal" else 0.5)
        signals.append(
            functional.conv2d(coming, weight, stride=layer.stride, dilation=layer.dilation)
        )
    return [_field(image, signals[depth], fields[depth - 1], depth, weights) for depth in depths]


def expected_deviation(layers: Sequence[Layer]) -> float:
    """Return √(Σ (jump · dilation)² (kernel² − 1) / 12), in cells of the input.

    It is the deviation of a sum of uniform steps, one a layer: exact for equal weights, and for
    random ones on average. For n equal layers it grows as √n.
    """
    total, jump = 0.0, 1
    for layer in layers:
        total += (jump * layer.dilation) ** 2 * (layer.kernel**2 - 1) / 12
        jump *= layer.stride
    return math.sqrt(total)


def _field(
    image: Tensor, signal: Tensor, field: ReceptiveField, depth: int, weights: str
) -> EffectiveField:
    """Return the field of the unit in the middle: of another channel in each copy of the image."""
    middle = signal.shape[-1] // 2
    asked = signal.diagonal(dim1=0, dim2=1)[middle, middle].sum()
    (gradient,) = torch.autograd.grad(asked, image, retain_graph=True)
    first = middle * field.jump
    seen = gradient[:, 0, first : first + field.size, first : first + field.size].detach().double()
    influence = seen.sum(0) if weights == "equal" else seen.square().mean(0)
    if not float(influence.sum()) > 0:
        raise LayerError(
            f"After {depth} layers no gradient is left: every path is closed by a ReLU. Take other "
            "random weights."
        )
    share = influence / influence.sum()
    places = torch.arange(field.size, dtype=torch.float64)
    spread = [
        float(along @ (places - float(along @ places)).square())
        for along in (share.sum(0), share.sum(1))
    ]
    return EffectiveField(depth, share, math.sqrt(sum(spread) / 2), field.size)


def _check(
    layers: Sequence[Layer], fields: Sequence[ReceptiveField], depths: Sequence[int]
) -> None:
    if not layers or not all(1 <= depth <= len(layers) for depth in depths):
        raise LayerError(f"The stack has {len(layers)} layers; choose depths from 1 to that.")
    for depth, field in enumerate(fields, start=1):
        if field.size > LARGEST_FIELD:
            raise LayerError(
                f"After {depth} of {len(layers)} layers one unit already sees {field.size:,} × "
                f"{field.size:,} pixels, and more than {LARGEST_FIELD} are not drawn here. Take "
                "fewer layers, a smaller kernel, or less stride and dilation."
            )
