"""How much content, style and smoothness count, and in which layers they are compared."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from visualizer.panels.style_studio.state import LayerChoice, RunSettings
from widgets.form_parts import combo, row
from widgets.icon_button import IconButton
from widgets.value_slider import ValueRange, ValueSlider
from widgets.weight_rows import WeightRow, WeightRows

OFF = "off"
# (field, symbol, limits, tooltip); at the lower end a term is off.
TERMS = (
    ("content_weight", "α content", ValueRange(0.01, 100.0, 1.0, logarithmic=True),
     "How much the content's maps count"),
    ("style_weight", "β style", ValueRange(0.01, 1000.0, 10.0, logarithmic=True),
     "How much the style's statistics count"),
    ("tv_weight", "γ smooth", ValueRange(0.01, 100.0, 3.0, logarithmic=True),
     "How much neighbouring pixels are to be alike"),
)  # fmt: skip
KINDS = (
    ("content_layers", "Content layers", "Compare the content in one more layer"),
    ("style_layers", "Style layers", "Compare the style in one more layer"),
)


class WeightControls(QWidget):
    """Three sliders; each may be moved while a run goes on."""

    changed = Signal(str, float, bool)
    """Field of RunSettings, its value, and whether the drag goes on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("style_weights")
        self.sliders: dict[str, ValueSlider] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for field, symbol, limits, about in TERMS:
            slider = ValueSlider(field, symbol, limits, f"{about}. May change during a run")
            slider.box.setSpecialValueText(OFF)
            slider.changed.connect(
                lambda value, goes_on, f=field, low=limits.low: self.changed.emit(
                    f, 0.0 if value <= low else value, goes_on
                )
            )
            self.sliders[field] = slider
            column.addWidget(slider)
        self.fit()

    def fit(self) -> None:
        """Let the sliders begin below each other, whatever the size of the text."""
        wide = max(
            slider.fontMetrics().horizontalAdvance(slider.symbol.text())
            for slider in self.sliders.values()
        )
        box = max(slider.box.sizeHint().width() for slider in self.sliders.values())
        for slider in self.sliders.values():
            slider.symbol.setMinimumWidth(wide + 2)
            slider.box.setMinimumWidth(box)

    def show_settings(self, settings: RunSettings) -> None:
        """Show the weights, without telling."""
        for field, slider in self.sliders.items():
            slider.set_value(getattr(settings, field))


class LayerControls(QWidget):
    """The layers of one kind with their weights, and a list to add one from."""

    changed = Signal(tuple, bool)
    """A tuple of LayerChoice, and whether the drag goes on."""
    reset_pressed = Signal()

    def __init__(self, name: str, title: str, about: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.rows = WeightRows(f"{name}_rows")
        self._chained: tuple[QWidget, ...] = ()
        self.rows.set_hint("The network is being looked at…")
        self.add = combo(f"{name}_add", about)
        self.reset = IconButton("mdi6.restore", "Take the layers that suit this network")
        self.reset.setObjectName(f"{name}_reset")
        heading = QLabel(title)
        heading.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row(heading, self.reset))
        column.addWidget(self.rows)
        column.addWidget(self.add)
        self.rows.changed.connect(
            lambda rows, goes_on: self.changed.emit(tuple(map(_choice, rows)), goes_on)
        )
        self.add.activated.connect(self._added)
        self.reset.clicked.connect(self.reset_pressed)

    def show_layers(self, chosen: Sequence[LayerChoice], every: Sequence[str]) -> None:
        """Show the `chosen` layers, and the others of `every` to choose from, without telling."""
        self.rows.set_rows([WeightRow(one.layer, one.layer, one.on, one.weight) for one in chosen])
        self._chain()
        there = {one.layer for one in chosen}
        others = [name for name in every if name not in there]
        if others == [self.add.itemText(n) for n in range(1, self.add.count())]:
            return
        with QSignalBlocker(self.add):
            self.add.clear()
            self.add.addItem("Add a layer…", "")
            for name in others:
                self.add.addItem(name, name)
        self.add.setEnabled(bool(others))

    def _chain(self) -> None:
        """Let Tab go as it is seen: rows are made later than what lies below them."""
        chain = (self.reset, *self.rows.tab_chain(), self.add)
        if chain != self._chained:
            self._chained = chain
            for before, part in pairwise(chain):
                QWidget.setTabOrder(before, part)

    def _added(self, place: int) -> None:
        layer = self.add.itemData(place)
        self.add.setCurrentIndex(0)
        if layer:
            rows = (*map(_choice, self.rows.rows()), LayerChoice(layer=layer))
            self.changed.emit(rows, False)


def _choice(made: WeightRow) -> LayerChoice:
    return LayerChoice(layer=made.key, weight=made.weight, on=made.on)
