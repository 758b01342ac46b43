"""The places in a person's own pictures that excite a channel most."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from engines.errors import EngineError, ImageError, VisualizationError
from engines.images import load_image

if TYPE_CHECKING:
    from torch import Tensor, nn

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp")
LARGEST_COUNT = 100
Box = tuple[int, int, int, int]
_Field = Callable[[int, int], Box]
_FieldOf = Callable[[tuple[int, int]], _Field]


class PictureInput(Protocol):
    """How a picture comes into a network, as engines.models.Preprocessing."""

    def visible(self, image: Tensor, /) -> Tensor:
        """Return the part of the picture (C, H, W) that the network sees, in [0, 1]."""

    def normalise(self, visible: Tensor, /) -> Tensor:
        """Return that as the network wants its numbers."""


class Model(Protocol):
    """A network with its preprocessing, as engines.models.LoadedModel."""

    @property
    def module(self) -> nn.Module:
        """The network."""

    @property
    def preprocess(self) -> PictureInput:
        """How a picture comes into it."""


@dataclass(frozen=True)
class Patch:
    """A place in a picture that excites the channel.

    path: the file; activation: the channel's there, the largest of the picture; position: (row,
    column) in the channel's map; pixels: float32 (h, w, C) in [0, 1], what the position sees, cut
    at the picture's edge; box: (top, left, height, width) of it in what the network sees; whole:
    the position sees all of the picture.
    """

    path: Path
    activation: float
    position: tuple[int, int]
    pixels: np.ndarray
    box: Box
    whole: bool


@dataclass(frozen=True)
class Skipped:
    """A file that could not be looked at, and why, as a sentence."""

    path: Path
    reason: str


@dataclass(frozen=True)
class Search:
    """How far a search has come.

    done of total files; patches: the strongest so far, the strongest first; skipped: in order.
    """

    done: int
    total: int
    patches: tuple[Patch, ...]
    skipped: tuple[Skipped, ...]


def pictures_in(folder: str | Path, *, deep: bool = True) -> list[Path]:
    """Return the picture files in `folder`, by name; `deep` with those in its folders.

    Raises ImageError where it is no folder that can be read. What a file holds is not looked at.
    """
    place = Path(folder)
    if not place.is_dir():
        raise ImageError(f"{place.name or place} is no folder; choose the folder of your pictures.")
    try:
        found = [
            path
            for path in (place.rglob("*") if deep else place.iterdir())
            if path.suffix.lower() in PICTURE_SUFFIXES and path.is_file()
        ]
    except OSError as error:
        raise ImageError(f"{place.name} cannot be read: {error.strerror or error}.") from error
    return sorted(found)


def strongest_patches(
    model: Model, paths: Iterable[str | Path], layer: str, channel: int, n: int = 9
) -> Iterator[Search]:
    """Return the progress of a search for the `n` pictures with the strongest place for a channel.

    Each picture counts with its strongest place, cut out by that unit's receptive field. One
    `Search` comes after each file, so that the best so far can be shown; the search can be left at
    any time. Files that cannot be read or do not fit the network are skipped and listed. Of tokens
    and vectors the strongest is taken too; each of them sees the whole picture.

    Raises VisualizationError at once for a layer that does not exist, no pictures and a count that
    makes no sense; with the first picture for a channel that does not exist.
    """
    from engines._visualization.watch import find_layer

    files = [Path(path) for path in paths]
    find_layer(model.module, layer)
    if not files:
        raise VisualizationError("There are no pictures to search; choose a folder with some.")
    if not 1 <= n <= LARGEST_COUNT:
        raise VisualizationError(f"{n} patches? Choose 1 to {LARGEST_COUNT}.")
    return _search(model, files, layer, channel, n)


def _search(
    model: Model, files: Sequence[Path], layer: str, channel: int, n: int
) -> Iterator[Search]:
    # A heap whose first entry is the weakest of the best; the file's number settles ties, so that
    # the earlier picture wins.
    best: list[tuple[float, int, Patch]] = []
    skipped: list[Skipped] = []
    field_of = _fields(model.module, layer)
    for number, file in enumerate(files):
        try:
            visible = model.preprocess.visible(load_image(file).pixels)
        except EngineError as error:
            skipped.append(Skipped(file, str(error)))
        else:
            found = _strongest(model, visible, layer, channel)
            if isinstance(found, str):
                skipped.append(Skipped(file, found))
            elif len(best) < n or found[0] > best[0][0]:
                value, position, on_map = found
                field = field_of(_sides(visible))
                patch = _cut(file, visible, value, position, field, on_map)
                entry = (value, -number, patch)
                (heapq.heappush if len(best) < n else heapq.heappushpop)(best, entry)
        ranked = sorted(best, key=lambda entry: entry[:2], reverse=True)
        yield Search(number + 1, len(files), tuple(patch for *_, patch in ranked), tuple(skipped))


def _strongest(
    model: Model, visible: Tensor, layer: str, channel: int
) -> tuple[float, tuple[int, int], bool] | str:
    """Return the channel's largest activation, where it is, and whether it lies on a map.

    A sentence where it is no number.
    """
    import torch

    from engines._visualization.objectives import channels_last
    from engines._visualization.watch import device_of, outputs_of

    batch = model.preprocess.normalise(visible)[None].to(device_of(model.module))
    with torch.no_grad():
        output = outputs_of(model.module, batch, [layer])[layer]
    channels = channels_last(output)[0].movedim(-1, 0)
    if not 0 <= channel < len(channels):
        raise VisualizationError(
            f"{f'Layer {layer}' if layer else 'The output'} has the channels 0 to "
            f"{len(channels) - 1}; there is no {channel}."
        )
    values = channels[channel]
    if not torch.isfinite(values).all():
        return "The channel's answer to this picture is no finite number."
    at = int(values.argmax())
    on_map = values.ndim == 2
    row, column = divmod(at, values.shape[1]) if on_map else (at, 0)
    return float(values.max()), (row, column), on_map


def _fields(module: nn.Module, layer: str) -> _FieldOf:
    """Return a function from an input's size to each unit's field, computed once per size."""
    from engines.network_receptive_field import network_fields

    known: dict[tuple[int, int], _Field] = {}

    def field_of(size: tuple[int, int]) -> _Field:
        if size not in known:
            field = network_fields(module, size).get(layer)
            known[size] = (lambda *_: (0, 0, *size)) if field is None else field.box
        return known[size]

    return field_of


def _sides(visible: Tensor) -> tuple[int, int]:
    return int(visible.shape[1]), int(visible.shape[2])


def _cut(
    file: Path,
    visible: Tensor,
    value: float,
    position: tuple[int, int],
    field: _Field,
    on_map: bool,
) -> Patch:
    """Return the patch at `position`, cut at the edges of what the network sees."""
    height, width = _sides(visible)
    box = field(*position) if on_map else (0, 0, height, width)
    top, left = max(box[0], 0), max(box[1], 0)
    bottom, right = min(box[2], height), min(box[3], width)
    pixels = visible[:, top:bottom, left:right].permute(1, 2, 0).float().cpu().numpy().copy()
    cut = (top, left, bottom - top, right - left)
    return Patch(file, value, position, pixels, cut, cut == (0, 0, height, width))
