"""Every way to make a map larger, side by side, with what each costs and how near it comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from visualizer.panels.layer_lab.experiment import Given
from visualizer.panels.layer_lab.pieces import Found, Maps, Piece, Say, Table, Trace

if TYPE_CHECKING:
    from torch import Tensor

METHODS = (
    ("nearest", "Nearest"),
    ("bilinear", "Bilinear"),
    ("bicubic", "Bicubic"),
    ("transposed", "Transposed convolution"),
    ("shuffle", "Pixel shuffle"),
    ("unpool", "Max-unpooling"),
)
TITLES = dict(METHODS)
SMALL = "Small map"
TIME_EACH = 0.003  # seconds to measure each of several methods within


@dataclass(frozen=True)
class Start:
    """What is made larger: small (C, h, w); the original and the indices where it was pooled."""

    small: Tensor
    original: Tensor | None = None
    indices: Tensor | None = None


@dataclass(frozen=True)
class Method:
    """One method at work: small (C, h, w) → (C, factor · h, factor · w), and what it costs."""

    run: Callable[[Tensor], Tensor]
    parameters: int
    macs: int


def start_of(given: Given) -> Start:
    """Return the map to be made larger. Raises LayerError where it cannot be pooled first."""
    import torch

    from engines.layers import shrink

    maps = torch.from_numpy(given.maps)
    if not given["shrink"]:
        return Start(maps)
    original, small, indices = shrink(maps, given["factor"])
    return Start(small, original, indices)


def row_of(given: Given) -> Tensor:
    """Return the row of weights whose product with itself is the transposed kernel."""
    from engines.layers import transposed_weights

    return transposed_weights(given["weights"], given["size"], given["factor"])


def method_of(given: Given, start: Start, kind: str) -> Method | None:
    """Return one method as the controls are set; None for unpooling where nothing was pooled."""
    from engines.layers import (
        learn_sub_pixel,
        transposed_convolution,
        unpool,
        upsample,
        upsampling_macs,
    )

    factor, count = given["factor"], start.small.numel()
    if kind == "transposed":
        row = row_of(given)
        size = len(row) ** 2
        return Method(lambda m: transposed_convolution(m, row, factor), size, count * size)
    if kind == "shuffle":
        layer = learn_sub_pixel(start.small, factor)
        return Method(layer, layer.parameters, count * layer.weights.numel())
    if kind == "unpool":
        indices = start.indices
        if indices is None:
            return None
        return Method(lambda m: unpool(m, indices, factor), 0, 0)
    maps, height, width = start.small.shape
    macs = upsampling_macs(kind, maps, factor * height, factor * width)  # type: ignore[arg-type]
    return Method(lambda m: upsample(m, kind, factor), 0, macs)  # type: ignore[arg-type]


def find_methods(given: Given) -> Found:
    """Return every method on the same small map, and the facts of the chosen one."""
    from engines.errors import LayerError
    from engines.layers import measured

    start, chosen = start_of(given), given["method"]
    colour = given.in_colour
    pieces: list[Piece] = [Maps(SMALL, start.small.numpy(), colour=colour)]
    rows, refused = [], []
    found: tuple[Method, Tensor, float] | None = None
    for kind, title in METHODS:
        try:
            method = method_of(given, start, kind)
            if method is None:
                raise LayerError(
                    "Max-unpooling puts numbers back where a pooling found them, and nothing was "
                    "pooled. Switch “Max-pool first” on."
                )
        except LayerError as error:
            if kind == chosen:
                raise
            refused.append(str(error))
            continue
        result = method.run(start.small)
        budget = 4 * TIME_EACH if kind == chosen else TIME_EACH
        seconds = measured(lambda run=method.run: run(start.small), budget)
        pieces.append(_map(given, kind, start, result, colour))
        rows.append(_row(title, method, start, result, seconds, kind == chosen))
        if kind == chosen:
            found = method, result, seconds
    assert found is not None
    if start.original is not None:
        pieces.append(Maps("Original", start.original.numpy(), colour=colour))
    method, result, seconds = found
    return Found(
        pieces=(*pieces, _table(rows), Say(" ".join([_said(given, start, result), *refused]))),
        shape_in=tuple(start.small.shape),
        shape_out=tuple(result.shape),
        parameters=method.parameters,
        macs=method.macs,
        seconds=seconds,
        result=TITLES[chosen],
    )


def _map(given: Given, kind: str, start: Start, result: Tensor, colour: bool) -> Maps:
    trace = trace_of(given, start.small.numpy()) if kind == "transposed" else None
    source = SMALL if trace else ""
    return Maps(TITLES[kind], result.numpy(), colour=colour, trace=trace, source=source)


def trace_of(given: Given, small: np.ndarray) -> Callable[[int, int, int], Trace]:
    """Return which small numbers painted a place of the transposed convolution's result."""
    from engines.layers import transposed_padding

    stride, row = given["factor"], row_of(given).numpy()
    padding, _ = transposed_padding(len(row), stride)

    def reach(place: int, length: int) -> list[tuple[int, float]]:
        at = place + padding
        inputs = (n for n in range(length) if 0 <= at - n * stride < len(row))
        return [(n, float(row[at - n * stride])) for n in inputs]

    def trace(channel: int, y: int, x: int) -> Trace:
        rows, columns = reach(y, small.shape[1]), reach(x, small.shape[2])
        products = tuple(
            (f"row {r}, column {c}", float(small[channel, r, c]), u * v)
            for r, u in rows
            for c, v in columns
        )
        if not products:
            text = "no number reaches this place: the kernel is smaller than the stride"
            return Trace((), 0.0, (), text, channel)
        window = (rows[0][0], columns[0][0], len(rows), len(columns))
        total = sum(value * weight for _, value, weight in products)
        return Trace((window,), total, products, channel=channel)

    return trace


def error_of(start: Start, result: Tensor) -> float | None:
    """Return the root of the mean squared difference from the original, None without one."""
    if start.original is None:
        return None
    return float((result - start.original).square().mean().sqrt())


def _row(
    title: str, method: Method, start: Start, result: Tensor, seconds: float, chosen: bool
) -> tuple[str, ...]:
    error = error_of(start, result)
    return (
        f"{title} ◂" if chosen else title,
        f"{method.parameters:,}",
        f"{method.macs:,}",
        "—" if error is None else f"{error:.4g}",
        f"{seconds * 1e3:.3f}",
    )


def _table(rows: list[tuple[str, ...]]) -> Table:
    return Table(
        "What each costs",
        ("method", "parameters", "MACs", "error", "ms"),
        tuple(rows),
        note="Error: root of the mean squared difference from the original. The pixel shuffle’s "
        "convolution has learnt from the small map itself, by least squares.",
    )


def _said(given: Given, start: Start, result: Tensor) -> str:
    from engines.layers import unevenness

    title = TITLES[given["method"]]
    error = error_of(start, result)
    told = "" if error is None else f" and comes back to the original up to {error:.3g}"
    board = ""
    if given["method"] == "transposed":
        uneven = unevenness(row_of(given), given["factor"])
        board = (
            f" Its windows overlap unevenly: a flat map would vary by {uneven:.0%}."
            if uneven > 1e-6
            else " Its windows overlap evenly: a flat map would stay flat."
        )
    return f"{title} makes {given['factor'] ** 2} numbers of each one{told}.{board}"
