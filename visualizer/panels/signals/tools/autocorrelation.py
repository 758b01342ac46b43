"""Autocorrelation: a signal's likeness to itself, its period, and a delay found again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSplitter, QWidget

from engines import signals as engine
from engines.signals import Autocorrelation, FoundDelay, NoPeriod, Period, PlantedDelay
from visualizer.panels.signals.compute import parts
from visualizer.panels.signals.explanation import time_text
from visualizer.panels.signals.state import SignalsState
from visualizer.panels.signals.tools.base import (
    DelayControls,
    Tool,
    ToolRequest,
    curves,
    plot,
    show_received,
    side,
)
from widgets.curve_plot import Curve
from widgets.form_parts import add_choice, combo, wrapping_label

NORMALISATIONS = (
    ("normalised", "Lag 0 is 1", "Divided by the value at lag 0"),
    ("none", "Plain sums", "Σ x(n + lag)·x(n)"),
    ("biased", "Divided by n", "The plain sum divided by the count of samples"),
    ("unbiased", "Divided by overlap", "Divided by the count of products at each lag"),
)
MOST_MARKS = 3


@dataclass(frozen=True, eq=False)
class LikenessData:
    """What the page shows; verdict: the period in words, or why there is none."""

    likeness: Autocorrelation
    period: Period | None
    verdict: str
    planted: PlantedDelay
    found: FoundDelay


class AutocorrelationTool(Tool):
    """Shows the autocorrelation with its period, and a planted delay recovered."""

    name = "autocorrelation"
    title = "Autocorrelation"
    tooltip = "How alike a signal is to itself later; its period; a delay in noise, found again"
    fields = ("signal", "normalisation", "remove_mean", "delay", "noise", "seed")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.controls = DelayControls("echo")
        self.controls.edited.connect(self.edited)
        self.normalisation = combo("normalisation_combo", "How the sums are scaled")
        for value, text, tip in NORMALISATIONS:
            add_choice(self.normalisation, value, text, tip)
        self.normalisation.activated.connect(
            lambda _: self.edited.emit({"normalisation": self.normalisation.currentData()}, False)
        )
        self.mean_check = QCheckBox("Subtract the mean", objectName="mean_check")
        self.mean_check.setToolTip("Without its mean, only the signal's course counts")
        self.mean_check.clicked.connect(lambda on: self.edited.emit({"remove_mean": on}, False))
        self.period_label = wrapping_label("period_label", bold=True)
        self.delay_label = wrapping_label("delay_label", bold=True)
        self.likeness_plot = plot(
            "autocorrelation_plot", "lag", "autocorrelation", "Even, and highest at lag 0"
        )
        self.received_plot = plot(
            "received_plot", "t", "received", "The signal as it comes back, in noise"
        )
        self.delay_plot = plot(
            "delay_plot", "lag", "received ⋆ sent", "Highest where the two are most alike"
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(
            side(
                "echo_side",
                self.period_label,
                self.delay_label,
                self.controls,
                self.normalisation,
                self.mean_check,
            )
        )
        row.addWidget(self.likeness_plot, 1)
        below = QSplitter(Qt.Orientation.Vertical)
        below.setObjectName("echo_splitter")
        below.setChildrenCollapsible(False)
        for index, each in enumerate((self.received_plot, self.delay_plot)):
            below.addWidget(each)
            below.setStretchFactor(index, 1)
        below.setSizes([1000, 1000])
        row.addWidget(below, 1)

    def work(self, request: ToolRequest) -> Callable[[], LikenessData]:
        """Return what computes likeness, period and delay."""
        return lambda: _compute(request)

    def show_data(self, data: LikenessData) -> None:
        """Show the three plots and what follows from them."""
        unit = data.likeness.unit
        self.period_label.setText(data.verdict)
        planted, found = data.planted, data.found
        right = "✓" if found.samples == planted.samples else "✗"
        self.delay_label.setText(
            f"Planted {time_text(planted.delay)}, found {time_text(found.delay)} {unit} {right}"
        )
        self.likeness_plot.set_labels(f"lag ({unit})", "autocorrelation")
        shown = [
            Curve(
                "imaginary" if number else "real", data.likeness.lags, values, "blue", dash=number
            )
            for number, values in enumerate(parts(data.likeness.values))
        ]
        peaks = data.period.peaks if data.period is not None else ()
        marks = [
            (lag, f"period {lag:.4g}" if number == 0 else "")
            for number, lag in enumerate(_positive(peaks)[:MOST_MARKS])
        ]
        self.likeness_plot.set_curves(shown, marks=marks)
        show_received(self.received_plot, planted)
        self.delay_plot.set_labels(f"lag ({unit})", "received ⋆ sent")
        self.delay_plot.set_curves(
            curves(found.correlation, "received ⋆ sent", "green"),
            marks=[(found.delay, f"found {time_text(found.delay)}")],
        )

    def show_state(self, state: SignalsState) -> None:
        """Set the controls, without telling."""
        tools = state.tools
        self.controls.show_state(tools)
        self.normalisation.setCurrentIndex(self.normalisation.findData(tools.normalisation))
        self.mean_check.setChecked(tools.remove_mean)


def _compute(request: ToolRequest) -> LikenessData:
    tools, signal = request.tools, request.chosen()
    likeness = engine.autocorrelation(signal, tools.normalisation, remove_mean=tools.remove_mean)
    period: Period | None = None
    try:
        period = engine.detect_period(signal)
        verdict = period.sentence
    except NoPeriod as error:
        verdict = str(error)
    planted = engine.plant_delay(signal, tools.delay * signal.step, tools.noise, seed=tools.seed)
    found = engine.find_delay(planted.sent, planted.received)
    return LikenessData(likeness, period, verdict, planted, found)


def _positive(peaks: tuple[float, ...]) -> list[float]:
    return sorted(float(lag) for lag in np.asarray(peaks) if lag > 0)
