"""How large the picture becomes, and how it is made."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from visualizer.panels.style_studio.state import LEAST_SIZE, MOST_SIZE, RunSettings
from widgets.form_parts import add_choice, combo, row, spin, wrapping_label

USUAL = "usual"
GRID_ROWS = (
    ("start", "Start from", "What the picture is at the beginning", (
        ("content", "the content", "Its shapes are there from the first step"),
        ("noise", "noise", "Everything is made anew; takes longer"),
        ("style", "the style", "The content has to be found in it"),
    )),
    ("statistic", "Style is", "What of the style's maps is compared", (
        ("gram", "Gram matrix", "Which channels are active together"),
        ("mean_std", "mean and spread", "Mean and standard deviation of each channel (AdaIN)"),
        ("histogram", "histogram", "How often each channel has which value"),
    )),
    ("colours", "Colours", "Where the colours come from", (
        ("style", "of the style", "As the style has them"),
        ("luminance", "of the content", "Only light and dark are made anew"),
        ("matched", "matched", "The style is given the content's colours first"),
    )),
    ("optimiser", "Optimiser", "How the pixels are changed", (
        ("lbfgs", "L-BFGS", "Remembers how the gradient turned: fewer steps"),
        ("adam", "Adam", "Small steps, each pixel at its own pace: steadier"),
    )),
    ("pooling", "Pooling", "How the network makes its maps smaller", (
        ("as trained", "as trained", "As the network has learnt it"),
        ("average", "average", "Every max pooling averages instead: smoother pictures"),
    )),
    ("saving", "Memory", "Whether activations are kept or computed again", (
        ("auto", "as it fits", "Saves memory where it would not fit otherwise"),
        ("off", "keep all", "Quickest"),
        ("checkpoint", "save it", "Larger pictures, about a third slower"),
    )),
)  # fmt: skip


class SizeControls(QWidget):
    """The longer side of the result, and what it will cost."""

    changed = Signal(str, object)
    """Field of RunSettings and its value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("style_sizes")
        self._largest = 0
        self.size_box = spin(
            "style_size", LEAST_SIZE, MOST_SIZE, "Longer side of the result in pixels"
        )
        self.size_box.setSuffix(" px")
        self.size_box.setSingleStep(64)
        self.size_box.setKeyboardTracking(False)
        self.coarse = QCheckBox("small first", objectName="style_coarse")
        self.coarse.setToolTip(
            "Begin with a small picture, whose strokes become large ones: quicker"
        )
        self.estimate = wrapping_label("style_estimate")
        self.fit_button = QPushButton(objectName="style_fit_size")
        self.fit_button.setToolTip("Take the largest size for which there is memory")
        self.fit_button.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        label = QLabel("Size")
        label.setBuddy(self.size_box)
        column.addLayout(row(label, self.size_box, self.coarse, stretch=0))
        column.addWidget(self.estimate)
        column.addWidget(self.fit_button)
        self.size_box.valueChanged.connect(lambda size: self.changed.emit("size", size))
        self.coarse.clicked.connect(lambda on: self.changed.emit("coarse", on))
        self.fit_button.clicked.connect(lambda: self.changed.emit("size", self._largest))

    def show_settings(self, settings: RunSettings) -> None:
        """Show size and way, without telling."""
        with QSignalBlocker(self.size_box):
            self.size_box.setValue(settings.size)
        self.coarse.setChecked(settings.coarse)

    def show_estimate(self, sentence: str, largest: int, fits: bool) -> None:
        """Say what it will cost; largest: the longest side that fits, 0 where none is known."""
        self.estimate.setText(sentence)
        self.estimate.setVisible(bool(sentence))
        self._largest = largest
        self.fit_button.setText(f"Take {largest} px, which fits")
        self.fit_button.setVisible(not fits and largest >= LEAST_SIZE)


class MakingControls(QWidget):
    """Everything else that a run can be told."""

    changed = Signal(str, object)
    """Field of RunSettings and its value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("style_making")
        self.boxes: dict[str, QComboBox] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        grid.setColumnStretch(1, 1)
        for number, (field, title, about, choices) in enumerate(GRID_ROWS):
            box = combo(f"style_{field}", about)
            for choice in choices:
                add_choice(box, *choice)
            box.activated.connect(lambda _n, f=field, b=box: self.changed.emit(f, b.currentData()))
            self.boxes[field] = box
            _add(grid, number, title, box)
        self.steps = spin("style_steps", 0, 100_000, "Evaluations at the last size")
        self.seed = spin("style_seed", 0, 2**31 - 1, "Which noise, where it starts from noise")
        self.rate = _rate_box()
        self.steps.setSpecialValueText(USUAL)
        for box in (self.steps, self.seed):
            box.setKeyboardTracking(False)
        last = len(GRID_ROWS)
        for title, box in (("Steps", self.steps), ("Rate", self.rate), ("Seed", self.seed)):
            _add(grid, last, title, box)
            last += 1
        self.steps.valueChanged.connect(lambda n: self.changed.emit("steps", n or None))
        self.seed.valueChanged.connect(lambda n: self.changed.emit("seed", n))
        self.rate.valueChanged.connect(lambda x: self.changed.emit("learning_rate", x or None))

    def show_settings(self, settings: RunSettings) -> None:
        """Show what is set, without telling."""
        for field, box in self.boxes.items():
            box.setCurrentIndex(box.findData(getattr(settings, field)))
        shown: tuple[tuple[Any, float], ...] = (
            (self.steps, settings.steps or 0),
            (self.seed, settings.seed),
            (self.rate, settings.learning_rate or 0.0),
        )
        for box, value in shown:
            with QSignalBlocker(box):
                box.setValue(value)


def _rate_box() -> QDoubleSpinBox:
    made = QDoubleSpinBox()
    made.setObjectName("style_rate")
    made.setRange(0.0, 10.0)
    made.setDecimals(3)
    made.setAlignment(Qt.AlignmentFlag.AlignRight)
    made.setSingleStep(0.01)
    made.setSpecialValueText(USUAL)
    made.setKeyboardTracking(False)
    about = "Learning rate: how far each step goes"
    made.setToolTip(about)
    made.setAccessibleName(about)
    return made


def _add(grid: QGridLayout, line: int, title: str, box: QComboBox | QSpinBox | QWidget) -> None:
    label = QLabel(title)
    label.setBuddy(box)
    grid.addWidget(label, line, 0)
    grid.addWidget(box, line, 1)
