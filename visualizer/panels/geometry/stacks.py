"""A stack of layers as the Stack tool shows it: plain values in and out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engines import geometry
from visualizer.panels.geometry.state import LayerState, StackState
from widgets.cell_map import GridCells, Window

LAYER_NAMES = {"conv": "conv", "max": "max pool", "average": "average pool"}


@dataclass(frozen=True)
class StackData:
    """The stack as rows of text, what the final cell sees, and how that is said."""

    rows: list[list[str]]
    final_size: int
    cells: GridCells
    windows: tuple[Window, ...]
    text: str


def layers_of(stack: StackState) -> list[geometry.Layer]:
    """Return the layers of `stack` as the engine has them."""
    return [
        geometry.Layer(layer.kernel, layer.stride, layer.padding, layer.dilation)
        for layer in stack.layers
    ]


def layer_name(layer: LayerState) -> str:
    """Return how a layer is named in the table."""
    parts = [f"{LAYER_NAMES[layer.kind]} {layer.kernel}×{layer.kernel}"]
    parts += [
        f"{letter}{value}"
        for letter, value, usual in (
            ("s", layer.stride, 1),
            ("p", layer.padding, 0),
            ("d", layer.dilation, 1),
        )
        if value != usual
    ]
    return ", ".join(parts)


def compute_stack(stack: StackState) -> StackData:
    """Return the stack's table and the field of its final cell. Raises GeometryError."""
    table = geometry.stack_table(stack.size, layers_of(stack))
    rows = [
        [layer_name(layer), str(row.size), str(row.field.size), str(row.field.jump),
         f"{row.field.start:g}"]
        for layer, row in zip(stack.layers, table, strict=True)
    ]  # fmt: skip
    blank = np.zeros((stack.size, stack.size))
    if not table:
        text = "No layers: add one to see what it makes of the input."
        return StackData(rows, stack.size, GridCells(blank), (), text)
    final = table[-1]
    cell = tuple(min(place, final.size - 1) for place in stack.cell)
    neighbour = cell[1] + 1 if cell[1] + 1 < final.size else cell[1] - 1
    own, other = ([field.span(place) for place in places] for field, places in (
        (final.field, cell), (final.field, (cell[0], neighbour))
    ))  # fmt: skip
    windows = [_window(own, "main")]
    said = [
        f"Final cell ({cell[0]}, {cell[1]}) of {final.size} × {final.size} sees rows "
        f"{own[0][0]}…{own[0][1] - 1} and columns {own[1][0]}…{own[1][1] - 1} of the input."
    ]
    if neighbour >= 0:
        windows.append(_window(other, "other"))
        first, last = max(own[1][0], other[1][0]), min(own[1][1], other[1][1])
        if last > first:
            windows.append(_window([own[0], (first, last)], "overlap"))
        said.append(
            f"Its neighbour's field (dashed) lies {final.field.jump} further and overlaps in "
            f"{final.field.overlap} of {final.field.size} columns."
        )
    said += _of_coverage(stack.size, table)
    top = max(0, -min(span[0] for span in (*own, *other)))
    bottom = max(0, max(span[1] for span in (*own, *other)) - stack.size)
    frame = min(max(top, bottom), 64)
    cells = GridCells(np.pad(blank, frame), padding=(frame,) * 4)
    return StackData(rows, final.size, cells, tuple(windows), " ".join(said))


def _of_coverage(size: int, table: list[geometry.StackRow]) -> list[str]:
    """Return from which layer on one cell sees as much as the whole input, if any does."""
    first = next((n for n, row in enumerate(table, start=1) if row.covers_input), None)
    if first is None:
        return []
    said = [f"From layer {first} on, the field is as large as the input or larger."]
    if table[-1].field.size > size:
        said.append("What is beyond the input is padding.")
    return said


def _window(spans: list[tuple[int, int]], kind: str) -> Window:
    (top, bottom), (left, right) = spans
    return Window(top, left, bottom - top, right - left, kind)  # type: ignore[arg-type]
