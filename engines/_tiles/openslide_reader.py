"""Regions of slide formats, through the package openslide where it is installed."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np

from engines._tiles.picture import Level
from engines.errors import ImageError


class OpenSlideReader:
    """Reads regions of a slide; transparent places, never scanned, become white."""

    def __init__(self, path: Path) -> None:
        self._name = path.name
        try:
            openslide: Any = importlib.import_module("openslide")
        except (ImportError, OSError) as error:  # the package without its library
            raise ImageError(
                "The package openslide is there but does not start: install openslide-bin too."
            ) from error
        # OpenSlideError is what it raises for any file that it does not like.
        self._errors = (openslide.OpenSlideError, OSError)
        try:
            self._slide = openslide.OpenSlide(str(path))
        except self._errors as error:
            raise ImageError(f"{path.name} cannot be read as a slide: {error}") from error
        self.levels: tuple[Level, ...] = tuple(
            Level(*size) for size in self._slide.level_dimensions
        )

    def read(self, level: int, top: int, left: int, height: int, width: int) -> np.ndarray:
        """Return float32 (height, width, 3) in [0, 1] of a region inside the level."""
        # openslide counts the corner in pixels of the whole picture, whatever the level.
        across = self.levels[0].width / self.levels[level].width
        down = self.levels[0].height / self.levels[level].height
        corner = (round(left * across), round(top * down))
        try:
            region = self._slide.read_region(corner, level, (width, height))
        except self._errors as error:
            raise ImageError(f"{self._name} cannot be read at row {top}: {error}") from error
        rgba = np.asarray(region, np.float32) / np.float32(255)
        opacity = rgba[..., 3:]
        return np.ascontiguousarray(rgba[..., :3] * opacity + (1 - opacity), np.float32)

    def close(self) -> None:
        """Let go of the file."""
        self._slide.close()
