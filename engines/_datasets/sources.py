"""Where a data set's pixels come from: files that are read each time, or arrays that are held."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engines._datasets.dataset import Sample
from engines._image_decoding import decode
from engines.errors import DatasetError, ImageError, ImageTooLarge
from engines.images import DEFAULT_MAX_PIXELS, load_image_bytes, to_uint8

MAX_FILE_BYTES = 400_000_000


def content_key(data: bytes) -> str:
    """Return the sha256 of a file's bytes as hex."""
    return hashlib.sha256(data).hexdigest()


def pixel_key(pixels: np.ndarray) -> str:
    """Return the sha256 of an array's shape, type and values as hex."""
    head = f"{pixels.shape} {pixels.dtype.str} ".encode()
    return hashlib.sha256(head + np.ascontiguousarray(pixels).tobytes()).hexdigest()


def three_channels(pixels: np.ndarray) -> np.ndarray:
    """Return (H, W, 1 or 3) as (H, W, 3), contiguous; grey is repeated."""
    if pixels.shape[2] == 1:
        pixels = np.repeat(pixels, 3, axis=2)
    return np.ascontiguousarray(pixels)


def read_file(path: Path) -> bytes:
    """Return the bytes of a picture file; raises DatasetError where that cannot be."""
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise DatasetError(
                f"{path.name} has {size / 1e6:,.0f} MB: too much for one picture of many. "
                "Open it as a large picture, which is read in tiles."
            )
        return path.read_bytes()
    except FileNotFoundError as error:
        raise DatasetError(
            f"{path.name} is no longer in {path.parent}. Put it back or scan the folder again."
        ) from error
    except PermissionError as error:
        raise DatasetError(f"You may not read {path.name}. Change its permissions.") from error
    except OSError as error:
        raise DatasetError(f"{path.name} cannot be read: {error.strerror or error}.") from error


def check_picture(data: bytes, name: str) -> None:
    """Raise ImageError unless `data` is a whole, readable picture of a size to work with."""
    if not data:
        raise ImageError(f"{name} is empty: it holds no picture.")
    try:
        # A JPEG is decoded at a fraction of its size at once: all of its bytes are seen, quickly.
        decoded = decode(data, name, 256 * 256, scale_down=True)
    except ImageError:
        # 16-bit colour TIFF and the like are read in another way, which does not scale down.
        load_image_bytes(data, name)
        return
    width, height = decoded.original_size
    if width * height > DEFAULT_MAX_PIXELS:
        raise ImageTooLarge(
            f"{name} has {width} × {height} pixels: too many for one picture of many. "
            "Open it as a large picture, which is read in tiles.",
            width,
            height,
            DEFAULT_MAX_PIXELS,
        )


class FilePictures:
    """Pixels from files; what has changed since the scan is refused."""

    def read(self, sample: Sample, index: int) -> np.ndarray:
        """Return float32 (H, W, 3) in [0, 1]."""
        data = self._unchanged(sample)
        try:
            loaded = load_image_bytes(data, sample.name)
        except ImageError as error:
            raise DatasetError(str(error)) from error
        pixels = loaded.array if loaded.bit_depth == 8 else np.clip(loaded.array, 0.0, 1.0)
        return three_channels(pixels)

    def read_small(self, sample: Sample, index: int, side: int) -> np.ndarray:
        """Return uint8 (h, w, 3) of some two times `side` or more where the file has as many."""
        data = self._unchanged(sample)
        try:
            decoded = decode(data, sample.name, 16 * side * side, scale_down=True)
        except ImageError:
            return to_uint8(self.read(sample, index))
        small = decoded.array
        if min(small.shape[:2]) < min(side, *decoded.original_size):  # a panorama
            return to_uint8(self.read(sample, index))
        return to_uint8(three_channels(small))

    @staticmethod
    def _unchanged(sample: Sample) -> bytes:
        if sample.path is None:
            raise DatasetError(f"{sample.name} has no file.")
        data = read_file(sample.path)
        if content_key(data) != sample.key:
            raise DatasetError(
                f"{sample.name} has changed since the folder was scanned. Scan the folder again."
            )
        return data


@dataclass(frozen=True, eq=False)
class HeldPictures:
    """Pixels from arrays in memory, uint8 (H, W, 3), one for each sample."""

    pictures: tuple[np.ndarray, ...]

    def read(self, sample: Sample, index: int) -> np.ndarray:
        """Return float32 (H, W, 3) in [0, 1]."""
        return self.pictures[index].astype(np.float32) / np.float32(255)

    def read_small(self, sample: Sample, index: int, side: int) -> np.ndarray:
        """Return the picture itself."""
        return self.pictures[index]
