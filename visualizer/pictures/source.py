"""Where a picture comes from, as a plain value that a state can hold."""

from __future__ import annotations

from typing import Literal

from visualizer.frozen import Frozen

LIVE_KINDS = ("camera", "video")
ColorMode = Literal["colour", "grey", "red", "green", "blue"]


class PictureSource(Frozen):
    """Where the picture comes from: the name of a sample or target, the path of a file or video.

    scaled_down: the file has more pixels than are kept, and is read smaller.
    """

    kind: Literal["sample", "target", "file", "pasted", "camera", "video"] = "sample"
    name: str = "chelsea"
    scaled_down: bool = False

    @property
    def is_live(self) -> bool:
        """Whether new pictures keep coming."""
        return self.kind in LIVE_KINDS
