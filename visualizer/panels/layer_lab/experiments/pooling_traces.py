"""How a number of a pooled map was made, for each kind of pooling."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from visualizer.panels.layer_lab.pieces import Trace

if TYPE_CHECKING:
    from engines.layers import LearntPooling

Tracer = Callable[[int, int, int], Trace]
Windows = list[tuple[int, int]]
MOST_PRODUCTS = 64


def of_window(maps: np.ndarray, kind: str, window: int, stride: int) -> Tracer:
    """Return the trace of max, average and L2 pooling."""

    def trace(channel: int, row: int, column: int) -> Trace:
        top, left = row * stride, column * stride
        values = maps[channel, top : top + window, left : left + window]
        where = ((top, left, window, window),)
        if kind == "max":
            return _largest(values, where, channel)
        if kind == "average":
            return _mean(values, where, channel)
        total = float(np.sqrt(np.square(values, dtype=np.float64).sum()))
        products = tuple((name, value, value) for name, value in _named(values, top, left))
        squares = " + ".join(f"{value:.3g}²" for value in values.ravel()[:9])
        more = " + …" if values.size > 9 else ""
        text = f"√({squares}{more}) = {total:.4g}"
        return Trace(where, total, products, text, channel)

    return trace


def of_parts(maps: np.ndarray, rows: Windows, columns: Windows) -> Tracer:
    """Return the trace of adaptive average pooling."""

    def trace(channel: int, row: int, column: int) -> Trace:
        (top, bottom), (left, right) = rows[row], columns[column]
        where = ((top, left, bottom - top, right - left),)
        return _mean(maps[channel, top:bottom, left:right], where, channel)

    return trace


def of_learnt(maps: np.ndarray, learnt: LearntPooling) -> Tracer:
    """Return the trace of the learnt convolution: pixels by weights, and the bias."""

    def trace(channel: int, row: int, column: int) -> Trace:
        weights = learnt.weights[channel].numpy()
        side = len(weights)
        top, left = row * learnt.stride, column * learnt.stride
        values = maps[channel, top : top + side, left : left + side]
        bias = float(learnt.bias[channel])
        named = zip(_named(values, top, left), weights.ravel().tolist(), strict=True)
        products = tuple((name, value, weight) for (name, value), weight in named)
        total = float((values.astype(np.float64) * weights).sum() + bias)
        products = (*products, ("bias", bias, 1.0))
        return Trace(((top, left, side, side),), total, products, channel=channel)

    return trace


def of_blur(dense: np.ndarray, row_weights: np.ndarray, window: int, stride: int) -> Tracer:
    """Return the trace of blur-pool: `dense`, the pooling by single steps, by binomial weights."""
    size = len(row_weights)

    def trace(channel: int, row: int, column: int) -> Trace:
        rows = _reflected(row * stride, size, dense.shape[1])
        columns = _reflected(column * stride, size, dense.shape[2])
        products = tuple(
            (f"pooled at {r}, {c}", float(dense[channel, r, c]), float(u * v))
            for r, u in zip(rows, row_weights, strict=True)
            for c, v in zip(columns, row_weights, strict=True)
        )
        total = sum(value * weight for _, value, weight in products)
        top, left = min(rows), min(columns)
        height, width = max(rows) - top + window, max(columns) - left + window
        return Trace(((top, left, height, width),), total, products, channel=channel)

    return trace


def of_nothing(maps: np.ndarray) -> Tracer:
    """Return the trace of no pooling: every number is itself."""

    def trace(channel: int, row: int, column: int) -> Trace:
        value = float(maps[channel, row, column])
        return Trace(((row, column, 1, 1),), value, text=f"{value:.4g}", channel=channel)

    return trace


def _reflected(start: int, size: int, length: int) -> list[int]:
    before = (size - 1) // 2
    places = (start - before + step for step in range(size))
    return [abs(p) if p < length else 2 * (length - 1) - p for p in places]


def _named(values: np.ndarray, top: int, left: int) -> list[tuple[str, float]]:
    return [(f"row {top + r}, column {left + c}", float(v)) for (r, c), v in np.ndenumerate(values)]


def _largest(values: np.ndarray, where: tuple, channel: int) -> Trace:
    r, c = np.unravel_index(int(values.argmax()), values.shape)
    top, left = where[0][:2]
    total = float(values[r, c])
    numbers = ", ".join(f"{value:.3g}" for value in values.ravel()[:9])
    more = ", …" if values.size > 9 else ""
    winner = f"row {top + r}, column {left + c}"
    text = f"max({numbers}{more}) = {total:.4g}: {winner} won"
    windows = (*where, (int(top + r), int(left + c), 1, 1))
    return Trace(windows, total, ((winner, total, 1.0),), text, channel)


def _mean(values: np.ndarray, where: tuple, channel: int) -> Trace:
    total = float(values.mean(dtype=np.float64))
    few = values.size <= MOST_PRODUCTS
    named = _named(values, *where[0][:2]) if few else []
    products = tuple((name, value, 1 / values.size) for name, value in named)
    text = "" if few else f"mean of {values.size:,} numbers = {total:.4g}"
    return Trace(where, total, products, text, channel)
