"""Several pictures with their titles on one sheet, to compare them at a glance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from engines.errors import StyleError
from engines.images import to_uint8

if TYPE_CHECKING:
    import torch

_PAPER, _INK = (255, 255, 255), (32, 32, 32)
_MOST = 400  # pictures on one sheet
_SMALLEST_CELL = 16


def contact_sheet(
    images: Sequence[tuple[str, np.ndarray | torch.Tensor]],
    columns: int | None = None,
    *,
    cell: int = 256,
) -> np.ndarray:
    """Return one picture (3, H, W), float32 in [0, 1], of all `images`, row after row on white.

    images: (title, picture (3, H, W) in [0, 1]) each, of any sizes; every picture is scaled to fit
    into a square of `cell` pixels, its title below it, cut with an ellipsis where it is too wide.
    columns: by default as many as make the sheet about square. Raises StyleError where there is no
    picture, for shapes that are none, and for cells and columns that make no sense.
    """
    if not images:
        raise StyleError("There is no picture for the sheet yet; keep a run first.")
    if len(images) > _MOST:
        raise StyleError(
            f"{len(images)} pictures are too many for one sheet; choose up to {_MOST}."
        )
    if cell < _SMALLEST_CELL:
        raise StyleError(
            f"Pictures of {cell} pixels are too small; choose {_SMALLEST_CELL} or more."
        )
    across = math.ceil(math.sqrt(len(images))) if columns is None else columns
    if across < 1:
        raise StyleError(f"{across} columns hold no picture; choose 1 or more.")
    across = min(across, len(images))
    gap = max(cell // 16, 2)
    font = _font(max(cell // 14, 9))
    line = sum(font.getmetrics())
    down = math.ceil(len(images) / across)
    step = (cell + gap, cell + gap + line)
    size = (gap + across * step[0], gap + down * (step[1] + gap // 2))
    sheet = Image.new("RGB", size, _PAPER)
    pen = ImageDraw.Draw(sheet)
    for number, (title, image) in enumerate(images):
        row, column = divmod(number, across)
        left, top = gap + column * step[0], gap + row * (step[1] + gap // 2)
        picture = _fitted(image, title, cell)
        beside = ((cell - picture.width) // 2, (cell - picture.height) // 2)
        sheet.paste(picture, (left + beside[0], top + beside[1]))
        # All titles of a row stand at one height, whatever the shapes of the pictures.
        text = _cut(title, font, cell)
        place = (left + (cell - font.getlength(text)) / 2, top + cell + gap // 4)
        pen.text(place, text, fill=_INK, font=font)
    values = np.asarray(sheet, dtype=np.float32) / np.float32(255)
    return np.moveaxis(values, 2, 0)


def _fitted(image: np.ndarray | torch.Tensor, title: str, cell: int) -> Image.Image:
    array = np.asarray(image.detach().cpu() if hasattr(image, "detach") else image)
    if array.ndim != 3 or array.shape[0] != 3 or array.size == 0:
        raise StyleError(f"“{title}” has the shape {array.shape}; a picture has (3, H, W).")
    picture = Image.fromarray(to_uint8(np.moveaxis(array, 0, 2)))
    scale = cell / max(picture.size)
    size = (max(round(picture.width * scale), 1), max(round(picture.height * scale), 1))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _cut(title: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    """Return the title's first line, shortened until it is no wider than `width` pixels."""
    text = " ".join(title.split())
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


@lru_cache(maxsize=8)
def _font(size: int) -> ImageFont.FreeTypeFont:
    """Return a font that has Greek letters and signs, which Pillow's own lacks.

    It comes with the package that draws the formulas; without it Pillow's own must do.
    """
    package = find_spec("ziafont")
    for folder in (package.submodule_search_locations or []) if package else []:
        file = Path(folder) / "fonts" / "DejaVuSans.ttf"
        if file.is_file():
            return ImageFont.truetype(str(file), size)
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise StyleError("Pillow was built without fonts; install it anew to write titles.")
    return font
