"""What a style transfer takes and gives: pictures with weights, steps, losses, targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engines._style.settings import LayerWeight, StyleSettings

if TYPE_CHECKING:
    from torch import Tensor


# Of the free memory; the rest is left to the system and to the window.
USABLE_SHARE = 0.9


@dataclass(frozen=True)
class StyleSource:
    """A picture whose style is wanted.

    pixels: (3, H, W) in [0, 1]; weight: how much it counts beside the other styles; mask: (h, w)
    in [0, 1] over the content picture, 1 where this style goes, of any size; None for everywhere.
    """

    pixels: Tensor
    weight: float = 1.0
    mask: Tensor | None = None


@dataclass(frozen=True)
class Losses:
    """The terms of one evaluation.

    total: what is minimised, the sum of all that is weighted. content, style, tv: as they are (mean
    squared differences by layer, the style's averaged over its pictures; the total variation).
    weighted_content, weighted_style, weighted_tv: what each adds to `total`: divided by its
    target's mean square, times the layer's share, times α, β or γ.
    """

    total: float
    content: Mapping[str, float]
    style: Mapping[str, float]
    tv: float
    weighted_content: Mapping[str, float]
    weighted_style: Mapping[str, float]
    weighted_tv: float


@dataclass(frozen=True)
class Step:
    """The picture after one more evaluation.

    iteration: 1, 2 … of the whole run, `of` how many are planned. scale: index of the size, the
    coarsest being 0; size: (height, width) in pixels. image: (3, height, width) float32 in [0, 1],
    memory of its own, colours as the settings want them. losses: of this picture. seconds: since
    the run began, pauses not counted. evaluations: of the network, forward and back; as
    many as iterations. note: a sentence on what went otherwise than planned, or "". settings: those
    that `losses` were computed with.
    """

    iteration: int
    of: int
    scale: int
    size: tuple[int, int]
    image: Tensor
    losses: Losses
    seconds: float
    evaluations: int
    note: str = ""
    settings: StyleSettings = field(default_factory=StyleSettings)


@dataclass(frozen=True)
class StyleTarget:
    """What a layer's statistic of one place is compared with.

    value: the statistic, mixed from all styles without a mask, or one masked style's; share: of
    the layer's style loss, all shares being 1 together; mask: (h, w) as big as the layer's maps,
    or None for everywhere; divisor: what the mean squared difference is divided by.
    """

    value: Tensor
    share: float
    mask: Tensor | None
    divisor: float


@dataclass(frozen=True)
class ContentTarget:
    """The content's maps in a layer, (C, h, w), and what the squared difference is divided by."""

    value: Tensor
    divisor: float


@dataclass(frozen=True)
class TargetMaps:
    """What the generated picture is compared with at one size, by layer.

    size: (height, width) of the picture.
    """

    size: tuple[int, int]
    content: Mapping[str, ContentTarget]
    style: Mapping[str, tuple[StyleTarget, ...]]


@dataclass(frozen=True)
class SuggestedLayers:
    """Layers that suit a network."""

    content: tuple[LayerWeight, ...]
    style: tuple[LayerWeight, ...]


@dataclass(frozen=True)
class MemoryEstimate:
    """What a transfer will take.

    bytes_needed: at the largest size, beyond what is in use now; bytes_free: on this machine now;
    seconds: for all steps, None where nothing was measured; largest_size: the longest side that
    fits; sentence: all of it for people.
    """

    bytes_needed: int
    bytes_free: int
    seconds: float | None
    largest_size: int
    sentence: str

    @property
    def fits(self) -> bool:
        """Whether there is memory for it, some of what is free being left to others."""
        return self.bytes_needed <= USABLE_SHARE * self.bytes_free
