"""What the tab "Large picture" computes; everything here runs in a job."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from visualizer.panels.feature_lab.classify_settings import LargeSettings
from visualizer.panels.feature_lab.tabs.classify_compute import Step, Task, features_of, rows_of

if TYPE_CHECKING:
    from engines.features import FeaturePart, Networks
    from engines.tiles import Tile, TileGrid, TilePlace

OVERVIEW = 1024
BATCH = 16


@dataclass(frozen=True, eq=False)
class Answers:
    """The tiles told so far: probabilities (T, C) of the tiles at `places`; dropped: background.

    overview: the whole picture, uint8 (h, w, 3); width, height: its pixels.
    """

    overview: np.ndarray
    width: int
    height: int
    grid: TileGrid
    classes: tuple[str, ...]
    places: tuple[TilePlace, ...]
    probabilities: np.ndarray
    dropped: int
    notes: tuple[str, ...]

    def map_of(self, category: int) -> np.ndarray:
        """Return (rows, columns): the probability of one class, NaN where nothing was told."""
        from engines.tiles import vote_map

        return vote_map(self.places, self.probabilities, self.grid.shape, category)

    def painted(self, category: int) -> np.ndarray:
        """Return `map_of` where the tiles lie on the overview, (h, w); NaN between tiles.

        Each pixel has the tile whose middle is nearest: tiles overlap where the stride is smaller
        than the side, and the last ones of a row or column end at the picture's edge.
        """
        (rows, near_rows), (columns, near_columns) = self._nearest(0), self._nearest(1)
        values = self.map_of(category)[np.ix_(rows, columns)]
        values[~np.logical_and.outer(near_rows, near_columns)] = np.nan
        return values

    def tile_at(self, y: int, x: int) -> tuple[int, int]:
        """Return the row and column of the tile that is painted at a pixel of the overview."""
        return int(self._nearest(0)[0][y]), int(self._nearest(1)[0][x])

    def number_at(self, row: int, column: int) -> int:
        """Return which of `places` lies at a row and column of the grid, −1 for none."""
        return int(self._numbers[row, column])

    @cached_property
    def _numbers(self) -> np.ndarray:
        numbers = np.full(self.grid.shape, -1)
        for number, place in enumerate(self.places):
            numbers[place.row, place.column] = number
        return numbers

    def _nearest(self, axis: int) -> tuple[np.ndarray, np.ndarray]:
        """Return for each pixel along an axis the nearest tile, and whether it reaches there."""
        starts = (self.grid.tops, self.grid.lefts)[axis]
        length = (self.height, self.width)[axis]
        return nearest(starts, self.grid.side, length, self.overview.shape[axis])


@lru_cache(maxsize=4)  # asked anew for every batch of tiles, of the same picture
def nearest(
    starts: tuple[int, ...], side: int, length: int, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the nearest tile of each of `count` pixels that show `length`, and if it is there."""
    scale = count / length
    middles = (np.array(starts, float) + side / 2) * scale
    away = np.abs(np.arange(count)[:, None] + 0.5 - middles)
    return away.argmin(axis=1), away.min(axis=1) <= side / 2 * scale + 0.5


def tell_tiles(task: Task, settings: LargeSettings, classifier: str) -> Iterator[Step]:
    """Yield the answers for the tiles of a large picture as they come.

    The classifier learns the train part (all pictures where they are not divided) by the present
    features; the picture is read tile by tile, never whole where its format allows.
    """
    from engines.classifiers import fit
    from engines.features import load_networks
    from engines.network_copies import private_copy
    from engines.tiles import open_large, read_tiles, tile_grid

    with open_large(Path(settings.path)) as picture:
        grid = tile_grid(picture, settings.side, settings.stride)  # refuses before the long work
        networks = dict(task.networks)
        networks.update(
            load_networks([part for part in task.parts if part.network not in networks])
        )
        own = {  # others run the same networks meanwhile, and would be heard
            key: replace(model, module=private_copy(model.module))
            for key, model in networks.items()
        }
        features = yield from features_of(task, task.parts)
        labels = task.dataset.labels[features.indices]
        split = task.split
        train = np.arange(len(labels)) if split is None else rows_of(features, split.train)
        yield Step("Learning", 0, 0)
        told = fit(features.values, labels, train, classifier, classes=task.dataset.classes)
        yield Step("Overview", 0, 0)
        overview = picture.thumbnail(OVERVIEW)
        places: list[TilePlace] = []
        shares = [np.zeros((0, told.classes))]
        waiting: list[Tile] = []
        dropped = 0
        tiles = read_tiles(
            picture, settings.side, settings.stride, settings.drop_background, mark_dropped=True
        )
        for done, tile in enumerate(tiles, start=1):
            if tile.background:
                dropped += 1
            else:
                waiting.append(tile)
            if waiting and (len(waiting) == BATCH or done == grid.count):
                values = _features(own, task.parts, waiting)
                shares.append(told.probabilities(values))
                places += [one.place for one in waiting]
                waiting = []
            if done % BATCH == 0 or done == grid.count:
                yield Step("Tiles", done, grid.count, "tiles", Answers(
                    overview, picture.width, picture.height, grid, task.dataset.classes,
                    tuple(places), np.concatenate(shares), dropped, picture.notes,
                ))  # fmt: skip


def _features(networks: Networks, parts: tuple[FeaturePart, ...], tiles: list[Tile]) -> np.ndarray:
    """Return (N, D) float32, the parts side by side."""
    import torch

    from engines.features import extract

    images = [torch.from_numpy(tile.pixels.transpose(2, 0, 1).copy()) for tile in tiles]
    columns = [extract(networks[part.network], images, part.layer, part.pooling) for part in parts]
    return torch.cat(columns, dim=1).numpy()
