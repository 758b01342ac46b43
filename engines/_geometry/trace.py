"""What a single output is made of, and where a single input goes. NumPy, float64."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engines._geometry.apply import as_laid, check_weights, divisors
from engines._geometry.layout import Layout
from engines.errors import GeometryError


@dataclass(frozen=True)
class OutputTrace:
    """What one output is made of in one sheet; every array is (n, m), one entry a tap.

    rows, columns: the input cell, outside the input for padding (inside False). weights: as they
    lie on the input; products: values · weights. For a max pool the winner has weight 1, and where
    a window holds padding alone there is no winner and the total is −∞, as in torch.
    """

    rows: np.ndarray
    columns: np.ndarray
    weights: np.ndarray
    values: np.ndarray
    products: np.ndarray
    inside: np.ndarray
    total: float


@dataclass(frozen=True)
class Tap:
    """One product of an output: the cell read, what it held, and what it was multiplied with."""

    channel: int
    row: int
    column: int
    value: float
    weight: float
    product: float


@dataclass(frozen=True)
class SumTrace:
    """What one output is made of over all channels; sums: (C,), of each channel's products."""

    channels: tuple[OutputTrace, ...]
    sums: np.ndarray
    bias: float
    total: float

    def taps(self) -> Iterator[Tap]:
        """Yield every product, channel by channel, row by row."""
        for channel, trace in enumerate(self.channels):
            arrays = (trace.rows, trace.columns, trace.values, trace.weights, trace.products)
            for row, column, value, weight, product in zip(
                *(array.ravel().tolist() for array in arrays), strict=True
            ):
                yield Tap(channel, row, column, value, weight, product)


def explain(
    inputs: np.ndarray, weights: np.ndarray | None, layout: Layout, row: int, column: int
) -> OutputTrace:
    """Return what the output (row, column) reads in one sheet.

    inputs: (H, W); weights: (kh, kw), None for pools. Raises GeometryError when there is no such
    output, or weights are missing.
    """
    height, width = layout.shape
    if not (0 <= row < height and 0 <= column < width):
        raise GeometryError(
            f"There is no output ({row}, {column}): the output has {height} × {width}."
        )
    layout.check_inputs(inputs)
    (rows, row_taps), (columns, column_taps) = (
        (part.reads[at][part.there[at]], part.taps[at][part.there[at]])
        for part, at in ((layout.rows, row), (layout.columns, column))
    )
    grid_rows, grid_columns = np.meshgrid(rows, columns, indexing="ij")
    inside = (
        (grid_rows >= 0)
        & (grid_rows < inputs.shape[0])
        & (grid_columns >= 0)
        & (grid_columns < inputs.shape[1])
    )
    values = np.zeros(inside.shape)
    values[inside] = inputs[grid_rows[inside], grid_columns[inside]]
    if layout.kind == "max":
        taken = _winner(values, inside)
    elif layout.kind == "average":
        taken = np.full(values.shape, 1.0 / divisors(layout)[row, column])
    else:
        taken = _laid(weights, layout)[row_taps[:, None], column_taps[None, :]]
    products = values * taken
    alone = layout.kind == "max" and not inside.any()
    total = -np.inf if alone else float(products.sum())
    return OutputTrace(grid_rows, grid_columns, taken, values, products, inside, total)


def _winner(values: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Return 1 at the largest value inside, the first of equals, and 0 elsewhere."""
    won = np.zeros(values.shape)
    if inside.any():
        best = int(np.where(inside, values, -np.inf).argmax())
        won.flat[best] = 1.0
    return won


def _laid(weights: np.ndarray | None, layout: Layout) -> np.ndarray:
    if weights is None:
        raise GeometryError("This operation needs weights.")
    check_weights(weights, layout)
    return np.asarray(as_laid(weights, layout), dtype=np.float64)


def explain_sum(
    inputs: np.ndarray,
    weights: np.ndarray,
    layout: Layout,
    row: int,
    column: int,
    *,
    bias: float = 0.0,
) -> SumTrace:
    """Return what the output (row, column) of one filter sums over the channels.

    inputs: (C, H, W); weights: (C, kh, kw). Pools do not sum over channels: use `explain`.
    """
    if len(inputs) != len(weights):
        raise GeometryError(
            f"The input has {len(inputs)} channels and the filter {len(weights)}; it must have as "
            "many."
        )
    traces = tuple(
        explain(sheet, part, layout, row, column)
        for sheet, part in zip(inputs, weights, strict=True)
    )
    sums = np.array([trace.total for trace in traces])
    return SumTrace(traces, sums, bias, float(sums.sum()) + bias)


def explain_input(
    weights: np.ndarray | None, layout: Layout, row: int, column: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return rows, columns and weights (n,) of the outputs that read the input (row, column).

    weights: (kh, kw), None for pools, where a max pool has weight 1 for every window that looks.
    Raises GeometryError when there is no such input cell.
    """
    rows, row_taps = layout.rows.users(row)
    columns, column_taps = layout.columns.users(column)
    grid_rows, grid_columns = np.meshgrid(rows, columns, indexing="ij")
    if layout.kind == "average":
        taken = 1.0 / divisors(layout)[grid_rows, grid_columns]
    elif layout.kind == "max":
        taken = np.ones(grid_rows.shape)
    else:
        taken = _laid(weights, layout)[row_taps[:, None], column_taps[None, :]]
    return grid_rows.ravel(), grid_columns.ravel(), taken.ravel()
