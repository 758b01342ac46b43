"""The controls of an experiment, made of what it declares."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from visualizer.panels.layer_lab.controls import Choice, Control, Numbers, Slider, Text, Toggle
from widgets.form_parts import add_choice, combo
from widgets.kernel_grid import KernelGrid
from widgets.value_slider import ValueRange, ValueSlider


class ControlForm(QWidget):
    """A widget for each control, named "<experiment>_<control>" (its parts "…_slider", "…_box")."""

    changed = Signal(str, object, bool)
    """Name and value of the control that the person changed, and whether more follows at once."""

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
            made.setToolTip(control.tooltip)
            self._widgets[control.name] = made
            if isinstance(control, Choice | Text | Numbers):
                label = QLabel(control.label)
                label.setBuddy(made)
                self._labels[control.name] = label
                layout.addWidget(label)
            layout.addWidget(made)

    def _make(self, name: str, control: Control) -> QWidget:
        if isinstance(control, Slider):
            return self._slider(name, control)
        if isinstance(control, Choice):
            box = combo(name, control.tooltip or control.label)
            for key, text in control.options:
                add_choice(box, key, text, control.tooltip)
            box.activated.connect(
                lambda place: self.changed.emit(control.name, box.itemData(place), False)
            )
            return box
        if isinstance(control, Toggle):
            check = QCheckBox(control.label, objectName=name)
            check.clicked.connect(lambda on: self.changed.emit(control.name, bool(on), False))
            return check
        if isinstance(control, Text):
            line = QLineEdit(objectName=name)
            line.setAccessibleName(control.label)
            line.textEdited.connect(lambda text: self.changed.emit(control.name, text, True))
            line.editingFinished.connect(
                lambda: self.changed.emit(control.name, line.text(), False)
            )
            return line
        grid = KernelGrid()
        grid.setObjectName(name)
        grid.kernel_edited.connect(
            lambda values, goes_on: self.changed.emit(
                control.name, tuple(map(tuple, np.asarray(values, float).tolist())), goes_on
            )
        )
        return grid

    def _slider(self, name: str, control: Slider) -> ValueSlider:
        limits = ValueRange(
            control.low, control.high, control.value,
            step=0.0 if control.log and not isinstance(control.step, int) else control.step,
            unit=control.suffix, logarithmic=control.log,
        )  # fmt: skip
        made = ValueSlider(name, control.label, limits, control.tooltip or control.label)
        made.changed.connect(
            lambda value, goes_on: self.changed.emit(
                control.name, control.cleaned(float(value)), goes_on
            )
        )
        return made

    def widget(self, name: str) -> QWidget:
        """Return the widget of the control `name`."""
        return self._widgets[name]

    def show_values(
        self, values: Mapping[str, Any], relevant: Collection[str] | None, keep: str = ""
    ) -> None:
        """Set the widgets, without telling; keep: the one that the person is using."""
        for name, control in self._controls.items():
            widget, value = self._widgets[name], values[name]
            matters = relevant is None or name in relevant
            widget.setEnabled(matters)
            if name in self._labels:
                self._labels[name].setEnabled(matters)
            if name == keep:
                continue
            with QSignalBlocker(widget):
                if isinstance(widget, ValueSlider):
                    widget.set_value(value)
                elif isinstance(control, Choice):
                    widget.setCurrentIndex(widget.findData(value))
                elif isinstance(widget, QCheckBox):
                    widget.setChecked(value)
                elif isinstance(widget, QLineEdit):
                    if widget.text() != value:
                        widget.setText(value)
                elif isinstance(widget, KernelGrid):
                    widget.set_kernel(np.asarray(value, dtype=float))
