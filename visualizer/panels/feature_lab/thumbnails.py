"""Fills a grid of thumbnails with the pictures of a dataset, away from the GUI thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from engines.errors import EngineError
from visualizer.jobs import JobError, LatestWins
from widgets.thumbnail_grid import ThumbnailGrid

if TYPE_CHECKING:
    from engines.datasets import Dataset

Made = list[tuple[int, np.ndarray | None]]


class Thumbnails(QObject):
    """What comes into view last is made first; what was dropped is asked for by the grid again."""

    def __init__(self, lane: LatestWins, grid: ThumbnailGrid) -> None:
        super().__init__(grid)
        self._lane, self._grid = lane, grid
        self._dataset: Dataset | None = None
        grid.thumbnails_wanted.connect(self._make)

    def set_dataset(self, dataset: Dataset | None) -> None:
        """Take pictures from `dataset` from now on."""
        if dataset is not self._dataset:
            self._dataset = dataset
            self._lane.supersede()
            self._grid.clear_thumbnails()

    def _make(self, wanted: tuple[int, ...]) -> None:
        dataset, side = self._dataset, self._grid.side
        if dataset is None:
            return
        ratio = self._grid.devicePixelRatioF()
        self._lane.submit(
            lambda: _thumbnails(dataset, wanted, round(side * ratio)), self._show, self._failed
        )

    def _show(self, made: Made) -> None:
        for index, pixels in made:
            self._grid.set_thumbnail(index, pixels)

    def _failed(self, _error: JobError) -> None:
        """Leave the places empty: a bug is in the log, a broken file has its sign."""


def _thumbnails(dataset: Dataset, wanted: tuple[int, ...], side: int) -> Made:
    made: Made = []
    for index in wanted:
        if index >= len(dataset):
            continue
        try:
            made.append((index, dataset.thumbnail(index, side)))
        except EngineError:
            made.append((index, None))
    return made
