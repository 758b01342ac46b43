"""The kinds of pooling as the controls set them, and the maps they are shown as."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from visualizer.panels.layer_lab.experiment import Given
from visualizer.panels.layer_lab.experiments import pooling_traces as traces
from visualizer.panels.layer_lab.pieces import Maps

if TYPE_CHECKING:
    from torch import Tensor

    from engines.layers import LearntPooling

RULES = (("max", "Max"), ("average", "Average"), ("l2", "L2"))
KINDS = (
    *RULES,
    ("convolution", "Strided convolution"),
    ("blur", "Blur-pool"),
    ("adaptive", "Adaptive average"),
    ("global", "Global average"),
    ("none", "No pooling"),
)
TITLES = dict(KINDS)
TIME_EACH = 0.003  # seconds to measure each of several kinds within

Size = tuple[int, ...]


@dataclass(frozen=True)
class Layer:
    """One kind at work.

    run: (C, H, W) → (C, h, w); macs: what a result (C, h, w) costs; parameters: how many it
    learnt.
    """

    run: Callable[[Tensor], Tensor]
    macs: Callable[[Size], int]
    parameters: int = 0


def maps_of(given: Given) -> Tensor:
    """Return the input as a tensor (C, H, W)."""
    import torch

    return torch.from_numpy(given.maps)


def in_colour(given: Given, kind: str) -> bool:
    """Return whether maps are shown as a picture: L2 leaves the range that pictures have."""
    return given.in_colour and kind != "l2"


def learnt_of(given: Given) -> LearntPooling:
    """Return the strided convolution that imitates the rule."""
    from engines.layers import learn_pooling, pool

    maps, window, stride = maps_of(given), given["window"], given["stride"]
    return learn_pooling(maps, pool(maps, given["rule"], window, stride), window, stride)


def layer_of(given: Given, kind: str) -> Layer:
    """Return one kind of pooling as the controls are set. Raises LayerError where it cannot be."""
    from engines.layers import adaptive_average, blur_pool, pool, pooling_macs

    window, stride, blur, rule = (given[name] for name in ("window", "stride", "blur", "rule"))
    if kind == "convolution":
        learnt = learnt_of(given)
        return Layer(
            learnt, lambda size: pooling_macs("convolution", *size, window), learnt.parameters
        )
    if kind == "blur":
        return Layer(
            lambda maps: blur_pool(maps, rule, window, stride, blur),
            lambda size: pooling_macs("blur", *size, window, blur),
        )
    if kind in ("adaptive", "global"):
        side = 1 if kind == "global" else given["side"]
        return Layer(
            lambda maps: adaptive_average(maps, side),
            lambda _: 0,
        )
    if kind == "none":
        return Layer(lambda maps: maps, lambda _: 0)
    return Layer(
        lambda maps: pool(maps, kind, window, stride),  # type: ignore[arg-type]
        lambda size: pooling_macs(kind, *size, window),
    )


def tracer_of(given: Given, kind: str, layer: Layer) -> traces.Tracer:
    """Return how any number that `layer` makes of the input came to be."""
    from engines.layers import adaptive_windows, binomial, pool

    maps, window, stride = given.maps, given["window"], given["stride"]
    if kind == "convolution":
        return traces.of_learnt(maps, layer.run)  # type: ignore[arg-type]
    if kind == "blur":
        dense = pool(maps_of(given), given["rule"], window, 1).numpy()
        return traces.of_blur(dense, binomial(given["blur"]).numpy(), window, stride)
    if kind in ("adaptive", "global"):
        side = 1 if kind == "global" else given["side"]
        rows, columns = (adaptive_windows(length, side) for length in maps.shape[1:])
        return traces.of_parts(maps, rows, columns)
    if kind == "none":
        return traces.of_nothing(maps)
    return traces.of_window(maps, kind, window, stride)


def map_of(given: Given, kind: str, layer: Layer, result: Tensor) -> Maps:
    """Return the piece that shows `result`, each number of which can be traced."""
    rule = given["rule"] if kind in ("blur", "convolution") else kind
    return Maps(
        TITLES[kind],
        result.numpy(),
        colour=in_colour(given, rule),
        trace=tracer_of(given, kind, layer),
        source=TITLES["none"],
    )
