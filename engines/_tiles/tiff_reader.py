"""Regions of a TIFF: only the tiles or strips that a region touches are read and unpacked."""

from __future__ import annotations

import logging
import struct
import threading
import zlib
from collections import OrderedDict
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import tifffile

from engines._tiles.picture import Level
from engines._tiles.segments import decode_with_pillow
from engines.errors import ImageError, ImageTooLarge

# What it logs of damaged files would reach the terminal; a person is told by an ImageError.
logging.getLogger("tifffile").addHandler(logging.NullHandler())

MIN_CACHE_BYTES, MAX_CACHE_BYTES = 8_000_000, 128_000_000
MAX_SEGMENT_BYTES = 1_500_000_000
_UNCOMPRESSED = 1
_NATIVE = (8, 32946, 34925)  # deflate twice, LZMA: unpacked by Python itself
_JPEG = 7
_WITH_PILLOW = (5, _JPEG, 32773, 50000, 50001)  # LZW, JPEG, PackBits, Zstandard, WebP
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _YCBCR = 0, 1, 2, 3, 6
_DAMAGE = (OSError, ValueError, KeyError, IndexError, TypeError, struct.error, zlib.error)


class TiffReader:
    """Reads regions of the first picture in a TIFF and of its stored smaller copies."""

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self._lock = threading.Lock()
        self._cache: OrderedDict[tuple[int, int], np.ndarray] = OrderedDict()
        self._cached_bytes = 0
        try:
            self._file = tifffile.TiffFile(path)
        except (tifffile.TiffFileError, *_DAMAGE) as error:
            raise ImageError(
                f"{path.name} is a damaged TIFF. Copy or download it again."
            ) from error
        try:
            series = self._file.series[0]
            pages = [level.pages[0].aspage() for level in series.levels if level.pages[0]]
            self._pages = [page for page in pages if _usable_copy(page, pages[0])]
            _check(self._pages[0], path.name)
            self.notes = self._described(len(self._file.pages), len(pages))
        except _DAMAGE as error:
            self._file.close()
            if isinstance(error, ImageError):
                raise
            raise ImageError(
                f"{path.name} is a damaged TIFF. Copy or download it again."
            ) from error
        # Tiles read row by row touch two rows of pieces, which are unpacked once if both are kept.
        row = _segment_shape(self._pages[0])[0] * self._pages[0].imagewidth
        two_rows = 2 * row * self._pages[0].samplesperpixel * _dtype(self._pages[0]).itemsize
        self._most_cached = min(max(two_rows, MIN_CACHE_BYTES), MAX_CACHE_BYTES)
        self.levels: tuple[Level, ...] = tuple(
            Level(page.imagewidth, page.imagelength) for page in self._pages
        )

    def _described(self, pages: int, levels: int) -> tuple[str, ...]:
        notes = []
        page = self._pages[0]
        if pages > levels:
            notes.append(f"The file has {pages} pages: only the first is used.")
        whole = page.imagewidth * page.imagelength
        if page.compression != _UNCOMPRESSED and 2 * _segment_pixels(page) > whole > 10_000_000:
            notes.append(
                "It is stored in one piece, which has to be unpacked whole. Saved as a tiled TIFF, "
                "it would be read in parts."
            )
        return tuple(notes)

    def read(self, level: int, top: int, left: int, height: int, width: int) -> np.ndarray:
        """Return float32 (height, width, 3) in [0, 1] of a region inside the level."""
        page = self._pages[level]
        try:
            with self._lock:
                if (
                    page.compression == _UNCOMPRESSED
                    and not page.is_tiled
                    and _in_whole_bytes(page)
                ):
                    raw = self._read_rows(page, top, left, height, width)
                else:
                    raw = self._read_segments(level, top, left, height, width)
            return _as_colour(page, raw)
        except _DAMAGE as error:
            if isinstance(error, ImageError):
                raise
            raise ImageError(
                f"{self._name} is damaged at row {top}, column {left}, or only a part of it is "
                "there. Copy or download it again."
            ) from error

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._file.close()
            self._cache.clear()
            self._cached_bytes = 0

    def _read_rows(
        self, page: tifffile.TiffPage, top: int, left: int, height: int, width: int
    ) -> np.ndarray:
        """Read the very bytes of the region: nothing is unpacked, so nothing else is read."""
        dtype = _dtype(page).newbyteorder(self._file.byteorder)
        samples = page.samplesperpixel
        pixel = samples * dtype.itemsize
        raw = np.empty((height, width, samples), page.dtype)
        for row in range(height):
            strip, inside = divmod(top + row, page.rowsperstrip)
            start = page.dataoffsets[strip] + (inside * page.imagewidth + left) * pixel
            self._file.filehandle.seek(start)
            data = self._file.filehandle.read(width * pixel)
            raw[row] = np.frombuffer(data, dtype).reshape(width, samples)
        return raw

    def _read_segments(
        self, level: int, top: int, left: int, height: int, width: int
    ) -> np.ndarray:
        page = self._pages[level]
        tall, wide = _segment_shape(page)
        across, down = -(-page.imagewidth // wide), -(-page.imagelength // tall)
        planes = page.samplesperpixel if _separate(page) else 1
        raw = np.zeros((height, width, page.samplesperpixel), page.dtype)
        for row in range(top // tall, (top + height - 1) // tall + 1):
            for column in range(left // wide, (left + width - 1) // wide + 1):
                for plane in range(planes):
                    index = (plane * down + row) * across + column
                    segment = self._segment(level, index)
                    target = raw[..., plane : plane + 1] if planes > 1 else raw
                    _paste(target, segment, row * tall - top, column * wide - left)
        return raw

    def _segment(self, level: int, index: int) -> np.ndarray:
        """Return one unpacked tile or strip (h, w, samples), from the cache where it is there."""
        key = (level, index)
        if key in self._cache:
            self._cache.move_to_end(key)
            return self._cache[key]
        page = self._pages[level]
        length = page.databytecounts[index]
        self._file.filehandle.seek(page.dataoffsets[index])
        data = self._file.filehandle.read(length)
        if len(data) < length:
            raise ValueError("the file ends too early")
        segment = self._unpacked(page, data, index)
        self._cache[key] = segment
        self._cached_bytes += segment.nbytes
        while self._cached_bytes > self._most_cached and len(self._cache) > 1:
            self._cached_bytes -= self._cache.popitem(last=False)[1].nbytes
        return segment

    @staticmethod
    def _unpacked(page: tifffile.TiffPage, data: bytes, index: int) -> np.ndarray:
        tall, wide = _segment_shape(page)
        samples = 1 if _separate(page) else page.samplesperpixel
        if not data:  # a sparse file leaves empty tiles out
            return np.full((tall, wide, samples), page.nodata, page.dtype)
        if page.compression == _UNCOMPRESSED or _unpacks_itself(page):
            segment = page.decode(data, index)[0]
            if segment is None:
                raise ValueError("an empty segment")
            return np.asarray(segment)[0]
        if not page.is_tiled:
            rows_before = (index % -(-page.imagelength // tall)) * tall
            tall = min(tall, page.imagelength - rows_before)
        return decode_with_pillow(page, data, tall, wide)


def _unpacks_itself(page: tifffile.TiffPage) -> bool:
    if page.compression == _JPEG:  # one way for its colours, whatever is installed
        return False
    return page.compression in _NATIVE or find_spec("imagecodecs") is not None


def _check(page: tifffile.TiffPage, name: str) -> None:
    """Raise ImageError, with what to do, for a TIFF that cannot be read in regions."""
    advice = "Save it as an 8-bit RGB TIFF in tiles, compressed with deflate."
    if not (_unpacks_itself(page) or page.compression in (_UNCOMPRESSED, *_WITH_PILLOW)):
        kind = getattr(page.compression, "name", page.compression)
        raise ImageError(f"{name} is compressed with {kind}, which cannot be read here. {advice}")
    colours = (_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE)
    jpeg = page.compression == _JPEG and page.photometric == _YCBCR
    if page.photometric not in colours and not jpeg:
        kind = getattr(page.photometric, "name", page.photometric)
        raise ImageError(f"{name} has the colours {kind}, which cannot be read here. {advice}")
    kind = None if page.dtype is None else page.dtype.kind
    by_pillow = page.compression != _UNCOMPRESSED and not _unpacks_itself(page)
    if kind not in ("u", "f", "b") or (by_pillow and page.bitspersample != 8):
        raise ImageError(
            f"{name} has {page.bitspersample}-bit pixels in a form that cannot be read in regions. "
            f"{advice}"
        )
    if page.imagedepth != 1 or page.imagewidth < 1 or page.imagelength < 1:
        raise ImageError(f"{name} is a volume, not a picture. Save one of its slices.")
    size = _segment_pixels(page) * page.samplesperpixel * _dtype(page).itemsize
    if page.compression != _UNCOMPRESSED and size > MAX_SEGMENT_BYTES:
        raise ImageTooLarge(
            f"{name} is compressed in pieces of {size / 1e9:.1f} GB, too large to unpack. {advice}",
            page.imagewidth,
            page.imagelength,
            MAX_SEGMENT_BYTES,
        )


def _usable_copy(page: tifffile.TiffPage, first: tifffile.TiffPage) -> bool:
    """Whether a smaller copy is stored as the first page is, so that it can be read alike."""
    same = ("compression", "photometric", "dtype", "samplesperpixel", "planarconfig", "imagedepth")
    return all(getattr(page, name) == getattr(first, name) for name in same)


def _dtype(page: tifffile.TiffPage) -> np.dtype:
    if page.dtype is None:
        raise ValueError("pixels of no known type")
    return page.dtype


def _separate(page: tifffile.TiffPage) -> bool:
    return page.samplesperpixel > 1 and page.planarconfig == 2


def _in_whole_bytes(page: tifffile.TiffPage) -> bool:
    return (
        not _separate(page)
        and page.bitspersample == 8 * _dtype(page).itemsize
        and page.fillorder == 1
        and page.rowsperstrip > 0
    )


def _segment_shape(page: tifffile.TiffPage) -> tuple[int, int]:
    """Return (rows, columns) of a tile, or of a strip."""
    if page.is_tiled:
        return page.tilelength, page.tilewidth
    return min(page.rowsperstrip, page.imagelength), page.imagewidth


def _segment_pixels(page: tifffile.TiffPage) -> int:
    tall, wide = _segment_shape(page)
    return tall * wide


def _paste(target: np.ndarray, segment: np.ndarray, top: int, left: int) -> None:
    """Lay `segment` over `target` with its corner at (top, left), which may lie outside."""
    tall = min(segment.shape[0], target.shape[0] - top)
    wide = min(segment.shape[1], target.shape[1] - left)
    y, x = max(0, -top), max(0, -left)
    if tall > y and wide > x:
        target[top + y : top + tall, left + x : left + wide] = segment[y:tall, x:wide]


def _as_colour(page: tifffile.TiffPage, raw: np.ndarray) -> np.ndarray:
    """Return raw samples (h, w, samples) as float32 (h, w, 3) in [0, 1]."""
    if page.photometric == _PALETTE:
        colours = np.asarray(page.colormap, np.float32).T / 65535.0
        return np.ascontiguousarray(colours[raw[..., 0]])
    values = raw.astype(np.float32)
    if raw.dtype.kind == "u":
        values /= np.float32(2.0 ** min(page.bitspersample, 8 * raw.dtype.itemsize) - 1.0)
    elif raw.dtype.kind == "f":
        values = np.clip(np.nan_to_num(values), 0.0, 1.0)
    colour = 3 if page.photometric in (_RGB, _YCBCR) else 1
    shown, rest = values[..., :colour], values[..., colour:]
    if page.photometric == _WHITE_IS_ZERO and not _turned_by_pillow(page):
        shown = 1.0 - shown
    if rest.shape[2] == 1 and page.extrasamples and page.extrasamples[0] in (1, 2):  # opacity
        base = shown if page.extrasamples[0] == 1 else shown * rest
        shown = np.clip(base + (1.0 - rest), 0.0, 1.0)
    return np.ascontiguousarray(np.broadcast_to(shown, (*shown.shape[:2], 3)), dtype=np.float32)


def _turned_by_pillow(page: tifffile.TiffPage) -> bool:
    return page.compression != _UNCOMPRESSED and not _unpacks_itself(page)
