"""What the tabs “Gallery” and “Sweep” are set to, as plain values."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from visualizer.frozen import Frozen

SMALLEST_WEIGHT, LARGEST_WEIGHT = 0.001, 1e6
FEWEST_PICTURES, MOST_PICTURES = 2, 16
SMALLEST_SIDE, LARGEST_SIDE = 16, 512

SweptWeight = Literal["style_weight", "content_weight", "tv_weight"]


class GallerySettings(Frozen):
    """chosen: the number of the run that is looked at, 0 for none; fps: of an animation."""

    chosen: Annotated[int, Field(ge=0)] = 0
    fps: Annotated[float, Field(ge=1, le=50)] = 6.0


class SweepSettings(Frozen):
    """field: the weight that changes from picture to picture, in equal factors from low to high.

    count: of pictures; size: of their longer side in pixels.
    """

    field: SweptWeight = "style_weight"
    low: Annotated[float, Field(ge=SMALLEST_WEIGHT, le=LARGEST_WEIGHT)] = 0.1
    high: Annotated[float, Field(ge=SMALLEST_WEIGHT, le=LARGEST_WEIGHT)] = 1000.0
    count: Annotated[int, Field(ge=FEWEST_PICTURES, le=MOST_PICTURES)] = 5
    size: Annotated[int, Field(ge=SMALLEST_SIDE, le=LARGEST_SIDE)] = 128
