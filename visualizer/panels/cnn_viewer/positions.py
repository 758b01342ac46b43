"""The same place of the picture in layers, or at input sizes, that have other positions."""

from __future__ import annotations

from engines.activations import as_maps
from engines.errors import EngineError
from visualizer.panels.cnn_viewer.answers import shape_of
from visualizer.panels.cnn_viewer.context import Run

Sides = tuple[int, int]


def carried(position: Sides, before: Sides, after: Sides) -> Sides:
    """Return the (row, column) of maps of size `after` at the place of `position` in `before`."""
    row, column = (
        min(int((place + 0.5) * many / few), many - 1)
        for place, few, many in zip(position, before, after, strict=True)
    )
    return row, column


def in_layer(position: Sides | None, run: Run | None, before: str, after: str) -> Sides | None:
    """Return `position` of the layer `before` in the layer `after`, as it is where that fails."""
    if position is None or run is None or before == after:
        return position
    sides = _sides(run, before), _sides(run, after)
    if sides[0] is None or sides[1] is None or sides[0] == sides[1]:
        return position
    return carried(position, sides[0], sides[1])


def _sides(run: Run, layer: str) -> Sides | None:
    import torch

    if layer not in run.activations:
        return None
    try:
        shape_alone = torch.empty(shape_of(run.activations, layer), device="meta")
        height, width = as_maps(shape_alone).values.shape[2:]
    except EngineError:
        return None  # it has no maps: nothing of it can be shown, and its sheet says why
    return int(height), int(width)
