"""What each method costs: counted, timed and compared, with the crossovers of this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any

import numpy as np
from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from visualizer.jobs import LatestWins
from visualizer.panels.kernel_lab.compute import sliding_options
from visualizer.panels.kernel_lab.tools.base import Tool, ToolRequest, sentence
from widgets.curve_plot import Curve, CurvePlot
from widgets.image_view import ImageView

COLUMNS = ("Method", "Multiplications", "Additions", "Time", "Error")
TITLES = {"direct": "Direct", "separable": "Separable", "fft": "FFT", "winograd": "Winograd"}
CURVES = {"direct": ("blue", 0), "separable": ("red", 1), "fft": ("green", 2)}
SETTING = "compute/filter_costs"
PAUSE_MILLISECONDS = 40  # for painting, which would disturb the next time


class CostTool(Tool):
    """A table of the methods on the present picture, and measured times against kernel size."""

    name = "cost"
    title = "Cost"
    tooltip = "Multiplications, time and error of every method; where one overtakes the other"

    def __init__(self, input_view: ImageView, settings: QSettings) -> None:
        super().__init__(input_view)
        self._settings = settings
        self.lane = LatestWins("calibrating", self)
        self._wanted = False
        self._timings: list[Any] = []
        self._steps: Iterator[Any] | None = None
        self.table = QTableWidget(len(TITLES), len(COLUMNS))
        self.table.setObjectName("cost_table")
        self.table.setHorizontalHeaderLabels(COLUMNS)
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        self.plot = CurvePlot("side of the kernel", "time", x_units="px", y_units="ms")
        self.plot.setObjectName("cost_plot")
        self.measure = QPushButton("Measure this machine")
        self.measure.setObjectName("cost_measure")
        self.measure.setToolTip(
            "Time every method for kernels of 3 × 3 to 31 × 31; “Automatic” then follows"
        )
        self.measure.clicked.connect(self._toggle)
        self.text = sentence("cost_text")
        left, right = QVBoxLayout(), QVBoxLayout()
        left.addWidget(self.table, 1)
        left.addWidget(self.text)
        right.addWidget(self.plot, 1)
        right.addWidget(self.measure)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(left, 3)
        layout.addLayout(right, 2)

    # -- the table --------------------------------------------------------------------------

    def work(self, request: ToolRequest) -> Callable[[], list[Any]]:
        """Filter by every method."""
        result = request.result

        def compare() -> list[Any]:
            import torch

            from engines.method_comparison import compare as compare_methods

            image = torch.from_numpy(result.inputs).permute(2, 0, 1)
            return compare_methods(image, result.kernel, **sliding_options(result.state))

        return compare

    def show_data(self, data: list[Any]) -> None:
        """Fill the table; a method that does not apply says why."""
        if self._wanted:  # not before: the two would disturb each other's times
            self._wanted = False
            self._start()
        refusals = []
        for number, row in enumerate(data):
            texts = [TITLES[row.method]]
            if row.refusal:
                texts += ["—"] * 4
                refusals.append(row.refusal)
            else:
                texts += [
                    _short(row.count.multiplications),
                    _short(row.count.additions),
                    f"{row.milliseconds:.2f} ms",
                    f"{row.error:.1e}",
                ]
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
                item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
                item.setToolTip(row.refusal)
                self.table.setItem(number, column, item)
        self.text.setText(
            " ".join(refusals)
            or "Counts for the whole picture at stride 1; errors against direct sums in float64."
        )

    # -- the calibration --------------------------------------------------------------------

    def set_active(self, active: bool) -> None:
        """Measure once the first table is there."""
        self._wanted = active and not self._timings and self._steps is None

    def close_jobs(self) -> None:
        """End a measurement under way."""
        self.lane.close()

    def _toggle(self) -> None:
        if self._steps is None:
            self._start()
        else:
            self._stop("Measurement cancelled; the costs before it still count.")

    def _start(self) -> None:
        from engines import calibration

        self._timings = []
        self._total = len(calibration.plan())
        self._steps = calibration.measure()
        self._next()

    def _next(self) -> None:
        steps = self._steps
        if steps is None:
            return
        self.measure.setText(f"Measuring {len(self._timings)} of {self._total}… Cancel")
        self.lane.submit(
            lambda: next(steps, None), self._measured, lambda e: self._stop(e.sentence)
        )

    def _measured(self, timing: Any) -> None:
        if timing is not None:
            self._timings.append(timing)
            self._draw()
            QTimer.singleShot(PAUSE_MILLISECONDS, self, self._next)
            return
        from engines import calibration

        found = calibration.fit(self._timings)
        calibration.use(found)
        self._settings.setValue(SETTING, [float(cost) for cost in vars(found.costs).values()])
        self._stop("")

    def _stop(self, said: str) -> None:
        self.lane.supersede()
        self._steps = None
        self.measure.setText("Measure this machine again")
        if said:
            self.text.setText(said)

    def _draw(self) -> None:
        curves = []
        for method, (color, dash) in CURVES.items():
            points = [(t.side, t.milliseconds) for t in self._timings if t.method == method]
            if points:
                x, y = np.array(points).T
                curves.append(Curve(TITLES[method], x, y, color, dash=dash))
        self.plot.set_curves(curves)


def remembered_costs(settings: QSettings) -> list[float] | None:
    """Return what was measured on this machine earlier, if anything was."""
    remembered = settings.value(SETTING)
    try:
        return [float(cost) for cost in remembered] if isinstance(remembered, list) else None
    except ValueError:
        return None  # the file was edited: measure anew


def use_costs(costs: list[float]) -> None:
    """Let "auto" decide by `costs`; those of another version are left alone. Imports torch."""
    from engines import calibration

    if len(costs) == len(fields(calibration.FilterCosts)):
        calibration.use(calibration.Calibration((), calibration.FilterCosts(*costs)))


def _short(count: int) -> str:
    """Return 1.22 M for 1 217 700."""
    for size, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return str(count)
