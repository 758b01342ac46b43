"""A loaded picture with what the screen shows of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from engines.display import Rendered, render_picture, to_grey
from engines.images import LoadedImage
from visualizer.pictures.source import ColorMode, PictureSource

CHANNELS: tuple[ColorMode, ...] = ("red", "green", "blue")


@dataclass(frozen=True)
class Picture:
    """A loaded picture with what the screen shows of it, in each colour mode."""

    source: PictureSource
    image: LoadedImage
    _values: dict[str, np.ndarray] = field(default_factory=dict, compare=False)
    _rendered: dict[str, Rendered] = field(default_factory=dict, compare=False)

    def prepare(self, color: ColorMode) -> Picture:
        """Compute what is shown in the mode `color`, so that the GUI thread need not; itself."""
        self.rendered(color)
        return self

    def values(self, color: ColorMode) -> np.ndarray:
        """Return the numbers (H, W, C) that are filtered in the mode `color`."""
        if color not in self._values:
            self._values[color] = self._select(color)
        return self._values[color]

    def rendered(self, color: ColorMode) -> Rendered:
        """Return what the screen shows in the mode `color`."""
        if color not in self._rendered:
            self._rendered[color] = render_picture(self.values(color))
        return self._rendered[color]

    def _select(self, color: ColorMode) -> np.ndarray:
        array = self.image.array
        if color == "colour":
            return array
        if color == "grey":
            return to_grey(array)
        channel = CHANNELS.index(color) % array.shape[2]
        return np.ascontiguousarray(array[..., channel : channel + 1])
