"""Two tasks that need no folder: textures cut from real pictures, and handwritten digits.

The textures are cut from pictures that scikit-image packages (assets/CREDITS.md), the digits are
scikit-learn's, from the UCI set "Optical Recognition of Handwritten Digits" (CC BY 4.0).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image

from engines._datasets.dataset import Dataset, Sample, SkippedFile, Split
from engines._datasets.sources import HeldPictures, pixel_key, three_channels
from engines._datasets.splitting import split
from engines.errors import DatasetError, ImageError
from engines.images import load_image, to_uint8

PATCH_SIDE = 64
SOURCE_SIDE = 512
REGIONS = 4  # a side: 16 regions a picture
MARGIN = 16  # pixels between two regions that no patch holds
_ROW_PARTS = ("train", "train", "validation", "test")  # by the region's row, from the top


@dataclass(frozen=True)
class _Texture:
    """A picture to cut from; box: (left, top, right, bottom) of its useful part, as shares."""

    name: str
    file: str
    box: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)


TEXTURES = (
    _Texture("brick", "brick.png"),
    _Texture("coins", "coins.png"),
    _Texture("grass", "grass.png"),
    _Texture("gravel", "gravel.png"),
    # The disc fills the picture; the square inside it holds none of the black around.
    _Texture("retina", "retina.jpg", (0.16, 0.16, 0.84, 0.84)),
    _Texture("stars", "hubble_deep_field.jpg"),
    _Texture("tissue", "ihc.png"),
)


@cache
def texture_task() -> Dataset:
    """Return 448 patches of 64 × 64 pixels, 64 of each of seven classes, with their own split.

    Each class comes from one picture, scaled to 512 × 512 and cut into 4 × 4 regions with 16 pixels
    between them; a region gives 4 patches, which overlap by 12 pixels, and is their group. The
    upper two rows of regions are for training, the third for validation, the lowest for testing:
    no pixel of a tested patch is in another part. A source that is missing leaves its class out.
    """
    skipped, usable = [], []
    for texture in TEXTURES:
        path = _packaged(texture.file)
        try:
            usable.append((texture, _scaled(texture, path)))
        except ImageError as error:
            skipped.append(SkippedFile(path, str(error)))
    if len(usable) < 2:
        raise DatasetError("scikit-image's pictures are not there. Install scikit-image again.")
    samples: list[Sample] = []
    patches: list[np.ndarray] = []
    parts: list[str] = []
    for label, (texture, picture) in enumerate(usable):
        for region, (part, patch) in _patches(picture):
            name = f"{texture.name}/{texture.name}_{len(samples) % 64:03d}"
            samples.append(Sample(pixel_key(patch), label, name, f"{texture.name}/{region}"))
            patches.append(patch)
            parts.append(part)
    return Dataset(
        name="Seven textures" if len(usable) == 7 else f"{len(usable)} textures",
        classes=tuple(texture.name for texture, _ in usable),
        samples=tuple(samples),
        skipped=tuple(skipped),
        notes=(
            f"Patches of {PATCH_SIDE} × {PATCH_SIDE} pixels. Those for training, validation and "
            f"testing come from separate regions, with {MARGIN} pixels between them.",
        ),
        given_split=Split(*(_where(parts, part) for part in ("train", "validation", "test"))),
        source=HeldPictures(tuple(patches)),
    )


def _packaged(file: str) -> Path:
    found = find_spec("skimage.data")
    folder = Path(found.origin).parent if found and found.origin else Path("skimage")
    return folder / file


def _scaled(texture: _Texture, path: Path) -> np.ndarray:
    """Return the middle square of the texture's useful part as uint8 (512, 512, 3)."""
    picture = Image.fromarray(to_uint8(three_channels(load_image(path).array)))
    width, height = picture.size
    left, top, right, bottom = texture.box
    across, down = (right - left) * width, (bottom - top) * height
    inner = min(across, down)
    x, y = left * width + (across - inner) / 2, top * height + (down - inner) / 2
    size = (SOURCE_SIDE, SOURCE_SIDE)
    box = (x, y, x + inner, y + inner)
    return np.array(picture.resize(size, Image.Resampling.LANCZOS, box=box))


def region_boxes() -> tuple[tuple[int, int, int, int], ...]:
    """Return (row, column, top, left) of each region in the scaled picture, row by row."""
    step = region_side() + MARGIN
    span = range(REGIONS)
    return tuple((row, column, row * step, column * step) for row in span for column in span)


def region_side() -> int:
    """Return a region's side in pixels of the scaled picture."""
    return (SOURCE_SIDE - (REGIONS - 1) * MARGIN) // REGIONS


def _patches(picture: np.ndarray) -> list[tuple[str, tuple[str, np.ndarray]]]:
    """Return (region, (part, patch)) for each patch of one scaled picture."""
    found = []
    places = (0, region_side() - PATCH_SIDE)
    for row, column, top, left in region_boxes():
        for down in places:
            for right in places:
                y, x = top + down, left + right
                patch = picture[y : y + PATCH_SIDE, x : x + PATCH_SIDE].copy()
                found.append((f"region {row + 1}.{column + 1}", (_ROW_PARTS[row], patch)))
    return found


def _where(parts: list[str], part: str) -> np.ndarray:
    return np.array([index for index, own in enumerate(parts) if own == part], dtype=np.int64)


@cache
def digits_task() -> Dataset:
    """Return scikit-learn's 1,797 handwritten digits, 8 × 8 pixels, ten classes, split 60/20/20."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    grey = np.round(digits.images * (255.0 / 16.0)).astype(np.uint8)
    pictures = tuple(three_channels(picture[..., None]) for picture in grey)
    samples = tuple(
        Sample(pixel_key(picture), int(label), f"{label}/digit_{index:04d}", f"digit {index}")
        for index, (picture, label) in enumerate(zip(pictures, digits.target, strict=True))
    )
    whole = Dataset(
        name="Handwritten digits",
        classes=tuple(str(digit) for digit in range(10)),
        samples=samples,
        notes=(
            "8 × 8 pixels each. Who wrote a digit is not recorded, so the same hand may be in "
            "training and in testing.",
        ),
        source=HeldPictures(pictures),
    )
    return replace(whole, given_split=split(whole))
