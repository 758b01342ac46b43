"""Which reader opens a large picture."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import ImageOps, UnidentifiedImageError

from engines._image_decoding import opened
from engines._tiles.openslide_reader import OpenSlideReader
from engines._tiles.picture import LargePicture, Level
from engines._tiles.tiff_reader import TiffReader
from engines.errors import ImageError, ImageTooLarge
from engines.images import DEFAULT_MAX_PIXELS, load_image, to_uint8

MAX_HELD_PIXELS = 400_000_000
_TIFF_MARKS = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_SLIDES_AS_TIFF = (".svs", ".ndpi", ".scn", ".bif")
_OTHER_SLIDES = (".mrxs", ".vms", ".vmu", ".svslide", ".dcm", ".czi")
_WHOLE_BYTES = ("1", "L", "LA", "P", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr")


def open_large(path: str | Path) -> LargePicture:
    """Return the picture in the file `path`, opened for reading in regions; close it after use.

    TIFF (tiled or in strips, pyramids, BigTIFF) is read in parts; slide formats are when the
    package openslide is installed; all others are held whole as bytes (3 a pixel), which `notes`
    says. Raises ImageError for what cannot be read, ImageTooLarge for what cannot be held.
    """
    file = Path(path)
    mark = _first_bytes(file)
    suffix = file.suffix.lower()
    slide = suffix in _SLIDES_AS_TIFF or suffix in _OTHER_SLIDES
    if slide and find_spec("openslide") is not None:
        return LargePicture(file.name, OpenSlideReader(file))
    if mark in _TIFF_MARKS:
        reader = TiffReader(file)
        return LargePicture(file.name, reader, reader.notes)
    if slide:
        raise ImageError(
            f"{file.name} is a slide in a format that needs the Python packages openslide-python "
            "and openslide-bin. Install them and open it again, or save it as a tiled TIFF."
        )
    return _held(file)


def _first_bytes(file: Path) -> bytes:
    try:
        if file.is_dir():
            raise ImageError(f"{file.name} is a folder; choose a picture in it.")
        with file.open("rb") as data:
            mark = data.read(4)
    except FileNotFoundError as error:
        raise ImageError(f"{file.name} does not exist (any more) in {file.parent}.") from error
    except PermissionError as error:
        raise ImageError(f"You may not read {file.name}. Change its permissions.") from error
    except OSError as error:
        raise ImageError(f"{file.name} cannot be read: {error.strerror or error}.") from error
    if not mark:
        raise ImageError(f"{file.name} is empty: it holds no picture. Copy or download it again.")
    return mark


def _held(file: Path) -> LargePicture:
    """Return a picture of a format that is decoded whole."""
    try:
        with opened(file) as image:
            width, height = image.size
            if width * height > MAX_HELD_PIXELS:
                raise ImageTooLarge(
                    f"{file.name} has {width} × {height} pixels in a format that can only be read "
                    "whole. Save it as a tiled TIFF, which is read in parts.",
                    width,
                    height,
                    MAX_HELD_PIXELS,
                )
            if width * height <= DEFAULT_MAX_PIXELS:
                pixels = to_uint8(load_image(file).array)
            elif image.mode in _WHOLE_BYTES:
                turned = ImageOps.exif_transpose(image)
                pixels = np.asarray(turned.convert("RGB"))
            else:
                raise ImageError(
                    f"{file.name} has more than 8 bits a pixel, which is too much to hold at this "
                    "size. Save it as a tiled TIFF."
                )
    except ImageError:
        raise
    except UnidentifiedImageError as error:
        raise ImageError(
            f"{file.name} is not a picture that can be read here. Save it as TIFF."
        ) from error
    except (OSError, ValueError, SyntaxError, MemoryError) as error:
        raise ImageError(
            f"{file.name} is damaged, or too large for the memory of this machine."
        ) from error
    note = (
        f"A {file.suffix[1:].upper() or 'file'} is held in memory whole "
        f"({pixels.shape[0] * pixels.shape[1] * 3 / 1e6:,.0f} MB); a tiled TIFF would be read in "
        "parts."
    )
    return LargePicture(file.name, HeldReader(pixels), (note,))


class HeldReader:
    """Regions of a picture in memory, uint8 (H, W, 1 or 3)."""

    def __init__(self, pixels: np.ndarray) -> None:
        self._pixels = pixels
        self.levels: tuple[Level, ...] = (Level(pixels.shape[1], pixels.shape[0]),)

    def read(self, level: int, top: int, left: int, height: int, width: int) -> np.ndarray:
        """Return float32 (height, width, 3) in [0, 1]."""
        region = self._pixels[top : top + height, left : left + width]
        values = region.astype(np.float32) / np.float32(255)
        return np.ascontiguousarray(np.broadcast_to(values, (height, width, 3)))

    def close(self) -> None:
        """Let go of the pixels."""
        self._pixels = self._pixels[:0]
