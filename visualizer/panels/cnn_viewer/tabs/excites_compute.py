"""What "What excites it?" computes, away from the GUI thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engines.activations import as_maps, capture
from engines.errors import NetworkError, VisualizationError
from engines.feature_visualization import (
    Objective,
    Regularisers,
    channel,
    class_score,
    direction,
    maximize_objective,
    neuron,
)
from engines.strongest_patches import Search, strongest_patches
from visualizer.panels.cnn_viewer.context import Context, Run
from visualizer.panels.cnn_viewer.tab_settings import Dose, Naturalness
from visualizer.panels.cnn_viewer.tabs.excites_controls import USUAL_SIZE, Place
from visualizer.panels.cnn_viewer.tabs.parts import (
    channels_last,
    class_of,
    one_size,
    own_model,
    to_bytes,
)
from widgets.mosaic_view import Maps

SMALL_INPUT = 64  # networks that read smaller pictures have them drawn at their own size


@dataclass(frozen=True)
class Drawn:
    """One step, ready to be shown: the pictures (N, H, W, 3) uint8 and each one's activation.

    title: what grows.
    """

    iteration: int
    pictures: np.ndarray
    activations: tuple[float, ...]
    title: str


@dataclass(frozen=True)
class Found:
    """How far the search is, with the patches ready to be shown (None before the first)."""

    search: Search
    maps: Maps | None


@dataclass(frozen=True)
class Wish:
    """What is to be drawn; target is "channel", "neuron", "class" or "direction".

    place: of the neuron or mix in the map of the run's picture, None where the layer has no
    positions.
    """

    target: str
    layer: str
    channel: int
    category: int
    place: tuple[int, int] | None
    steps: int
    size: int
    seed: int
    count: int
    regularisers: Regularisers


def usual_size(run: Run) -> int:
    """Return the side that is drawn where none is set: the network's own where that is small."""
    side = run.model.preprocess.height
    return side if side < SMALL_INPUT else USUAL_SIZE


def place_of(context: Context, run: Run) -> Place | None:
    """Return the position that is meant: typed, else held, else the middle; None without maps."""
    if context.layer not in run.activations:
        return None
    try:
        rows, columns = as_maps(run.activations[context.layer]).values.shape[2:]
    except NetworkError:
        return None
    if rows * columns == 1:
        return None
    state, typed = context.state, context.state.tabs.excites.place
    if typed is not None:
        at, why = typed, "as typed"
    elif state.held and state.position is not None:
        at, why = state.position, "as held"
    else:
        at, why = (rows // 2, columns // 2), "the middle"
    return Place((min(at[0], rows - 1), min(at[1], columns - 1)), (rows, columns), why)


def wish_of(context: Context, run: Run) -> Wish:
    """Return what is asked for. Raises VisualizationError for switches that cannot be."""
    wanted = context.state.tabs.excites
    place = place_of(context, run)
    return Wish(
        wanted.target, context.layer, context.state.channel, class_of(wanted.category, run),
        place.position if place is not None else None, wanted.steps,
        wanted.size or usual_size(run), wanted.seed, wanted.count,
        _regularisers(wanted.natural.usual_for(wanted.target)),
    )  # fmt: skip


def _regularisers(natural: Naturalness) -> Regularisers:
    def value(dose: Dose | None) -> float:
        return dose.amount if dose is not None and dose.on else 0.0

    return Regularisers(
        jitter=round(value(natural.jitter)),
        scale=value(natural.scale),
        rotate=value(natural.rotate),
        fourier=natural.fourier,
        decorrelate=natural.decorrelate,
        total_variation=value(natural.total_variation),
        l2=value(natural.l2),
        diversity=value(natural.diversity),
    )


def objective_of(wish: Wish, run: Run) -> Objective:
    """Return what is to grow. Raises VisualizationError where the wish lacks something."""
    layer = wish.layer
    if wish.target == "channel":
        return channel(layer, wish.channel)
    if wish.target == "class":
        if not 0 <= wish.category < len(run.model.categories):
            raise VisualizationError("Choose a class from the list first.")
        return class_score(wish.category, name=run.model.categories[wish.category])
    if wish.target == "neuron":
        return _neuron(wish, run)
    values = run.activations.get(layer)
    if values is None or values.ndim != 4 or wish.place is None:
        raise VisualizationError(
            "A mix of channels is read off a map; choose a layer with maps, such as a convolution."
        )
    row, column = wish.place
    vector = as_maps(values).values[0, :, row, column].detach().float().numpy()
    return direction(layer, vector, name=f"mix at row {row}, column {column}")


def _neuron(wish: Wish, run: Run) -> Objective:
    """Return the objective for one position, found again in the maps of a picture of wish.size."""
    layer, index = wish.layer, wish.channel
    if wish.place is None:
        return neuron(layer, index)
    model = own_model(run.model)
    blank = run.batch.new_zeros(1, run.batch.shape[1], wish.size, wish.size)
    drawn = capture(model.module, blank, [layer])[layer]
    few, many = (as_maps(values).values.shape[2:] for values in (run.activations[layer], drawn))
    row, column = (
        min(int((place + 0.5) * now / before), now - 1)
        for place, before, now in zip(wish.place, few, many, strict=True)
    )
    if drawn.ndim == 3:  # tokens lie in one row, behind the extra ones that are not shown
        extra = drawn.shape[1] - many[0] * many[1]
        return neuron(layer, index, extra + row * many[1] + column)
    return neuron(layer, index, row, column)


def draw(wish: Wish, run: Run) -> Iterator[Drawn]:
    """Yield every step of the climb, ready to be shown."""
    objective = objective_of(wish, run)
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
        yield Drawn(step.iteration, pictures, step.activations, objective.name)


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
