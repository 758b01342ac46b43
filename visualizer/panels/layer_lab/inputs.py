"""What an experiment works on: a picture, a crop of it, maps from the CNN Viewer, typed numbers."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from visualizer.panels.layer_lab.state import LayerLabState
from visualizer.pictures.controls import PictureControls
from widgets.form_parts import add_choice, combo, wrapping_label
from widgets.kernel_grid import KernelGrid

KINDS = {
    "picture": ("Picture", "The whole picture"),
    "crop": ("Crop of the picture", "A square of the picture, small enough to follow at once"),
    "map": ("Activation maps", "Maps that were handed over from the CNN Viewer"),
    "numbers": ("Typed numbers", "A small matrix of your own"),
}


class InputSection(QWidget):
    """The kind of input, and what belongs to it."""

    kind_chosen = Signal(str)
    numbers_edited = Signal(object, bool)
    """The matrix, and whether more follows at once."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kinds = combo("layer_input_kind", "What the experiment works on")
        for key, (text, tooltip) in KINDS.items():
            add_choice(self.kinds, key, text, tooltip)
        self.pictures = PictureControls(prefix="layer_")
        self.numbers = KernelGrid()
        self.numbers.setObjectName("layer_numbers")
        self.about = wrapping_label("layer_input_about")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for part in (self.kinds, self.pictures, self.numbers, self.about):
            layout.addWidget(part)
        self.kinds.activated.connect(
            lambda place: self.kind_chosen.emit(self.kinds.itemData(place))
        )
        self.numbers.kernel_edited.connect(self.numbers_edited)

    def show_state(self, state: LayerLabState, kind: str, possible: Collection[str]) -> None:
        """Show what belongs to `kind`; others of `possible` can be chosen."""
        self.setVisible(bool(possible))
        with QSignalBlocker(self.kinds):
            self.kinds.setCurrentIndex(self.kinds.findData(kind))
        for place in range(self.kinds.count()):
            key = self.kinds.itemData(place)
            there = key in possible and (key != "map" or state.handed is not None)
            self.kinds.model().item(place).setEnabled(there)
        self.pictures.setVisible(kind in ("picture", "crop"))
        self.numbers.setVisible(kind == "numbers")
        self.numbers.set_kernel(np.asarray(state.numbers, dtype=float))
        self.about.setVisible(kind == "map")
        self.about.setText(state.handed.title if state.handed is not None else "")
