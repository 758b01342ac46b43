"""What the Geometry panel computes, away from the GUI thread: plain values in and out."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from engines import geometry
from engines.display import to_grey
from engines.errors import GeometryError
from visualizer.panels.geometry.state import POOLS, Axis, GeometryState
from visualizer.pictures.picture import Picture
from widgets.cell_map import GridCells, signed_levels
from widgets.number_text import format_number


@dataclass(frozen=True)
class OutputTaps:
    """What one output cell reads in one sheet; every array is (n, m), one entry a tap.

    total: the sum of the products; −∞ for a largest value over padding alone.
    """

    rows: np.ndarray
    columns: np.ndarray
    weights: np.ndarray
    values: np.ndarray
    products: np.ndarray
    inside: np.ndarray
    total: float
    weighted: bool
    note: str


@dataclass(frozen=True)
class GeometryResult:
    """The outputs with all that explains them, and the request they belong to.

    inputs: (C, H, W); outputs: (F, H', W'); counts: (H, W), by how many windows each input cell is
    read; formulas: (LaTeX, plain) of the output's rows and columns.
    """

    state: GeometryState
    inputs: np.ndarray
    weights: np.ndarray | None
    layout: geometry.Layout
    outputs: np.ndarray
    counts: np.ndarray
    formulas: tuple[tuple[str, str], ...]
    advice: tuple[str, ...]
    padding: tuple[int, int, int, int] = field(default=(0, 0, 0, 0))

    def output_taps(self, row: int, column: int, channel: int, sheet: int) -> OutputTaps:
        """Return what the output (row, column) of `sheet` reads in `channel`."""
        kind = self.state.operation
        channel = sheet if kind in POOLS else channel
        weights = None if self.weights is None else self.weights[sheet, channel]
        trace = geometry.explain(self.inputs[channel], weights, self.layout, row, column)
        note = {
            "max": "The largest wins: it counts once, all others not at all.",
            "average": "Every value counts alike: the weights sum to 1.",
        }.get(kind, "")
        return OutputTaps(
            trace.rows, trace.columns, trace.weights, trace.values, trace.products, trace.inside,
            trace.total, self.weights is not None, note,
        )  # fmt: skip

    def input_uses(
        self, row: int, column: int, channel: int, sheet: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return rows, columns and weights (n,) of the outputs that read an input cell."""
        weights = None if self.weights is None else self.weights[sheet, channel]
        return geometry.explain_input(weights, self.layout, row, column)

    def sums_text(self, row: int, column: int, sheet: int) -> str:
        """Return the sum over the channels, "" for a single channel or a pool."""
        if self.weights is None or self.state.channels == 1:
            return ""
        trace = geometry.explain_sum(self.inputs, self.weights[sheet], self.layout, row, column)
        named = ", ".join(
            f"channel {n}: {_said(part)}" for n, part in enumerate(trace.sums.tolist(), start=1)
        )
        return f"One sum a channel ({named}); their sum is the output: {_said(trace.total)}."

    def input_cells(self, channel: int) -> GridCells:
        """Return the padded input with `channel` on top and what no window reads hatched."""
        top, bottom, left, right = self.padding
        framed = np.pad(self.inputs, ((0, 0), (top, bottom), (left, right)))
        unread = np.pad(self.counts == 0, ((top, bottom), (left, right)))
        rows, columns = self.layout.rows, self.layout.columns
        if rows.lost:
            unread[-rows.lost :] = True
        if columns.lost:
            unread[:, -columns.lost :] = True
        others = [n for n in range(len(framed)) if n != channel]
        picture = self.state.values == "picture"  # 0…1, and known as greys
        return GridCells(
            framed[channel],
            self.padding,
            colors="grey" if picture else "signed",
            levels=(0.0, 1.0) if picture else signed_levels(self.inputs),
            hatched=unread if unread.any() else None,
            uncentred=self._uncentred(unread),
            behind=tuple(framed[n] for n in others),
        )

    def _uncentred(self, unread: np.ndarray) -> np.ndarray | None:
        """Return on which cells of the padded input no window is centred, None for none."""
        lost = (lost_centres(self.layout.rows), lost_centres(self.layout.columns))
        if not any(map(any, lost)):
            return None
        height, width = self.inputs.shape[1:]
        inner = np.ones((height, width), dtype=bool)
        inner[lost[0][0] : height - lost[0][1], lost[1][0] : width - lost[1][1]] = False
        top, bottom, left, right = self.padding
        return np.pad(inner, ((top, bottom), (left, right))) & ~unread

    def output_cells(self, sheet: int, state: GeometryState) -> GridCells:
        """Return the output with `sheet` on top, hidden where it is to be guessed."""
        others = [n for n in range(len(self.outputs)) if n != sheet]
        hidden = self.hidden(sheet, state)
        return GridCells(
            self.outputs[sheet],
            levels=signed_levels(self.outputs),
            hidden=hidden,
            behind=() if hidden is not None else tuple(self.outputs[n] for n in others),
        )

    def hidden(self, sheet: int, state: GeometryState) -> np.ndarray | None:
        """Return which outputs of `sheet` are hidden (H', W'), None for none."""
        if not state.predict.on:
            return None
        hidden = np.ones(self.layout.shape, dtype=bool)
        for place in state.predict.solved:
            if place[0] == sheet and place[1] < hidden.shape[0] and place[2] < hidden.shape[1]:
                hidden[place[1:]] = False
        hidden &= np.isfinite(self.outputs[sheet])  # −∞ cannot be typed
        return hidden if hidden.any() else None

    def input_title(self, state: GeometryState) -> str:
        """Return what stands over the input."""
        height, width = self.inputs.shape[1:]
        title = f"Input {height} × {width}"
        if any(self.padding):
            top, bottom, left, right = self.padding
            title += f", padded {height + top + bottom} × {width + left + right}"
        if len(self.inputs) > 1:
            title += f" · channel {state.channel + 1} of {len(self.inputs)}"
        return title

    def output_title(self, state: GeometryState) -> str:
        """Return what stands over the output."""
        height, width = self.layout.shape
        title = f"Output {height} × {width}"
        if len(self.outputs) > 1:
            noun = "channel" if self.weights is None else "filter"
            title += f" · {noun} {state.filter + 1} of {len(self.outputs)}"
        return title


def lost_centres(part: geometry.AxisPlan) -> tuple[int, int]:
    """Return how many cells at the start and the end the output is short of, at stride 1.

    With larger strides windows skip cells in between as well, so that these say nothing.
    """
    if part.kind == "transposed" or part.axis.stride > 1:
        return 0, 0
    return part.lost_centres


def _said(value: float) -> str:
    return format_number(value, 6).replace("-", "−")


def resolved_axes(state: GeometryState) -> tuple[geometry.Axis, geometry.Axis]:
    """Return both axes with the padding that `state` asks for in cells."""
    rows, columns = (_resolved(axis, state) for axis in (state.rows, state.columns))
    return rows, columns


def _resolved(axis: Axis, state: GeometryState) -> geometry.Axis:
    dilation = 1 if state.operation == "average" else axis.dilation
    before = after = 0
    if state.padding == "number":
        before, after = axis.before, axis.after
    elif state.padding == "full":
        before = after = dilation * (axis.kernel - 1) if state.operation != "transposed" else 0
    elif state.padding == "same" and state.operation == "transposed":
        crop = max(dilation * (axis.kernel - 1) + 1 - axis.stride, 0)
        before, after = crop // 2, crop - crop // 2
    elif state.padding == "same":
        before, after = geometry.same_padding(axis.size, axis.kernel, axis.stride, dilation)
    added = axis.output_padding if state.operation == "transposed" else 0
    return geometry.Axis(axis.size, axis.kernel, axis.stride, before, after, dilation, added)


def sides_of(state: GeometryState) -> tuple[int, int, int, int]:
    """Return the padding (top, bottom, left, right) that comes out; zeros where it cannot."""
    try:
        rows, columns = resolved_axes(state)
    except GeometryError:
        return 0, 0, 0, 0
    return rows.before, rows.after, columns.before, columns.after


def input_values(state: GeometryState, picture: Picture | None) -> np.ndarray:
    """Return the input (C, H, W), float64."""
    height, width = state.rows.size, state.columns.size
    if state.values == "picture" and picture is not None:
        return crop_of(picture, state)
    pattern = geometry.PATTERNS.get(state.values)
    if pattern is None:
        return state.matrix_array()
    return np.stack([pattern.make(height, width, state.seed + n) for n in range(state.channels)])


def crop_of(picture: Picture, state: GeometryState) -> np.ndarray:
    """Return a crop (C, H, W) in 0…1: the colours for three channels, else the brightness."""
    array = picture.image.array
    if state.channels != 3 or array.shape[2] != 3:
        array = np.repeat(to_grey(array), state.channels, axis=2)
    places = []
    for axis, room, share in zip(
        (state.rows, state.columns), array.shape[:2], state.crop, strict=True
    ):
        first = round(max(room - axis.size, 0) * share)
        places.append(np.minimum(first + np.arange(axis.size), room - 1))
    cut = array[places[0][:, None], places[1][None, :]]
    return np.moveaxis(np.round(cut.astype(np.float64), 4), 2, 0)


def compute(state: GeometryState, picture: Picture | None) -> GeometryResult:
    """Return the result that `state` asks for. Raises GeometryError with a sentence."""
    layout = layout_of(state)
    inputs = input_values(state, picture)
    weights = state.weights_array() if state.has_weights else None
    ceil = state.ceil_mode
    plans = (layout.rows, layout.columns)
    padding = (
        (0, 0, 0, 0) if state.operation == "transposed" else (
            layout.rows.axis.before, layout.rows.axis.after,
            layout.columns.axis.before, layout.columns.axis.after,
        )
    )  # fmt: skip
    return GeometryResult(
        state,
        inputs,
        weights,
        layout,
        geometry.run(inputs, weights, layout),
        geometry.use_counts(layout),
        tuple(geometry.size_formula(part, ceil_mode=ceil) for part in plans),
        _advice(layout),
        padding,
    )


def _advice(layout: geometry.Layout) -> tuple[str, ...]:
    """Return what is lost and what would help, once where both axes are alike."""
    rows = geometry.advise(layout.rows, "rows")
    if layout.rows.axis == layout.columns.axis:
        said = [*rows, "The columns likewise."] if rows else []
    else:
        said = [*rows, *geometry.advise(layout.columns, "columns")]
    if any((*lost_centres(layout.rows), *lost_centres(layout.columns))):
        said.append("Hatched one way: cells of the input on which no window is centred.")
    return tuple(said)


def layout_of(state: GeometryState) -> geometry.Layout:
    """Return what reads what. Raises GeometryError naming the axis that does not fit."""
    plans = []
    for axis, name in zip((0, 1), ("Rows", "Columns"), strict=True):
        try:
            resolved = resolved_axes(state)[axis]
            plans.append(geometry.plan(resolved, state.operation, ceil_mode=state.ceil_mode))
        except GeometryError as error:
            raise GeometryError(f"{name}: {error}") from None
    return geometry.Layout(plans[0], plans[1], state.count_include_pad)


def count_text(result: GeometryResult) -> str:
    """Return what the use counts say."""
    counts = result.counts
    if result.state.operation == "transposed":
        return (
            f"Each input cell lays its kernel on the output. Most reach {counts.max()} output "
            f"cells, the least {counts.min()}: what falls on the padding is cut off."
        )
    corner, most = int(counts[0, 0]), int(counts.max())
    unread = int((counts == 0).sum())
    said = [
        f"The corner cell (0, 0) is read by {corner} window{'s' if corner != 1 else ''}, "
        f"the most used cell by {most}."
    ]
    if corner < most:
        said.append(
            "Cells at the border count less: fewer windows reach them. Padding with “full” makes "
            "all counts equal at stride 1."
        )
    elif counts.min() == most:
        said.append("All cells count alike.")
    if unread:
        said.append(f"{unread} cells (hatched) are read by no window at all.")
    return " ".join(said)
