"""What the generated picture is compared with, at one size."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from engines._style.colours import luminance
from engines._style.pictures import mask_at, resized
from engines._style.seen import styled
from engines._style.settings import LayerWeight, StyleSettings
from engines._style.statistics import STATISTICS
from engines._style.steps import ContentTarget, StyleSource, StyleTarget, TargetMaps

if TYPE_CHECKING:
    from torch import Tensor

    from engines._style.network import TappedNetwork

# A style with next to nothing in a layer is measured by this part of what the content has there:
# dividing by (nearly) nothing would let that layer alone rule.
_FLOOR = 1e-3
_NOTHING = 1e-20


@dataclass(frozen=True)
class Layers:
    """The layers that count, and by how much; the weights of each kind are 1 together."""

    content: tuple[LayerWeight, ...]
    style: tuple[LayerWeight, ...]

    @property
    def kinds(self) -> tuple[tuple[LayerWeight, ...], tuple[LayerWeight, ...]]:
        """Those for content, those for style."""
        return self.content, self.style

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, each once."""
        return tuple(dict.fromkeys(one.layer for one in (*self.content, *self.style)))


def counting(layers: Sequence[LayerWeight], weight: float) -> tuple[LayerWeight, ...]:
    """Return the layers of a positive weight, normalised to 1 together; none at `weight` 0."""
    total = sum(one.weight for one in layers)
    if not weight or not total:
        return ()
    return tuple(LayerWeight(one.layer, one.weight / total) for one in layers if one.weight)


def change_of_weights(
    before: StyleSettings, layers_before: Layers, after: StyleSettings, layers: Layers
) -> float:
    """Return the largest factor between a term's weight before and after; 1 where none changed."""
    largest = 1.0
    for old, new in zip(_weights(before, layers_before), _weights(after, layers), strict=True):
        for key in {*old, *new}:
            one, other = sorted((old.get(key, 0.0), new.get(key, 0.0)))
            largest = max(largest, 1.0 if one == other else other / one if one else math.inf)
    return largest


def _weights(settings: StyleSettings, layers: Layers) -> list[dict[str, float]]:
    return [
        {one.layer: settings.content_weight * one.weight for one in layers.content},
        {one.layer: settings.style_weight * one.weight for one in layers.style},
        {"": settings.tv_weight},
    ]


def make_targets(
    network: TappedNetwork,
    content: Tensor,
    styles: Sequence[StyleSource],
    settings: StyleSettings,
    layers: Layers,
    size: tuple[int, int],
) -> TargetMaps:
    """Return the targets at `size` (height, width), without gradients.

    Every style is brought to the longer side of `size`, so that its strokes keep their size beside
    the content at every scale.
    """
    seen = resized(content, size)
    with torch.no_grad():
        maps = network.maps(luminance(seen) if settings.colours == "luminance" else seen)
        style = _style_targets(network, seen, maps, styles, settings, layers.style)
    return TargetMaps(
        size,
        {
            one.layer: ContentTarget(maps[one.layer], _divisor(maps[one.layer], _NOTHING))
            for one in layers.content
        },
        style,
    )


def _style_targets(
    network: TappedNetwork,
    seen: Tensor,
    content_maps: Mapping[str, Tensor],
    styles: Sequence[StyleSource],
    settings: StyleSettings,
    layers: Sequence[LayerWeight],
) -> dict[str, tuple[StyleTarget, ...]]:
    """Return for each layer one target of all styles without a mask, and one of each with one."""
    if not layers:
        return {}
    of = STATISTICS[settings.statistic].of
    statistics: list[dict[str, Tensor]] = []
    for source in styles:
        maps = network.maps(styled(source.pixels, seen, settings))
        statistics.append({one.layer: of(maps[one.layer]) for one in layers})
    total = sum(source.weight for source in styles)
    targets: dict[str, tuple[StyleTarget, ...]] = {}
    for one in layers:
        least = _FLOOR * _mean_square(of(content_maps[one.layer])) + _NOTHING
        sides = (content_maps[one.layer].shape[1], content_maps[one.layer].shape[2])
        found = []
        for members in _groups(styles):
            weights = [styles[index].weight for index in members]
            value = sum(
                (
                    weight * statistics[index][one.layer]
                    for weight, index in zip(weights, members, strict=True)
                ),
                start=torch.zeros(()),
            ) / sum(weights)
            mask = styles[members[0]].mask
            found.append(
                StyleTarget(
                    value,
                    sum(weights) / total,
                    None if mask is None else mask_at(mask, sides),
                    _divisor(value, least),
                )
            )
        targets[one.layer] = tuple(found)
    return targets


def _groups(styles: Sequence[StyleSource]) -> list[list[int]]:
    """Return which styles share a target: those without a mask; each other has its own."""
    everywhere = [index for index, source in enumerate(styles) if source.mask is None]
    masked = [[index] for index, source in enumerate(styles) if source.mask is not None]
    return [everywhere, *masked] if everywhere else masked


def _divisor(value: Tensor, least: float) -> float:
    return max(_mean_square(value), least)


def _mean_square(value: Tensor) -> float:
    # Twice the digits: squares of small Gram matrices leave the range of single ones.
    return float(value.double().square().mean())
