"""A strided convolution that imitates a pooling: its weights, its cost, its error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from visualizer.panels.layer_lab.experiment import Given
from visualizer.panels.layer_lab.experiments.pooling_layers import (
    RULES,
    TITLES,
    Layer,
    in_colour,
    layer_of,
    learnt_of,
    map_of,
    maps_of,
    tracer_of,
)
from visualizer.panels.layer_lab.pieces import Bars, Found, Maps, Matrix, Say

if TYPE_CHECKING:
    from engines.layers import LearntPooling

SHOWN_KERNELS = 6


def find_learnt(given: Given) -> Found:
    """Return the strided convolution that comes nearest to the rule, its weights and its error."""
    from engines.layers import learn_pooling, measured, pool, pooling_macs

    maps, rule = maps_of(given), given["rule"]
    window, stride = given["window"], given["stride"]
    target, learnt = pool(maps, rule, window, stride), learnt_of(given)
    errors = [
        learnt.error
        if key == rule
        else learn_pooling(maps, pool(maps, key, window, stride), window, stride).error  # type: ignore[arg-type]
        for key, _ in RULES
    ]
    layer = Layer(learnt, lambda size: pooling_macs("convolution", *size, window))
    colour = in_colour(given, rule)
    source = map_of(given, "none", layer_of(given, "none"), maps)
    title = TITLES[rule]
    return Found(
        pieces=(
            source,
            Maps(
                title, target.numpy(), colour=colour, group="both", source=source.title,
                trace=tracer_of(given, rule, layer),
            ),
            Maps(
                TITLES["convolution"], learnt.result.numpy(), colour=colour, group="both",
                trace=tracer_of(given, "convolution", layer), source=source.title,
            ),
            Maps("What it misses", (learnt.result - target).numpy(), signed=True),
            _weights(learnt),
            Bars(
                "Error of the best convolution", tuple(name for _, name in RULES), tuple(errors),
                texts=tuple(f"{error:.1%}" for error in errors),
                note="Of the deviation of what it imitates: 0 % is a copy, 100 % no better than "
                "the mean.",
            ),
            Say(_said_of_learning(given, learnt)),
        ),
        shape_in=tuple(maps.shape),
        shape_out=tuple(target.shape),
        parameters=learnt.parameters,
        macs=layer.macs(tuple(target.shape)),
        seconds=measured(lambda: learnt(maps)),
        result=TITLES["convolution"],
    )  # fmt: skip


def _weights(learnt: LearntPooling) -> Matrix:
    shown = min(len(learnt.weights), SHOWN_KERNELS)
    side = learnt.weights.shape[-1]
    numbers = np.column_stack([learnt.weights.flatten(1).numpy(), learnt.bias.numpy()])[:shown]
    names = tuple(f"{row}, {column}" for row in range(side) for column in range(side))
    more = f" The first {shown} of {len(learnt.weights)}." if shown < len(learnt.weights) else ""
    return Matrix(
        "Its weights", numbers, tuple(f"map {n}" for n in range(shown)), (*names, "bias"),
        note=f"By row and column of the window.{more}",
    )  # fmt: skip


def _said_of_learning(given: Given, learnt: LearntPooling) -> str:
    if learnt.by_rote:
        return (
            f"Each map has {learnt.result[0].numel()} windows and {given['window'] ** 2 + 1} "
            "numbers to learn: it meets any target by rote and proves nothing. Take a larger map."
        )
    if given["rule"] == "average":
        return "An average is a sum of products: the convolution finds its weights exactly."
    return (
        f"{TITLES[given['rule']]} is no sum of products, so the best weights miss it by "
        f"{learnt.error:.1%}; they cost {learnt.parameters:,} parameters, where pooling has none. "
        "Inside a network they would be learnt for the task instead."
    )
