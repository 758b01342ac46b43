"""The form of "What excites it?": what is to be excited, how large, and every switch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from visualizer.panels.cnn_viewer.tab_settings import Dose, ExcitesSettings
from visualizer.panels.cnn_viewer.tabs.parts import ClassChooser
from visualizer.panels.tab_parts import SPACING, button
from widgets.form_parts import add_choice, combo, row, spin, wrapping_label

LARGEST_SIZE = 512
USUAL_SIZE = 160


@dataclass(frozen=True)
class Switch:
    """One regulariser: its field of `Naturalness`, text, what it is for, and its amount.

    high, step, decimals: of the amount, which begins at one step; None for high: it has none, only
    on and off.
    """

    field: str
    text: str
    tooltip: str
    high: float | None = None
    step: float = 1.0
    decimals: int = 0
    unit: str = ""


SWITCHES = (
    Switch(
        "fourier", "Fourier",
        "Optimise sines and cosines, the coarse ones more, as natural pictures have them; off: "
        "pixels one by one, which gives fine noise",
    ),
    Switch(
        "decorrelate", "Natural colours",
        "Optimise the principal colours of natural pictures; off: red, green and blue",
    ),
    Switch(
        "jitter", "Jitter",
        "Shift the picture anew at every step, so that patterns do not depend on single pixels",
        64, 1, 0, " px",
    ),
    Switch(
        "scale", "Scale", "Enlarge and reduce it by up to this share at every step",
        0.9, 0.01, 2,
    ),
    Switch("rotate", "Rotate", "Turn it by up to this angle at every step", 90, 1, 0, "°"),
    Switch(
        "total_variation", "Smoothness",
        "Total variation: a penalty on differences of neighbouring pixels, against noise",
        10, 0.1, 2,
    ),
    Switch(
        "l2", "Pull to grey", "L2: a penalty on being far from grey, against glaring colours",
        10, 0.1, 2,
    ),
    Switch(
        "diversity", "Diversity",
        "A penalty on pictures that excite by the same pattern; needs 2 or more pictures",
        100, 0.5, 2,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A position (row, column) of a map of `size` (rows, columns), and why it is that one."""

    position: tuple[int, int]
    size: tuple[int, int]
    why: str


class SwitchRow(QWidget):
    """A check box and the amount that it switches on."""

    changed = Signal(str, object)
    """The field of `Naturalness`, and its new value."""

    def __init__(self, switch: Switch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.switch = switch
        self.box = QCheckBox(switch.text, objectName=f"excites_{switch.field}")
        self.box.setToolTip(switch.tooltip)
        self.amount = QDoubleSpinBox(objectName=f"excites_{switch.field}_amount")
        self.amount.setToolTip(switch.tooltip)
        self.amount.setAccessibleName(f"{switch.text}: amount")
        self.amount.setDecimals(switch.decimals)
        self.amount.setSingleStep(switch.step)
        self.amount.setSuffix(switch.unit)
        self.amount.setRange(switch.step, switch.high or 1.0)
        self.amount.setVisible(switch.high is not None)
        self.amount.setKeyboardTracking(False)
        self.box.clicked.connect(lambda _: self.changed.emit(switch.field, self._value()))
        self.amount.valueChanged.connect(lambda _: self.changed.emit(switch.field, self._value()))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.box, 1)
        line.addWidget(self.amount)

    def show_value(self, value: Dose | bool) -> None:
        """Set box and amount, without telling."""
        on = value.on if isinstance(value, Dose) else value
        self.box.setChecked(on)
        self.amount.setEnabled(on)
        if isinstance(value, Dose):
            with QSignalBlocker(self.amount):
                self.amount.setValue(value.amount)

    def _value(self) -> Dose | bool:
        on = self.box.isChecked()
        return on if self.switch.high is None else Dose(on=on, amount=self.amount.value())


class ExcitesForm(QWidget):
    """All controls of the tab, one below the other."""

    setting_changed = Signal(str, object)
    """A field of `ExcitesSettings`, and its new value."""
    started = Signal()
    stepped = Signal()
    folder_pressed = Signal()
    samples_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.target = combo("excites_target", "What is to be excited")
        add_choice(self.target, "channel", "This channel", "The channel's mean over all places")
        add_choice(
            self.target, "neuron", "One neuron", "The channel at one position of its map only"
        )
        add_choice(self.target, "class", "A class", "The score of a class, before the softmax")
        add_choice(
            self.target, "direction", "This mix of channels",
            "All channels of the layer, mixed as the picture mixes them at the chosen position",
        )  # fmt: skip
        self.classes = ClassChooser("excites_class", "The class to be excited")
        self.subject = wrapping_label("excites_subject")
        self.steps = spin("excites_steps", 1, 2000, "How many steps uphill")
        self.steps.setSingleStep(20)
        self.size = spin("excites_size", 8, LARGEST_SIZE, "Sides of the picture, in pixels")
        self.size.setSingleStep(16)
        self.seed = spin("excites_seed", 0, 99_999, "Another seed starts from another noise")
        self.count = spin("excites_count", 1, 9, "How many pictures at once")
        self.place_row = spin("excites_row", 0, 0, "Row of the position in the layer's map")
        self.place_column = spin("excites_column", 0, 0, "Column of the position in the map")
        self.place_follow = button(
            "excites_follow",
            "Where it is held",
            "Take the position that is held, else the map's middle",
        )
        self.place_box = QWidget()
        places = QFormLayout(self.place_box)
        places.setContentsMargins(0, 0, 0, 0)
        places.addRow("Row", self.place_row)
        places.addRow("Column", self.place_column)
        places.addRow(self.place_follow)
        self.place_why = QLabel(objectName="excites_place_why")
        places.addRow(self.place_why)
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
        self._shown = ExcitesSettings()
        self._lay_out()
        self._connect()
        self.show_settings(self._shown, "", USUAL_SIZE, -1, None)

    def _connect(self) -> None:
        for field, box in self._numbers().items():
            box.setKeyboardTracking(False)
            box.valueChanged.connect(partial(self.setting_changed.emit, field))
        for box in (self.place_row, self.place_column):
            box.setKeyboardTracking(False)
            box.valueChanged.connect(self._place_typed)
        for part in self.rows:
            part.changed.connect(self._switched)
        self.place_follow.clicked.connect(lambda: self.setting_changed.emit("place", None))
        self.target.activated.connect(
            lambda _: self.setting_changed.emit("target", self.target.currentData())
        )
        self.classes.class_chosen.connect(
            lambda _: self.setting_changed.emit("category", self.classes.choice())
        )
        self.start.clicked.connect(self.started)
        self.step.clicked.connect(self.stepped)
        self.folder.clicked.connect(self.folder_pressed)
        self.samples.clicked.connect(self.samples_pressed)

    def _numbers(self) -> dict[str, QSpinBox]:
        return {"steps": self.steps, "size": self.size, "seed": self.seed, "count": self.count}

    def _place_typed(self) -> None:
        self.setting_changed.emit("place", (self.place_row.value(), self.place_column.value()))

    def _switched(self, field: str, value: object) -> None:
        self.setting_changed.emit("natural", self._shown.natural.replace(**{field: value}))

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
        layout.addWidget(self.place_box)
        layout.addWidget(self.subject)
        layout.addLayout(row(self.start, self.step))
        layout.addLayout(numbers)
        layout.addWidget(switches)
        layout.addWidget(QLabel("Your pictures"))
        layout.addWidget(self.folder)
        layout.addWidget(self.samples)
        layout.addStretch(1)

    def show_settings(
        self, wanted: ExcitesSettings, subject: str, size: int, category: int, place: Place | None
    ) -> None:
        """Set the controls, without telling.

        subject: which channel is meant; size, category: what is drawn where nothing was set;
        place: the position that is meant, None where the layer has none.
        """
        self._shown = wanted
        numbers = {**dict(wanted), "size": wanted.size or size}
        for field, box in self._numbers().items():
            with QSignalBlocker(box):
                box.setValue(numbers[field])
        natural = wanted.natural.usual_for(wanted.target)
        for part in self.rows:
            part.show_value(getattr(natural, part.switch.field))
        self.target.setCurrentIndex(self.target.findData(wanted.target))
        self.classes.set_class(category)
        self.classes.setVisible(wanted.target == "class")
        self.place_box.setVisible(wanted.target in ("neuron", "direction") and place is not None)
        if place is not None:
            self.place_why.setText(f"Now: {place.why}")
            limits = zip(
                (self.place_row, self.place_column), place.position, place.size, strict=True
            )
            for box, at, many in limits:
                with QSignalBlocker(box):
                    box.setRange(0, many - 1)
                    box.setValue(at)
        self.place_follow.setEnabled(wanted.place is not None)
        self.subject.setText(subject)

    def set_categories(self, names: Sequence[str]) -> None:
        """Offer the classes `names`."""
        self.classes.set_names(names)
        entry = self.target.model().item(self.target.findData("class"))
        entry.setEnabled(bool(names))
