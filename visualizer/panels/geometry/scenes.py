"""Prepared settings: each is what one lesson talks about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engines import geometry
from visualizer.panels.geometry.state import (
    Axis,
    GeometryState,
    LayerState,
    PredictState,
    StackState,
    sheets_of,
    weights_of,
)


@dataclass(frozen=True)
class Scene:
    """A prepared setting; speed is the person's and stays."""

    name: str
    title: str
    tooltip: str
    make: Callable[[], GeometryState]


def _axes(**fields: int) -> dict[str, Axis]:
    return {"rows": Axis(**fields), "columns": Axis(**fields)}


def _edge(**changes: object) -> GeometryState:
    state: GeometryState = GeometryState(
        matrix=sheets_of(geometry.edge_input()[None]),
        weights=weights_of(geometry.edge_kernel()[None, None]),
    ).replace(**changes)
    return state


def _three_by_three() -> GeometryState:
    return GeometryState(
        **_axes(size=3), values="ones", weights=weights_of(np.ones((1, 1, 3, 3))),
        tool="side_by_side",
    )  # fmt: skip


def _channels() -> GeometryState:
    weights = np.random.default_rng(3).integers(-2, 3, (2, 3, 3, 3))
    return GeometryState(
        **_axes(size=6), padding="same", values="random", channels=3, filters=2,
        weights=weights_of(weights),
    )  # fmt: skip


def _stack() -> GeometryState:
    layers = (LayerState(), LayerState(), LayerState())
    return _edge(tool="stack", stack=StackState(size=12, layers=layers, cell=(2, 2)))


SCENES: dict[str, Scene] = {
    scene.name: scene
    for scene in (
        Scene("a11", "Edge 6×6, kernel 3×3", "Step through all 16 positions", _edge),
        Scene("a11_convolution", "The same, convolution", "The kernel turned by 180°: the sign "
              "changes", lambda: _edge(operation="convolution")),
        Scene("predict", "Predict the edge", "Find the 16 numbers yourself",
              lambda: _edge(tool="predict", predict=PredictState(on=True))),
        Scene("a10", "3×3 on 3×3: valid and same", "1 × 1 and 3 × 3, told apart by the padding",
              _three_by_three),
        Scene("lost", "Stride that does not fit", "Cells lost at the right and bottom",
              lambda: _edge(**_axes(size=8, kernel=3, stride=2), values="counting")),
        Scene("dilated", "Dilation 2", "Taps with gaps between them",
              lambda: _edge(**_axes(size=9, dilation=2), values="counting", padding="same")),
        Scene("channels", "3 channels, 2 filters", "One sum a channel, then the sum of the sums",
              _channels),
        Scene("pool", "Max pooling 2×2", "The largest of each window",
              lambda: _edge(**_axes(size=6, kernel=2, stride=2), operation="max",
                            values="random")),
        Scene("transposed", "Transposed, stride 2", "Each input lays the kernel on the output",
              lambda: _edge(**_axes(size=4, kernel=3, stride=2, output_padding=1),
                            operation="transposed", values="ones",
                            weights=weights_of(np.ones((1, 1, 3, 3))))),
        Scene("border", "Border cells count less", "How often each input cell is read",
              lambda: _edge(**_axes(size=9), values="ones", tool="use_count")),
        Scene("stack", "Three 3×3 layers see 7×7", "Receptive fields of a stack", _stack),
    )
}  # fmt: skip
