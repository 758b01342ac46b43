"""A run as an animation: GIF, WebP or animated PNG."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from engines.atomic_write import atomic_write
from engines.errors import StyleError
from engines.images import to_uint8

if TYPE_CHECKING:
    import torch

# How many pixels a side may have, as the formats store it.
_FORMATS = {".gif": ("GIF", 65_535), ".webp": ("WEBP", 16_383), ".png": ("PNG", 65_535)}
FASTEST = 50.0  # viewers show GIFs with shorter pauses than 20 ms slowly
SLOWEST = 0.1


def save_animation(
    path: str | Path,
    frames: Iterable[np.ndarray | torch.Tensor],
    fps: float = 12.0,
    *,
    size: tuple[int, int] | None = None,
    hold_last: float = 1.5,
    loop: bool = True,
) -> int:
    """Write `frames`, pictures (3, H, W) in [0, 1] in order, and return how many there were.

    The ending chooses GIF (256 colours a frame), WebP or .png (animated PNG, lossless). size:
    (height, width) that every frame is brought to, by default the first frame's: a coarse-to-fine
    run has frames of several sizes. hold_last: seconds for which the last frame stays before the
    animation begins anew; loop: whether it does. A GIF's pauses are whole hundredths of a second.

    Frames are taken one after another, and kept as bytes until the last is there; what the iterator
    raises passes through and leaves no file. Raises StyleError for other endings, speeds and sizes,
    for frames that are no pictures and where there is none, ImageError where it cannot be written.
    """
    file = Path(path)
    suffix = file.suffix.lower()
    if suffix not in _FORMATS:
        raise StyleError(
            f"An animation cannot be saved as {suffix or 'a file without ending'!r}; end the name "
            f"with one of {', '.join(_FORMATS)}."
        )
    if not SLOWEST <= fps <= FASTEST:
        raise StyleError(
            f"{fps:g} frames a second cannot be shown; choose {SLOWEST:g} to {FASTEST:g}."
        )
    kind, longest = _FORMATS[suffix]
    pictures = [_ready(picture, kind) for picture in _pictures(frames, size, longest, kind)]
    if not pictures:
        raise StyleError("There is no frame to save yet; let the run take a step first.")
    pause = round(1000 / fps) if kind != "GIF" else max(20, 10 * round(100 / fps))
    pauses = [pause] * len(pictures)
    pauses[-1] = max(pause, 10 * round(100 * hold_last))
    encoded = io.BytesIO()
    pictures[0].save(encoded, kind, **_options(kind, pictures, pauses, loop=loop))
    with atomic_write(file) as out:
        out.write(encoded.getbuffer())
    return len(pictures)


def _options(
    kind: str, pictures: list[Image.Image], pauses: list[int], *, loop: bool
) -> dict[str, Any]:
    options: dict[str, Any] = {"save_all": True, "append_images": pictures[1:], "duration": pauses}
    if kind == "GIF":
        # Without `loop` a GIF plays once; the others count how often they play.
        return options | {"optimize": False} | ({"loop": 0} if loop else {})
    options["loop"] = 0 if loop else 1
    return options | ({"quality": 90, "method": 2} if kind == "WEBP" else {})


def _pictures(
    frames: Iterable[np.ndarray | torch.Tensor],
    size: tuple[int, int] | None,
    longest: int,
    kind: str,
) -> Iterator[Image.Image]:
    """Yield every frame at one size."""
    for frame in frames:
        picture = Image.fromarray(to_uint8(_hwc(frame)))
        if size is None:
            size = (picture.height, picture.width)
        height, width = size
        if not (1 <= height <= longest and 1 <= width <= longest):
            raise StyleError(
                f"{width} × {height} pixels do not fit into a {kind} file; choose sides of 1 to "
                f"{longest:,}."
            )
        if picture.size != (width, height):
            picture = picture.resize((width, height), Image.Resampling.BICUBIC)
        yield picture


def _ready(picture: Image.Image, kind: str) -> Image.Image:
    """Return the frame as the file keeps it: a GIF's with a palette of its own."""
    if kind != "GIF":
        return picture
    return picture.quantize(256, Image.Quantize.MEDIANCUT)


def _hwc(frame: np.ndarray | torch.Tensor) -> np.ndarray:
    array = np.asarray(frame.detach().cpu() if hasattr(frame, "detach") else frame)
    if array.ndim != 3 or array.shape[0] != 3 or array.size == 0:
        raise StyleError(f"A frame of shape {array.shape} is no picture; it needs (3, H, W).")
    return np.moveaxis(array, 0, 2)
