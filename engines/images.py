"""Pictures: loading, saving, and the samples that ship with the application.

Pictures live in HWC memory (docs/benchmarks.md); (C, H, W) is a view of it.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from PIL import Image, PngImagePlugin

from engines._image_decoding import Decoded, decode, on_white
from engines.atomic_write import atomic_write
from engines.errors import ImageError

if TYPE_CHECKING:
    import torch

DEFAULT_MAX_PIXELS = 30_000_000
SAMPLE_FOLDER = Path(__file__).parents[1] / "assets" / "samples"
DEEP_SUFFIXES = (".png", ".tif", ".tiff")
_FORMATS = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".webp": "WEBP",
    ".bmp": "BMP",
}


@dataclass(frozen=True)
class LoadedImage:
    """A picture in memory.

    array: float32 (H, W, C), C-contiguous, C = 1 or 3, nominally in [0, 1] (float files keep what
    lies outside); bit_depth: 8, 16 or 32; source: where it came from, for people; notes: sentences
    about what was done to it; original_size: (width, height) in the file.
    """

    array: np.ndarray
    source: str
    bit_depth: int = 8
    notes: tuple[str, ...] = ()
    original_size: tuple[int, int] = (0, 0)

    @property
    def pixels(self) -> torch.Tensor:
        """The picture as (C, H, W), a view of `array`."""
        import torch

        return torch.from_numpy(self.array).permute(2, 0, 1)

    @property
    def height(self) -> int:
        """Rows of pixels."""
        return int(self.array.shape[0])

    @property
    def width(self) -> int:
        """Columns of pixels."""
        return int(self.array.shape[1])

    @property
    def channels(self) -> int:
        """1 for grey, 3 for colour."""
        return int(self.array.shape[2])


@dataclass(frozen=True)
class Sample:
    """A picture that ships with the application; credits in full in assets/CREDITS.md."""

    name: str
    title: str
    file: str
    credit: str
    licence: str


SAMPLES: dict[str, Sample] = {
    sample.name: sample
    for sample in (
        Sample("chelsea", "Cat", "chelsea.png", "Stéfan van der Walt", "CC0"),
        Sample("coffee", "Coffee", "coffee.jpg", "Rachel Michetti", "CC0"),
        Sample("camera", "Cameraman", "camera.png", "Lav Varshney", "CC0"),
        Sample("rocket", "Rocket", "rocket.jpg", "SpaceX", "public domain"),
        Sample("hubble", "Stars", "hubble.jpg", "NASA, ESA", "public domain"),
        Sample("retina", "Retina", "retina.jpg", "Mikael Häggström", "CC0"),
        Sample("brick", "Bricks", "brick.png", "cc0textures.com", "CC0"),
        Sample("grass", "Grass", "grass.jpg", "linolafett", "CC0"),
        Sample("gravel", "Gravel", "gravel.jpg", "cc0textures.com", "CC0"),
        Sample("coins", "Coins", "coins.png", "Brooklyn Museum", "no known restrictions"),
    )
}

_DRAWN = ("assets/make_styles.py", "MIT")
# What to offer as the style of a transfer: those drawn for it first, then samples with a texture.
STYLE_SAMPLES: dict[str, Sample] = {
    sample.name: sample
    for sample in (
        Sample("waves", "Woodblock waves", "waves.jpg", *_DRAWN),
        Sample("glass", "Stained glass", "glass.jpg", *_DRAWN),
        Sample("marbled", "Marbled paper", "marbled.jpg", *_DRAWN),
        Sample("engraving", "Engraving", "engraving.jpg", *_DRAWN),
        Sample("dots", "Dots of colour", "dots.jpg", *_DRAWN),
        Sample("starry", "Night sky in oil", "starry.jpg", *_DRAWN),
        Sample("oil", "Coffee in oil", "oil.jpg", *_DRAWN),
        Sample("tissue", "Tissue", "tissue.jpg", "CMMI", "no known restrictions"),
        *(SAMPLES[name] for name in ("hubble", "retina", "brick", "grass", "gravel", "coins")),
    )
}


def load_image(
    path: str | Path, *, max_pixels: int | None = None, scale_down: bool = False
) -> LoadedImage:
    """Return the picture in the file `path`.

    8 and 16 bits, grey, palette, CMYK, LAB and float are converted; transparency is laid on white;
    EXIF rotation is applied; of animations and pages the first is taken; `notes` says so.
    More pixels than `max_pixels` (default `DEFAULT_MAX_PIXELS`) raise ImageTooLarge, or with
    `scale_down` give a picture within them. Raises ImageError with a sentence for everything that
    is not a whole, readable picture.
    """
    file = Path(path)
    name = file.name
    try:
        if file.is_dir():
            raise ImageError(f"{name} is a folder; choose a picture in it.")
        if file.stat().st_size == 0:
            raise ImageError(f"{name} is empty: it holds no picture. Copy or download it again.")
        with file.open("rb"):
            pass
    except FileNotFoundError as error:
        raise ImageError(f"{name} does not exist (any more) in {file.parent}.") from error
    except PermissionError as error:
        raise ImageError(f"You may not read {name}. Change its permissions or copy it.") from error
    except OSError as error:
        raise ImageError(f"{name} cannot be read: {error.strerror or error}.") from error
    limit = DEFAULT_MAX_PIXELS if max_pixels is None else max_pixels
    return _loaded(decode(file, name, limit, scale_down=scale_down), name)


def load_image_bytes(data: bytes, name: str, *, max_pixels: int | None = None) -> LoadedImage:
    """Return the picture in the file content `data`; errors as `load_image`."""
    if not data:
        raise ImageError(f"{name} is empty: it holds no picture.")
    limit = DEFAULT_MAX_PIXELS if max_pixels is None else max_pixels
    return _loaded(decode(data, name, limit, scale_down=False), name)


def load_sample(name: str) -> LoadedImage:
    """Return the sample picture `name`, one of `SAMPLES` or `STYLE_SAMPLES`."""
    every = SAMPLES | STYLE_SAMPLES
    if name not in every:
        raise ImageError(f"There is no sample {name!r}; there are {', '.join(every)}.")
    sample = every[name]
    loaded = load_image(SAMPLE_FOLDER / sample.file)
    return LoadedImage(loaded.array, sample.title, original_size=loaded.original_size)


def from_array(array: np.ndarray, name: str) -> LoadedImage:
    """Return the picture in `array`: (H, W) or (H, W, 1…4), uint8, uint16, bool or float.

    Whole numbers are divided by their type's largest; 2 and 4 channels have opacity, laid on white.
    Raises ImageError for other shapes.
    """
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or array.shape[2] not in (1, 2, 3, 4) or array.size == 0:
        raise ImageError(f"{name} has the shape {array.shape}; a picture has (height, width, 1…4).")
    depth = 8 * array.dtype.itemsize
    if array.dtype.kind in "ui":
        values = array.astype(np.float32) / np.float32(np.iinfo(array.dtype).max)
    else:
        values = array.astype(np.float32)
    notes: list[str] = []
    if values.shape[2] in (2, 4):
        values = on_white(values, notes)
    size = (array.shape[1], array.shape[0])
    return LoadedImage(np.ascontiguousarray(values), name, min(depth, 32), tuple(notes), size)


def _loaded(decoded: Decoded, name: str) -> LoadedImage:
    array = np.ascontiguousarray(decoded.array, dtype=np.float32)
    return LoadedImage(array, name, decoded.bit_depth, tuple(decoded.notes), decoded.original_size)


def to_uint8(array: np.ndarray) -> np.ndarray:
    """Return `array` (any shape, nominally in [0, 1]) clipped and rounded to 0…255."""
    return (np.clip(array, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)


def save_image(
    path: str | Path,
    pixels: torch.Tensor | np.ndarray,
    *,
    bits: int = 8,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write `pixels`, (H, W) or (C, H, W) with C = 1 or 3, clipped to [0, 1], as a picture file.

    The ending chooses PNG, TIFF, JPEG, WebP or BMP; bits: 8, or 16 for PNG and TIFF. `metadata`
    goes into a PNG's text chunks. The file is written whole or not at all. Raises ImageError.
    """
    file = Path(path)
    suffix = file.suffix.lower()
    if suffix not in _FORMATS:
        raise ImageError(
            f"A picture cannot be saved as {suffix or 'a file without ending'!r}; "
            f"end the name with one of {', '.join(_FORMATS)}."
        )
    if bits not in (8, 16) or (bits == 16 and suffix not in DEEP_SUFFIXES):
        raise ImageError(f"{suffix} cannot hold {bits} bits; choose 8, or PNG or TIFF with 16.")
    hwc = _as_hwc(pixels)
    with atomic_write(file) as out:
        if bits == 16:
            _write_deep(out, suffix, hwc)
        else:
            _write_shallow(out, suffix, hwc, metadata or {})


def _as_hwc(pixels: torch.Tensor | np.ndarray) -> np.ndarray:
    array = np.asarray(pixels.detach().cpu().numpy() if hasattr(pixels, "detach") else pixels)
    if array.ndim == 2:
        array = array[None]
    if array.ndim != 3 or array.shape[0] not in (1, 3) or array.size == 0:
        raise ImageError(f"A picture of shape {array.shape} cannot be saved; it needs (3, H, W).")
    return np.moveaxis(array, 0, 2)


def _write_shallow(
    out: BinaryIO, suffix: str, hwc: np.ndarray, metadata: Mapping[str, str]
) -> None:
    pixels = to_uint8(hwc)
    image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    options: dict[str, Any] = {}
    if suffix == ".png":
        chunks = PngImagePlugin.PngInfo()
        for key, value in metadata.items():
            chunks.add_itxt(key, value)
        options["pnginfo"] = chunks
    elif suffix in (".jpg", ".jpeg", ".webp"):
        options["quality"] = 95
    encoded = io.BytesIO()
    image.save(encoded, _FORMATS[suffix], **options)
    out.write(encoded.getbuffer())


def _write_deep(out: BinaryIO, suffix: str, hwc: np.ndarray) -> None:
    pixels = (np.clip(hwc, 0.0, 1.0) * 65535.0 + 0.5).astype(np.uint16)
    if suffix == ".png":
        import png

        height, width, channels = pixels.shape
        writer = png.Writer(width, height, greyscale=channels == 1, bitdepth=16)
        writer.write(out, pixels.reshape(height, -1))
        return
    out.write(_tiff(pixels))


def save_raw(path: str | Path, array: np.ndarray) -> None:
    """Write the numbers of `array` (H, W) or (H, W, C), unclipped: .npy, or float32 .tif, .tiff.

    The file is written whole or not at all. Raises ImageError.
    """
    file = Path(path)
    suffix = file.suffix.lower()
    if suffix not in (".npy", ".tif", ".tiff"):
        raise ImageError("Numbers can be saved as .npy or as a float .tif or .tiff.")
    with atomic_write(file) as out:
        if suffix == ".npy":
            np.save(out, array, allow_pickle=False)
            return
        out.write(_tiff(np.ascontiguousarray(array, dtype=np.float32)))


def _tiff(array: np.ndarray) -> bytes:
    """Return `array` (H, W) or (H, W, 1 or 3) as the content of a TIFF file, of its own dtype."""
    import tifffile

    if array.ndim == 3 and array.shape[2] == 1:
        array = array[..., 0]
    encoded = io.BytesIO()
    tifffile.imwrite(encoded, array, photometric="rgb" if array.ndim == 3 else "minisblack")
    return encoded.getvalue()
