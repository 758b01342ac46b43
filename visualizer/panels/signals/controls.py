"""The left column: the two signals, and what is done with them."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from visualizer.panels.signals.source_editor import SourceEditor
from visualizer.panels.signals.state import SignalsState, Which
from widgets.toggle_row import Choice, ToggleRow
from widgets.value_slider import ValueRange, ValueSlider

ROWS = {
    "operation": (
        Choice("convolution", "Convolution", "g is flipped, then slid: g(t − τ)"),
        Choice("correlation", "Correlation", "g is slid as it is: g(τ − t)"),
    ),
    "mode": (
        Choice("full", "Full", "Every t at which the signals touch: n + m − 1 numbers"),
        Choice("same", "Same", "As many numbers as the longer signal has, from the middle"),
        Choice("valid", "Valid", "Only where the shorter signal lies wholly on the longer one"),
    ),
    "view": (
        Choice("discrete", "Discrete", "Samples, numbered; products are summed"),
        Choice("continuous", "Continuous", "Time in seconds; the area under the product counts"),
    ),
}


class Controls(QWidget):
    """All settings as widgets; `show_state` never emits."""

    option_chosen = Signal(str, str)
    step_dragged = Signal(float, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        self.rows: dict[str, ToggleRow] = {}
        for field, choices in ROWS.items():
            made = ToggleRow(field, choices)
            made.chosen.connect(lambda value, f=field: self.option_chosen.emit(f, value))
            self.rows[field] = made
            column.addWidget(made)
        self.step = ValueSlider(
            "sampling_step", "Δt", ValueRange(0.001, 1, 0.05, unit="s", logarithmic=True),
            "The time between two samples of the continuous view",
        )  # fmt: skip
        self.step.box.setDecimals(3)
        self.step.changed.connect(self.step_dragged)
        column.addWidget(self.step)
        self.editors: dict[Which, SourceEditor] = {
            "f": SourceEditor("f", "f, the signal"),
            "g": SourceEditor("g", "g, the filter"),
        }
        for editor in self.editors.values():
            column.addWidget(editor)
        column.addStretch(1)

    def show_state(self, state: SignalsState) -> None:
        """Set all controls to `state`, without telling."""
        for field, made in self.rows.items():
            made.set_value(getattr(state, field))
        self.step.setVisible(state.view == "continuous")
        self.step.set_value(state.step)
        for which, editor in self.editors.items():
            editor.show_state(state.source(which))
