"""Pooling: every kind on the same map, shifted by a pixel, and learnt by a strided convolution."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from visualizer.panels.layer_lab.controls import Choice, Slider
from visualizer.panels.layer_lab.experiment import Experiment, Given
from visualizer.panels.layer_lab.experiments.pooling_code import program
from visualizer.panels.layer_lab.experiments.pooling_layers import (
    KINDS,
    RULES,
    TIME_EACH,
    TITLES,
    Layer,
    layer_of,
    map_of,
    maps_of,
)
from visualizer.panels.layer_lab.experiments.pooling_learnt import find_learnt
from visualizer.panels.layer_lab.experiments.pooling_shift import find_shift
from visualizer.panels.layer_lab.pieces import Found, Piece, Say, Table

if TYPE_CHECKING:
    from torch import Tensor

LOOKS = (
    ("kinds", "Every kind, and its cost"),
    ("shift", "The input shifted by a pixel"),
    ("learnt", "A convolution learns it"),
)


def find(given: Given) -> Found:
    """Return what is looked at: the kinds side by side, the shift, or the learning."""
    looks = {"kinds": _find_kinds, "shift": find_shift, "learnt": find_learnt}
    return looks[given["look"]](given)


def _find_kinds(given: Given) -> Found:
    """Return every kind on the same maps, the chosen one's facts, and the table of costs."""
    from engines.errors import LayerError

    chosen, maps = given["pooling"], maps_of(given)
    pieces: list[Piece] = []
    rows: list[tuple[str, ...]] = []
    refused = ""
    at_work: tuple[Layer, Tensor, float] | None = None
    for kind in ["none", *(key for key, _ in KINDS if key != "none")]:
        try:
            layer = layer_of(given, kind)
            result = layer.run(maps)
        except LayerError as error:
            if kind == chosen:
                raise
            refused += f" {TITLES[kind]}: {error}"
            continue
        seconds = _time(layer, maps, kind == chosen)
        rows.append(_costs(TITLES[kind], layer, result, seconds, kind == chosen))
        if kind == chosen:
            at_work = layer, result, seconds
        if kind != "global" or kind == chosen:
            pieces.append(map_of(given, kind, layer, result))
    assert at_work is not None
    layer, result, seconds = at_work
    return Found(
        pieces=(*pieces, _table(rows), Say(_said(given, layer, result) + refused)),
        shape_in=tuple(maps.shape),
        shape_out=tuple(result.shape),
        parameters=layer.parameters,
        macs=layer.macs(tuple(result.shape)),
        seconds=None if chosen == "none" else seconds,
        result=TITLES[chosen],
    )


def _time(layer: Layer, maps: Tensor, chosen: bool) -> float:
    from engines.layers import measured

    return measured(lambda: layer.run(maps), 4 * TIME_EACH if chosen else TIME_EACH)


def _costs(
    title: str, layer: Layer, result: Tensor, seconds: float, chosen: bool
) -> tuple[str, ...]:
    """Return one row of the table of costs."""
    size = tuple(result.shape)
    time = "—" if title == TITLES["none"] else f"{seconds * 1e3:.3f}"
    return (
        f"{title} ◂" if chosen else title,
        " × ".join(str(side) for side in size),
        f"{layer.parameters:,}",
        f"{layer.macs(size):,}",
        f"{size[0] ** 2 * 9 * size[1] * size[2]:,}",
        time,
    )


def _table(rows: list[tuple[str, ...]]) -> Table:
    return Table(
        "What each costs",
        ("kind", "result", "parameters", "MACs", "next layer’s MACs", "ms"),
        tuple(rows),
        note="Next layer: 3 × 3, to as many maps. Max and average need no products. A strided "
        "convolution across all C maps learns C² · k² + C.",
    )


def _said(given: Given, layer: Layer, result: Tensor) -> str:
    before, after = given.maps[0].size, result[0].numel()
    title, mean = TITLES[given["pooling"]], float(result.mean())
    fewer = f"keeps one number of {before / after:.3g}" if after < before else "keeps every number"
    return (
        f"{title} {fewer}; the mean goes from {float(given.maps.mean()):.3g} to {mean:.3g}, the "
        f"largest from {float(given.maps.max()):.3g} to {float(result.max()):.3g}. "
        "Max keeps the strongest answer, average the mean one."
    )


def relevant(values: Mapping[str, Any]) -> set[str]:
    """Return the controls that matter for what is looked at."""
    window = {"look", "rule", "window", "stride"}
    if values["look"] == "shift":
        return window | {"blur", "shift"}
    return window | {"pooling", "blur", "side"} if values["look"] == "kinds" else window


EXPERIMENT = Experiment(
    name="pooling",
    title="Pooling",
    topic="C11",
    question="What does each kind of pooling keep, what does it cost, and what if the input moves?",
    controls=(
        Choice("look", "Look at", LOOKS, "kinds"),
        Choice("pooling", "Pooling", KINDS, "max", tooltip="Facts and program are of this one"),
        Choice("rule", "Rule", RULES, "max", tooltip="What is imitated, blurred and shifted"),
        Slider("window", "Window", 1, 7, 2, tooltip="Side of the window that becomes one number"),
        Slider("stride", "Stride", 1, 7, 2, tooltip="How far one window lies from the next"),
        Slider("blur", "Blur filter", 1, 7, 3, tooltip="Side of the binomial filter of blur-pool"),
        Slider("side", "Adaptive side", 1, 16, 4, tooltip="Side of the result, whatever the input"),
        Slider("shift", "Shift", 0, 8, 1, suffix=" px", tooltip="Of the input, to the left"),
    ),
    find=find,
    code=program,
    relevant=relevant,
)  # fmt: skip
