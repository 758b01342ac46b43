"""A result put into the plots and the words beside them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engines.signals import Signal
from visualizer.panels.signals import explanation
from visualizer.panels.signals.compute import Result, parts
from visualizer.panels.signals.state import WHICH
from visualizer.panels.signals.view import SignalsView
from widgets.product_table import number_text
from widgets.signal_plot import Trace

OPERATION_SIGNS = {"convolution": "∗", "correlation": "⋆"}
PART_NAMES = ("", ", imaginary")


def signal_traces(
    signal: Signal, name: str, color: str, style: str, *, faint: bool = False
) -> list[Trace]:
    """Return a trace, or two (the imaginary part dashed) where the signal is complex."""
    drawn = parts(signal.values)
    return [
        Trace(
            f"{name}{part_name}" if name else "", signal.time, values, color, style, number,
            faint, signal.step,
        )
        for number, (values, part_name) in enumerate(zip(drawn, PART_NAMES, strict=False))
    ]  # fmt: skip


def show_result(view: SignalsView, result: Result) -> None:
    """Show `result` in the three plots and beside them, but the formulas."""
    state = result.state
    line = "stems" if state.view == "discrete" else "line"
    _show_axes(view, result)
    view.f_plot.set_traces(signal_traces(result.f, "", "blue", line), title=f"f: {result.f.name}")
    _show_placed(view, result, line)
    _show_output(view, result, line)
    view.player.set_count(result.count)
    view.player.set_step(result.slide.index)
    view.sum_label.setText(explanation.sum_text(result))
    view.place_label.setText(explanation.place_text(result))
    view.peaks_label.setText(explanation.peaks_text(result))
    view.hint_label.setText(_hint(result))
    for which in WHICH:
        signal = result.f if which == "f" else result.g
        view.controls.editors[which].show_notes(signal.notes)


def _show_axes(view: SignalsView, result: Result) -> None:
    state, unit = result.state, result.unit
    other = "g(t−τ)" if state.operation == "convolution" else "g(τ−t)"
    name = "t" if state.operation == "convolution" else "lag t"
    sign = OPERATION_SIGNS[state.operation]
    view.f_plot.set_labels(f"τ ({unit})", "f(τ)")
    view.g_plot.set_labels(f"τ ({unit})", other)
    view.output_plot.set_labels(f"{name} ({unit})", f"(f {sign} g)(t)")
    last = result.time_at(result.count - 1)
    # g slides in from where it only just touches f, so it needs room on both sides.
    reach = (len(result.g) - 1) * result.f.step
    first = min(result.first, result.f.start - reach)
    last = max(last, result.f.end + reach)
    values, products, output = result.limits
    for plot, limits in (
        (view.f_plot, values),
        (view.g_plot, (min(values[0], products[0]), max(values[1], products[1]))),
        (view.output_plot, output),
    ):
        plot.set_extent(first, last)
        plot.set_value_range(*limits)


def _show_placed(view: SignalsView, result: Result, line: str) -> None:
    state, slid = result.state, result.slide
    shade = "bars" if state.view == "discrete" else "area"
    products = [
        Trace(
            ("product", "product, imaginary")[number], slid.tau, values, "accent", shade,
            step=result.f.step,
        )
        for number, values in enumerate(parts(slid.product))
    ]  # fmt: skip
    turned = "flipped" if state.operation == "convolution" else "as it is"
    view.g_plot.set_traces(
        [
            *products,
            *signal_traces(result.f, "f", "blue", line, faint=True),
            *signal_traces(slid.placed, f"g {turned}", "green", line),
        ],
        title=f"g: {result.g.name}",
    )


def _show_output(view: SignalsView, result: Result, line: str) -> None:
    output, slid = result.output, result.slide
    made = int(np.searchsorted(output.time, slid.t + output.step / 2))
    traced = [
        Trace(trace.name, trace.x[:made], trace.y[:made], "red", trace.style, trace.dash)
        for trace in signal_traces(output, "made up to t", "red", line)
    ]
    rest = [
        Trace("", trace.x[made:], trace.y[made:], "grey", trace.style, trace.dash, faint=True)
        for trace in signal_traces(output, "", "grey", line)
    ]
    sign = OPERATION_SIGNS[result.state.operation]
    view.output_plot.set_traces([*rest, *traced], title=f"f {sign} g")
    value = complex(slid.total).real if slid.inside is not None else None
    view.output_plot.set_cursor(slid.t, value)
    view.output_plot.set_marks(peak_marks(result.peaks))


def peak_marks(peaks: Sequence[tuple[float, complex]]) -> list[tuple[float, str]]:
    """Return marks that name the highest peak by its time."""
    return [(time, f"peak {explanation.time_text(time)}") for time, _ in peaks[:1]]


def _hint(result: Result) -> str:
    if result.state.operation == "correlation":
        return (
            "The lag of the highest peak is where g lies best on f; sheer size of f raises it too."
        )
    return "g is turned round: what comes first in g meets f last."


def status(result: Result) -> str:
    """Return the panel's line in the status bar."""
    f, g, state = result.f, result.g, result.state
    sizes = f"{len(f)} and {len(g)} samples → {len(result.output)}"
    return f"{state.operation}, {state.mode}   {sizes}   {number_text(result.slide.total)}"
