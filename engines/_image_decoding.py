"""From a picture file's bytes to float32 (H, W, C) in [0, 1], with what was done to it said."""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from engines.errors import ImageError, ImageTooLarge

_PNG = b"\x89PNG\r\n\x1a\n"
_TIFF = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_OPENING = threading.Lock()
READABLE = "PNG, JPEG, TIFF, WebP, GIF, BMP and others"


@dataclass
class Decoded:
    """A decoded picture; `notes` are sentences for the person."""

    array: np.ndarray
    bit_depth: int
    original_size: tuple[int, int]
    notes: list[str] = field(default_factory=list)


def decode(source: Path | bytes, name: str, max_pixels: int, *, scale_down: bool) -> Decoded:
    """Return the picture in the file or bytes `source`; `name` is used in sentences.

    Raises ImageError for anything that is not a whole picture, ImageTooLarge beyond `max_pixels`
    unless `scale_down`. A JPEG is decoded at the smaller size at once; other formats are decoded
    whole as bytes before they are made smaller (1.2 GB for 20,000 × 20,000 RGB).
    """
    try:
        deep = None if scale_down else _decode_deep(source, name, max_pixels)
        decoded = deep or _decode_with_pillow(source, name, max_pixels, scale_down)
    except ImageError:
        raise
    except UnidentifiedImageError as error:
        raise ImageError(
            f"{name} is not a picture that can be read here ({READABLE}). "
            "Open it in a program that knows it and save it as PNG."
        ) from error
    except MemoryError as error:
        raise ImageError(f"There is not enough memory to load {name}; scale it down.") from error
    except Exception as error:  # decoders raise whatever comes to hand on damaged bytes
        raise ImageError(
            f"{name} is damaged, or only a part of it is there. Copy or download it again."
        ) from error
    return _without_infinities(decoded)


# -- Pillow: everything with up to 8 bits, and 16-bit or float grey -----------------------------


def _decode_with_pillow(
    source: Path | bytes, name: str, max_pixels: int, scale_down: bool
) -> Decoded:
    with opened(source) as image:
        width, height = image.size
        if width < 1 or height < 1:
            raise ImageError(f"{name} has no pixels.")
        notes = _frames_note(image)
        shrink = 1
        if width * height > max_pixels:
            if not scale_down:
                raise _too_large(name, width, height, max_pixels)
            shrink = int(np.ceil(np.sqrt(width * height / max_pixels)))
            image.draft(image.mode, (width // shrink, height // shrink))
        image.load()
        turned = ImageOps.exif_transpose(image)
        if image.getexif().get(0x0112, 1) not in (0, 1):
            notes.append("Turned upright, as its EXIF tag says.")
        if shrink > 1:
            factor = max(1, round(shrink * turned.width * turned.height / (width * height)))
            while turned.width * turned.height > max_pixels * factor**2:
                factor += 1
            turned = _plain(turned).reduce(factor)
            notes.append(
                f"Scaled down from {width} × {height} to {turned.width} × {turned.height}."
            )
        array, depth = _to_float(turned, notes)
        return Decoded(array, depth, (width, height), notes)


@contextmanager
def opened(source: Path | bytes) -> Iterator[Image.Image]:
    """Give the opened picture, of any size, not decoded yet."""
    # Our own limit is checked right after opening, when the size is known and nothing is decoded.
    with _OPENING, warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        guard, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            image = Image.open(io.BytesIO(source) if isinstance(source, bytes) else source)
        finally:
            Image.MAX_IMAGE_PIXELS = guard
    with image:
        yield image


def _frames_note(image: Image.Image) -> list[str]:
    frames = getattr(image, "n_frames", 1)
    if frames < 2 or image.format == "MPO":  # a camera's second view of the same picture
        return []
    if image.format == "TIFF":
        return [f"The file has {frames} pages: only the first is used."]
    return [f"An animation of {frames} frames: only the first is used."]


def _too_large(name: str, width: int, height: int, limit: int) -> ImageTooLarge:
    return ImageTooLarge(
        f"{name} has {width} × {height} pixels, {width * height / 1e6:.0f} million; "
        f"more than {limit / 1e6:.0f} million are too many to play with. It can be scaled down.",
        width,
        height,
        limit,
    )


def _plain(image: Image.Image) -> Image.Image:
    """Return `image` in a mode that can be averaged."""
    if image.mode in ("P", "PA", "1") or "transparency" in image.info:
        return image.convert("RGBA")
    return image


def _to_float(image: Image.Image, notes: list[str]) -> tuple[np.ndarray, int]:
    if image.mode.startswith("I;16"):
        return np.asarray(image).astype(np.float32)[..., None] / 65535.0, 16
    if image.mode == "I":
        whole: np.ndarray = np.asarray(image).astype(np.float64)
        if whole.min() >= 0 and whole.max() <= 65535:
            return (whole / 65535.0).astype(np.float32)[..., None], 16
        notes.append("32-bit whole numbers: divided by the largest, so that 1 is the brightest.")
        return (whole / np.abs(whole).max()).astype(np.float32)[..., None], 32
    if image.mode == "F":
        return np.asarray(image).astype(np.float32)[..., None], 32
    if image.mode == "CMYK":
        notes.append("CMYK was converted to RGB.")
    image = _to_l_or_rgb(image)
    values: np.ndarray = np.asarray(image).astype(np.float32) / np.float32(255)
    if image.mode in ("LA", "RGBA"):
        values = on_white(values, notes)
    return np.ascontiguousarray(values if values.ndim == 3 else values[..., None]), 8


def _to_l_or_rgb(image: Image.Image) -> Image.Image:
    if image.mode in ("P", "PA", "RGBa") or "transparency" in image.info:
        transparent = image.mode != "P" or "transparency" in image.info
        return image.convert("RGBA" if transparent else "RGB")
    if image.mode in ("L", "LA", "RGB", "RGBA"):
        return image
    if image.mode in ("1", "La"):
        return image.convert("L" if image.mode == "1" else "LA")
    if image.mode == "LAB":
        profiles = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, *profiles, outputMode="RGB") or image
    return image.convert("RGB")


def on_white(values: np.ndarray, notes: list[str]) -> np.ndarray:
    """Return `values` (H, W, C + 1), the last being opacity, laid on white: (H, W, C)."""
    opacity = values[..., -1:]
    if (opacity < 1).any():
        notes.append("Transparent areas are shown on white.")
    return np.ascontiguousarray(values[..., :-1] * opacity + (1.0 - opacity))


# -- deep pictures, which Pillow would cut to 8 bits or refuse ----------------------------------


def _decode_deep(source: Path | bytes, name: str, max_pixels: int) -> Decoded | None:
    """Return a 16-bit colour PNG, or a deep TIFF; None for whatever Pillow reads right."""
    if isinstance(source, bytes):
        start = source[:26]
    else:
        with source.open("rb") as file:
            start = file.read(26)
    if start.startswith(_PNG) and len(start) == 26 and start[24] == 16 and start[25] in (2, 4, 6):
        width, height = (int.from_bytes(start[at : at + 4], "big") for at in (16, 20))
        if width * height > max_pixels:
            raise _too_large(name, width, height, max_pixels)
        return _decode_deep_png(source)
    if start.startswith(_TIFF):
        return _decode_deep_tiff(source, name, max_pixels)
    return None


def _decode_deep_png(source: Path | bytes) -> Decoded:
    import png

    reader = png.Reader(bytes=source) if isinstance(source, bytes) else png.Reader(str(source))
    width, height, rows, info = reader.asDirect()
    flat = np.vstack([np.frombuffer(row, np.uint16) for row in rows])
    values = flat.reshape(height, width, info["planes"]).astype(np.float32) / 65535.0
    notes: list[str] = []
    if info["alpha"]:
        values = on_white(values, notes)
    return Decoded(np.ascontiguousarray(values), 16, (width, height), notes)


def _decode_deep_tiff(source: Path | bytes, name: str, max_pixels: int) -> Decoded | None:
    import tifffile

    try:
        file = tifffile.TiffFile(io.BytesIO(source) if isinstance(source, bytes) else source)
    except tifffile.TiffFileError:
        return None  # Pillow says what is wrong
    with file:
        page = file.pages[0]
        if not isinstance(page, tifffile.TiffPage) or page.dtype is None or page.dtype.itemsize < 2:
            return None
        width, height = page.imagewidth, page.imagelength
        if width * height > max_pixels:
            raise _too_large(name, width, height, max_pixels)
        values = page.asarray()
        if page.axes.endswith("YX") and values.ndim == 3:
            values = np.moveaxis(values, 0, 2)
        pages = len(file.pages)
        inverted = page.photometric == tifffile.PHOTOMETRIC.MINISWHITE
    depth = 16 if values.dtype.itemsize == 2 else 32
    if values.dtype.kind in "ui":
        values = values / np.iinfo(values.dtype).max
        values = 1.0 - values if inverted else values
    values = values.astype(np.float32).reshape(height, width, -1)
    notes = [f"The file has {pages} pages: only the first is used."] if pages > 1 else []
    return Decoded(three_or_one(values, notes), depth, (width, height), notes)


def three_or_one(values: np.ndarray, notes: list[str]) -> np.ndarray:
    """Return `values` (H, W, n) with one or three channels: opacity laid on white, others cut."""
    channels = values.shape[2]
    if channels in (2, 4):
        return on_white(values, notes)
    if channels > 4:
        notes.append(f"Of {channels} channels the first three are shown as red, green and blue.")
        values = values[..., :3]
    return np.ascontiguousarray(values)


def _without_infinities(decoded: Decoded) -> Decoded:
    finite = np.isfinite(decoded.array)
    if not finite.all():
        count = int((~finite).any(axis=2).sum())
        decoded.array = np.where(finite, decoded.array, np.float32(0))
        verb = "pixel is" if count == 1 else "pixels are"
        decoded.notes.append(f"{count} {verb} not a number or infinite: shown as 0.")
    return decoded
