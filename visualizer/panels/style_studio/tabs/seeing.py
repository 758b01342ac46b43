"""The maps of content, style and generated picture in one layer; for a lane."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

    from engines.style import Step, StyleTransfer
    from visualizer.panels.style_studio.context import Context

LARGEST_LOOKED = 512  # of the longer side; VGG's first maps of more would be hundreds of megabytes
USUAL = 256  # before there is a generated picture


@dataclass(frozen=True, eq=False)
class Sight:
    """Which pictures are looked at, in which layer.

    picture: the generated one, as a Step or uint8 (H, W, 3), None before there is one; size:
    (height, width) that all are looked at in; colours, pooling, statistic: as the settings say.
    """

    transfer: StyleTransfer
    layer: str
    picture: Step | np.ndarray | None
    size: tuple[int, int]
    colours: str
    pooling: str
    statistic: str
    running: bool = False

    def alike(self, other: Sight | None) -> bool:
        """Return whether both show the same."""
        return self.like_but_picture(other) and other is not None and other.picture is self.picture

    def like_but_picture(self, other: Sight | None) -> bool:
        """Return whether both differ in the generated picture at most."""
        return other is not None and (
            other.transfer is self.transfer
            and (other.layer, other.size, *other._ways()) == (self.layer, self.size, *self._ways())
        )

    def _ways(self) -> tuple[str, str, str]:
        return self.colours, self.pooling, self.statistic


def sight_of(context: Context, layer: str, *, with_picture: bool = True) -> Sight | None:
    """Return what there is to look at; None before pictures and network are there.

    layer: one of `context.layers`; with_picture: whether the generated picture is needed.
    """
    transfer, settings = context.transfer, context.settings
    if transfer is None or settings is None or not layer:
        return None
    picture = _generated(context) if with_picture else None
    height, width = _size_of(picture) or transfer.content_size
    longer = max(height, width)
    most = LARGEST_LOOKED if picture is not None else min(settings.size, USUAL)
    scale = min(1.0, most / longer) if picture is not None else most / longer
    size = max(round(height * scale), 1), max(round(width * scale), 1)
    return Sight(
        transfer, layer, picture, size, settings.colours, settings.pooling, settings.statistic,
        context.running,
    )  # fmt: skip


def _generated(context: Context) -> Step | np.ndarray | None:
    """Return the picture that is seen; the newest as its step, whose numbers are not rounded."""
    if context.generated is None:
        return None
    if context.state.chosen < 0 and context.step is not None:
        return context.step
    return context.generated


def _size_of(picture: Step | np.ndarray | None) -> tuple[int, int] | None:
    if picture is None:
        return None
    if isinstance(picture, np.ndarray):
        return picture.shape[0], picture.shape[1]
    return picture.size


class Seeing:
    """Computes maps, and keeps those of content and style while the sight stays; for one lane."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], Tensor] = {}
        self._of: Sight | None = None

    def content(self, sight: Sight) -> Tensor:
        """Return the content's maps (C, h, w)."""
        from engines.style import seen_content

        return self._once(sight, "content", 0, lambda: seen_content(sight.transfer, sight.size))

    def style(self, sight: Sight, index: int = 0) -> Tensor:
        """Return the maps (C, h, w) of a style. Raises StyleError for one that is not there."""
        from engines.style import seen_style

        return self._once(
            sight, "style", index, lambda: seen_style(sight.transfer, sight.size, index)
        )

    def generated(self, sight: Sight) -> Tensor | None:
        """Return the generated picture's maps (C, h, w), None before there is one."""
        import torch

        from engines.style import seen_picture

        picture = sight.picture
        if picture is None:
            return None
        if isinstance(picture, np.ndarray):
            image = torch.from_numpy(picture).permute(2, 0, 1).float() / 255
        else:
            image = picture.image
        seen = seen_picture(sight.transfer, image, sight.size)
        return sight.transfer.features(seen, sight.layer)

    def _once(self, sight: Sight, which: str, index: int, make: Callable[[], Tensor]) -> Tensor:
        if not sight.like_but_picture(self._of):
            self._kept.clear()
        self._of = sight
        key = which, index
        if key not in self._kept:
            self._kept[key] = sight.transfer.features(make(), sight.layer)
        return self._kept[key]
