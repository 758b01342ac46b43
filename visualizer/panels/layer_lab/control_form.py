"""The controls of an experiment, made of what it declares."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from visualizer.panels.layer_lab.controls import (
    MOST_CELLS,
    MOST_LETTERS,
    Choice,
    Control,
    Numbers,
    Slider,
    Text,
    Toggle,
)
from visualizer.panels.layer_lab.number_samples import cells_of
from widgets.form_parts import add_choice, combo
from widgets.kernel_grid import KernelGrid
from widgets.value_slider import ValueRange, ValueSlider

TOO_LARGE = "The pasted matrix has {} × {} numbers; at most {} × {} fit here. Paste a part of it."
LINES_PER_ROW = 1.9  # lines of text that a row of numbers is high
MOST_DECIMALS = 10
MOST_ALIGNED = 16  # letters of a slider's name, up to which others keep room for it


class ControlForm(QWidget):
    """A widget for each control, named "<experiment>_<control>" (its parts "…_slider", "…_box").

    A double click on what a control is called brings it back to what it was at first.
    """

    changed = Signal(str, object, bool)
    """Name and value of the control that the person changed, and whether more follows at once."""
    refused = Signal(str)
    """Why what was typed or pasted is not taken."""
    accepted = Signal()
    """What was refused has been put right."""

    def __init__(
        self, experiment: str, controls: Sequence[Control], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(f"{experiment}_controls")
        self._controls = {control.name: control for control in controls}
        self._widgets: dict[str, QWidget] = {}
        self._labels: dict[str, QLabel] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for control in controls:
            made = self._make(f"{experiment}_{control.name}", control)
            self._widgets[control.name] = made
            if isinstance(control, Choice | Text | Numbers):
                layout.addWidget(self._label(control, made))
            if not isinstance(control, Slider):
                made.setToolTip(control.tooltip or control.label)
                made.setAccessibleName(control.label)
            layout.addWidget(made)
        self._align()

    # -- building ---------------------------------------------------------------------------

    def _make(self, name: str, control: Control) -> QWidget:
        if isinstance(control, Slider):
            return self._slider(name, control)
        if isinstance(control, Choice):
            return self._choice(name, control)
        if isinstance(control, Toggle):
            check = QCheckBox(control.label, objectName=name)
            check.clicked.connect(lambda on: self.changed.emit(control.name, bool(on), False))
            return check
        if isinstance(control, Text):
            return self._line(name, control)
        return self._grid(name, control)

    def _label(self, control: Control, made: QWidget) -> QLabel:
        label = QLabel(control.label)
        label.setBuddy(made)
        label.setToolTip(f"{control.tooltip or control.label}. Double click: as it was at first.")
        label.installEventFilter(self)
        self._labels[control.name] = label
        return label

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Reset the control whose label is double-clicked."""
        if event.type() == QEvent.Type.MouseButtonDblClick:
            for name, label in self._labels.items():
                if label is watched and label.isEnabled():
                    self.changed.emit(name, self._controls[name].value, False)
                    self.show_value(name, self._controls[name].value)
                    return True
        return super().eventFilter(watched, event)

    def _slider(self, name: str, control: Slider) -> ValueSlider:
        limits = ValueRange(
            control.low, control.high, control.value,
            step=0.0 if control.log and not isinstance(control.step, int) else control.step,
            unit=control.suffix, logarithmic=control.log,
        )  # fmt: skip
        tooltip = (control.tooltip or control.label).rstrip(".")
        made = ValueSlider(name, control.label, limits, tooltip, decimals=decimals_of(control))
        made.changed.connect(
            lambda value, goes_on: self.changed.emit(
                control.name, control.cleaned(float(value)), goes_on
            )
        )
        return made

    def _choice(self, name: str, control: Choice) -> QWidget:
        box = combo(name, control.tooltip or control.label)
        for key, text in control.options:
            add_choice(box, key, text, control.tooltip)
        box.activated.connect(
            lambda place: self.changed.emit(control.name, box.itemData(place), False)
        )
        return box

    def _line(self, name: str, control: Text) -> QLineEdit:
        line = QLineEdit(objectName=name)
        line.setMaxLength(MOST_LETTERS)
        line.textEdited.connect(lambda text: self.changed.emit(control.name, text, True))
        line.editingFinished.connect(lambda: self.changed.emit(control.name, line.text(), False))
        return line

    def _grid(self, name: str, control: Numbers) -> KernelGrid:
        grid = KernelGrid()
        grid.setObjectName(name)
        grid.kernel_edited.connect(
            lambda values, goes_on: self.changed.emit(control.name, cells_of(values), goes_on)
        )
        grid.matrix_pasted.connect(lambda values: self._pasted(control, values))
        grid.paste_rejected.connect(self.refused)
        grid.cell_rejected.connect(lambda _row, _column, _text, why: self.refused.emit(why))
        grid.cell_accepted.connect(lambda _row, _column: self.accepted.emit())
        return grid

    def _pasted(self, control: Numbers, values: np.ndarray) -> None:
        if max(values.shape) > MOST_CELLS:
            self.refused.emit(TOO_LARGE.format(*values.shape, MOST_CELLS, MOST_CELLS))
            return
        self.accepted.emit()
        self.changed.emit(control.name, cells_of(values), False)
        self.show_value(control.name, values)

    # -- showing ----------------------------------------------------------------------------

    def widget(self, name: str) -> QWidget:
        """Return the widget of the control `name`."""
        return self._widgets[name]

    def show_values(
        self, values: Mapping[str, Any], relevant: Collection[str] | None, keep: str = ""
    ) -> None:
        """Set the widgets, without telling; keep: the one that the person is using."""
        for name, widget in self._widgets.items():
            matters = relevant is None or name in relevant
            widget.setEnabled(matters)
            if name in self._labels:
                self._labels[name].setEnabled(matters)
            if name != keep:
                self.show_value(name, values[name])

    def show_value(self, name: str, value: Any) -> None:
        """Set the widget of the control `name`, without telling."""
        widget = self._widgets[name]
        with QSignalBlocker(widget):
            if isinstance(widget, ValueSlider):
                widget.set_value(value)
            elif isinstance(widget, QCheckBox):
                widget.setChecked(value)
            elif isinstance(widget, QLineEdit):
                if widget.text() != value:
                    widget.setText(value)
            elif isinstance(widget, KernelGrid):
                widget.set_kernel(np.asarray(value, dtype=float))
                self._fit(widget)
            else:
                widget.setCurrentIndex(widget.findData(value))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            for widget in getattr(self, "_widgets", {}).values():
                if isinstance(widget, KernelGrid):
                    self._fit(widget)
            self._align()

    def _align(self) -> None:
        """Let sliders of about the same length begin below one another."""
        made = [one for one in self._widgets.values() if isinstance(one, ValueSlider)]
        letters = MOST_ALIGNED * self.fontMetrics().averageCharWidth()
        widths = [one.symbol.sizeHint().width() for one in made]
        width = max((width for width in widths if width <= letters), default=0)
        for one in made:
            one.symbol.setMinimumWidth(width)

    def _fit(self, grid: KernelGrid) -> None:
        """Make the grid as high as its rows need."""
        rows = len(grid.kernel())
        grid.setFixedHeight(round(LINES_PER_ROW * self.fontMetrics().height() * max(rows, 1)))


def decimals_of(control: Slider) -> int:
    """Return how many decimals tell every value of the slider from the next."""
    if isinstance(control.step, int):
        return 0
    if control.log:
        return min(MOST_DECIMALS, max(2, 1 - math.floor(math.log10(control.low))))
    for decimals in range(MOST_DECIMALS):
        shown = 10.0**decimals
        if all(abs(round(one * shown) - one * shown) < 1e-6 for one in (control.step, control.low)):
            return decimals
    return MOST_DECIMALS
