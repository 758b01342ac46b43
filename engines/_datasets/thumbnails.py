"""Small square pictures for lists and plots."""

from __future__ import annotations

import numpy as np
from PIL import Image


def square_thumbnail(pixels: np.ndarray, side: int) -> np.ndarray:
    """Return the middle square of `pixels`, uint8 (H, W, 3), as uint8 (side, side, 3).

    Larger pictures are averaged; those of less than half the side keep their pixels as squares.
    """
    height, width = pixels.shape[:2]
    inner = min(height, width)
    top, left = (height - inner) // 2, (width - inner) // 2
    square = Image.fromarray(np.ascontiguousarray(pixels[top : top + inner, left : left + inner]))
    if inner == side:
        return np.array(square)
    if inner > side:
        how = Image.Resampling.BOX
    else:
        how = Image.Resampling.NEAREST if 2 * inner <= side else Image.Resampling.BICUBIC
    return np.array(square.resize((side, side), how))
