"""One compressed tile or strip of a TIFF, unpacked by Pillow.

Pillow's TIFF reader knows LZW, JPEG, PackBits, Zstandard and WebP but opens whole files only. So
the piece is put into a small file of its own, with the tags that say how it was packed.
"""

from __future__ import annotations

import io
import struct

import numpy as np
import tifffile

from engines._image_decoding import opened

_SHORT, _LONG, _UNDEFINED = 3, 4, 7
_SIZES = {_SHORT: 2, _LONG: 4, _UNDEFINED: 1}
_CODES = {_SHORT: "H", _LONG: "I", _UNDEFINED: "B"}
_COPIED = (
    266,
    317,
    338,
    347,
    530,
)  # fill order, predictor, extra samples, JPEG tables, subsampling


def decode_with_pillow(page: tifffile.TiffPage, data: bytes, height: int, width: int) -> np.ndarray:
    """Return the piece `data` of `page` as uint8 (height, width, samples), YCbCr made RGB.

    Raises OSError or ValueError where the bytes are damaged.
    """
    with opened(one_piece_tiff(page, data, height, width)) as image:
        image.load()
        pixels = np.asarray(image)
    if pixels.dtype == bool:
        pixels = pixels.astype(np.uint8) * np.uint8(255)
    return pixels.reshape(height, width, -1)


def one_piece_tiff(page: tifffile.TiffPage, data: bytes, height: int, width: int) -> bytes:
    """Return a TIFF file with one strip, `data`, packed as the pieces of `page` are."""
    samples = page.samplesperpixel if page.planarconfig == 1 else 1
    single = samples == 1 and page.samplesperpixel > 1
    tags: dict[int, tuple[int, tuple[int, ...] | bytes]] = {
        256: (_LONG, (width,)),
        257: (_LONG, (height,)),
        258: (_SHORT, (page.bitspersample,) * samples),
        259: (_SHORT, (int(page.compression),)),
        262: (_SHORT, (1 if single else int(page.photometric),)),
        273: (_LONG, (0,)),  # filled in below, where the length of all this is known
        277: (_SHORT, (samples,)),
        278: (_LONG, (height,)),
        279: (_LONG, (len(data),)),
        284: (_SHORT, (1,)),
    }
    if page.photometric == 3:  # the indices are wanted, not Pillow's idea of the colours
        tags[262] = (_SHORT, (1,))
    for code in _COPIED:
        if code in page.tags and not (code == 338 and single):
            value = page.tags[code].value
            if isinstance(value, bytes):
                tags[code] = (_UNDEFINED, value)
            else:
                whole = value if isinstance(value, tuple) else (value,)
                tags[code] = (_SHORT, tuple(int(part) for part in whole))
    return _written(tags, data, "<" if page.parent.byteorder == "<" else ">")


def _written(
    tags: dict[int, tuple[int, tuple[int, ...] | bytes]], data: bytes, order: str
) -> bytes:
    start = 8 + 2 + 12 * len(tags) + 4
    beside = io.BytesIO()  # values that do not fit into four bytes
    entries: list[tuple[int, int, int, bytes]] = []
    for code in sorted(tags):
        kind, values = tags[code]
        packed = struct.pack(f"{order}{len(values)}{_CODES[kind]}", *values)
        if len(packed) > 4:
            where = start + beside.tell()
            beside.write(packed + b"\0" * (len(packed) % 2))
            packed = struct.pack(f"{order}I", where)
        entries.append((code, kind, len(values), packed.ljust(4, b"\0")))
    piece = start + beside.tell()
    directory = b""
    for code, kind, count, packed in entries:
        value = struct.pack(f"{order}I", piece) if code == 273 else packed
        directory += struct.pack(f"{order}HHI", code, kind, count) + value
    mark = b"II" if order == "<" else b"MM"
    head = mark + struct.pack(f"{order}HIH", 42, 8, len(tags))
    return head + directory + b"\0\0\0\0" + beside.getvalue() + data
