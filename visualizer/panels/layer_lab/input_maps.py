"""A picture as the maps that an experiment works on: the whole, reduced where large, or a crop."""

from __future__ import annotations

import weakref

import numpy as np

from visualizer.panels.layer_lab.state import MOST_SIDE, Crop
from visualizer.pictures.picture import Picture

THUMBNAIL = 480  # pixels of its longer side

# The last picture that was reduced: a slider asks for the same one again and again.
_last: tuple[weakref.ref[Picture], np.ndarray] | None = None


def whole_picture(picture: Picture) -> tuple[np.ndarray, str]:
    """Return the picture as (C, H, W) float32 in [0, 1], and its title.

    A side above `MOST_SIDE` is reduced to it, as the title says: each pixel is then the mean of
    those that it covers.
    """
    pixels = picture.values("colour")
    height, width = pixels.shape[:2]
    title = picture.image.source
    if max(height, width) > MOST_SIDE:
        pixels = _reduced(picture, pixels)
        small = f"{pixels.shape[1]} × {pixels.shape[0]}"
        title = f"{title}, {width} × {height} pixels reduced to {small}"
    return np.ascontiguousarray(pixels.transpose(2, 0, 1), np.float32), title


def cropped_picture(picture: Picture, crop: Crop) -> tuple[np.ndarray, str]:
    """Return the square `crop` of the picture as (C, side, side) float32, and its title.

    A crop that reaches beyond the picture is moved inside, and made smaller if need be.
    """
    pixels = picture.values("colour")
    crop = crop.within(*pixels.shape[:2])
    part = pixels[crop.row : crop.row + crop.side, crop.column : crop.column + crop.side]
    title = f"{picture.image.source}, crop of {crop.side} × {crop.side}"
    return np.ascontiguousarray(part.transpose(2, 0, 1), np.float32), title


def _reduced(picture: Picture, pixels: np.ndarray) -> np.ndarray:
    """Return `pixels` (H, W, C) with a longest side of `MOST_SIDE`, by area averaging."""
    global _last
    kept = _last
    if kept is not None and kept[0]() is picture:
        return kept[1]
    import torch
    from torch.nn import functional

    height, width = pixels.shape[:2]
    scale = MOST_SIDE / max(height, width)
    size = (max(1, round(height * scale)), max(1, round(width * scale)))
    # A view of the picture's own memory: channels last is averaged faster, and nothing is copied.
    batch = torch.from_numpy(pixels).permute(2, 0, 1)[None]
    small = functional.interpolate(batch, size=size, mode="area")[0].permute(1, 2, 0)
    reduced = np.ascontiguousarray(small.numpy())
    _last = weakref.ref(picture), reduced
    return reduced


def thumbnail(picture: Picture) -> np.ndarray:
    """Return the picture small, uint8 (h, w, 3), for choosing a crop; quick enough for the window.

    Pixels are left out, not averaged: it is drawn smaller still, smoothly.
    """
    pixels = picture.values("colour")
    step = max(1, -(-max(pixels.shape[:2]) // THUMBNAIL))
    part = np.clip(pixels[::step, ::step], 0.0, 1.0) * 255 + 0.5
    part = part.astype(np.uint8)
    return np.ascontiguousarray(part if part.shape[2] == 3 else part[..., :1].repeat(3, axis=2))
