"""How trainings go on: loss and accuracy over the epochs, several trainings in one plot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from widgets.curve_plot import COLORS, SIGNS, Curve, CurvePlot

TRAINING_DASH = 1
SPACING = 6


def _none() -> np.ndarray:
    return np.zeros(0)


@dataclass(frozen=True)
class TrainingRun:
    """One training: an entry of each array per epoch, from epoch 1 on.

    accuracies are shares in [0, 1]; NaN leaves a gap. color: a name of curve_plot.COLORS. best: the
    epoch that is kept, 0 for none.
    """

    name: str
    color: str
    train_loss: np.ndarray = field(default_factory=_none)
    train_accuracy: np.ndarray = field(default_factory=_none)
    validation_loss: np.ndarray = field(default_factory=_none)
    validation_accuracy: np.ndarray = field(default_factory=_none)
    best: int = 0

    @property
    def epochs(self) -> int:
        """How many epochs there are."""
        return len(self.train_loss)


class LearningCurves(QWidget):
    """Two plots over the epochs: loss, and accuracy in percent.

    One colour per training; what was learnt from is dashed, what was held back is solid; the best
    epoch has a dot. The plots are "<name>_loss" and "<name>_accuracy".
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._runs: tuple[TrainingRun, ...] = ()
        self.legend = QLabel()
        self.legend.setObjectName(f"{name}_legend")
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.legend.setWordWrap(True)
        self.loss = CurvePlot("epoch", "loss", y_units="cross entropy", whole_x=True)
        self.accuracy = CurvePlot("epoch", "accuracy", y_units="%", whole_x=True)
        self.loss.setObjectName(f"{name}_loss")
        self.accuracy.setObjectName(f"{name}_accuracy")
        plots = QHBoxLayout()
        plots.setSpacing(SPACING)
        for plot in (self.loss, self.accuracy):
            plot.set_legend_shown(False)  # both share the one above them
            plots.addWidget(plot, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.legend)
        layout.addLayout(plots, 1)
        self.set_runs(())

    def runs(self) -> tuple[TrainingRun, ...]:
        """Return what is shown."""
        return self._runs

    def set_runs(self, runs: Sequence[TrainingRun]) -> None:
        """Show `runs` instead of those before; those without an epoch have no curve yet."""
        self._runs = tuple(runs)
        begun = [run for run in self._runs if run.epochs]
        self.loss.set_curves(
            [curve for run in begun for curve in _curves(run, run.train_loss, run.validation_loss)]
        )
        self.accuracy.set_curves(
            [
                curve
                for run in begun
                for curve in _curves(run, 100 * run.train_accuracy, 100 * run.validation_accuracy)
            ]
        )
        self.legend.setText(_legend(begun) if begun else _nothing_yet(bool(self._runs)))


def _curves(run: TrainingRun, train: np.ndarray, validation: np.ndarray) -> list[Curve]:
    epochs = np.arange(1, run.epochs + 1)
    curves = [
        Curve(f"{run.name}, training", epochs, train, run.color, "line", TRAINING_DASH),
        Curve(f"{run.name}, validation", epochs, validation, run.color),
    ]
    if 1 <= run.best <= run.epochs and np.isfinite(validation[run.best - 1]):
        place = slice(run.best - 1, run.best)
        curves.append(
            Curve(f"{run.name}, best", epochs[place], validation[place], run.color, "points")
        )
    return curves


def _nothing_yet(begun: bool) -> str:
    if begun:
        return "No epoch has ended yet."
    return "Nothing has been trained yet: “Start” begins."


def _legend(runs: Sequence[TrainingRun]) -> str:
    names = [
        f'<span style="color:{COLORS[run.color]}">━━</span>&nbsp;{escape(run.name)}' for run in runs
    ]
    kinds = [
        f"{SIGNS[0]}&nbsp;validation",
        f"{SIGNS[TRAINING_DASH]}&nbsp;training",
        "●&nbsp;best&nbsp;epoch,&nbsp;kept",
    ]
    return "&ensp; ".join([*names, *kinds])
