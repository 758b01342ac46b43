"""A small video for tests: flat colours as an MJPEG AVI, written without any codec library."""

from __future__ import annotations

import io
import struct
from pathlib import Path

from PIL import Image

AVI_HAS_INDEX = 0x10
KEY_FRAME = 0x10


def write_flat_video(
    path: Path,
    colours: list[tuple[int, int, int]],
    size: tuple[int, int] = (64, 48),
    frames_per_second: int = 10,
) -> Path:
    """Write one frame of `size` (width, height) for each RGB colour and return `path`."""
    pictures = [_jpeg(colour, size) for colour in colours]
    largest = max(map(len, pictures))
    moving, index = b"", b""
    for picture in pictures:
        # Offsets in the index count from the word "movi".
        index += struct.pack("<4sIII", b"00dc", KEY_FRAME, 4 + len(moving), len(picture))
        moving += _chunk(b"00dc", picture)
    body = _list(b"hdrl", _headers(len(pictures), size, frames_per_second, largest))
    body += _list(b"movi", moving) + _chunk(b"idx1", index)
    path.write_bytes(_chunk(b"RIFF", b"AVI " + body))
    return path


def _jpeg(colour: tuple[int, int, int], size: tuple[int, int]) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, colour).save(stream, "JPEG", quality=95)
    return stream.getvalue()


def _headers(frames: int, size: tuple[int, int], rate: int, largest: int) -> bytes:
    width, height = size
    main = struct.pack(
        "<14I",
        1_000_000 // rate,
        largest * rate,
        0,
        AVI_HAS_INDEX,
        frames,
        0,
        1,
        largest,
        width,
        height,
        *(0, 0, 0, 0),
    )
    stream = struct.pack(
        "<4s4sIHHIIIIIIII4H",
        *(b"vids", b"MJPG", 0, 0, 0, 0, 1, rate, 0, frames, largest, 0xFFFFFFFF, 0),
        *(0, 0, width, height),
    )
    bitmap = struct.pack(
        "<IiiHH4sIiiII", 40, width, height, 1, 24, b"MJPG", width * height * 3, 0, 0, 0, 0
    )
    return _chunk(b"avih", main) + _list(b"strl", _chunk(b"strh", stream) + _chunk(b"strf", bitmap))


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def _list(name: bytes, content: bytes) -> bytes:
    return _chunk(b"LIST", name + content)
