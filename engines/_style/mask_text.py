"""Masks as text, so that a result can tell where each of its styles went."""

from __future__ import annotations

import binascii
import io
from base64 import b64decode, b64encode

import numpy as np
from PIL import Image

from engines.errors import StyleError

# Four of them stay far below the longest text that `read_result` takes.
_LONGEST = 150_000
_LARGEST_SIDE = 4096
_FINEST = 512


def mask_to_text(mask: np.ndarray) -> str:
    """Return `mask`, (h, w) in [0, 1], as a PNG of 256 levels in base64.

    One that is larger than 512 pixels, or would take more than 150 KB, is made smaller first.
    Raises StyleError for other shapes.
    """
    if mask.ndim != 2 or mask.size == 0:
        raise StyleError(f"A mask of shape {mask.shape} is none; it needs (h, w).")
    values = np.nan_to_num(np.asarray(mask, dtype=np.float32))
    picture = Image.fromarray(np.rint(255 * np.clip(values, 0, 1)).astype(np.uint8))
    side = min(max(picture.size), _FINEST)
    while True:
        scale = min(side / max(picture.size), 1.0)
        size = (max(round(picture.width * scale), 1), max(round(picture.height * scale), 1))
        small = picture if scale == 1 else picture.resize(size, Image.Resampling.BOX)
        written = io.BytesIO()
        small.save(written, "PNG", optimize=True)
        text = b64encode(written.getvalue()).decode("ascii")
        if len(text) <= _LONGEST:
            return text
        side //= 2


def mask_from_text(text: str) -> np.ndarray:
    """Return the mask that `mask_to_text` wrote, float32 (h, w) in [0, 1].

    Raises StyleError where the text holds none.
    """
    damaged = StyleError("The mask of a style is damaged.")
    try:
        with Image.open(io.BytesIO(b64decode(text, validate=True)), formats=["PNG"]) as picture:
            if max(picture.size) > _LARGEST_SIDE:  # whatever it claims, it was not written here
                raise damaged
            values = np.asarray(picture.convert("L"), dtype=np.float32)
    # What binascii and Pillow raise on damaged text and files.
    except (
        binascii.Error,
        Image.DecompressionBombError,
        OSError,
        ValueError,
        SyntaxError,
    ) as error:
        raise damaged from error
    return values / np.float32(255)
