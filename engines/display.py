"""From responses to what a screen can show: the display is clipped, the data is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    import torch

Colors = Literal["rgb", "grey", "magnitude", "signed"]

SMALLEST = 1e-30  # below it 1 / limit is no float32
# Rec. 709 luma of linear RGB, as in skimage.color.rgb2gray.
LUMA = np.array([0.2125, 0.7154, 0.0721], dtype=np.float32)


@dataclass(frozen=True)
class Rendered:
    """A picture for the screen.

    pixels: uint8, (H, W, 3) for "rgb", else (H, W) whose 0…255 stand for `levels` linearly.
    levels: the values that 0 and 255 stand for; "signed" levels are symmetric about zero.
    """

    pixels: np.ndarray
    colors: Colors
    levels: tuple[float, float]


def to_grey(values: np.ndarray) -> np.ndarray:
    """Return the luma (H, W, 1) of `values` (H, W, C), float32; one channel stays as it is."""
    if values.shape[2] == 1:
        return values
    return np.ascontiguousarray((values @ LUMA)[..., None])


def render_picture(values: np.ndarray) -> Rendered:
    """Return `values` (H, W, 1 or 3), nominally in [0, 1], clipped to what a screen shows."""
    pixels = np.clip(values, 0.0, 1.0)
    pixels = (pixels * 255.0 + 0.5).astype(np.uint8)
    if pixels.shape[2] == 1:
        return Rendered(pixels[..., 0], "grey", (0.0, 1.0))
    return Rendered(pixels, "rgb", (0.0, 1.0))


def render_response(
    response: torch.Tensor,
    display: Literal["clipped", "absolute", "signed"],
    *,
    gain: float = 1.0,
    offset: float = 0.0,
) -> Rendered:
    """Return the response (C, H, W) of a filter as a picture for the screen.

    display: "clipped" shows gain·x + offset as a picture, black at 0 and white at 1; "absolute"
    the magnitude, "signed" the value about zero, both up to the largest magnitude ÷ gain. Of three
    channels the last two show the one with the largest magnitude.
    """
    import torch

    if display == "clipped":
        plain = gain == 1.0 and offset == 0.0
        scaled = response if plain else response * gain + offset
        pixels = scaled.clamp(0.0, 1.0).mul_(255.0).add_(0.5).to(torch.uint8)
        hwc = pixels.permute(1, 2, 0).contiguous().numpy()
        if hwc.shape[2] == 1:
            return Rendered(hwc[..., 0], "grey", (-offset / gain, (1.0 - offset) / gain))
        return Rendered(hwc, "rgb", (0.0, 1.0))
    from engines._display_loops import quantise, strongest_channel

    strongest, largest = strongest_channel(response.permute(1, 2, 0).contiguous().numpy())
    limit = largest / gain
    scale = 1.0 / limit if limit > SMALLEST else 0.0
    if display == "absolute":
        return Rendered(
            quantise(strongest, 255.0 * scale, 0.5, fold=True), "magnitude", (0.0, limit)
        )
    # Zero lies between the 127th and 128th colour, which are the two neutral ones.
    return Rendered(
        quantise(strongest, 127.5 * scale, 128.0, fold=False), "signed", (-limit, limit)
    )
