"""The column of the tab "Fine-tune": how to train, whatever the method."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGroupBox,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from engines.finetune import AUGMENTATIONS
from visualizer.panels.feature_lab.finetune_settings import AugmentationChoice, FineTuneSettings
from visualizer.panels.tab_parts import SPACING, button, flowing, headed
from widgets.form_parts import add_choice, combo, row, spin

COUNTS = {
    "epochs": ("epochs ", 1, 500, "How often every training picture is seen, at most"),
    "patience": ("patience ", 0, 100, "Stop after so many epochs without a better one; 0: never"),
    "batch_size": ("batch ", 1, 256, "How many pictures each step learns from"),
    "seed": ("seed ", 0, 9999, "Another seed: another new head, another order of the pictures"),
}  # fmt: skip
BALANCES = (
    ("none", "Classes as they are", "Every picture counts the same: common classes count more"),
    ("weights", "Rare classes weigh more", "The loss of a picture counts more the rarer its class"),
    ("sampler", "Rare classes drawn more", "Pictures of rare classes are shown more often"),
)
NORMS = (
    ("frozen", "Means stay", "All keep the means and variances that they learnt first: steady"),
    ("trained", "Means follow", "Those that are trained follow the new pictures, batch by batch"),
)


class FineTuneControls(QWidget):
    """Numbers, choices and augmentations; `changed(label, field, value)` tells an edit."""

    changed = Signal(str, str, object)
    train_all_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._augmentations: tuple[AugmentationChoice, ...] = ()
        self.train_all = button(
            "finetune_train_all", "Train all three",
            "Train by all three methods, one after the other, from the beginning",
        )  # fmt: skip
        self.counts: Mapping[str, QSpinBox] = {name: self._count(name) for name in COUNTS}
        self.choices: Mapping[str, QComboBox] = {
            "balance": combo("finetune_balance", "What to do where classes differ in size"),
            "batch_norm": combo("finetune_batch_norm", "What batch normalisations subtract"),
        }
        for (name, box), options in zip(self.choices.items(), (BALANCES, NORMS), strict=True):
            for value, text, about in options:
                add_choice(box, value, text, about)
            box.activated.connect(lambda _place, name=name: self._chosen(name))
        self.switches: dict[str, QCheckBox] = {}
        self.amounts: dict[str, QDoubleSpinBox] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(
            flowing(
                self.train_all, *self.counts.values(),
                *headed("Balance", self.choices["balance"]),
                *headed("Batch normalisation", self.choices["batch_norm"]),
                self._changes(),
            )
        )  # fmt: skip

    def _count(self, name: str) -> QSpinBox:
        prefix, low, high, tooltip = COUNTS[name]
        box = spin(f"finetune_{name}", low, high, tooltip)
        box.setPrefix(prefix)
        box.setKeyboardTracking(False)
        box.valueChanged.connect(lambda n: self.changed.emit(f"{prefix}{n}", name, n))
        return box

    def _changes(self) -> QGroupBox:
        group = QGroupBox("Augmentation")
        group.setToolTip("Random changes, others each time a training picture is seen")
        layout = QVBoxLayout(group)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        layout.setSpacing(SPACING)
        for name, kind in AUGMENTATIONS.items():
            switch = QCheckBox(kind.title)
            switch.setObjectName(f"finetune_{name}")
            switch.setToolTip(f"{kind.title}: {kind.text}")
            amount = QDoubleSpinBox()
            amount.setObjectName(f"finetune_{name}_amount")
            amount.setRange(kind.least, kind.most)
            amount.setDecimals(0 if kind.most > 1 else 2)
            amount.setSingleStep(5 if kind.most > 1 else 0.05)
            amount.setSuffix("°" if kind.unit == "°" else "")
            amount.setKeyboardTracking(False)
            amount.setToolTip(f"{kind.title}: {kind.text} ({kind.unit})")
            amount.setAccessibleName(f"{kind.title}, amount ({kind.unit})")
            switch.toggled.connect(lambda on, name=name: self._change(name, on=on))
            amount.valueChanged.connect(lambda value, name=name: self._change(name, amount=value))
            self.switches[name], self.amounts[name] = switch, amount
            layout.addLayout(row(switch, amount))
        return group

    def _chosen(self, name: str) -> None:
        box = self.choices[name]
        self.changed.emit(box.currentText().lower(), name, box.currentData())

    def _change(self, name: str, **changes: object) -> None:
        changed = tuple(
            one.replace(**changes) if one.name == name else one for one in self._augmentations
        )
        self.changed.emit(AUGMENTATIONS[name].title.lower(), "augmentations", changed)

    def show_settings(self, settings: FineTuneSettings) -> None:
        """Show `settings` without telling."""
        for name, box in self.counts.items():
            with QSignalBlocker(box):
                box.setValue(getattr(settings, name))
        for name, box in self.choices.items():
            box.setCurrentIndex(box.findData(getattr(settings, name)))
        self._augmentations = settings.augmentations
        for one in settings.augmentations:
            switch, amount = self.switches[one.name], self.amounts[one.name]
            with QSignalBlocker(switch), QSignalBlocker(amount):
                switch.setChecked(one.on)
                amount.setValue(one.amount)
            amount.setEnabled(one.on)
