"""Matched filter: a known signal found in noise, and how far it stands out before and after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QWidget

from engines import signals as engine
from engines.errors import SignalError
from engines.signals import MatchedFilter, PlantedDelay
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
from widgets.form_parts import wrapping_label


@dataclass(frozen=True, eq=False)
class MatchedData:
    """The signal in noise, and what the filter makes of it."""

    planted: PlantedDelay
    matched: MatchedFilter


class MatchedFilterTool(Tool):
    """Correlates noise with the signal that is hidden in it."""

    name = "matched_filter"
    title = "Matched filter"
    tooltip = "Find a known signal in noise; signal-to-noise ratio before and after"
    fields = ("signal", "delay", "noise", "seed")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.controls = DelayControls("matched")
        self.controls.edited.connect(self.edited)
        self.snr_label = wrapping_label("snr_label", bold=True)
        self.place_label = wrapping_label("matched_place")
        self.note = wrapping_label("matched_note")
        self.note.setText(
            "The filter is the signal itself, reversed for a convolution. In white noise no linear "
            "filter lifts one moment further out of the noise: energy ÷ σ²."
        )
        self.before_plot = plot(
            "before_plot", "t", "received", "Before: the signal, hidden in noise"
        )
        self.after_plot = plot(
            "after_plot", "lag", "received ⋆ template", "After: one peak where the signal begins"
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(
            side("matched_side", self.snr_label, self.place_label, self.controls, self.note)
        )
        row.addWidget(self.before_plot, 1)
        row.addWidget(self.after_plot, 1)

    def work(self, request: ToolRequest) -> Callable[[], MatchedData]:
        """Return what hides the signal and finds it again."""
        return lambda: _compute(request)

    def show_data(self, data: MatchedData) -> None:
        """Show both plots and the ratios."""
        planted, matched = data.planted, data.matched
        unit = planted.sent.unit
        self.snr_label.setText(matched.sentence)
        right = "✓" if matched.samples == planted.samples else "✗"
        self.place_label.setText(
            f"Hidden at {time_text(planted.delay)}, found at "
            f"{time_text(matched.samples * planted.sent.step)} {unit} {right}"
        )
        show_received(self.before_plot, planted)
        self.after_plot.set_labels(f"lag ({unit})", "filter's output")
        self.after_plot.set_curves(
            curves(matched.output, "filter's output", "green"),
            marks=[(matched.delay, f"found {time_text(matched.delay)}")],
        )

    def show_state(self, state: SignalsState) -> None:
        """Set the controls, without telling."""
        self.controls.show_state(state.tools)


def _compute(request: ToolRequest) -> MatchedData:
    signal, tools = request.chosen(), request.tools
    planted = engine.plant_delay(signal, tools.delay * signal.step, tools.noise, seed=tools.seed)
    if not np.any(signal.values):
        raise SignalError("The signal is zero throughout; there is nothing to hide.")
    return MatchedData(planted, engine.matched_filter(planted))
