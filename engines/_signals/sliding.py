"""One signal slid over another: what lies where at time t, and the output it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from engines._filter2d.padding import OPERATIONS, Operation, check_choice
from engines._signals.signal import Signal, same_step

Mode = Literal["full", "same", "valid"]
Measure = Literal["discrete", "continuous"]
MODES: tuple[Mode, ...] = ("full", "same", "valid")
MEASURES: tuple[Measure, ...] = ("discrete", "continuous")
FARTHEST = 10**9  # steps; infinity is no index


@dataclass(frozen=True, eq=False)
class Slide:
    """What makes one number of the output.

    index: which number of the full output, 0 … n + m − 2 (outside: nothing overlaps);
    t: its time (convolution) or lag (correlation), snapped to the samples;
    placed: g as it lies on f's time axis τ, values in order of τ: g(t − τ), flipped, for a
    convolution; conj g(τ − t) for a correlation;
    overlap: (first, behind the last) index into f, equal where nothing overlaps;
    overlap_placed: the same for `placed`; tau, product: (k,) over the overlap;
    total: Σ product, times the step for "continuous"; inside: position in `output`, or None where
    the mode leaves this t out; output: the whole output.
    """

    index: int
    t: float
    placed: Signal
    overlap: tuple[int, int]
    overlap_placed: tuple[int, int]
    tau: np.ndarray
    product: np.ndarray
    total: float | complex
    inside: int | None
    output: Signal


def slide(
    f: Signal,
    g: Signal,
    operation: Operation = "convolution",
    t: float = 0.0,
    *,
    mode: Mode = "full",
    measure: Measure = "discrete",
    output: Signal | None = None,
) -> Slide:
    """Return what lies where when g has slid to t, and the number it makes there.

    f, g: (n,) and (m,) of the same step; operation: "convolution" Σ_τ f(τ) g(t − τ) or
    "correlation" Σ_τ f(τ) conj g(τ − t); measure: "discrete" a sum, "continuous" an area, Σ · step.
    output: that of `whole_output` for the same arguments, to spare computing it for every t.
    Raises SignalError where the steps differ, EngineError for unknown choices.
    """
    whole = whole_output(f, g, operation, mode=mode, measure=measure) if output is None else output
    index = index_of(f, g, operation, t)
    slid = _as_it_slides(g, operation)
    first = index - (len(g) - 1)  # f's index below the first value of the slid g
    placed = g.with_values(slid, start=f.start + first * f.step, name=g.name)
    low = min(max(first, 0), len(f))
    high = max(low, min(len(f), first + len(g)))
    placed_low, placed_high = (low - first, high - first) if high > low else (0, 0)
    product = f.values[low:high] * slid[placed_low:placed_high]
    total = product.sum() * _weight(f, measure)
    position = index - _first_kept(len(f), len(g), operation, mode)
    return Slide(
        index=index,
        t=time_of(f, g, operation, index),
        placed=placed,
        overlap=(low, high),
        overlap_placed=(placed_low, placed_high),
        tau=f.start + f.step * np.arange(low, high),
        product=product,
        total=complex(total) if np.iscomplexobj(product) else float(total),
        inside=position if 0 <= position < len(whole) else None,
        output=whole,
    )


def whole_output(
    f: Signal,
    g: Signal,
    operation: Operation = "convolution",
    *,
    mode: Mode = "full",
    measure: Measure = "discrete",
) -> Signal:
    """Return the convolution f ∗ g or the correlation of f with g, on its time or lag axis.

    (n + m − 1,), (max(n, m),) or (|n − m| + 1,) values for "full", "same", "valid", as
    numpy.convolve and numpy.correlate; times the step for "continuous". Errors as `slide`.
    """
    from engines.convolution import convolve, correlate

    same_step(f, g)
    check_choice(mode, MODES, "mode")
    check_choice(measure, MEASURES, "measure")
    check_choice(operation, OPERATIONS, "operation")
    apply = convolve if operation == "convolution" else correlate
    # Signals are read-only and torch wants memory it may write to.
    values = apply(f.values.copy(), g.values.copy(), mode).numpy() * _weight(f, measure)
    start = time_of(f, g, operation, _first_kept(len(f), len(g), operation, mode))
    sign = "∗" if operation == "convolution" else "⋆"
    return f.with_values(values, start=start, name=f"{f.name or 'f'} {sign} {g.name or 'g'}")


def time_of(f: Signal, g: Signal, operation: Operation, index: int) -> float:
    """Return the time (lag, for a correlation) of number `index` of the full output."""
    begin = f.start + g.start if operation == "convolution" else f.start - g.end
    return begin + index * f.step


def index_of(f: Signal, g: Signal, operation: Operation, t: float) -> int:
    """Return which number of the full output lies nearest to `t`; outside it, too."""
    same_step(f, g)
    check_choice(operation, OPERATIONS, "operation")
    steps = (t - time_of(f, g, operation, 0)) / f.step
    return round(float(np.clip(np.nan_to_num(steps), -FARTHEST, FARTHEST)))


def _as_it_slides(g: Signal, operation: Operation) -> np.ndarray:
    return g.values[::-1] if operation == "convolution" else np.conj(g.values)


def _weight(f: Signal, measure: Measure) -> float:
    return f.step if measure == "continuous" else 1.0


def _first_kept(n: int, m: int, operation: Operation, mode: Mode) -> int:
    """Return the index in the full output of the first number that `mode` keeps, as in NumPy."""
    shorter = min(n, m)
    if mode == "full":
        return 0
    if mode == "valid":
        return shorter - 1
    if operation == "correlation" and m > n:  # NumPy exchanges the two and reverses the result
        return shorter - 1 - (shorter - 1) // 2
    return (shorter - 1) // 2
