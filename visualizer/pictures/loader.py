"""Loading pictures: samples, files, pasted ones; the last few stay at hand."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject

from engines.errors import EngineError, ImageTooLarge
from engines.images import LoadedImage, from_array, load_image, load_sample
from engines.targets import SIZE, TARGETS
from visualizer.autosave import Session, load_array
from visualizer.jobs import JobError, LatestWins
from visualizer.pictures.picture import Picture
from visualizer.pictures.source import PictureSource

KEPT = 4


class PictureLoader(QObject):
    """Loads pictures in a lane of its own and keeps the last few, so that undo is instant."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lane = LatestWins("pictures", self)
        self._session = session
        self._kept: OrderedDict[PictureSource, Picture] = OrderedDict()
        # Set in the worker when a file is too large, read in the GUI thread afterwards.
        self.too_large: ImageTooLarge | None = None

    def kept(self, source: PictureSource) -> Picture | None:
        """Return the picture of `source` if it is still in memory."""
        return self._kept.get(source)

    def load(
        self,
        source: PictureSource,
        on_loaded: Callable[[Picture], None],
        on_error: Callable[[JobError], None],
    ) -> None:
        """Load `source`; a newer call supersedes this one."""
        self.too_large = None

        def work() -> Picture:
            return Picture(source, self._read(source)).prepare("colour")

        self.lane.submit(work, lambda picture: self._keep(picture, on_loaded), on_error)

    def paste(
        self,
        pixels: np.ndarray,
        on_loaded: Callable[[Picture], None],
        on_error: Callable[[JobError], None],
        *,
        title: str = "pasted picture",
    ) -> None:
        """Take `pixels` (H, W) or (H, W, C) as a picture, kept with the session."""

        def work() -> Picture:
            image = from_array(pixels, title)
            path = self._session.keep_array(image.array)
            return Picture(PictureSource(kind="pasted", name=str(path)), image).prepare("colour")

        self.lane.submit(work, lambda picture: self._keep(picture, on_loaded), on_error)

    def _keep(self, picture: Picture, on_loaded: Callable[[Picture], None]) -> None:
        self._kept[picture.source] = picture
        self._kept.move_to_end(picture.source)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        on_loaded(picture)

    def _read(self, source: PictureSource) -> LoadedImage:
        try:
            return read_picture(source)
        except ImageTooLarge as error:
            self.too_large = error
            raise


def read_picture(source: PictureSource, *, scale_down: bool = False) -> LoadedImage:
    """Return the picture of `source`, which is not live; raises EngineError where it is gone.

    scale_down: read a file with more pixels than are kept smaller, rather than refuse it.
    """
    if source.kind == "sample":
        return load_sample(source.name)
    if source.kind == "target":
        target = TARGETS.get(source.name)
        if target is None:
            raise EngineError(f"There is no target {source.name!r}; choose one of the list.")
        return from_array(target.make(SIZE), target.title)
    if source.kind == "pasted":
        return from_array(load_array(Path(source.name)), "pasted picture")
    return load_image(Path(source.name), scale_down=scale_down or source.scaled_down)
