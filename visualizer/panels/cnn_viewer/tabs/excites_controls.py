"""The form of "What excites it?": what is to be excited, how large, and every switch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from engines.feature_visualization import Regularisers
from visualizer.panels.cnn_viewer.tabs.parts import SPACING, ClassChooser, button
from widgets.form_parts import add_choice, combo, row, spin, wrapping_label

LARGEST_SIZE = 512
SMALL_INPUT = 64  # networks that read smaller pictures have them drawn at their own size
USUAL_SIZE = 160


@dataclass(frozen=True)
class Switch:
    """One regulariser: its field of `Regularisers`, text, what it is for, and its amount.

    low, high, step, decimals: of the amount; None for high: it has none, only on and off.
    """

    field: str
    text: str
    tooltip: str
    on: bool
    amount: float = 1.0
    high: float | None = None
    step: float = 1.0
    decimals: int = 0
    unit: str = ""


SWITCHES = (
    Switch(
        "fourier", "Fourier",
        "Optimise sines and cosines, the coarse ones more, as natural pictures have them; off: "
        "pixels one by one, which gives fine noise", True,
    ),
    Switch(
        "decorrelate", "Natural colours",
        "Optimise the principal colours of natural pictures; off: red, green and blue", True,
    ),
    Switch(
        "jitter", "Jitter",
        "Shift the picture anew at every step, so that patterns do not depend on single pixels",
        True, 8, 64, 1, 0, " px",
    ),
    Switch(
        "scale", "Scale", "Enlarge and reduce it by up to this share at every step",
        True, 0.1, 0.9, 0.05, 2,
    ),
    Switch("rotate", "Rotate", "Turn it by up to this angle at every step", True, 5, 90, 1, 0, "°"),
    Switch(
        "total_variation", "Smoothness",
        "Total variation: a penalty on differences of neighbouring pixels, against noise",
        False, 0.3, 10, 0.1, 2,
    ),
    Switch(
        "l2", "Pull to grey", "L2: a penalty on being far from grey, against glaring colours",
        False, 0.5, 10, 0.1, 2,
    ),
    Switch(
        "diversity", "Diversity",
        "A penalty on pictures that excite by the same pattern; needs 2 or more pictures",
        False, 1.0, 100, 0.5, 2,
    ),
)  # fmt: skip


class SwitchRow(QWidget):
    """A check box and the amount that it switches on."""

    def __init__(self, switch: Switch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.switch = switch
        self.box = QCheckBox(switch.text, objectName=f"excites_{switch.field}")
        self.box.setToolTip(switch.tooltip)
        self.box.setChecked(switch.on)
        self.amount = QDoubleSpinBox(objectName=f"excites_{switch.field}_amount")
        self.amount.setToolTip(switch.tooltip)
        self.amount.setAccessibleName(f"{switch.text}: amount")
        self.amount.setDecimals(switch.decimals)
        self.amount.setSingleStep(switch.step)
        self.amount.setSuffix(switch.unit)
        self.amount.setRange(switch.step, switch.high or 1.0)
        self.amount.setValue(switch.amount)
        self.amount.setVisible(switch.high is not None)
        self.amount.setEnabled(switch.on)
        self.box.toggled.connect(self.amount.setEnabled)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.box, 1)
        line.addWidget(self.amount)

    def value(self) -> float | bool:
        """Return the value of the field of `Regularisers`; 0 or False where it is off."""
        if self.switch.high is None:
            return self.box.isChecked()
        if not self.box.isChecked():
            return 0
        number = self.amount.value()
        return round(number) if self.switch.decimals == 0 and self.switch.step == 1 else number


@dataclass(frozen=True)
class Wish:
    """What the form asks for; target is "channel", "neuron", "class" or "direction"."""

    target: str
    category: int
    steps: int
    size: int
    seed: int
    count: int
    regularisers: Regularisers


class ExcitesForm(QWidget):
    """All controls of the tab, one below the other."""

    started = Signal()
    stepped = Signal()
    folder_pressed = Signal()
    samples_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.target = combo("excites_target", "What is to be excited")
        add_choice(self.target, "channel", "This channel", "The channel's mean over all places")
        add_choice(self.target, "neuron", "One neuron", "The channel in the middle of its map only")
        add_choice(self.target, "class", "A class", "The score of a class, before the softmax")
        add_choice(
            self.target, "direction", "This mix of channels",
            "All channels of the layer, mixed as the picture mixes them at the chosen position",
        )  # fmt: skip
        self.classes = ClassChooser("excites_class", "The class to be excited")
        self.subject = wrapping_label("excites_subject")
        self.steps = spin("excites_steps", 1, 2000, "How many steps uphill")
        self.steps.setValue(160)
        self.steps.setSingleStep(20)
        self.size = spin("excites_size", 8, LARGEST_SIZE, "Sides of the picture, in pixels")
        self.size.setValue(USUAL_SIZE)
        self.size.setSingleStep(16)
        self.seed = spin("excites_seed", 0, 99_999, "Another seed starts from another noise")
        self.count = spin("excites_count", 1, 9, "How many pictures at once")
        self.rows = [SwitchRow(switch) for switch in SWITCHES]
        self.start = button("excites_start", "Draw it", "Make a picture that excites it (anew)")
        self.step = button("excites_step", "One step", "Take one step and wait")
        self.folder = button(
            "excites_folder", "Search a folder…",
            "Find the places in your own pictures that excite the channel most",
        )  # fmt: skip
        self.samples = button(
            "excites_samples", "Search built-in ones", "The same, in the built-in pictures"
        )
        self._lay_out()
        self.target.activated.connect(self._show_target)
        self.start.clicked.connect(self.started)
        self.step.clicked.connect(self.stepped)
        self.folder.clicked.connect(self.folder_pressed)
        self.samples.clicked.connect(self.samples_pressed)
        self._show_target()

    def _lay_out(self) -> None:
        numbers = QFormLayout()
        numbers.setContentsMargins(0, 0, 0, 0)
        for text, box in (
            ("Steps", self.steps), ("Size (px)", self.size), ("Seed", self.seed),
            ("Pictures", self.count),
        ):  # fmt: skip
            numbers.addRow(text, box)
        switches = QGroupBox("What keeps it natural")
        inner = QVBoxLayout(switches)
        inner.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        inner.setSpacing(2)
        for part in self.rows:
            inner.addWidget(part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        layout.setSpacing(SPACING)
        layout.addWidget(self.target)
        layout.addWidget(self.classes)
        layout.addWidget(self.subject)
        layout.addLayout(row(self.start, self.step))
        layout.addLayout(numbers)
        layout.addWidget(switches)
        layout.addWidget(QLabel("Your pictures"))
        layout.addWidget(self.folder)
        layout.addWidget(self.samples)
        layout.addStretch(1)

    def wish(self) -> Wish:
        """Return what is asked for. Raises VisualizationError for switches that cannot be."""
        values = {part.switch.field: part.value() for part in self.rows}
        return Wish(
            self.target.currentData(), self.classes.chosen_class(), self.steps.value(),
            self.size.value(), self.seed.value(), self.count.value(),
            Regularisers(**values),  # type: ignore[arg-type]  # every field by its own type
        )  # fmt: skip

    def set_categories(self, names: Sequence[str], likeliest: int) -> None:
        """Offer the classes `names`; `likeliest` until the person has chosen one."""
        chosen = self.classes.chosen_class()
        before = self.classes.count()
        self.classes.set_names(names)
        if self.classes.count() != before or chosen < 0:
            self.classes.set_class(likeliest if names else -1)
        entry = self.target.model().item(self.target.findData("class"))
        entry.setEnabled(bool(names))

    def set_own_size(self, side: int) -> None:
        """Draw at the network's own size where that is small, else at the usual size."""
        self.size.setValue(side if side < SMALL_INPUT else USUAL_SIZE)

    def set_subject(self, text: str) -> None:
        """Say which channel is meant."""
        self.subject.setText(text)

    def _show_target(self) -> None:
        self.classes.setVisible(self.target.currentData() == "class")
