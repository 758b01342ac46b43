"""One evaluation: how far a picture is from its targets, and which way is down."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from engines._style.checkpointing import checkpointed
from engines._style.losses import content_loss, total_variation
from engines._style.settings import StyleSettings
from engines._style.statistics import STATISTICS
from engines._style.steps import Losses, StyleTarget, TargetMaps
from engines._style.targets import Layers

if TYPE_CHECKING:
    from torch import Tensor

    from engines._style.network import TappedNetwork


@dataclass(frozen=True)
class Evaluation:
    """The terms of a picture's loss, and the gradient of their sum, like the picture."""

    losses: Losses
    gradient: Tensor

    @property
    def is_finite(self) -> bool:
        """Whether all of it are numbers."""
        # A sum is no finite number as soon as one of its summands is none.
        return math.isfinite(self.losses.total) and bool(torch.isfinite(self.gradient.sum()))


@dataclass(frozen=True)
class _Term:
    """A raw term and what it is multiplied by in the total."""

    kind: str
    layer: str
    raw: Tensor
    weighted: Tensor


def evaluate(
    network: TappedNetwork,
    picture: Tensor,
    targets: TargetMaps,
    settings: StyleSettings,
    layers: Layers,
    *,
    saving: bool = False,
) -> Evaluation:
    """Return the loss of `picture` (3, h, w) and its gradient: one pass forward and one back.

    In the mode "luminance" the picture is grey, and the gradient's channels are alike. saving: maps
    are computed again on the way back rather than kept.
    """
    leaf = picture.detach().requires_grad_(True)
    with checkpointed(network.module) if saving else nullcontext():
        terms = _terms(network.maps(leaf), leaf, targets, settings, layers)
        weighted = torch.stack([term.weighted for term in terms])
        total = weighted.sum()
        (gradient,) = torch.autograd.grad(total, leaf)
    if settings.colours == "luminance":
        # A grey picture has one number at each pixel; without this its channels would drift apart.
        gradient = gradient.mean(dim=0, keepdim=True).expand(3, -1, -1).contiguous()
    numbers = torch.stack([term.raw for term in terms]).detach().tolist()
    return Evaluation(_losses(terms, numbers, weighted.detach().tolist()), gradient)


def _terms(
    maps: Mapping[str, Tensor],
    picture: Tensor,
    targets: TargetMaps,
    settings: StyleSettings,
    layers: Layers,
) -> list[_Term]:
    terms = []
    for one in layers.content:
        aim = targets.content[one.layer]
        raw = content_loss(maps[one.layer], aim.value)
        weight = settings.content_weight * one.weight / aim.divisor
        terms.append(_Term("content", one.layer, raw, raw * weight))
    for one in layers.style:
        raw, relative = _style_term(maps[one.layer], targets.style[one.layer], settings.statistic)
        weight = settings.style_weight * one.weight
        terms.append(_Term("style", one.layer, raw, relative * weight))
    variation = total_variation(picture)
    terms.append(_Term("tv", "", variation, variation * settings.tv_weight))
    return terms


def _style_term(
    maps: Tensor, aims: tuple[StyleTarget, ...], statistic: str
) -> tuple[Tensor, Tensor]:
    """Return a layer's mean squared difference over all its targets, and the same made relative."""
    raw, relative = maps.new_zeros(()), maps.new_zeros(())
    for aim in aims:
        if aim.mask is not None and not float(aim.mask.sum()):
            continue  # nowhere at this size
        difference = (STATISTICS[statistic].of(maps, aim.mask) - aim.value).square().mean()
        raw = raw + aim.share * difference
        relative = relative + (aim.share / aim.divisor) * difference
    return raw, relative


def _losses(terms: list[_Term], raw: list[float], weighted: list[float]) -> Losses:
    def by_layer(kind: str, values: list[float]) -> dict[str, float]:
        return {
            term.layer: value
            for term, value in zip(terms, values, strict=True)
            if term.kind == kind
        }

    return Losses(
        total=sum(weighted),
        content=by_layer("content", raw),
        style=by_layer("style", raw),
        tv=raw[-1],
        weighted_content=by_layer("content", weighted),
        weighted_style=by_layer("style", weighted),
        weighted_tv=weighted[-1],
    )
