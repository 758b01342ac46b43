"""What "What excites it?" computes, away from the GUI thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engines.errors import VisualizationError
from engines.feature_visualization import (
    Objective,
    channel,
    class_score,
    direction,
    maximize_objective,
    neuron,
)
from engines.strongest_patches import Search, strongest_patches
from visualizer.panels.cnn_viewer.context import Context, Run
from visualizer.panels.cnn_viewer.tabs.excites_controls import Wish
from visualizer.panels.cnn_viewer.tabs.parts import channels_last, one_size, own_model, to_bytes
from widgets.mosaic_view import Maps


@dataclass(frozen=True)
class Drawn:
    """One step, ready to be shown: the pictures (N, H, W, 3) uint8 and each one's activation."""

    iteration: int
    pictures: np.ndarray
    activations: tuple[float, ...]


@dataclass(frozen=True)
class Found:
    """How far the search is, with the patches ready to be shown (None before the first)."""

    search: Search
    maps: Maps | None


def objective_of(wish: Wish, context: Context, run: Run) -> Objective:
    """Return what is to grow. Raises VisualizationError where the wish lacks something."""
    layer, state = context.layer, context.state
    if wish.target == "channel":
        return channel(layer, state.channel)
    if wish.target == "class":
        if not 0 <= wish.category < len(run.model.categories):
            raise VisualizationError("Choose a class from the list first.")
        return class_score(wish.category, name=run.model.categories[wish.category])
    if wish.target == "neuron":
        return neuron(layer, state.channel)
    values = run.activations[layer]
    if values.ndim != 4:
        raise VisualizationError(
            "A mix of channels is read off a map; choose a layer with maps, such as a convolution."
        )
    place = state.position or (values.shape[2] // 2, values.shape[3] // 2)
    rows, columns = values.shape[2:]
    if not (place[0] < rows and place[1] < columns):
        place = (rows // 2, columns // 2)
    vector = values[0, :, place[0], place[1]].detach().float().numpy()
    return direction(layer, vector, name=f"mix at row {place[0]}, column {place[1]}")


def draw(wish: Wish, objective: Objective, run: Run) -> Iterator[Drawn]:
    """Yield every step of the climb, ready to be shown."""
    model = own_model(run.model)
    steps = maximize_objective(
        model.module,
        objective,
        steps=wish.steps,
        size=wish.size,
        seed=wish.seed,
        count=wish.count,
        regularisers=wish.regularisers,
        normalise=model.preprocess.normalise,
        input_channels=model.preprocess.channels,
    )
    for step in steps:
        pictures = channels_last(to_bytes(step.images.numpy()))
        yield Drawn(step.iteration, pictures, step.activations)


def search(run: Run, paths: Sequence[Path], layer: str, index: int) -> Iterator[Found]:
    """Yield the strongest patches so far after every picture."""
    for found in strongest_patches(own_model(run.model), paths, layer, index):
        yield Found(found, _patch_maps(found))


def _patch_maps(found: Search) -> Maps | None:
    if not found.patches:
        return None
    framed = one_size([patch.pixels for patch in found.patches])
    names = tuple(f"{patch.path.stem}: {patch.activation:.3g}" for patch in found.patches)
    return Maps(to_bytes(framed), framed, colors="rgb", names=names, nouns=("place", "places"))
