"""A style transfer that one can watch, change and stop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from engines._style.settings import StyleSettings
from engines._style.steps import MemoryEstimate, Step, StyleSource, TargetMaps

if TYPE_CHECKING:
    from torch import Tensor

    from engines.models import LoadedModel


class StyleTransfer:
    """The picture on its way from `content` to the manner of `styles`.

    content: (3, H, W) in [0, 1]; styles: one such picture or StyleSources, of any sizes; image: a
    picture to go on from, in place of the settings' start. Raises StyleError for pictures and
    layers that cannot be used.
    """

    def __init__(
        self,
        content: Tensor,
        styles: Tensor | Sequence[StyleSource],
        model: LoadedModel,
        settings: StyleSettings | None = None,
        *,
        image: Tensor | None = None,
    ) -> None:
        raise NotImplementedError

    @property
    def settings(self) -> StyleSettings:
        """What is asked for; may be assigned at any time, from any thread: the next step has it."""
        raise NotImplementedError

    @settings.setter
    def settings(self, settings: StyleSettings) -> None:
        raise NotImplementedError

    def run(self) -> Iterator[Step]:
        """Yield one step for each evaluation, through all sizes. Work happens only while asked."""
        raise NotImplementedError

    def go_to(self, image: Tensor) -> None:
        """Let the next step begin at `image` (3, h, w), of any size; from any thread."""
        raise NotImplementedError

    def features(self, picture: Tensor, layer: str) -> Tensor:
        """Return the maps (C, h, w) that `layer` gives for a picture (3, H, W), at its own size."""
        raise NotImplementedError

    @property
    def targets(self) -> TargetMaps:
        """What the picture is compared with, at the size that the run is at."""
        raise NotImplementedError

    def memory_estimate(self) -> MemoryEstimate:
        """Return what the transfer will take, from a short probe."""
        raise NotImplementedError
