"""A picture on its way into the network, and what a step left out does to the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QLabel, QVBoxLayout, QWidget

from visualizer.panels.feature_lab.tabs.extract_compute import Steps, painted
from widgets.bar_list import Bar, BarList
from widgets.form_parts import wrapping_label
from widgets.image_view import ImageView
from widgets.reflow_grid import ReflowGrid

if TYPE_CHECKING:
    from engines.features import PictureStage, Prediction

NO_PICTURE = "What the network is given"
COLUMNS = 3
LEAST_SIDE = 90
OPTIONS = (
    ("scale", "÷ 255", "Divide by 255, which brings the bytes to 0 … 1"),
    ("resize", "Resize", "Bring the picture to the size that the network was trained on"),
    ("crop", "Crop", "Take the middle square"),
    ("normalise", "Normalise", "Subtract the mean and divide by the spread of each channel"),
)


class StageCell(QWidget):
    """The picture after one step, with shape, dtype and range."""

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"stage_{number}")
        self.view = ImageView()
        self.view.setObjectName(f"stage_{number}_picture")
        self.view.set_compact(True)
        self.view.setMinimumSize(LEAST_SIDE, LEAST_SIDE)
        self.facts = wrapping_label(f"stage_{number}_facts")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.facts)

    def show_stage(self, stage: PictureStage) -> None:
        """Show one step."""
        self.view.set_picture(painted(stage.pixels), keep_view=False)
        shape = " × ".join(str(length) for length in stage.shape)
        self.facts.setText(
            f"<b>{stage.title}</b><br>{shape}, {stage.dtype}<br>"
            f"{_number(stage.low)} … {_number(stage.high)}"
        )
        self.setToolTip(f"{stage.title}: {stage.text}")


class StepsView(QWidget):
    """All steps in order, switches that leave one out, and the answers with and without."""

    leave_out_changed = Signal(tuple)
    """The keys of the steps that are left out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("extract_steps")
        self.title = wrapping_label("steps_title")
        self.title.setText(NO_PICTURE)
        self.switches: dict[str, QCheckBox] = {}
        for key, text, about in OPTIONS:
            box = QCheckBox(text, objectName=f"step_{key}")
            box.setToolTip(f"{about}. Switch it off and watch the answer")
            box.setChecked(True)
            box.toggled.connect(self._toggled)
            self.switches[key] = box
        switches = ReflowGrid("step_switches", list(self.switches.values()), len(OPTIONS))
        self.cells = [StageCell(number) for number in range(2 * COLUMNS + 1)]
        stages = ReflowGrid("steps_stages", self.cells, COLUMNS)
        for cell in self.cells:
            cell.hide()
        self.whole = self._answers("steps_whole", "The answer after every step")
        self.changed = self._answers("steps_changed", "The answer without the steps left out")
        self.problem = wrapping_label("steps_problem")
        answers = ReflowGrid(
            "steps_answers",
            [_side("every step", self.whole), _side("as switched", self.changed)],
            2,
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 6, 6)
        layout.setSpacing(6)
        layout.addWidget(self.title)
        layout.addWidget(switches)
        layout.addWidget(stages, 1)
        layout.addWidget(answers)
        layout.addWidget(self.problem)

    @staticmethod
    def _answers(name: str, tooltip: str) -> BarList:
        made = BarList(name, tooltip)
        made.set_lines(5)
        return made

    def show_choice(self, leave_out: Sequence[str]) -> None:
        """Set the switches, without telling."""
        for key, box in self.switches.items():
            with QSignalBlocker(box):
                box.setChecked(key not in leave_out)

    def _toggled(self, _checked: bool) -> None:
        left = tuple(key for key, box in self.switches.items() if not box.isChecked())
        self.leave_out_changed.emit(left)

    def clear(self) -> None:
        """Show no picture."""
        self.title.setText(NO_PICTURE)
        for cell in self.cells:
            cell.hide()
        for bars in (self.whole, self.changed):
            bars.set_bars(())
        self.problem.hide()

    def show_steps(self, shown: Steps) -> None:
        """Show the steps of one picture."""
        self.title.setText(f"What the network is given of {shown.name}")
        for number, cell in enumerate(self.cells):
            there = number < len(shown.stages)
            cell.setVisible(there)
            if there:
                cell.show_stage(shown.stages[number])
        self.whole.set_bars(_bars(shown.whole), limit=1.0)
        self.changed.set_bars(_bars(shown.changed), limit=1.0)
        self.problem.setText(shown.problem)
        self.problem.setVisible(bool(shown.problem))


def _side(text: str, bars: BarList) -> QWidget:
    made = QWidget()
    layout = QVBoxLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(QLabel(text))
    layout.addWidget(bars)
    layout.addStretch(1)
    return made


def _bars(predictions: Sequence[Prediction]) -> list[Bar]:
    return [Bar(p.category, p.share, f"{100 * p.share:.1f}%") for p in predictions]


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")
