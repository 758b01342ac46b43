"""Pictures that come by clipboard or by drag & drop."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QImage

from visualizer.pictures.source import PictureSource

VIDEO_SUFFIXES = frozenset(
    (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ogv")
)


def source_of(path: Path) -> PictureSource:
    """Return the source that `path` names, a video by its suffix."""
    kind = "video" if path.suffix.lower() in VIDEO_SUFFIXES else "file"
    return PictureSource(kind=kind, name=str(path))


def picture_file(mime: QMimeData) -> Path | None:
    """Return the first local file that `mime` carries, if any."""
    for url in mime.urls():
        if url.isLocalFile():
            return Path(url.toLocalFile())
    return None


def carries_picture(mime: QMimeData) -> bool:
    """Return whether `mime` carries a file or pixels."""
    return picture_file(mime) is not None or mime.hasImage()


def pixels_of(mime: QMimeData) -> np.ndarray | None:
    """Return the pixels that `mime` carries, uint8 or uint16 (H, W, 4), or None."""
    if not mime.hasImage():
        return None
    image = mime.imageData()
    if not isinstance(image, QImage) or image.isNull():
        return None
    return array_of(image)


def array_of(image: QImage) -> np.ndarray:
    """Return the pixels of `image` as (H, W, 4), uint16 for deep pictures, else uint8."""
    deep = image.depth() > 32 or image.format() == QImage.Format.Format_Grayscale16
    wanted = QImage.Format.Format_RGBA64 if deep else QImage.Format.Format_RGBA8888
    kind = np.uint16 if deep else np.uint8
    image = image.convertToFormat(wanted)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    row_bytes = image.width() * 4 * np.dtype(kind).itemsize
    pixels = np.ascontiguousarray(rows[:, :row_bytes]).view(kind)
    return pixels.reshape(image.height(), image.width(), 4).copy()
