"""One number of the output in words and formulas."""

from __future__ import annotations

import numpy as np

from visualizer.panels.signals.compute import Result
from widgets.number_text import format_number
from widgets.product_table import number_text

MOST_CHARACTERS = 34  # that the column beside the plots has room for
_SIGNS = {"convolution": r"\ast", "correlation": r"\star"}
_PLAIN_SIGNS = {"convolution": "∗", "correlation": "⋆"}


def time_text(time: float) -> str:
    """Return a time in few digits, without the traces of rounding."""
    return f"{time:.6g}".replace("-", "−") if abs(time) > 1e-12 else "0"


def law_latex(operation: str, view: str) -> str:
    """Return the definition of the operation as LaTeX."""
    other = r"g(t-\tau)" if operation == "convolution" else r"g^{*}(\tau-t)"
    left = rf"(f {_SIGNS[operation]} g)(t)="
    if view == "continuous":
        return rf"{left}\int f(\tau)\,{other}\,d\tau"
    return rf"{left}\sum_{{\tau}} f(\tau)\,{other}"


def law_text(operation: str, view: str) -> str:
    """Return the definition of the operation in plain signs."""
    other = "g(t−τ)" if operation == "convolution" else "conj g(τ−t)"
    left = f"(f {_PLAIN_SIGNS[operation]} g)(t) = "
    return f"{left}∫ f(τ) {other} dτ" if view == "continuous" else f"{left}Σ f(τ) {other}"


def number_latex(result: Result) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return this t's sum and its products, each as LaTeX and in plain signs."""
    state, slid = result.state, result.slide
    t = time_text(slid.t)
    left = rf"(f {_SIGNS[state.operation]} g)({_latex(t)})"
    plain = f"(f {_PLAIN_SIGNS[state.operation]} g)({t})"
    total = number_text(slid.total)
    if not len(slid.product):
        return (rf"{left}=0", f"{plain} = 0"), ("=0", "= 0")
    first, last = time_text(float(slid.tau[0])), time_text(float(slid.tau[-1]))
    other = rf"g({_latex(t)}-\tau)"
    plain_other = f"g({t}−τ)"
    if state.operation == "correlation":
        other, plain_other = rf"g^{{*}}(\tau-{_latex(t)})", f"conj g(τ−{t})"
    continuous = state.view == "continuous"
    relation, weight = ("≈", f"{format_number(result.f.step)}·") if continuous else ("=", "")
    ends = rf"_{{\tau={_latex(first)}}}^{{{_latex(last)}}}"
    whole = rf"{left}{_latex(relation)} {_latex(weight)}\sum{ends}"
    return (
        (rf"{whole} f(\tau)\,{other}", f"{plain} {relation} {weight}Σ f(τ) {plain_other}"),
        _terms(result, relation, weight, total),
    )


def _terms(result: Result, relation: str, weight: str, total: str) -> tuple[str, str]:
    """Return the products of this t and their sum, as LaTeX and in plain signs."""
    (low, high), (low_placed, high_placed) = result.slide.overlap, result.slide.overlap_placed
    left, right = result.f.values[low:high], result.slide.placed.values[low_placed:high_placed]
    shown = f"{weight}({_sum_of(left, right, 2)})" if weight else _sum_of(left, right, 2)
    if len(shown) + len(total) > MOST_CHARACTERS:
        shown = f"{weight}({_sum_of(left, right, 1)})" if weight else _sum_of(left, right, 1)
    return f"{_latex(relation)} {_latex(shown)}={_latex(total)}", f"{relation} {shown} = {total}"


def _sum_of(left: np.ndarray, right: np.ndarray, first: int) -> str:
    """Return the products as a sum, of more than first + 2 only the `first` ones and the last."""
    whole = range(len(left))
    shown = [*whole] if len(left) <= first + 2 else [*whole[:first], None, whole[-1]]
    small = [1e-12 * float(np.abs(values).max(initial=0.0)) for values in (left, right)]
    return " + ".join(
        "…"
        if index is None
        else f"{_factor(left[index], small[0])}·{_factor(right[index], small[1])}"
        for index in shown
    )


def sum_text(result: Result) -> str:
    """Return the number of this t in one line."""
    slid = result.slide
    count = len(slid.product)
    total = number_text(slid.total)
    if not count:
        return "Nothing overlaps: 0"
    if result.state.view == "continuous":
        return f"Shaded area = {total}"
    return f"Sum of {count} product{'s' if count != 1 else ''} = {total}"


def place_text(result: Result) -> str:
    """Return where this number stands in the output."""
    slid, state = result.slide, result.state
    name = "t" if state.operation == "convolution" else "lag"
    place = f"{name} = {time_text(slid.t)} {result.unit}"
    if not 0 <= slid.index < result.count:
        return f"{place}: outside the output, where everything is 0."
    if slid.inside is None:
        return f"{place}: left out by “{state.mode}”, which keeps {len(result.output)} numbers."
    return f"{place}: number {slid.inside + 1} of {len(result.output)}."


def peaks_text(result: Result) -> str:
    """Return where the output is largest."""
    if not result.peaks:
        return "The output is zero throughout."
    name = "t" if result.state.operation == "convolution" else "lag"
    listed = "; ".join(
        f"{number_text(np.asarray(value)[()])} at {name} = {time_text(time)}"
        for time, value in result.peaks
    )
    word = "Peak" if len(result.peaks) == 1 else "Peaks"
    return f"{word}: {listed}."


def _factor(value: complex, small: float) -> str:
    text = "0" if abs(value) < small else number_text(value)  # such as sin π, 1e-16
    return f"({text})" if text.startswith("−") or "j" in text else text


def _latex(text: str) -> str:
    signs = {"−": "-", "·": r"\cdot ", "…": r"\ldots ", "≈": r"\approx "}
    return "".join(signs.get(sign, sign) for sign in text)
